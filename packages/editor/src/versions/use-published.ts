import type { TenonClient } from '@tenon/core/client'
import { useEffect, useMemo, useRef } from 'react'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { compareDocuments } from './compare-documents.ts'

/** Loads the latest version, and counts the changes of the draft since then; see {@link useDraftChanges}. */
export function useChangesSincePublished(client: TenonClient, workflowId: string): number | null {
  const version = useEditorStore((state) => state.workflow?.version ?? null)
  const { store } = useSession()
  const latest = useRef(client)
  latest.current = client
  useEffect(() => {
    if (version === null) return
    const abort = new AbortController()
    latest.current.versions
      .get(workflowId, version, { abortSignal: abort.signal })
      .then(({ document }) => store.setState({ published: { version, document } }))
      // Without the version the number is not shown; everything else works.
      .catch(() => {})
    return () => abort.abort()
  }, [workflowId, version, store])
  return useDraftChanges()
}

/** Counts the changes of the draft since the latest version; `null` while that is not loaded, or before the first. */
export function useDraftChanges(): number | null {
  const version = useEditorStore((state) => state.workflow?.version ?? null)
  const draft = useEditorStore((state) => (state.phase.kind === 'ready' ? state.document : null))
  const published = useEditorStore((state) => state.published)
  return useMemo(() => {
    if (draft === null || published === null || published.version !== version) return null
    return compareDocuments(published.document, draft).length
  }, [draft, published, version])
}
