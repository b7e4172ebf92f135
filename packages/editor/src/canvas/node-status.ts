import type { NodeId } from '@tenon/core/document'
import { createContext, type ReactNode, useCallback, useContext, useSyncExternalStore } from 'react'
import type { ShownStatus } from '../ui/status-mark.tsx'

/** Display of a run on a card. The object is the same until it changes. */
export interface NodeRunDisplay {
  readonly status: ShownStatus
  /** Beginning of the type line: `1.84 s`, `0.4 s · attempt 2`; may be empty. */
  readonly label: string
  /** Status in words, for people who cannot see colors. */
  readonly statusLabel: string
  /** Reason of the failure, one sentence. */
  readonly reason?: string
  /** Description of an open wait, or of an outcome that was reused, in place of the sentence of the node type. */
  readonly note?: string
}

/** Style of an edge: taken (green), active (moving dashes), dead (faded), or undecided. */
export type EdgeRunDisplay = 'none' | 'taken' | 'live' | 'dead'

/**
 * Display of a run on a canvas, implemented by the run views.
 *
 * `node` and `edge` must return the same reference until the listeners of `subscribe` are called.
 */
export interface NodeRunPresenter {
  readonly subscribe: (listener: () => void) => () => void
  readonly node: (nodeId: NodeId) => NodeRunDisplay | null
  readonly edge: (edge: {
    readonly source: NodeId
    readonly sourceHandle: string
    readonly target: NodeId
  }) => EdgeRunDisplay
  /** Returns the bar on the frame of a loop: the progress of its items, and which of them is shown. */
  readonly loopBar: (nodeId: NodeId) => ReactNode
}

export const NodeRunContext = createContext<NodeRunPresenter | null>(null)

const subscribeToNothing = (): (() => void) => () => {}

/** Returns the display of the run on one card; `null` without a run. Only changed cards render again. */
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
