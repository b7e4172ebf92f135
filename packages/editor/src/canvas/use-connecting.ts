import type { FinalConnectionState, Connection as FlowConnection, IsValidConnection, OnConnectEnd } from '@xyflow/react'
import { useReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import type { Placement } from '../commands/command.ts'
import { NODE_HEIGHT } from '../frames/card-size.ts'
import { type Connection, connectionRefusal } from '../graph/connection-rules.ts'
import { pointOfEvent } from '../instance/browser.ts'
import { useSession } from '../session/session-context.tsx'
import { useCanvasHover } from './canvas-hover.ts'
import { connectionUnder, targetUnder } from './connection-line.tsx'
import type { FlowEdge } from './flow-types.ts'

interface Connecting {
  readonly isValidConnection: IsValidConnection<FlowEdge>
  readonly onConnect: (connection: FlowConnection) => void
  readonly onConnectEnd: OnConnectEnd
  readonly onReconnect: (edge: FlowEdge, connection: FlowConnection) => void
  readonly onReconnectEnd: (
    event: MouseEvent | TouchEvent,
    edge: FlowEdge,
    handle: 'source' | 'target',
    state: FinalConnectionState,
  ) => void
}

/** Connects ports with the pointer: to a handle, to a card, or to the empty canvas to add the next node. */
export function useConnecting(): Connecting {
  const { store, dispatch } = useSession()
  const hover = useCanvasHover()
  const { screenToFlowPosition } = useReactFlow()
  return useMemo(() => {
    const isAllowed = (connection: Connection) => {
      const { document, manifest } = store.getState()
      return connectionRefusal(document, manifest, connection) === null
    }
    return {
      isValidConnection: (connection) => isAllowed(completed(connection)),
      onConnect: (connection) => {
        dispatch({ type: 'connect', connection: completed(connection) })
      },
      onConnectEnd: (event, state) => {
        if (state.isValid === true || state.fromNode === null || state.fromHandle === null) return
        const { fromNode, fromHandle, toHandle } = state
        const connection = connectionUnder({ fromNode, fromHandle, toHandle }, store.getState(), hover.current())
        if (connection !== null) {
          dispatch({ type: 'connect', connection })
          return
        }
        if (targetUnder(hover.current(), fromNode.id, store.getState()) !== null) return
        const at = pointOfEvent(event)
        const { x, y } = screenToFlowPosition(at)
        const position = { x, y: y - NODE_HEIGHT / 4 }
        const placement: Placement =
          fromHandle.type === 'source'
            ? { kind: 'after', nodeId: fromNode.id, port: fromHandle.id ?? 'success', position }
            : { kind: 'before', nodeId: fromNode.id, input: fromHandle.id ?? 'in', position }
        store.setState({ quickAdd: { placement, at } })
      },
      onReconnect: (edge, connection) => {
        dispatch({ type: 'reconnect', edgeId: edge.id, connection: completed(connection) })
      },
      onReconnectEnd: (_event, edge, _handle, state) => {
        const over = targetUnder(hover.current(), edge.source, store.getState())
        if (state.isValid === null && over === null) {
          dispatch({ type: 'disconnect', edgeIds: [edge.id] })
        }
      },
    }
  }, [store, dispatch, hover, screenToFlowPosition])
}

function completed(connection: FlowConnection | FlowEdge): Connection {
  const { source, sourceHandle, target, targetHandle } = connection
  return { source, sourceHandle: sourceHandle ?? 'success', target, targetHandle: targetHandle ?? 'in' }
}
