import { TenonError } from '@tenon/core/errors'
import { eventClassOf, type Fact, type RunEvent } from '@tenon/core/run'
import type { MachineFact } from '../interpreter/machine-types.ts'
import type { StoredRun } from '../run-store.ts'
import { laterFactError } from '../store/release-to-readers.ts'
import type { RunLogs } from '../store/run-logs.ts'
import type { RunRef } from '../store/run-ref.ts'
import type { PlanCache } from './plan-cache.ts'
import { absorb, emptySession, type RunIdentity, type RunSession } from './session.ts'
import { restoreSession } from './session-snapshot.ts'

const PAGE = 5_000

/**
 * Rebuilds a run from its snapshot and the log after it.
 *
 * @returns Null for a run that the tenant does not have.
 * @throws {@link TenonError} `RUN_LOG_GAP` if the plan or events are missing; `RUN_LOG_NEWER` (details: `type`) if the
 * log holds a fact that only a later version can read.
 */
export async function loadSession(logs: RunLogs, plans: PlanCache, ref: RunRef): Promise<RunSession | null> {
  const found = await logs.load(ref)
  if (found === null) return null
  const { run, snapshot } = found
  const identity = identityOf(run)
  const restored = snapshot === undefined ? null : await restoreSession(identity, snapshot, plans)
  const first = async () => plans.get(ref.tenantId, run.first?.planHash ?? run.planHash)
  const session = restored ?? emptySession(identity, await first(), plans)
  await catchUp(logs, session)
  session.hasLooseInline = true
  return session
}

/**
 * Rebuilds a run from the log as it was before a turn, such as the one in which it moved to another version.
 *
 * @throws {@link TenonError} as {@link loadSession}
 */
export async function loadSessionBefore(
  logs: RunLogs,
  plans: PlanCache,
  ref: RunRef,
  turn: number,
): Promise<RunSession | null> {
  const found = await logs.load(ref)
  if (found === null) return null
  const { run } = found
  const first = await plans.get(ref.tenantId, run.first?.planHash ?? run.planHash)
  const session = emptySession(identityOf(run), first, plans)
  for (;;) {
    const events = await logs.readEvents(session.identity, session.nextSeq - 1, PAGE)
    const before = events.filter((event) => event.turn < turn)
    await replay(session, before)
    if (before.length < PAGE) return session
  }
}

/**
 * Applies the events of the log that the session lacks; returns true if there were any.
 *
 * @throws {@link TenonError} as {@link loadSession}; the session must not be used then.
 */
export async function catchUp(logs: RunLogs, session: RunSession): Promise<boolean> {
  const before = session.nextSeq
  for (;;) {
    const events = await logs.readEvents(session.identity, session.nextSeq - 1, PAGE)
    await replay(session, events)
    if (events.length < PAGE) break
  }
  session.machine.mark()
  if (session.nextSeq === before) return false
  session.hasLooseInline = true
  return true
}

async function replay(session: RunSession, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) {
    if (event.seq !== session.nextSeq) {
      throw new TenonError('RUN_LOG_GAP', `The run log continues with seq ${event.seq}; expected ${session.nextSeq}`, {
        details: { expected: session.nextSeq, found: event.seq },
      })
    }
    if (event.type === 'migrate_requested') await session.plans.load(event.data.planHash)
    if (event.class === 'fact') session.machine.apply(factOf(event))
    absorb(session, event)
  }
}

/**
 * Returns the fact of a stored event of class `fact`. A later version of this package may have written an unknown one.
 */
function factOf(event: RunEvent): MachineFact {
  if (eventClassOf(event.type) !== 'fact') throw laterFactError('log', event.type)
  return event as Fact & { readonly at: number }
}

function identityOf(run: StoredRun): RunIdentity {
  const { tenantId, runId, workflowId, version, mode, engine, semantics, parent, depth, handles } = run
  return { tenantId, runId, workflowId, version, mode, engine, semantics, parent, depth, handles }
}
