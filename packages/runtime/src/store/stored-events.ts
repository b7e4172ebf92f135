import { hash } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { Decision, EventClass, Fact, Observation, RunEvent, ValueRef } from '@tenon/core/run'
import type { PendingEvent } from './append.ts'

/**
 * Row of a run log in its stored format: one row for each append, or several for a large one. `events` has the events
 * without their inline values, `inlines` has those values. The hash chain covers only `events`, so that values can be
 * erased without breaking it.
 *
 * @see docs/adr/0019-stored-format-of-the-run-log.md
 */
export interface LogRow {
  /** Position of its first event within the append, from 0. */
  readonly offset: number
  /** Number of its events, ≥ 1. */
  readonly count: number
  /** JSON text: a list of {@link StoredEvent}. */
  readonly events: string
  /** JSON text: a list of `[value]`, or `null` for an erased one; `null` if there is none at all. */
  readonly inlines: string | null
}

/** Rows of an append, with the digest for its link in the hash chain. */
export interface PackedAppend {
  readonly rows: readonly LogRow[]
  /** SHA-256 of the `events` of all rows, one after the other; 32 bytes. */
  readonly digest: Buffer
}

/** Text of a row, in UTF-16 units, beyond which the next event opens another row: readers load rows as a whole. */
const MAX_ROW_LENGTH = 65_536

type EventBody = Fact | Decision | Observation

/** Turn and cause are relative to the row: `turn` of the row plus the first, `seq` of the row plus the second. */
type StoredEvent = readonly [
  eventClass: EventClass,
  id: string,
  at: number,
  turnOffset: number,
  causeOffset: number | null,
  type: RunEvent['type'],
  nodeRunId: string | null,
  data: object,
]

type ValueFieldOf<Body> = Body extends { readonly data: infer Data }
  ? { [Field in keyof Data]-?: Data[Field] extends ValueRef ? Field : never }[keyof Data]
  : never

/** Fields of events that refer to a value. The type fails to compile if an event type with one is missing. */
const VALUE_FIELD = {
  run_started: 'input',
  node_completed: 'output',
  event_received: 'payload',
  node_reused: 'output',
  failure_handled: 'output',
  node_started: 'input',
  node_journaled: 'value',
} as const satisfies {
  readonly [Body in EventBody as ValueFieldOf<Body> extends never ? never : Body['type']]: ValueFieldOf<Body>
}
const VALUE_FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(VALUE_FIELD))

/** Returns the reference of an event to a value; `undefined` for types without one. */
export function valueRefOf(event: RunEvent): ValueRef | undefined {
  const field = VALUE_FIELDS.get(event.type)
  return field === undefined ? undefined : (event.data as Record<string, unknown> as Record<string, ValueRef>)[field]
}

/** A stored reference: `inline` is the position of the value in `inlines`. */
type StoredRef = Omit<ValueRef, 'inline'> & { inline?: unknown }

/**
 * Packs the events of an append into rows of the run log; none without events. A value that occurs twice in a row is
 * stored once.
 */
export function packAppend(events: readonly PendingEvent[], maxRowLength: number = MAX_ROW_LENGTH): PackedAppend {
  const rows: LogRow[] = []
  let row: OpenRow | null = null
  for (let index = 0; index < events.length; index += 1) {
    row ??= { offset: index, events: '', count: 0, inlines: '', hashes: [] }
    addEvent(row, events[index] as PendingEvent)
    if (row.events.length + row.inlines.length <= maxRowLength) continue
    rows.push(closeRow(row))
    row = null
  }
  if (row !== null) rows.push(closeRow(row))
  return { rows, digest: hash('sha256', rows.length === 1 ? (rows[0]?.events ?? '') : textOf(rows), 'buffer') }
}

function textOf(rows: readonly LogRow[]): string {
  return rows.map(({ events }) => events).join('')
}

interface OpenRow {
  readonly offset: number
  /** JSON texts of the events, separated by commas. */
  events: string
  count: number
  /** JSON texts of the inline values, separated by commas. */
  inlines: string
  /** Hashes of the inline values, in their order. */
  readonly hashes: string[]
}

