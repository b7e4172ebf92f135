import type { MigrateRequest } from '@tenon/core/run'
import { type RunContext, refuse, topFrame } from './context.ts'
import { blockersOf } from './migration-blockers.ts'
import { moveFrames } from './move-frames.ts'
import { isHolding } from './open-runs.ts'
import { releaseHeld } from './pause-run.ts'
import type { PlanIndex } from './plan-index.ts'
import type { Turns } from './turn.ts'

/**
 * Requests to move a run to another version: no node starts until those in progress have ended or wait, then the run
 * moves. A second request before that, and one that was made for another version, is refused.
 *
 * @see docs/adr/0053-a-run-moves-between-nodes.md
 */
export function requestMigration({ state, undoLog }: RunContext, { decisions }: Turns, request: MigrateRequest): void {
  const { requestId, from, version } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  const isSuperseded = state.migration !== null || (state.version !== null && state.version !== from)
  if (!isSuperseded) {
    undoLog.setField(state, 'migration', request)
    return
  }
  const data = { requestId, version, reason: 'superseded', blockers: [] } as const
  decisions.push({ type: 'migration_refused', data })
}

/** Withdraws a request to move: the run remains on its version, and what the request has held starts. */
export function withdrawMigration(
  run: RunContext,
  turns: Turns,
  { requestId, version }: Pick<MigrateRequest, 'requestId' | 'version'>,
): void {
  const { state, undoLog } = run
  undoLog.setField(state, 'migration', null)
  turns.decisions.push({ type: 'migration_refused', data: { requestId, version, reason: 'withdrawn', blockers: [] } })
  if (!isHolding(run)) releaseHeld(run, turns)
}

/**
 * Refuses a request to move if the run begins to end: what is open then ends, and what was done is undone, in the version
 * that the run executes. Called before anything is undone, since a request holds what would start.
 */
export function dropMigration(run: RunContext, { decisions }: Turns): void {
  const { state, undoLog } = run
  if (state.migration === null || topFrame(run).state.ending === null) return
  const { requestId, version } = state.migration
  undoLog.setField(state, 'migration', null)
  decisions.push({ type: 'migration_refused', data: { requestId, version, reason: 'ending', blockers: [] } })
}

/**
 * Returns the index of a plan to which a run is to move.
 *
 * @throws {@link TenonError} `FACT_INVALID` if it was not loaded.
 */
export function planOf({ findPlan }: RunContext, planHash: string): PlanIndex {
  return findPlan(planHash) ?? refuse('The plan of the version is not loaded', { planHash })
}

/**
 * Moves a run for which that was requested, if none of its nodes is in progress. A run that its nodes keep from moving
 * continues on its version. Called after all other decisions of a turn but the end of the run.
 *
 * @param conclude - Concludes the turns of the frames in which nodes may start again.
 */
export function advanceMigration(run: RunContext, turns: Turns, conclude: () => void): void {
  const { state, undoLog } = run
  const { migration, over, openCount, waiting } = state
  if (migration === null || over || waiting < openCount) return
  const { requestId, version, planHash } = migration
  const target = planOf(run, planHash)
  undoLog.setField(state, 'migration', null)
  const blockers = blockersOf(run, target)
  if (blockers.length > 0) {
    const data = { requestId, version, reason: 'incompatible', blockers } as const
    turns.decisions.push({ type: 'migration_refused', data })
  } else {
    turns.decisions.push({ type: 'run_migrated', data: migration })
    undoLog.setField(state, 'version', version)
    moveFrames(run, turns, target)
  }
  if (!isHolding(run)) releaseHeld(run, turns)
  conclude()
}
