import type {
  Decision,
  EngineChangeRequest,
  MigrateRequest,
  MigrationBlocker,
  RunEngine,
  RunStatus,
} from '@tenon/core/run'
import { findCalledNode } from './call-frames.ts'
import { finishCalls } from './calls.ts'
import { advanceEngineChange, dropEngineChange } from './change-engine.ts'
import { advanceCompensation, compensatingNode } from './compensation.ts'
import {
  createFrame,
  type FindPlan,
  type FrameContext,
  findInOpenFrame,
  nodeAt,
  nodeRunIdAt,
  type RunContext,
  TOP_FRAME,
  topFrame,
} from './context.ts'
import { endWhenIdle } from './end-run.ts'
import { isIdle } from './ending.ts'
import { framesBelow } from './frames-in-order.ts'
import { endIteration } from './iterations.ts'
import { judgeFact } from './judge-fact.ts'
import { entryOf } from './lookup.ts'
import type { Machine, MachineFact, MachineSnapshot, OpenNodeRun } from './machine-types.ts'
import { advanceMigration, dropMigration } from './migrate-run.ts'
import { blockersOf } from './migration-blockers.ts'
import type { Plan, PlanNode } from './plan.ts'
import { createPlanIndex, type PlanIndex } from './plan-index.ts'
import { conclude, propagate } from './propagate.ts'
import { createRunOutputs, type RunOutputs } from './run-outputs.ts'
import { restoreRun, snapshotOf } from './snapshot.ts'
import { createRunState, inDocumentOrder, type OpenRun } from './state.ts'
import { createTurns, type Turns } from './turn.ts'
import { createUndoLog } from './undo-log.ts'

function statusOf(run: RunContext): RunStatus {
  const { over, semantics, paused, openCount, waiting } = run.state
  if (over) return topFrame(run).state.ending?.kind ?? 'completed'
  if (semantics === 0) return 'queued'
  if (paused) return 'paused'
  return waiting === openCount ? 'waiting' : 'running'
}

/** Returns the open node runs of a frame in document order, each loop and caller followed by those that it waits for. */
function openNodeRunsOf(context: FrameContext): readonly OpenNodeRun[] {
  const { state } = context
  return inDocumentOrder(state.open).flatMap((node) => {
    const open = openNodeRunOf(context, node, entryOf(state.open, node))
    return [open, ...framesBelow(context, node).flatMap(openNodeRunsOf)]
  })
}

function openNodeRunOf(context: FrameContext, node: number, open: OpenRun): OpenNodeRun {
  const { mode, taskQueue } = nodeAt(context, node)
  const { pass, resume, params, scheduledAt, canceling, wait } = open
  const revision = context.state.revisions.get(node) ?? null
  const queue = mode === 'dispatch' ? taskQueue : null
  const nodeRunId = nodeRunIdAt(context, node)
  const waiting = { waitId: wait?.waitId ?? null, waitKind: wait?.waitFor.kind ?? null }
  return { nodeRunId, pass, mode, queue, resume, params, revision, scheduledAt, canceling, ...waiting }
}

/** Returns all open node runs: while the run undoes what it has done, only one can be open, also in an ended iteration. */
function allOpenNodeRuns(run: RunContext): readonly OpenNodeRun[] {
  const undoing = compensatingNode(run)
  return openNodeRunsOf(undoing?.context ?? topFrame(run))
}

function findOpenNodeRun(run: RunContext, nodeRunId: string): OpenNodeRun | null {
  const found = findInOpenFrame(run, nodeRunId)
  const open = found?.context.state.open.get(found.node)
  return found === null || open === undefined ? null : openNodeRunOf(found.context, found.node, open)
}

/** Propagates the turn through its frames, innermost first, since the end of an iteration is an event of its loop, and that of a call of its caller. */
function concludeTurns(turns: Turns): void {
  for (let entry = turns.next(); entry !== undefined; entry = turns.next()) {
    const { context, turn } = entry
    propagate(context, turn)
    conclude(context, turn)
    const hasEnded = context.state.ended !== null
    if (context.calls !== null && isIdle(context)) finishCalls(context, turn, context.calls)
    if (context.iteration !== null && !hasEnded && isIdle(context)) endIteration(context, turn, context.iteration)
  }
}

/**
 * Creates the machine of one run, which turns facts into decisions.
 *
 * State is changed in place with an undo log, so that the cost of a fact depends on its changes, not on the size of the
 * run. A new machine counts as marked.
 *
 * @param snapshot - Snapshot of another machine of the same plan; the new one continues from it.
 * @param index - Shared by the runs of a plan. @defaultValue a new one
 * @param findPlan - Finds plans to which the run may move. @defaultValue it cannot move
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
  findPlan: FindPlan = () => undefined,
): Machine {
  const undoLog = createUndoLog()
  const run: RunContext = { index, findPlan, state: createRunState(), undoLog, frames: new Map() }
  if (snapshot === undefined) run.frames.set(TOP_FRAME, createFrame(run, index, {}))
  else restoreRun(run, snapshot)
  undoLog.mark()
  return new RunMachine(run)
}

// A class, since V8 keeps the properties of each object with getters of its own in a table, whose access is slow.
class RunMachine implements Machine {
  readonly outputs: RunOutputs
  readonly #run: RunContext

  constructor(run: RunContext) {
    this.#run = run
    this.outputs = createRunOutputs(run)
  }

  apply(fact: MachineFact): readonly Decision[] {
    const run = this.#run
    const act = judgeFact(run, fact)
    if (act === null) return []
    run.undoLog.setField(run.state, 'turn', run.state.turn + 1)
    const turns = createTurns(fact.at)
    const concludeAll = (): void => concludeTurns(turns)
    act(turns)
    concludeAll()
    dropMigration(run, turns)
    dropEngineChange(run, turns)
    advanceCompensation(run, turns, concludeAll)
    advanceMigration(run, turns, concludeAll)
    advanceEngineChange(run, turns, concludeAll)
    endWhenIdle(run, turns.decisions)
    return turns.decisions
  }

  mark(): void {
    this.#run.undoLog.mark()
  }

  rollback(): void {
    this.#run.undoLog.rollback()
  }

  snapshot(): MachineSnapshot {
    return snapshotOf(this.#run)
  }

  get turn(): number {
    return this.#run.state.turn
  }

  get planHash(): string {
    return this.#run.index.plan.planHash
  }

  get status(): RunStatus {
    return statusOf(this.#run)
  }

  get operations(): number {
    return this.#run.undoLog.operations
  }

  get engine(): RunEngine | null {
    return this.#run.state.engine
  }

  get engineChange(): EngineChangeRequest | null {
    return this.#run.state.engineChange
  }

  get version(): string | null {
    return this.#run.state.version
  }

  get migration(): MigrateRequest | null {
    return this.#run.state.migration
  }

  migrationBlockers(target: PlanIndex): readonly MigrationBlocker[] {
    return blockersOf(this.#run, target)
  }

  openNodeRuns(): readonly OpenNodeRun[] {
    return allOpenNodeRuns(this.#run)
  }

  openNodeRun(nodeRunId: string): OpenNodeRun | null {
    return findOpenNodeRun(this.#run, nodeRunId)
  }

  calledNode(nodeRunId: string): PlanNode | null {
    return findCalledNode(this.#run, nodeRunId)
  }
}
