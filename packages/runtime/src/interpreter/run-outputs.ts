import { type CallsWait, calledNodeRunIdOf, type ValueRef } from '@tenon/core/run'
import { bitsDownOf, bitsOf, hasBit } from './bitset.ts'
import {
  type FrameContext,
  findNodeRun,
  type NodeInFrame,
  nodeAt,
  type RunContext,
  refuse,
  topFrame,
} from './context.ts'
import { ERROR_PORT } from './finish-node.ts'
import { lowerBound } from './key-owners.ts'
import { entryOf, itemAt } from './lookup.ts'
import {
  type CallEnd,
  type IterationEnd,
  inDocumentOrder,
  type KeptRound,
  type LoopFault,
  type LoopState,
} from './state.ts'

/** An output with its node and port. */
export interface OwnedOutput {
  /** Node of the output. */
  readonly nodeId: string
  /** Port of the output. */
  readonly port: string
  /** Reference to the stored value. */
  readonly output: ValueRef
}

/**
 * Outputs that a node run can read, as of the moment at which its first pass was scheduled: the same in every pass and
 * on replay. References only; the caller loads the values that it needs.
 */
export interface InputView {
  /**
   * Returns the owner of one top-level key of `input`: the last ancestor in document order whose output has the key;
   * `null` if none has it.
   */
  ownerOf(key: string): OwnedOutput | null
  /** Returns the outputs of which the whole `input` consists, in document order: later ones override earlier ones. */
  owners(): readonly OwnedOutput[]
  /** Returns `nodes.<id>.output` at that moment; `null` if there was none. */
  outputOf(nodeId: string): OwnedOutput | null
  /** Returns the `error` of an error branch: the failure of the last routed ancestor in document order. */
  error(): OwnedOutput | null
}

/** The iteration that a node run belongs to. */
export interface IterationView {
  /** Position in its loop, from 0. */
  readonly index: number
  /** List of the values of all iterations. */
  readonly items: ValueRef
}

/** The rounds of a loop, as its children and the loop itself can read them. */
export interface RoundView {
  /** For a child the position of its iteration, for the loop that of the next one; from 0. */
  readonly index: number
  /** Result of the iteration before; `null` before the first, for one that failed, and while several run at a time. */
  readonly previous: ValueRef | null
}

/** Progress of a loop that has begun iterations. */
export interface LoopView {
  /** Number of iterations that have begun. */
  readonly begun: number
  /** True if no iteration can begin any more. */
  readonly isStopped: boolean
  /** Index of the iteration that ended the loop with a break; `null` without one. */
  readonly stoppedAt: number | null
  /** Failure of the loop itself; `null` without one. */
  readonly fault: LoopFault | null
}

/** Data flow of a run, derived from the state of the machine. */
export interface RunOutputs {
  /**
   * Returns the output of a node outside of loops; `null` before it ends, for an unknown node, and for one that lost or
   * never ran.
   */
  outputOf(nodeId: string): OwnedOutput | null
  /**
   * Collects the outputs that a node run can read as `input`: in an iteration first those of the iteration, then what
   * its loop can read.
   *
   * @throws {@link TenonError} `FACT_INVALID` for a node that the plan does not have, and for an iteration that has
   * ended.
   */
  inputView(nodeRunId: string): InputView
  /** Returns the iteration of the innermost loop over a list around a node run; `null` outside of those. */
  iterationOf(nodeRunId: string): IterationView | null
  /** Returns the rounds of the innermost loop around a node run, of a loop its own; `null` outside of loops. */
  roundOf(nodeRunId: string): RoundView | null
  /** Returns what a loop has begun; `null` for other nodes, and before its first iterations. */
  loopOf(nodeRunId: string): LoopView | null
  /** Returns the kept results of an open loop, by index; none for other nodes. */
  iterationsOf(nodeRunId: string): readonly EndedIteration[]
  /** Returns the calls of an open node run, with their ends; none for other nodes, and before. */
  callsOf(nodeRunId: string): CalledEnds
}

/** Calls of a node run, for its next pass. */
export interface CalledEnds {
  /** Data that the node run has kept; `null` for none. */
  readonly state: CallsWait['state']
  /** The calls that have ended, in their order. */
  readonly ended: readonly CalledEnd[]
}

/** A call that has ended. */
export interface CalledEnd {
  readonly callId: string
  readonly nodeRunId: string
  /** Params that people gave instead of those of the call; `null` if they changed none. */
  readonly edited: ValueRef | null
  readonly end: CallEnd
}

/** Result of an iteration that has ended. */
export interface EndedIteration extends IterationEnd {
  readonly index: number
}

