import type { ValueRef } from '@tenon/core/run'

/** Bytes of an event besides its values: its ids, names and numbers. */
const EVENT_BYTES = 400

/**
 * The bytes that an event holds in memory, about: the values that lie in the event itself, and the texts that people or
 * nodes have written. Looks at the fields of the event only, not into its values.
 */
export function inlineBytes(data: unknown): number {
  let bytes = EVENT_BYTES
  if (typeof data !== 'object' || data === null) return bytes
  for (const value of Object.values(data)) {
    if (typeof value === 'string') bytes += value.length
    else if (isValueRef(value)) bytes += value.inline === undefined ? 0 : value.size
  }
  return bytes
}

function isValueRef(value: unknown): value is ValueRef {
  return typeof value === 'object' && value !== null && 'hash' in value && 'size' in value
}
