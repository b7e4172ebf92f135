import { createContext, createTurn, type MachineContext, nodeAt } from './context.ts'
import { endWhenIdle } from './ending.ts'
import { judgeFact } from './judge-fact.ts'
import { entryOf } from './lookup.ts'
import type { Machine, MachineSnapshot, OpenNodeRun } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex, type PlanIndex } from './plan-index.ts'
import { conclude, propagate } from './propagate.ts'
import { createRunOutputs } from './run-outputs.ts'
import { restoreState, snapshotOf } from './snapshot.ts'
import { inDocumentOrder, type RunState } from './state.ts'

function statusOf({ over, ending, semantics, paused, open, waiting }: RunState): Machine['status'] {
  if (over) {
    if (ending === null) return 'completed'
    return ending.kind
  }
  if (semantics === 0) return 'queued'
  if (paused) return 'paused'
  return waiting === open.size ? 'waiting' : 'running'
}

function openNodeRunsOf(context: MachineContext): readonly OpenNodeRun[] {
  const { state } = context
  return inDocumentOrder(state.open).map((node) => {
    const { id: nodeRunId, mode, taskQueue } = nodeAt(context, node)
    const { pass, resume, scheduledAt, canceling, wait } = entryOf(state.open, node)
    const queue = mode === 'dispatch' ? taskQueue : null
    return { nodeRunId, pass, mode, queue, resume, scheduledAt, canceling, waitId: wait?.waitId ?? null }
  })
}

/**
 * Creates the machine of one run, which turns facts into decisions.
 *
 * State is changed in place with an undo log, so that the cost of a fact depends on its changes, not on the size of the
 * run. A new machine counts as marked.
 *
 * @param snapshot - Snapshot of another machine of the same plan; the new one continues from it.
 * @param index - Shared by the runs of a plan. @defaultValue a new one
 * @throws {@link TenonError} `SNAPSHOT_UNREADABLE` if the snapshot is of another version or plan.
 *
 * @example
 * ```ts
 * const machine = createMachine(plan)
 * machine.mark()
 * const decisions = machine.apply(fact)
 * if (!stored) machine.rollback()
 * ```
 */
export function createMachine(
  plan: Plan,
  snapshot?: MachineSnapshot,
  index: PlanIndex = createPlanIndex(plan),
): Machine {
  const restored = snapshot === undefined ? undefined : restoreState(snapshot, plan.planHash)
  const context = createContext(index, restored)
  const { state, undoLog } = context
  undoLog.mark()

  return {
    apply(fact) {
      const act = judgeFact(context, fact)
      if (act === null) return []
      undoLog.setField(state, 'turn', state.turn + 1)
      const turn = createTurn(fact.at)
      act(turn)
      propagate(context, turn)
      const decisions = conclude(context, turn)
      endWhenIdle(context, decisions)
      return decisions
    },
    mark: undoLog.mark,
    rollback: undoLog.rollback,
    snapshot: () => snapshotOf(state, plan.planHash),
    get turn() {
      return state.turn
    },
    get status() {
      return statusOf(state)
    },
    get operations() {
      return undoLog.operations
    },
    openNodeRuns: () => openNodeRunsOf(context),
    outputs: createRunOutputs(context),
  }
}
