import { isRunOver, type RunEvent, type RunStatus } from '@tenon/core/run'
import { isAppendRefused } from '../postgres/refusal.ts'
import { commandsOf } from './commands.ts'
import type { CommitResult, CommitWork } from './commit-types.ts'
import { drive, MAX_SLICE_BYTES } from './drive.ts'
import {
  acceptAppend,
  addSnapshot,
  addWork,
  appendOf,
  createPendingAppend,
  type PendingAppend,
  sizeOfAppend,
  undoAppend,
} from './pending-append.ts'
import { type CommitDeps, NO_PASSES, SLICE } from './perform-commit.ts'
import type { RunSession } from './session.ts'

/** Work on a run that may share an append with other work on it. */
export interface SharedWork {
  /** True if the append must compare `seq`: for work without facts. */
  readonly isPinned: boolean
  /** Decides what to commit to the state of the run, which includes the work before it; null for nothing. */
  decide(session: RunSession): Promise<CommitWork | null>
}

/**
 * Most observations of the works that share an append. An entry of a body's log takes up to 256 kB, so they take no more
 * than a slice of values.
 */
export const MAX_SHARED_OBSERVATIONS = 32

/** Contribution of one work to the append. */
interface Part {
  readonly shared: SharedWork
  readonly work: CommitWork | null
  /** Positions after its last event and its last start. */
  readonly events: number
  readonly started: number
  readonly status: RunStatus
}

/**
 * Commits works to a run in one append, as if they were committed one after the other. The caller holds the run's lock.
 *
 * @returns A result for each of the first works, as many as the append has room for; null for a work that decided for
 * nothing. Or a number if nothing was stored: so many of the first works, ≥ 1, may share an append instead. One must be
 * committed alone: it is impossible, none has an effect, or another process has written. Of works with a refused append
 * it is the first half.
 * @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors: it is unknown whether the append was stored,
 * and the session must not be used again.
 */
export async function commitTogether(
  session: RunSession,
  works: readonly SharedWork[],
  deps: CommitDeps,
): Promise<readonly (CommitResult | null)[] | number> {
  // With `durability: 'strict'` every turn is an append. What comes after the end of a run is judged by the database.
  if (session.plan.durability === 'strict' || isRunOver(session.machine.status)) return 1
  const entering = deps.appends.enter()
  // Without a pause if there is room, so that appends that are ready together share a flush.
  const room = entering instanceof Promise ? await entering : entering
  const pending = createPendingAppend(session, deps.queueOf)
  let shared = 0
  try {
    addSnapshot(pending, session)
    const parts = await addParts(session, pending, works, deps)
    if (typeof parts === 'number') {
      undoAppend(session, pending)
      return Math.max(parts, 1)
    }
    shared = parts.length
    const isPinned = parts.some((part) => part.shared.isPinned)
    if (pending.events.length === 0 || (pending.turns === 0 && !isPinned)) {
      undoAppend(session, pending)
      return 1
    }
    room.weigh(sizeOfAppend(pending))
    const stored = await deps.appender.append(appendOf(pending, session, null, isPinned))
    room.release()
    if (stored.outcome !== 'ok') {
      undoAppend(session, pending)
      return 1
    }
    const events: RunEvent[] = []
    const metOthers = await acceptAppend(session, pending, stored, events, deps)
    return resultsOf(parts, { pending, events, metOthers, hasMore: session.hasLooseInline })
  } catch (error) {
    undoAppend(session, pending)
    if (isAppendRefused(error)) return Math.ceil(shared / 2)
    throw error
  } finally {
    room.release()
  }
}

/** Adds works to an append until it is full. Or returns the number of works before one that cannot share it. */
async function addParts(
  session: RunSession,
  pending: PendingAppend,
  works: readonly SharedWork[],
  deps: CommitDeps,
): Promise<readonly Part[] | number> {
  const { machine } = session
  const at = Math.max(deps.now(), session.lastAt)
  const fullAt = performance.now() + SLICE.maxMs
  const parts: Part[] = []
  let observations = 0
  try {
    for (const shared of works) {
      const work = await shared.decide(session)
      observations += work?.observations?.length ?? 0
      if (observations > MAX_SHARED_OBSERVATIONS && parts.length > 0) break
      if (work !== null) {
        addWork(pending, work, work.observations ?? [])
        // Each has a slice of its own, so that a work that fits into one is never split.
        const maxTurns = pending.turns + SLICE.maxTurns
        const { facts, acquireSlot, worker = '' } = work
        const request = { facts, at, acquireSlot, worker, maxTurns, maxMs: SLICE.maxMs, refusedPasses: NO_PASSES }
        const left = await drive(session, pending, request, deps)
        if (left.length > 0) return parts.length
      }
      const { status } = machine
      parts.push({ shared, work, events: pending.events.length, started: pending.started.length, status })
      const isFull =
        pending.turns >= SLICE.maxTurns || pending.payloadBytes >= MAX_SLICE_BYTES || performance.now() >= fullAt
      // After the end of the run no observation may follow.
      if (isFull || session.hasLooseInline || isRunOver(status)) break
    }
    return parts
  } catch {
    // Committed alone, the work at fault has the error to itself.
    return parts.length
  }
}

interface Stored {
  readonly pending: PendingAppend
  /** Stored events of all works. */
  readonly events: readonly RunEvent[]
  readonly metOthers: boolean
  readonly hasMore: boolean
}

function resultsOf(
  parts: readonly Part[],
  { pending, events, metOthers, hasMore }: Stored,
): readonly (CommitResult | null)[] {
  return parts.map(({ work, status, ...to }, index) => {
    if (work === null) return null
    const from = parts[index - 1] ?? { events: 0, started: 0 }
    const own = events.slice(from.events, to.events)
    return {
      outcome: own.length > 0 ? 'committed' : 'unchanged',
      status,
      events: own,
      commands: commandsOf(own),
      started: pending.started.slice(from.started, to.started),
      metOthers,
      hasMore: hasMore && index === parts.length - 1,
    }
  })
}
