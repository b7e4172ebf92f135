import type { AcceptedWebhook } from '@tenon/core/api'
import type { Json, RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'
import { newRunId, type StartedRunRow } from '@tenon/runtime'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { isRefusal } from '../log/is-refusal.ts'
import { reasonOf } from '../log/reason-of.ts'
import { bucketOf, checkBeginning } from '../runs/start-run.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import {
  claimEvent,
  decideEvent,
  type EventDecision,
  eventIdOf,
  insertUnkeyedEvent,
  isDecided,
} from '../tables/trigger-event-repository.ts'
import { findTrigger, type TriggerRef } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { findVersionToRun, findVersionToStart, type VersionToRun } from '../tables/version-repository.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'

/** A message to a trigger, or a time of a schedule, which is to start a run. */
export interface TriggerArrival {
  /** `test` for one to the test address. */
  readonly mode: 'live' | 'test'
  /** Key by which a repetition is recognized; `null` for a message without one, which always starts a run. */
  readonly key: string | null
  /** Id of the run, if it follows from the key. @defaultValue a new id */
  readonly runId?: RunId
  /** Time of a schedule that starts the run. @defaultValue the event is a message */
  readonly dueAt?: number | null
  /** True for a past time that a person has asked for. @defaultValue false */
  readonly isBackfill?: boolean
  /**
   * Runs in the transaction that claims the event, and throws if it is not to be claimed. It returns the time of the event.
   *
   * @defaultValue the time of this process
   */
  readonly hold?: (tx: ServerTx) => Promise<number>
  /** Starts the run with this id; a run that has it is returned as it is. */
  readonly start: (runId: RunId) => Promise<StartedRunRow>
}

type AcceptDeps = Pick<ServerContext, 'database' | 'reader' | 'now' | 'log'>

/**
 * Starts the run of an event of a trigger, once for each key: the one decision for all kinds of triggers. The id of the
 * run is stored before the run is started, so that a repetition after a crash starts the same run, or finds it.
 *
 * @returns After the run is stored.
 * @throws {@link TenonError} as a request for a run by the API; the event is listed as rejected then, and can be retried
 * with the same key.
 * @see docs/adr/0072-an-event-starts-one-run.md
 */
export async function acceptEvent(
  deps: AcceptDeps,
  ref: TriggerRef,
  { mode, key, start, hold, runId: own = newRunId(), dueAt = null, isBackfill = false }: TriggerArrival,
): Promise<AcceptedWebhook> {
  const { database, reader, now } = deps
  const { tenantId } = ref
  if (key === null) {
    const at = now()
    const keep = (decision: EventDecision) =>
      database.withTenant(tenantId, (tx) => insertUnkeyedEvent(tx, ref, { ...decision, mode, at }))
    return begin(deps, { start, keep, runId: own })
  }
  const eventId = eventIdOf(mode, key)
  const claimed = await database.withTenant(tenantId, async (tx) => {
    const at = hold === undefined ? now() : await hold(tx)
    return claimEvent(tx, ref, { eventId, mode, runId: own, at, dueAt, isBackfill })
  })
  const runId = claimed.run_id ?? own
  if (isDecided(claimed)) return { runId, status: 'repeated' }
  const keep = (decision: EventDecision) =>
    database.withTenant(tenantId, (tx) => decideEvent(tx, ref, eventId, decision))
  // A process that was killed may have started the run: it exists, whether or not one could be started now.
  if ((dueAt !== null || runId !== own) && (await reader.getRun(tenantId, runId)) !== null) {
    await keep(startedBy({ runId }))
    return { runId, status: 'repeated' }
  }
  return begin(deps, { start, keep, runId })
}

/**
 * Starts a run of a published trigger. Version, limits of concurrency and rates, and the keys of the workflow are decided as
 * for a request by the API. The run acts for no person.
 *
 * @throws {@link TenonError} `WEBHOOK_NOT_FOUND` or, for another kind, `TRIGGER_NOT_FOUND`, and `TRIGGER_PAUSED` if that has changed since the trigger was read; as a
 * request for a run by the API.
 */
export async function startByTrigger(
  { database, engine, dataUsage }: Pick<ServerContext, 'database' | 'engine' | 'dataUsage'>,
  trigger: TriggerRow,
  input: Json,
  runId: RunId,
): Promise<StartedRunRow> {
  const { tenantId, nodeId } = refOf(trigger)
  await dataUsage.checkRoom(tenantId)
  const version = await database.withTenant(tenantId, (tx) => versionToStart(tx, trigger, runId))
  return engine.start(checkBeginning({ tenantId, actor: null, version, trigger: nodeId, input, runId }))
}

