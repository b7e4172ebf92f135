import type { TenonClient } from '@tenon/core/client'
import { useEffect, useMemo, useRef } from 'react'
import { useResource } from '../client/use-resource.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { compareDocuments, countedChanges } from './compare-documents.ts'

/** Loads the latest version, and counts the changes of the draft since then; see {@link useDraftChanges}. */
export function useChangesSincePublished(client: TenonClient, workflowId: string): number | null {
  const version = useEditorStore((state) => state.workflow?.version ?? null)
  const { store } = useSession()
  const latest = useRef(client)
  latest.current = client
  const load = useMemo(() => {
    if (version === null) return null
    return (abortSignal: AbortSignal) => latest.current.versions.get(workflowId, version, { abortSignal })
  }, [workflowId, version])
  const { value } = useResource(load)
  useEffect(() => {
    if (value !== null) store.setState({ published: { version: value.version, document: value.document } })
  }, [value, store])
  // Until the version is loaded, the number is not shown; everything else works.
  return useDraftChanges()
}

/** Counts the changes of the draft since the latest version; `null` while that is not loaded, or before the first. */
export function useDraftChanges(): number | null {
  const version = useEditorStore((state) => state.workflow?.version ?? null)
  const draft = useEditorStore((state) => (state.phase.kind === 'ready' ? state.document : null))
  const published = useEditorStore((state) => state.published)
  return useMemo(() => {
    if (draft === null || published === null || published.version !== version) return null
    return countedChanges(compareDocuments(published.document, draft)).length
  }, [draft, published, version])
}