export function createRunOutputs(run: RunContext): RunOutputs {
  function locate(nodeRunId: string): NodeInFrame {
    return findNodeRun(run, nodeRunId) ?? refuse(`The iteration of "${nodeRunId}" has ended`, { nodeRunId })
  }

  return {
    outputOf(nodeId) {
      const top = topFrame(run)
      const node = top.index.indexOf(nodeId)
      return node === undefined || !top.state.outputs.has(node) ? null : ownedAt(top, node)
    },
    inputView(nodeRunId) {
      const { context, node } = locate(nodeRunId)
      return viewOf(context, node)
    },
    iterationOf(nodeRunId) {
      for (const { round, index } of roundsAround(locate(nodeRunId).context)) {
        if (round.items !== null) return { index, items: round.items }
      }
      return null
    },
    roundOf(nodeRunId) {
      const { context, node } = locate(nodeRunId)
      if (nodeAt(context, node).control === 'loop') {
        const loop = context.state.loops.get(node)
        return loop === undefined
          ? { index: 0, previous: null }
          : { index: loop.next, previous: keptRound(loop, loop.next).previous }
      }
      const [innermost] = roundsAround(context)
      return innermost === undefined ? null : { index: innermost.index, previous: innermost.round.previous }
    },
    loopOf(nodeRunId) {
      const { context, node } = locate(nodeRunId)
      const loop = context.state.loops.get(node)
      return loop === undefined
        ? null
        : { begun: loop.next, isStopped: loop.stopped, stoppedAt: loop.stoppedAt, fault: loop.fault }
    },
    iterationsOf(nodeRunId) {
      const { context, node } = locate(nodeRunId)
      const ended = context.state.loops.get(node)?.ended ?? new Map<number, IterationEnd>()
      return inDocumentOrder(ended).map((index) => ({ index, ...entryOf(ended, index) }))
    },
    callsOf(nodeRunId) {
      const { context, node } = locate(nodeRunId)
      const { pass, waitFor, edited, ended } = entryOf(context.state.calls, node)
      return {
        state: waitFor.state,
        ended: inDocumentOrder(ended).map((index) => {
          const { callId } = itemAt(waitFor.calls, index)
          const called = { callId, nodeRunId: calledNodeRunIdOf(nodeRunId, pass, callId) }
          return { ...called, edited: edited.get(index) ?? null, end: entryOf(ended, index) }
        }),
      }
    },
  }
}

/** Returns the rounds of the loops around the nodes of a frame, innermost first, without scopes. */
function* roundsAround(context: FrameContext): Generator<{ readonly round: KeptRound; readonly index: number }> {
  for (let frame = context; frame.iteration !== null; frame = frame.iteration.parent) {
    const { parent, loop, path } = frame.iteration
    if (nodeAt(parent, loop).control !== 'loop') continue
    const index = itemAt(path, path.length - 1)
    yield { round: frame.state.ended ?? keptRound(entryOf(parent.state.loops, loop), index), index }
  }
}

/** Returns what the nodes of an iteration read of its loop. */
export function keptRound({ ended, waitFor }: LoopState, index: number): KeptRound {
  // With several at a time, it would depend on the moment whether the one before has ended.
  const previous = waitFor.concurrency === 1 ? (ended.get(index - 1)?.output ?? null) : null
  return { items: waitFor.items, previous }
}

function ownedAt(context: FrameContext, node: number): OwnedOutput {
  return { nodeId: nodeAt(context, node).id, ...entryOf(context.state.outputs, node) }
}

/** Returns the outputs that a node can read: those of its frame, then those that the loop around it can read. */
function viewOf(context: FrameContext, reader: number): InputView {
  const own = viewInFrame(context, reader)
  const { iteration } = context
  if (iteration === null) return own
  const outer = viewOf(iteration.parent, iteration.loop)
  return {
    ownerOf: (key) => own.ownerOf(key) ?? outer.ownerOf(key),
    owners: () => [...outer.owners(), ...own.owners()],
    outputOf: (nodeId) => (context.index.indexOf(nodeId) === undefined ? outer : own).outputOf(nodeId),
    error: () => own.error() ?? outer.error(),
  }
}

function viewInFrame(context: FrameContext, reader: number): InputView {
  const { state, index, keyOwners, undoLog } = context
  const ancestors = index.ancestorsOf(reader)
  // A step reads the output of the node that it undoes, and what that has read: nothing that completed late beside it.
  const undone = index.undoneNode(reader)
  const readAt = itemAt(state.scheduledTurns, undone ?? reader)
  const isThere = (node: number): boolean => {
    undoLog.visit()
    return state.outputs.has(node) && (node === undone || itemAt(state.finishedTurns, node) <= readAt)
  }
  const carries = (node: number, key: string): boolean => {
    const { port, output } = entryOf(state.outputs, node)
    return port !== ERROR_PORT && (output.keys?.includes(key) ?? false)
  }

  // Searches the ancestors and the owners of the key in parallel: if one list is long without a match, like the
  // owners in parallel branches or the ancestors in a long chain, the other one is short.
  function findOwner(key: string): number | null {
    const owners = keyOwners.ownersOf(key)
    const down = bitsDownOf(ancestors)
    for (let at = lowerBound(owners, reader) - 1; at >= 0; at -= 1) {
      const owner = itemAt(owners, at)
      if (hasBit(ancestors, owner) && isThere(owner)) return owner
      const { value: ancestor, done } = down.next()
      if (done) return null
      if (isThere(ancestor) && carries(ancestor, key)) return ancestor
    }
    return null
  }

  return {
    ownerOf(key) {
      const owner = findOwner(key)
      return owner === null ? null : ownedAt(context, owner)
    },
    owners: () =>
      [...bitsOf(ancestors)]
        .filter(isThere)
        .map((node) => ownedAt(context, node))
        .filter(({ port, output }) => port !== ERROR_PORT && (output.keys?.length ?? 0) > 0),
    outputOf(nodeId) {
      const node = index.indexOf(nodeId)
      return node !== undefined && isThere(node) ? ownedAt(context, node) : null
    },
    error() {
      for (const node of bitsDownOf(ancestors)) {
        if (isThere(node) && entryOf(state.outputs, node).port === ERROR_PORT) return ownedAt(context, node)
      }
      return null
    },
  }
}