/** Stores a message that no run is started for, such as one with a wrong signature. */
export async function rejectEvent(
  { database, now, log }: Pick<AcceptDeps, 'database' | 'now' | 'log'>,
  ref: TriggerRef,
  mode: 'live' | 'test',
  error: unknown,
): Promise<void> {
  const decision = rejectionOf(error)
  if (decision === null) return
  // The sender gets the reason in any case.
  await database
    .withTenant(ref.tenantId, (tx) => insertUnkeyedEvent(tx, ref, { ...decision, mode, at: now() }))
    .catch((cause: unknown) => log('warn', 'trigger.event_not_stored', { ...ref, reason: reasonOf(cause) }))
}

/** Returns the names of a trigger. */
export function refOf({ tenant_id, workflow_id, node_id }: TriggerRow): TriggerRef {
  return { tenantId: tenant_id, workflowId: workflow_id, nodeId: node_id }
}

interface Start extends Pick<TriggerArrival, 'start'> {
  readonly runId: RunId
  readonly keep: (decision: EventDecision) => Promise<void>
}

async function begin({ log }: AcceptDeps, { start, keep, runId }: Start): Promise<AcceptedWebhook> {
  let started: StartedRunRow
  try {
    started = await start(runId)
  } catch (error) {
    // Any other failure may have happened after the start: the event stays undecided, and its sender sends it again.
    const decision = rejectionOf(error)
    // The sender gets the reason in any case.
    if (decision !== null) {
      await keep({ ...decision, run_id: runId }).catch((cause: unknown) =>
        log('warn', 'trigger.event_not_stored', { runId, reason: reasonOf(cause) }),
      )
    }
    throw error
  }
  await keep(startedBy(started))
  return { runId: started.runId, status: 'accepted' }
}

function startedBy({ runId, deduplicated, merged }: Omit<StartedRunRow, 'status' | 'startedAt'>): EventDecision {
  const outcome = deduplicated === true ? 'deduplicated' : merged === true ? 'merged' : 'started'
  return { outcome, run_id: runId, code: null, message: null }
}

/** Returns `null` for a failure of the server, after which nothing is decided. */
function rejectionOf(error: unknown): EventDecision | null {
  if (!isRefusal(error)) return null
  return { outcome: 'rejected', run_id: null, code: error.code, message: cutText(error.message, 300) }
}

/**
 * Finds the version of the run. If one lacks the trigger, as a canary may, the one that has it is used. The trigger is read
 * again: verifying a message takes time, in which it may be paused or its workflow deleted.
 */
async function versionToStart(tx: ServerTx, trigger: TriggerRow, runId: RunId): Promise<VersionToRun> {
  const ref = refOf(trigger)
  const { tenantId, workflowId, nodeId } = ref
  const workflow = await findWorkflow(tx, tenantId, workflowId)
  const now = await findTrigger(tx, ref)
  const version = now?.version ?? null
  if (workflow?.deleted_at !== null || now?.generation !== trigger.generation || version === null) throw closed(trigger)
  if (now.paused_at !== null) throw pausedTrigger()
  const { latest_version: latest } = workflow
  const chosen =
    latest === null
      ? null
      : await findVersionToStart(tx, tenantId, workflowId, { latest: String(latest), bucket: bucketOf(runId) })
  if (chosen !== null && hasTrigger(chosen, nodeId)) return chosen
  const own = await findVersionToRun(tx, tenantId, workflowId, version)
  if (own === null) throw closed(trigger)
  return own
}

function closed({ kind }: TriggerRow): TenonError {
  return kind === 'webhook'
    ? new TenonError('WEBHOOK_NOT_FOUND', 'No version starts runs at this address')
    : new TenonError('TRIGGER_NOT_FOUND', 'No version starts runs at this trigger')
}

/** The error of a message to a trigger that is paused. */
export function pausedTrigger(): TenonError {
  return new TenonError('TRIGGER_PAUSED', 'The trigger is paused and accepts no messages')
}

function hasTrigger({ plan }: VersionToRun, nodeId: string): boolean {
  const { nodes } = JSON.parse(plan) as Plan
  return nodes.some((node) => node.id === nodeId && node.control === 'trigger' && !node.disabled)
}
