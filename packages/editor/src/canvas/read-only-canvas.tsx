import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ActionsContext } from '../contexts/actions-context.ts'
import type { CanvasHandle } from '../contexts/canvas-handle.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { createActions } from '../keymap/actions.ts'
import { workerLayout } from '../layout/worker-layout.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { acceptDocument, select } from '../store/editor-store.ts'
import { Canvas } from './canvas.tsx'
import { CanvasControls, Overview } from './canvas-controls.tsx'

export interface ReadOnlyCanvasProps {
  readonly document: WorkflowDocument
  readonly manifest: NodeManifest
  readonly selectedNodeId: NodeId | null
  /** Node that is in view at first; `null` for the beginning of the workflow. */
  readonly firstNodeId: NodeId | null
  readonly onSelectNode: (nodeId: NodeId | null) => void
  /** Elements above the canvas, in addition to zoom and overview. */
  readonly children?: ReactNode
}

/** Read-only canvas of a run or of a version. A `NodeRunContext` around it provides the colors of a run. */
export function ReadOnlyCanvas(props: ReadOnlyCanvasProps): ReactNode {
  const { document, manifest, selectedNodeId, firstNodeId, onSelectNode, children } = props
  const t = useTranslate()
  const canvas = useRef<CanvasHandle | null>(null)
  const [session] = useState(() => createEditorSession({ translate: () => t }))
  const [actions] = useState(() =>
    createActions({
      session,
      canvas,
      layout: workerLayout,
      copySelection: () => {},
      paste: () => {},
      focusInspector: () => {},
      focusView: () => {},
      onTidyUpFailed: () => {},
    }),
  )
  const { store } = session
  useEffect(() => {
    store.setState({ manifest: createManifestIndex(manifest), phase: { kind: 'ready' }, isReadOnly: true })
    acceptDocument(store, document)
  }, [store, document, manifest])
  useEffect(() => {
    select(store, selectedNodeId === null ? [] : [selectedNodeId])
    if (selectedNodeId !== null) canvas.current?.revealIfHidden(selectedNodeId)
  }, [store, selectedNodeId])
  const latest = useRef({ onSelectNode, selectedNodeId })
  latest.current = { onSelectNode, selectedNodeId }
  useEffect(
    () =>
      store.subscribe((state, before) => {
        if (state.selectedNodes === before.selectedNodes) return
        const [chosen = null] = state.selectedNodes
        if (chosen !== latest.current.selectedNodeId) latest.current.onSelectNode(chosen)
      }),
    [store],
  )
  return (
    <SessionProvider session={session}>
      <ActionsContext.Provider value={actions}>
        <Canvas slot={canvas} firstNodeId={firstNodeId}>
          <CanvasControls />
          <Overview />
          {children}
        </Canvas>
      </ActionsContext.Provider>
    </SessionProvider>
  )
}
