import type { Json } from '@tenon/core/document'
import type { LogEntry, ValueRef } from '@tenon/core/run'

/**
 * Returns a small value that the log has. Views of long runs have references without it: it is found by its hash in the
 * events of the node run.
 *
 * @returns `undefined` for a large value, one that was erased, and without a reference.
 */
export function inlineOf(value: ValueRef | null, entries: readonly LogEntry[]): Json | undefined {
  if (value === null || value.inline !== undefined) return value?.inline
  for (const { data } of entries) {
    for (const field of Object.values(data) as readonly unknown[]) {
      if (isRefTo(field, value.hash) && field.inline !== undefined) return field.inline
    }
  }
  return undefined
}

function isRefTo(field: unknown, hash: string): field is ValueRef {
  return typeof field === 'object' && field !== null && 'hash' in field && field.hash === hash
}
