import type { RunId } from '@tenon/core/document'
import { useEffect, useRef, useState } from 'react'
import type { ViewportMemory } from '../canvas/viewport-memory.ts'
import type { ViewMemory } from '../instance/view-memory.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import { createRememberedView } from './remembered-view.ts'

interface LeftView {
  readonly viewport: ViewportMemory
  /** Run in the panel under the canvas; `null` if none. */
  readonly runId: RunId | null
  readonly setRunId: (runId: RunId | null) => void
}

/** Restores the viewport, the selection and the run of a workflow and stores their changes. */
export function useRememberedView(memory: ViewMemory | null, workflowId: string | null): LeftView {
  const { store } = useSession()
  const latest = useRef(memory)
  latest.current = memory
  const [view] = useState(() => createRememberedView(() => latest.current, workflowId))
  const [runId, setRunId] = useState<RunId | null>(view.runId)
  const isReady = useEditorStore((state) => state.phase.kind === 'ready')
  useEffect(() => {
    if (!isReady) return
    const { nodesById, selectedNodes } = store.getState()
    if (selectedNodes.size === 0) {
      select(
        store,
        view.selected().filter((id) => nodesById.has(id)),
      )
    }
    return store.subscribe((state, before) => {
      if (state.selectedNodes !== before.selectedNodes) view.write({ selected: [...state.selectedNodes] })
    })
  }, [isReady, store, view])
  return {
    viewport: view.viewport,
    runId,
    setRunId: (next) => {
      setRunId(next)
      view.write({ runId: next })
    },
  }
}
