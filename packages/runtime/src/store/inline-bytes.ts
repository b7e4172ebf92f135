import type { ValueRef } from '@tenon/core/run'

/** Bytes of an event besides its values: ids, names and numbers. */
const EVENT_BYTES = 400

/**
 * Returns the approximate memory of an event in bytes: its inline values, and texts of people or nodes. Reads the
 * fields of the event only, not the contents of its values.
 */
export function inlineBytes(data: unknown): number {
  let bytes = EVENT_BYTES
  if (typeof data !== 'object' || data === null) return bytes
  // Without a list of the values, since this runs for every event of a run.
  for (const field in data) {
    const value = (data as Readonly<Record<string, unknown>>)[field]
    if (typeof value === 'string') bytes += value.length
    else if (isValueRef(value)) bytes += value.inline === undefined ? 0 : value.size
  }
  return bytes
}

function isValueRef(value: unknown): value is ValueRef {
  return typeof value === 'object' && value !== null && 'hash' in value && 'size' in value
}
