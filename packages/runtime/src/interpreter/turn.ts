import type { Decision, SkipReason } from '@tenon/core/run'
import type { FrameContext } from './context.ts'
import { createMinHeap, type MinHeap } from './min-heap.ts'

/** The fact that is being applied, in one frame. */
export interface Turn {
  /** Instant of the fact, ms since the Unix epoch. */
  readonly at: number
  /** Decisions so far, of all frames. */
  readonly decisions: Decision[]
  readonly skipped: Record<SkipReason, number[]>
  /** Decisions that follow in the graph, in document order. */
  readonly following: Decision[]
  /** Nodes that may start, in document order; a join that fires later in the turn may still make them lose. */
  readonly ready: number[]
  /** Nodes whose edges have changed. */
  readonly work: MinHeap
  /** Nodes at which a live edge arrived. */
  readonly arrivedAt: Set<number>
  /** Returns the turn in another frame. */
  in(context: FrameContext): Turn
}

/** The fact that is being applied, in each frame that it changes. */
export interface Turns {
  readonly decisions: Decision[]
  /** Returns the turn in a frame, which is concluded later. */
  in(context: FrameContext): Turn
  /** Removes and returns an innermost frame that is not concluded; `undefined` after the last one. */
  next(): { readonly context: FrameContext; readonly turn: Turn } | undefined
}

export function createTurns(at: number): Turns {
  const decisions: Decision[] = []
  const open = new Map<FrameContext, Turn>()

  function turnIn(context: FrameContext): Turn {
    const known = open.get(context)
    if (known !== undefined) return known
    const turn: Turn = {
      at,
      decisions,
      skipped: { skip_if: [], disabled: [], dead_path: [], loser: [], break: [] },
      following: [],
      ready: [],
      work: createMinHeap(),
      arrivedAt: new Set(),
      in: turnIn,
    }
    open.set(context, turn)
    return turn
  }

  return {
    decisions,
    in: turnIn,
    next() {
      let innermost: FrameContext | undefined
      for (const context of open.keys()) {
        if (innermost === undefined || context.index.depth > innermost.index.depth) innermost = context
      }
      if (innermost === undefined) return undefined
      const turn = turnIn(innermost)
      open.delete(innermost)
      return { context: innermost, turn }
    },
  }
}
