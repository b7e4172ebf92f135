import type { ReceivedEvent } from '@tenon/core/api'
import { sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'
import { presentReceivedEvent } from '../bus-events/present-received-event.ts'
import { waitEventOf } from '../bus-events/send-event.ts'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { beginRun } from '../runs/start-run.ts'
import {
  type ClaimedRequest,
  decideRequest,
  delayEntry,
  dropEntry,
  findRequest,
  type RequestDecision,
  spreadEvent,
} from '../tables/start-request-repository.ts'
import { listEventTriggers } from '../tables/trigger-repository.ts'
import type { StartRequestRow } from '../tables/trigger-tables.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'
import { isPassing, receiveEvent } from './receive-event.ts'

/** Time for which a request that fails for a reason that may pass is tried again. */
const GIVE_UP_MS = 24 * 60 * 60 * 1_000
/** The same for a type of events that only processes of a newer version may know: others with its order key wait for it. */
const UNKNOWN_TYPE_MS = 60 * 60 * 1_000
const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 5 * 60 * 1_000

/**
 * Works on a claimed request: starts the run, delivers the event to waits and spreads it over its triggers, or starts the run
 * of one trigger. Each is repeatable, so a process that is killed anywhere in between leaves the rest to another.
 */
export async function acceptRequest(server: ServerContext, claimed: ClaimedRequest): Promise<void> {
  const row = await server.database.withTenant(claimed.tenantId, (tx) => findRequest(tx, claimed))
  try {
    if (row === null) await dropWithoutRow(server, claimed)
    else if (claimed.target !== '') await acceptForTrigger(server, claimed, row)
    else if (row.kind === 'run') await acceptRun(server, claimed, row)
    else await acceptBusEvent(server, claimed, row)
  } catch (error) {
    if (row !== null && (await hasStarted(server, row))) await decide(server, claimed, { state: 'accepted' })
    else await delayOrRefuse(server, claimed, error)
  }
}

async function acceptRun(server: ServerContext, claimed: ClaimedRequest, row: StartRequestRow): Promise<void> {
  const { tenant_id: tenantId, scope: workflowId, node_id: trigger, run_id: runId, body } = row
  if (runId === null) throw new TenonError('INTERNAL', 'A request for a run has no run id')
  const workflow = await server.database.withTenant(tenantId, (tx) => findWorkflow(tx, tenantId, workflowId))
  if (workflow === null || workflow.deleted_at !== null) {
    throw new TenonError('WORKFLOW_NOT_FOUND', 'The tenant has no such workflow')
  }
  const input = JSON.parse(body)
  const started = await beginRun(server, workflow, {
    ...{ actor: null, isByHost: true, body: { input, ...(trigger === null ? {} : { trigger }) }, runId },
  })
  await decide(server, claimed, { state: 'accepted', runId: started.runId })
}

/** Checks whether a process that was killed has started the run: it counts, whether or not one could be started now. */
async function hasStarted({ reader }: ServerContext, row: StartRequestRow): Promise<boolean> {
  return row.run_id !== null && (await reader.getRun(row.tenant_id, row.run_id)) !== null
}

async function acceptBusEvent(server: ServerContext, claimed: ClaimedRequest, row: StartRequestRow): Promise<void> {
  const { tenantId } = claimed
  const event = presentReceivedEvent(row)
  // An event that was sent by SQL.
  if (!row.is_checked) server.eventTypes.check(event.type, event.data)
  const fault = row.serves_waits ? await faultOf(() => deliverToWaits(server, row, event)) : null
  await server.database.withTenant(tenantId, async (tx) => {
    const triggers = await listEventTriggers(tx, tenantId, event.type, server.now())
    const entries = triggers.map((target) => ({
      target,
      orderKey: claimed.order_key === null ? null : sha256Hex(`${claimed.order_key} ${target}`),
    }))
    await spreadEvent(tx, claimed, entries)
  })
  if (fault !== null) {
    server.log('warn', 'event.not_delivered: no run that waits for it continues', {
      ...{ tenantId, type: event.type, code: fault.code, reason: fault.message },
    })
  }
}

async function deliverToWaits(server: ServerContext, row: StartRequestRow, event: ReceivedEvent): Promise<void> {
  const { id, source, type, subject, data } = event
  if (subject === null) return
  await server.engine.sendEvent(row.tenant_id, waitEventOf({ id, source, type, subject, data, ttl: null }, null))
}

async function acceptForTrigger(server: ServerContext, claimed: ClaimedRequest, row: StartRequestRow): Promise<void> {
  const { tenantId, target } = claimed
  const [mode, workflowId = '', nodeId = ''] = target.split(' ')
  await receiveEvent(server, {
    ref: { tenantId, workflowId, nodeId },
    mode: mode === 'test' ? 'test' : 'live',
    event: presentReceivedEvent(row),
  })
  await drop(server, claimed)
}

/** Returns the error of an event that is refused for good; others are thrown. */
async function faultOf(work: () => Promise<void>): Promise<TenonError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof TenonError && !isPassing(error)) return error
    // Triggers need no room for it.
    if (error instanceof TenonError && error.code === 'EVENT_BUFFER_FULL') return error
    throw error
  }
}

async function delayOrRefuse(server: ServerContext, claimed: ClaimedRequest, error: unknown): Promise<void> {
  const { tenantId, requestId, target, attempts, failingMs } = claimed
  const known = error instanceof TenonError ? error : new TenonError('INTERNAL', 'An unknown error', { cause: error })
  const { code, message } = known
  const triedMs = code === 'EVENT_TYPE_UNKNOWN' ? UNKNOWN_TYPE_MS : GIVE_UP_MS
  const mayPass = isPassing(known) || code === 'INTERNAL' || code === 'EVENT_TYPE_UNKNOWN'
  const names = { tenantId, requestId, ...(target === '' ? {} : { target }), code, reason: reasonOf(error) }
  if (mayPass && failingMs < triedMs) {
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 20), MAX_DELAY_MS)
    server.log('warn', 'start_request.failed: retrying', { ...names, delayMs })
    const delay = { delayMs, code, message: cutText(message, 300) }
    await server.database.withTenant(tenantId, (tx) => delayEntry(tx, claimed, delay))
    return
  }
  server.log('warn', 'start_request.refused: it starts no run', names)
  if (target === '') await decide(server, claimed, { state: 'refused', code, message: cutText(message, 300) })
  else await drop(server, claimed)
}

async function decide(server: ServerContext, claimed: ClaimedRequest, decision: RequestDecision): Promise<void> {
  await server.database.withTenant(claimed.tenantId, (tx) => decideRequest(tx, claimed, decision))
}

async function dropWithoutRow(server: ServerContext, claimed: ClaimedRequest): Promise<void> {
  const { tenantId, requestId } = claimed
  server.log('warn', 'start_request.missing: it starts no run', { tenantId, requestId })
  await drop(server, claimed)
}

async function drop(server: ServerContext, claimed: ClaimedRequest): Promise<void> {
  await server.database.withTenant(claimed.tenantId, (tx) => dropEntry(tx, claimed))
}
