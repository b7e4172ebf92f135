import type { NodeId } from '@tenon/core/document'
import type { NodeStatus } from '@tenon/core/run'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'

/** What a card shows of the run over it. Objects stay the same while nothing changes. */
export interface NodeRunDisplay {
  readonly status: NodeStatus
  /** Leads the type line: `1.84 s`, `0.4 s · attempt 2`. Empty when there is nothing to say. */
  readonly label: string
  /** The status in words, for people who do not see colors. */
  readonly statusLabel: string
  /** Why the node failed, in a sentence. */
  readonly reason?: string
}

/** How an edge is drawn: taken (green), running now (moving dashes), dead (faded), or not yet decided. */
export type EdgeRunDisplay = 'none' | 'taken' | 'live' | 'dead'

/**
 * The run that lies over a canvas. The run views implement it; the canvas only asks.
 *
 * `node` and `edge` must give the same reference until `subscribe`'s listeners have been called.
 */
export interface NodeRunPresenter {
  readonly subscribe: (listener: () => void) => () => void
  readonly node: (nodeId: NodeId) => NodeRunDisplay | null
  readonly edge: (edge: {
    readonly source: NodeId
    readonly sourceHandle: string
    readonly target: NodeId
  }) => EdgeRunDisplay
}

export const NodeRunContext = createContext<NodeRunPresenter | null>(null)

const subscribeToNothing = (): (() => void) => () => {}

/** What the run shows on one card; `null` without a run. Renders only the cards that change. */
export function useNodeRun(nodeId: NodeId): NodeRunDisplay | null {
  const presenter = useContext(NodeRunContext)
  const read = useCallback(() => presenter?.node(nodeId) ?? null, [presenter, nodeId])
  return useSyncExternalStore(presenter?.subscribe ?? subscribeToNothing, read, () => null)
}

export function useEdgeRun(source: NodeId, sourceHandle: string, target: NodeId): EdgeRunDisplay {
  const presenter = useContext(NodeRunContext)
  const read = useCallback(
    () => presenter?.edge({ source, sourceHandle, target }) ?? 'none',
    [presenter, source, sourceHandle, target],
  )
  return useSyncExternalStore(presenter?.subscribe ?? subscribeToNothing, read, () => 'none')
}
