import { type ConnectionLineComponentProps, getBezierPath, Position } from '@xyflow/react'
import { useEffect } from 'react'
import { type Connection, connectionRefusal, type Refusal } from '../graph/connection-rules.ts'
import { loopsAround } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import type { EditorState } from '../store/editor-state.ts'
import { useCanvasHover } from './canvas-hover.ts'
import type { FlowNode } from './flow-types.ts'
import { useZoom } from './use-zoom.ts'

/** Line of a connection in progress, with the reason at the pointer if its target is refused. */
export function ConnectionLine(props: ConnectionLineComponentProps<FlowNode>) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition } = props
  const t = useTranslate()
  const { store } = useSession()
  const hover = useCanvasHover()
  const zoom = useZoom()
  const [path] = getBezierPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition ?? Position.Left,
  })
  const connection = connectionUnder(props, store.getState(), hover.current())
  const { document, manifest } = store.getState()
  const refusal: Refusal = connection === null ? null : connectionRefusal(document, manifest, connection)
  const over = overOf(props, connection)
  const isAllowed = refusal === null
  useEffect(() => {
    store.setState({ dropTarget: over === null ? null : { kind: 'node', nodeId: over, isAllowed } })
  }, [store, over, isAllowed])
  useEffect(() => () => store.setState({ dropTarget: null }), [store])
  return (
    <g className="tn-connection" data-refused={!isAllowed || undefined}>
      <path d={path} className="tn-connection-path" />
      <circle cx={toX} cy={toY} r={4} className="tn-connection-end" />
      {refusal !== null && (
        <foreignObject
          className="tn-refusal-box"
          width={280}
          height={80}
          transform={`translate(${toX} ${toY}) scale(${1 / zoom}) translate(14 14)`}
        >
          <div className="tn-refusal" role="status">
            {t(refusal)}
          </div>
        </foreignObject>
      )}
    </g>
  )
}

function overOf(props: ConnectionLineComponentProps<FlowNode>, connection: Connection | null): string | null {
  if (connection === null) return null
  return props.fromHandle.type === 'source' ? connection.target : connection.source
}

interface LineEnds extends Pick<ConnectionLineComponentProps, 'fromHandle' | 'toHandle'> {
  readonly fromNode: { readonly id: string }
}

/**
 * Returns the node whose card a connection would go to. The frame around its source is empty space for it.
 *
 * @param overNodeId - Node under the pointer; `null` for none.
 */
export function targetUnder(
  overNodeId: string | null,
  sourceId: string,
  { nodesById }: Pick<EditorState, 'nodesById'>,
): string | null {
  return overNodeId !== null && loopsAround(nodesById, sourceId).includes(overNodeId) ? null : overNodeId
}

/** Returns the connection that releasing the pointer would create. A card counts as its first input. */
export function connectionUnder(
  { fromNode, fromHandle, toHandle }: LineEnds,
  state: Pick<EditorState, 'nodesById' | 'manifest'>,
  overNodeId: string | null,
): Connection | null {
  const otherId = toHandle?.nodeId ?? targetUnder(overNodeId, fromNode.id, state)
  if (otherId === null || otherId === undefined || (toHandle == null && otherId === fromNode.id)) return null
  const other = state.nodesById.get(otherId)
  const entry = other === undefined ? undefined : state.manifest.entryOf(other)
  if (fromHandle.type === 'source') {
    const targetHandle = (toHandle?.type === 'target' ? toHandle.id : null) ?? entry?.inputs[0]?.name ?? 'in'
    return { source: fromNode.id, sourceHandle: fromHandle.id ?? 'success', target: otherId, targetHandle }
  }
  const firstPort = entry?.ports.find((port) => 'name' in port)
  const sourceHandle =
    (toHandle?.type === 'source' ? toHandle.id : null) ??
    (firstPort !== undefined && 'name' in firstPort ? firstPort.name : 'success')
  return { source: otherId, sourceHandle, target: fromNode.id, targetHandle: fromHandle.id ?? 'in' }
}
