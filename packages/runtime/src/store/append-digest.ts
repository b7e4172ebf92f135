import { createHash } from 'node:crypto'
import type { PendingEvent } from './append-types.ts'

/** What the hash chain covers of one event; `causeOffset` counts from the first event of its append. */
export type DigestedEvent = Pick<PendingEvent, 'class' | 'id' | 'at' | 'causeOffset'> & {
  readonly type: string
  readonly nodeRunId: string | null
  readonly data: object
}

/** The digest of one append, in hex. Values count by their hash alone, so that erasing one keeps the chain whole. */
export function digestOf(events: readonly DigestedEvent[]): string {
  const hash = createHash('sha256')
  for (const { class: eventClass, id, type, nodeRunId, at, causeOffset, data } of events) {
    hash.update(JSON.stringify([eventClass, id, type, nodeRunId, at, causeOffset, withoutValues(data)]))
    hash.update('\n')
  }
  return hash.digest('hex')
}

function withoutValues(data: object): object {
  const copy: Record<string, unknown> = { ...data }
  for (const field of ['input', 'output', 'value']) {
    const value = copy[field]
    if (typeof value === 'object' && value !== null && 'hash' in value && 'size' in value) {
      copy[field] = { hash: value.hash, size: value.size }
    }
  }
  return copy
}
