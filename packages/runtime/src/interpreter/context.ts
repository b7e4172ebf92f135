import { TenonError } from '@tenon/core/errors'
import type { Decision, SkipReason } from '@tenon/core/run'
import { type BitTree, createBitTree } from './bit-tree.ts'
import { createKeyOwners, type KeyOwners } from './key-owners.ts'
import { entryOf, itemAt } from './lookup.ts'
import { createMinHeap, type MinHeap } from './min-heap.ts'
import type { Plan, PlanNode } from './plan.ts'
import type { PlanIndex } from './plan-index.ts'
import { createRunState, PHASE, type RunState } from './state.ts'
import { createUndoLog, type UndoLog } from './undo-log.ts'

/** State that the parts of a machine share. */
export interface MachineContext {
  readonly plan: Plan
  readonly index: PlanIndex
  readonly state: RunState
  readonly undoLog: UndoLog
  /** Positions of the nodes that a join may still make lose: those before their start, and open ones not canceling. */
  readonly contenders: BitTree
  readonly keyOwners: KeyOwners
}

/** The fact that is being applied. Decisions are returned in the order of the lists. */
export interface Turn {
  /** Instant of the fact, ms since the Unix epoch. */
  readonly at: number
  /** Decisions of the fact itself. */
  readonly direct: Decision[]
  readonly skipped: Record<SkipReason, number[]>
  /** Decisions that follow in the graph, in document order. */
  readonly following: Decision[]
  /** Nodes that may start, in document order; a join that fires later in the turn may still make them lose. */
  readonly ready: number[]
  /** Nodes whose edges have changed. */
  readonly work: MinHeap
  /** Nodes at which a live edge arrived. */
  readonly arrivedAt: Set<number>
}

export function createContext(index: PlanIndex, restored?: RunState): MachineContext {
  const { plan } = index
  const state = restored ?? createRunState(plan.nodes.map(({ incoming }) => incoming.length))
  const undoLog = createUndoLog()
  const contenders = createBitTree(plan.nodes.length + 1)
  const { first } = index.postDominators()
  for (const [node, phase] of state.phases.entries()) {
    const isContender = phase === PHASE.open ? !entryOf(state.open, node).canceling : phase !== PHASE.finished
    if (isContender) contenders.add(itemAt(first, node))
  }
  const keyOwners = createKeyOwners(undoLog)
  for (const [node, { port, output }] of state.outputs) keyOwners.add(node, port, output)
  return { plan, index, state, undoLog, contenders, keyOwners }
}

export function createTurn(at: number): Turn {
  return {
    at,
    direct: [],
    skipped: { skip_if: [], disabled: [], dead_path: [], loser: [] },
    following: [],
    ready: [],
    work: createMinHeap(),
    arrivedAt: new Set(),
  }
}

export function nodeAt(context: MachineContext, node: number): PlanNode {
  return itemAt(context.plan.nodes, node)
}

/**
 * Returns the index of the node of a fact.
 *
 * @throws {@link TenonError} `FACT_INVALID` for an id that the plan does not have.
 */
export function nodeOf(context: MachineContext, nodeRunId: string): number {
  return context.index.indexOf(nodeRunId) ?? refuse(`The plan has no node "${nodeRunId}"`, { nodeRunId })
}

/** Refuses a fact that cannot have happened in this run. */
export function refuse(message: string, details: Readonly<Record<string, unknown>>): never {
  throw new TenonError('FACT_INVALID', message, { details })
}

/** Removes a node from those that a join may still make lose. */
export function leaveRace({ undoLog, contenders, index }: MachineContext, node: number): void {
  const position = itemAt(index.postDominators().first, node)
  if (!contenders.has(position)) return
  undoLog.note(() => contenders.add(position))
  contenders.remove(position)
}
