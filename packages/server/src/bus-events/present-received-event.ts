import type { ListedEvent, ReceivedEvent, StartRequest } from '@tenon/core/api'
import { toInstant } from '../http/instant.ts'
import type { StartRequestRow } from '../tables/trigger-tables.ts'

/** An event as the input of the runs that it starts. */
export function presentReceivedEvent(row: StartRequestRow): ReceivedEvent {
  const { event_key: id, scope: source, event_type: type, happened_at: time, subject, body, at } = row
  return {
    ...{ id: id ?? row.request_id, source, type: type ?? '', subject, data: JSON.parse(body) },
    time: time ?? toInstant(at),
  }
}

/** An event in the form of the wire, with what was decided about it. */
export function presentListedEvent(row: StartRequestRow): ListedEvent {
  const { state, code, message } = row
  return { ...presentReceivedEvent(row), state, code, message }
}

/** A requested run in the form of the wire. */
export function presentStartRequest(row: StartRequestRow): StartRequest {
  const { request_id: requestId, scope: workflowId, run_id: runId, state, at, attempts, code, message } = row
  return { requestId, workflowId, runId: runId ?? '', state, at: toInstant(at), attempts, code, message }
}
