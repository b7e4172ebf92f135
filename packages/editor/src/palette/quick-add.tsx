import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import { useMemo } from 'react'
import { CanvasPopup } from '../canvas/canvas-popup.tsx'
import type { Placement } from '../commands/command.ts'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { endsIteration, fitsInLoop, isLoop, loopsAround } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { NodePicker } from './node-picker.tsx'

/** List of node types that opens with `/`, on an edge, or at the end of a released connection. */
export function QuickAdd({ canvas }: { readonly canvas: CanvasSlot }) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const request = useEditorStore((state) => state.quickAdd)
  const latest = useEditorStore((state) => state.manifest.latest)
  const kind = request?.placement.kind
  const level = useEditorStore(({ document, manifest, quickAdd }) => {
    return quickAdd === null ? 'top' : levelOf(loopOf(quickAdd.placement, document), document, manifest)
  })
  const entries = useMemo(() => {
    const inside = level === 'top' ? latest : latest.filter(fitsInLoop)
    const fitting = level === 'loop' ? inside : inside.filter((entry) => !endsIteration(entry))
    if (kind === undefined || kind === 'at' || kind === 'inside') return fitting
    // A node after another one needs an input, and a node before another one needs a port.
    return fitting.filter((entry) => (kind === 'before' ? entry.ports.length > 0 : entry.inputs.length > 0))
  }, [latest, kind, level])
  if (request === null) return null
  const close = () => {
    store.setState({ quickAdd: null })
    canvas.current?.focus()
  }
  return (
    <CanvasPopup label={t('palette.quickAdd')} at={request.at} onClose={close}>
      <NodePicker
        entries={entries}
        onPick={(entry) => {
          close()
          const result = dispatch({ type: 'add-node', nodeType: entry.type, placement: request.placement })
          const [added] = result.ok ? result.selected : []
          if (added !== undefined) canvas.current?.revealIfHidden(added)
        }}
      />
    </CanvasPopup>
  )
}

/** Returns the level of a new node: outside of all others, in a loop, also through a scope, or in scopes alone. */
function levelOf(
  parentId: NodeId | undefined,
  { nodes }: WorkflowDocument,
  manifest: ManifestIndex,
): 'top' | 'loop' | 'scope' {
  if (parentId === undefined) return 'top'
  const nodesById = new Map(nodes.map((node) => [node.id, node]))
  const around = [parentId, ...loopsAround(nodesById, parentId)].flatMap((id) => nodesById.get(id) ?? [])
  return around.some((node) => isLoop(manifest.entryOf(node))) ? 'loop' : 'scope'
}

/** Returns the loop that a new node would be in; `undefined` for none. */
function loopOf(placement: Placement, { nodes, edges }: WorkflowDocument): NodeId | undefined {
  if (placement.kind === 'at') return placement.parentId
  if (placement.kind === 'inside') return placement.nodeId
  const beside =
    placement.kind === 'on-edge' ? edges.find(({ id }) => id === placement.edgeId)?.source : placement.nodeId
  return nodes.find(({ id }) => id === beside)?.parentId
}
