import type { TenonClient } from '@tenon/core/client'
import type { WorkflowDocument } from '@tenon/core/document'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useEditorStore } from '../session/session-context.tsx'
import { countChanges } from './count-changes.ts'

/** How the draft stands to the latest version; `null` while that is not known, or before the first. */
export function useChangesSincePublished(client: TenonClient, workflowId: string): number | null {
  const version = useEditorStore((state) => state.workflow?.version ?? null)
  const draft = useEditorStore((state) => (state.phase.kind === 'ready' ? state.document : null))
  const [published, setPublished] = useState<{ version: string; document: WorkflowDocument } | null>(null)
  const latest = useRef(client)
  latest.current = client
  useEffect(() => {
    if (version === null) return
    const abort = new AbortController()
    latest.current.versions
      .get(workflowId, version, { abortSignal: abort.signal })
      .then(({ document }) => setPublished({ version, document }))
      // Without the version there is no number to show; everything else works.
      .catch(() => {})
    return () => abort.abort()
  }, [workflowId, version])
  return useMemo(() => {
    if (draft === null || published === null || published.version !== version) return null
    return countChanges(published.document, draft)
  }, [draft, published, version])
}
