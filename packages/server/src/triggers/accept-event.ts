import type { AcceptedWebhook, TriggerOutcome } from '@tenon/core/api'
import { type Json, type RunId, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'
import { newRunId, type StartedRunRow } from '@tenon/runtime'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { bucketOf, checkBeginning } from '../runs/start-run.ts'
import type { ServerTx, TriggerRow } from '../tables/server-tables.ts'
import {
  claimEvent,
  decideEvent,
  type EventDecision,
  insertUnkeyedEvent,
  isDecided,
  sweepEvents,
} from '../tables/trigger-event-repository.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'
import { findVersionToRun, findVersionToStart, type VersionToRun } from '../tables/version-repository.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'

/** A message to a published trigger, which is to start a run. */
export interface TriggerArrival {
  /** Key by which a repetition is recognized; `null` for a message that is never repeated. */
  readonly key: string | null
  /** Input of the run. */
  readonly input: Json
}

type AcceptDeps = Pick<ServerContext, 'database' | 'engine' | 'dataUsage' | 'now' | 'log'>

/** One repeated key in this number deletes events whose time is over. */
const SWEEP_SHARE = 64

/**
 * Starts the run of an event of a trigger, once for each key: the one decision for all kinds of triggers. The id of the
 * run is stored before the run is started, so that a repetition after a crash starts the same run. Version, limits of
 * concurrency and rates, and the keys of the workflow are decided as for a request by the API. The run acts for no person.
 *
 * @returns After the run is stored.
 * @throws {@link TenonError} as a request for a run by the API; the event is listed as rejected then, and the same key may
 * come again.
 * @see docs/adr/0072-an-event-starts-one-run.md
 */
export async function acceptEvent(
  deps: AcceptDeps,
  trigger: TriggerRow,
  arrival: TriggerArrival,
): Promise<AcceptedWebhook> {
  const { database, now } = deps
  const { key } = arrival
  const ref = refOf(trigger)
  const at = now()
  if (key === null) {
    const keep = (decision: EventDecision) =>
      database.withTenant(ref.tenantId, (tx) => insertUnkeyedEvent(tx, ref, { ...decision, mode: 'live', at }))
    return begin(deps, trigger, arrival, newRunId(), keep)
  }
  const eventId = sha256Hex(key)
  const claimed = await database.withTenant(ref.tenantId, async (tx) => {
    if (Number.parseInt(eventId.slice(0, 8), 16) % SWEEP_SHARE === 0) await sweepEvents(tx, ref, at)
    return claimEvent(tx, ref, { eventId, runId: newRunId(), at })
  })
  const runId = claimed.run_id ?? ''
  if (isDecided(claimed)) return { runId, status: 'repeated' }
  const keep = (decision: EventDecision) =>
    database.withTenant(ref.tenantId, (tx) => decideEvent(tx, ref, eventId, decision))
  return begin(deps, trigger, arrival, runId, keep)
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

async function begin(
  deps: AcceptDeps,
  trigger: TriggerRow,
  { input }: TriggerArrival,
  runId: RunId,
  keep: (decision: EventDecision) => Promise<void>,
): Promise<AcceptedWebhook> {
  const { tenantId, nodeId } = refOf(trigger)
  try {
    await deps.dataUsage.checkRoom(tenantId)
    const version = await deps.database.withTenant(tenantId, (tx) => versionToStart(tx, trigger, runId))
    const request = checkBeginning({ tenantId, actor: null, version, trigger: nodeId, input, runId })
    const started = await deps.engine.start(request)
    await keep({ outcome: outcomeOf(started), run_id: started.runId, code: null, message: null })
    return { runId: started.runId, status: 'accepted' }
  } catch (error) {
    // Any other failure may have happened after the start: the event stays undecided, and its sender sends it again.
    const decision = rejectionOf(error)
    if (decision !== null) await keep({ ...decision, run_id: runId })
    throw error
  }
}

function outcomeOf({ deduplicated, merged }: StartedRunRow): TriggerOutcome {
  if (deduplicated === true) return 'deduplicated'
  return merged === true ? 'merged' : 'started'
}

/** Returns `null` for a failure of the server, after which nothing is decided. */
function rejectionOf(error: unknown): EventDecision | null {
  if (!(error instanceof TenonError) || error.code === 'UNAVAILABLE' || error.code === 'INTERNAL') return null
  return { outcome: 'rejected', run_id: null, code: error.code, message: cutText(error.message, 300) }
}

/** Finds the version of the run. One that lacks the trigger, as a canary may, gives way to that which has it. */
async function versionToStart(tx: ServerTx, trigger: TriggerRow, runId: RunId): Promise<VersionToRun> {
  const { tenantId, workflowId, nodeId } = refOf(trigger)
  const latest = (await findWorkflow(tx, tenantId, workflowId))?.latest_version ?? null
  const chosen =
    latest === null
      ? null
      : await findVersionToStart(tx, tenantId, workflowId, { latest: String(latest), bucket: bucketOf(runId) })
  if (chosen !== null && hasTrigger(chosen, nodeId)) return chosen
  const own = trigger.version === null ? null : await findVersionToRun(tx, tenantId, workflowId, trigger.version)
  if (own === null) throw new TenonError('WEBHOOK_NOT_FOUND', 'No version starts runs at this address')
  return own
}

function hasTrigger({ plan }: VersionToRun, nodeId: string): boolean {
  const { nodes } = JSON.parse(plan) as Plan
  return nodes.some((node) => node.id === nodeId && node.control === 'trigger' && !node.disabled)
}
