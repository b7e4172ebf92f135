import { TenonError } from '@tenon/core/errors'
import type { EventClass, RunEvent } from '@tenon/core/run'

/** A row of the run log as the database gives it. */
export interface EventRow {
  readonly seq: number
  readonly turn: number
  readonly class: string
  readonly event_id: string
  readonly type: string
  readonly node_run_id: string | null
  readonly at: number
  readonly cause: number | null
  readonly data: string
}

export const EVENT_COLUMNS = ['seq', 'turn', 'class', 'event_id', 'type', 'node_run_id', 'at', 'cause', 'data'] as const

/**
 * Reads a stored event.
 *
 * @throws {@link TenonError} `RUN_LOG_GAP` if the row holds no event.
 */
export function eventOfRow(row: EventRow): RunEvent {
  const event = {
    seq: row.seq,
    turn: row.turn,
    class: row.class as EventClass,
    id: row.event_id,
    v: 1,
    at: row.at,
    ...(row.cause === null ? {} : { cause: row.cause }),
    type: row.type,
    ...(row.node_run_id === null ? {} : { nodeRunId: row.node_run_id }),
    data: parseData(row),
  }
  // The append function wrote it from an event of these types; nothing else writes to the table.
  return event as RunEvent
}

function parseData(row: EventRow): unknown {
  try {
    return JSON.parse(row.data)
  } catch (cause) {
    throw new TenonError('RUN_LOG_GAP', `Event ${row.seq} cannot be read`, { cause, details: { seq: row.seq } })
  }
}
