import { type DigestedEvent, digestOf } from './append-digest.ts'
import type { Append, PendingEvent } from './append-types.ts'

/** The parameters of `append` in the order of {@link batchValues}: the role, then a column a run, an event, a payload. */
const PARAMETERS = [
  ['p_role', 'text'],
  ['r_tenant', 'text[]'],
  ['r_run', 'text[]'],
  ['r_kind', 'text[]'],
  ['r_expect', 'integer[]'],
  ['r_turns', 'integer[]'],
  ['r_events', 'integer[]'],
  ['r_status', 'text[]'],
  ['r_digest', 'text[]'],
  ['r_row', 'text[]'],
  ['r_operations', 'text[]'],
  ['e_turn', 'integer[]'],
  ['e_class', 'text[]'],
  ['e_id', 'text[]'],
  ['e_type', 'text[]'],
  ['e_node', 'text[]'],
  ['e_at', 'bigint[]'],
  ['e_cause', 'integer[]'],
  ['e_data', 'text[]'],
  ['y_run', 'integer[]'],
  ['y_hash', 'text[]'],
  ['y_size', 'bigint[]'],
  ['y_data', 'text[]'],
] as const

/** The SQL of one call for a batch; its values are those of {@link batchValues}. */
export function appendStatement(schema: string): string {
  const parameters = PARAMETERS.map(([name, type], index) => `${name} => $${index + 1}::${type}`)
  return `select place, result, first_seq, turn_before from "${schema.replaceAll('"', '""')}".append(${parameters.join(', ')})`
}

/** Lays a batch out in typed arrays: one entry a run, one an event, one a payload. */
export function batchValues(role: string | null, batch: readonly Append[]): readonly unknown[] {
  const events = batch.flatMap((append) => append.events)
  const payloads = batch.flatMap((append, index) => append.payloads.map((payload) => ({ ...payload, run: index + 1 })))
  return [
    role,
    batch.map((append) => append.tenantId),
    batch.map((append) => append.runId),
    batch.map((append) => append.kind),
    batch.map((append) => append.expectTurn),
    batch.map((append) => append.turns),
    batch.map((append) => append.events.length),
    batch.map((append) => append.status),
    batch.map((append) => digestOf(append.events.map(digested))),
    batch.map(rowText),
    batch.map(({ operations }) => (operations.length === 0 ? null : JSON.stringify(operations))),
    events.map((event) => event.turnOffset),
    events.map((event) => event.class),
    events.map((event) => event.id),
    events.map((event) => event.body.type),
    events.map(nodeRunIdOf),
    events.map((event) => event.at),
    events.map((event) => event.causeOffset),
    events.map((event) => JSON.stringify(event.body.data)),
    payloads.map((payload) => payload.run),
    payloads.map((payload) => payload.hash),
    payloads.map((payload) => payload.size),
    payloads.map((payload) => payload.text),
  ]
}

function nodeRunIdOf({ body }: PendingEvent): string | null {
  return 'nodeRunId' in body && body.nodeRunId !== undefined ? body.nodeRunId : null
}

function digested(event: PendingEvent): DigestedEvent {
  const { class: eventClass, id, at, causeOffset, body } = event
  return { class: eventClass, id, at, causeOffset, type: body.type, nodeRunId: nodeRunIdOf(event), data: body.data }
}

function rowText({ create, patch, expectSeq }: Append): string | null {
  if (create === null && patch === null && expectSeq === undefined) return null
  const { output, error, ...plain } = patch ?? {}
  return JSON.stringify({
    ...(expectSeq === undefined ? {} : { expectSeq }),
    ...create,
    ...plain,
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(error === undefined ? {} : { error: JSON.stringify(error) }),
  })
}
