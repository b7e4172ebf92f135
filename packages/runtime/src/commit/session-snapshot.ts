import type { ValueRef } from '@tenon/core/run'
import { createMachine } from '../interpreter/machine.ts'
import type { MachineSnapshot } from '../interpreter/machine-types.ts'
import type { LoadedPlan } from './plan-cache.ts'
import type { PassAttempts, RunBeginning, RunIdentity, RunSession } from './session.ts'

/** Version of {@link SessionSnapshot}; sessions of other versions are rebuilt from the log. */
const SESSION_VERSION = 2

interface SessionSnapshot {
  readonly sessionVersion: number
  readonly machine: MachineSnapshot
  readonly turn: number
  readonly lastAt: number
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
    machine: session.machine.snapshot(),
    turn: session.machine.turn,
    lastAt: session.lastAt,
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
 * Reads the session that {@link snapshotText} has written.
 *
 * @returns Null if the text is unreadable, or of another version.
 */
export function restoreSession(
  identity: RunIdentity,
  { plan, index, templates }: LoadedPlan,
  row: { readonly seq: number; readonly data: string },
): RunSession | null {
  try {
    const snapshot = JSON.parse(row.data) as SessionSnapshot
    if (snapshot.sessionVersion !== SESSION_VERSION) return null
    return {
      identity,
      plan,
      index,
      templates,
      machine: createMachine(plan, snapshot.machine, index),
      beginning: snapshot.beginning,
      nextSeq: row.seq + 1,
      lastAt: snapshot.lastAt,
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
      cancelActor: null,
    }
  } catch {
    // A snapshot is a cache: unreadable parts are rebuilt from the log.
    return null
  }
}
