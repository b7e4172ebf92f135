import type { ReceivedEvent, StartRequest } from '@tenon/core/api'
import { toInstant } from '../http/instant.ts'
import type { StartRequestRow } from '../tables/server-tables.ts'

/** An event in the form of the wire, which is the input of the runs that it starts. */
export function presentReceivedEvent(row: StartRequestRow): ReceivedEvent {
  const { event_key: id, scope: source, event_type: type, happened_at: time, subject, body, at } = row
  return {
    ...{ id: id ?? row.request_id, source, type: type ?? '', subject, data: JSON.parse(body) },
    time: time ?? toInstant(at),
  }
}

/** A requested run in the form of the wire. */
export function presentStartRequest(row: StartRequestRow): StartRequest {
  const { request_id: requestId, scope: workflowId, run_id: runId, state, at, attempts, code, message } = row
  return { requestId, workflowId, runId: runId ?? '', state, at: toInstant(at), attempts, code, message }
}
