import type { ValueRef } from '@tenon/core/run'
import { createMachine } from '../interpreter/machine.ts'
import type { MachineSnapshot } from '../interpreter/machine-types.ts'
import type { PlanCache } from './plan-cache.ts'
import { createSession, type PassAttempts, type RunBeginning, type RunIdentity, type RunSession } from './session.ts'
import { createSessionPlans } from './session-plans.ts'

/** Version of {@link SessionSnapshot}; sessions of other versions are rebuilt from the log. */
const SESSION_VERSION = 5

interface SessionSnapshot {
  readonly sessionVersion: number
  readonly planHash: string
  /** Plan to which the run is about to move; null without one. */
  readonly nextPlanHash: string | null
  readonly machine: MachineSnapshot
  readonly turn: number
  readonly lastAt: number
  readonly logBytes: number
  readonly isLogFull: boolean
  readonly beginning: RunBeginning | null
  readonly timers: readonly (readonly [string, number])[]
  readonly attempts: readonly (readonly [string, PassAttempts])[]
  readonly journal: readonly {
    readonly nodeRunId: string
    readonly paramsHash: string | null
    readonly entries: readonly (readonly [string, ValueRef])[]
  }[]
}

/** Writes a session as a text from which {@link restoreSession} continues. */
export function snapshotText(session: RunSession): string {
  const snapshot: SessionSnapshot = {
    sessionVersion: SESSION_VERSION,
    planHash: session.machine.planHash,
    nextPlanHash: session.machine.migration?.planHash ?? null,
    machine: session.machine.snapshot(),
    turn: session.machine.turn,
    lastAt: session.lastAt,
    logBytes: session.logBytes,
    isLogFull: session.isLogFull,
    beginning: session.beginning,
    timers: [...session.timers],
    attempts: [...session.attempts],
    journal: [...session.journal].map(([nodeRunId, { paramsHash, entries }]) => ({
      ...{ nodeRunId, paramsHash },
      entries: [...entries],
    })),
  }
  return JSON.stringify(snapshot)
}

/**
 * Reads the session that {@link snapshotText} has written, with its plans.
 *
 * @returns Null if the text is unreadable, or of another version.
 */
export async function restoreSession(
  identity: RunIdentity,
  row: { readonly seq: number; readonly data: string },
  cache: Pick<PlanCache, 'get'>,
): Promise<RunSession | null> {
  const snapshot = parseSnapshot(row.data)
  if (snapshot === null) return null
  const { planHash, nextPlanHash } = snapshot
  const { tenantId } = identity
  const loaded = await cache.get(tenantId, planHash)
  const plans = createSessionPlans(loaded, tenantId, cache)
  if (nextPlanHash !== null) await plans.load(nextPlanHash)
  try {
    const findPlan = (hash: string) => plans.find(hash)?.index
    return createSession(
      { identity, plans, machine: createMachine(loaded.plan, snapshot.machine, loaded.index, findPlan) },
      {
        beginning: snapshot.beginning,
        nextSeq: row.seq + 1,
        lastAt: snapshot.lastAt,
        logBytes: snapshot.logBytes,
        isLogFull: snapshot.isLogFull,
        timers: new Map(snapshot.timers),
        attempts: new Map(snapshot.attempts),
        journal: new Map(
          snapshot.journal.map(({ nodeRunId, paramsHash, entries }) => [
            nodeRunId,
            { paramsHash, entries: new Map(entries) },
          ]),
        ),
        hasLooseInline: true,
        snapshotTurn: snapshot.turn,
        bytes: row.data.length,
      },
    )
  } catch {
    // A snapshot is a cache: unreadable parts are rebuilt from the log.
    return null
  }
}

function parseSnapshot(text: string): SessionSnapshot | null {
  try {
    const snapshot = JSON.parse(text) as SessionSnapshot
    return snapshot.sessionVersion === SESSION_VERSION ? snapshot : null
  } catch {
    return null
  }
}