function closeRow({ offset, count, events, inlines, hashes }: OpenRow): LogRow {
  return { offset, count, events: `[${events}]`, inlines: hashes.length === 0 ? null : `[${inlines}]` }
}

function addEvent(row: OpenRow, { class: eventClass, id, at, turnOffset, causeOffset, body }: PendingEvent): void {
  const cause = causeOffset === null ? null : causeOffset - row.offset
  const nodeRunId = ('nodeRunId' in body ? body.nodeRunId : undefined) ?? null
  const field = VALUE_FIELDS.get(body.type)
  const data = field === undefined ? body.data : withoutValue(row, body.data as Record<string, unknown>, field)
  const event: StoredEvent = [eventClass, id, at, turnOffset, cause, body.type, nodeRunId, data]
  row.events += row.count === 0 ? JSON.stringify(event) : `,${JSON.stringify(event)}`
  row.count += 1
}

function withoutValue(row: OpenRow, data: Record<string, unknown>, field: string): object {
  const ref = data[field] as ValueRef
  if (ref.inline === undefined) return data
  let position = row.hashes.indexOf(ref.hash)
  if (position === -1) {
    position = row.hashes.length
    row.inlines += `${position === 0 ? '' : ','}[${JSON.stringify(ref.inline)}]`
    row.hashes.push(ref.hash)
  }
  const copy = { ...data }
  copy[field] = { ...ref, inline: position } satisfies StoredRef
  return copy
}

/** A selected row of `run_log`. */
export interface StoredLogRow {
  readonly seq: number
  /** Turn of the run before the append. */
  readonly turn: number
  readonly events: string
  readonly inlines: string | null
}

/**
 * Reads the events of a row, with those inline values that have not been erased.
 *
 * @throws {@link TenonError} `RUN_LOG_GAP` (details: `seq`) if the row cannot be read.
 */
export function unrollRow(row: StoredLogRow): readonly RunEvent[] {
  try {
    const events = JSON.parse(row.events) as readonly StoredEvent[]
    const inlines = row.inlines === null ? [] : (JSON.parse(row.inlines) as readonly (readonly [unknown] | null)[])
    return events.map((event, index) => runEventOf(row, event, index, inlines))
  } catch (cause) {
    const message = `The run log is unreadable from event ${row.seq} on`
    throw new TenonError('RUN_LOG_GAP', message, { cause, details: { seq: row.seq } })
  }
}

function runEventOf(
  row: StoredLogRow,
  [eventClass, id, at, turnOffset, causeOffset, type, nodeRunId, data]: StoredEvent,
  index: number,
  inlines: readonly (readonly [unknown] | null)[],
): RunEvent {
  const field = VALUE_FIELDS.get(type)
  if (field !== undefined) restoreValue((data as Record<string, StoredRef>)[field], inlines)
  return eventOf({
    seq: row.seq + index,
    turn: row.turn + turnOffset,
    class: eventClass,
    id,
    at,
    cause: causeOffset === null ? null : row.seq + causeOffset,
    type,
    nodeRunId,
    data,
  })
}

/** Parts of an event of the log; `cause` and `nodeRunId` are null if it has none. */
interface EventParts {
  readonly seq: number
  readonly turn: number
  readonly class: string
  readonly id: string
  readonly at: number
  readonly cause: number | null
  readonly type: string
  readonly nodeRunId: string | null
  readonly data: unknown
}

/** Assembles an event of the log. Type and data must belong together. */
export function eventOf({ seq, turn, class: eventClass, id, at, cause, type, nodeRunId, data }: EventParts): RunEvent {
  // Without spread syntax, since this runs for every event of a run.
  const event: Record<string, unknown> = { seq, turn, class: eventClass, id, v: 1, at, type, data }
  if (cause !== null) event['cause'] = cause
  if (nodeRunId !== null) event['nodeRunId'] = nodeRunId
  return event as unknown as RunEvent
}

function restoreValue(ref: StoredRef | undefined, inlines: readonly (readonly [unknown] | null)[]): void {
  if (ref?.inline === undefined) return
  const kept = inlines[ref.inline as number]
  if (kept == null) delete ref.inline
  else ref.inline = kept[0]
}
