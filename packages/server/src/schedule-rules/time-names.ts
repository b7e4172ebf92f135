import { createHash } from 'node:crypto'
import type { RunId } from '@tenon/core/document'
import { eventIdOf } from '../tables/trigger-event-repository.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'

/** Returns the id of the event of a time. */
export function timeEventId(dueAt: number): string {
  return eventIdOf('live', timeKey(dueAt))
}

/** Returns the key by which a time is recognized. */
export function timeKey(dueAt: number): string {
  return `due ${dueAt}`
}

/** Returns the id of the entry of times that were missed. */
export function missedEventId(firstAt: number): string {
  return eventIdOf('live', `missed ${firstAt}`)
}

/**
 * Returns the id of the run of a time: a UUID of version 7 like those of other runs, with a hash in place of the random
 * bits.
 */
export function timeRunId({ tenantId, workflowId, nodeId }: TriggerRef, dueAt: number): RunId {
  const hash = createHash('sha256')
    .update(JSON.stringify([tenantId, workflowId, nodeId, dueAt]))
    .digest('hex')
  const time = Math.max(0, dueAt).toString(16).padStart(12, '0')
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 3) | 8).toString(16)
  return [
    ...[time.slice(0, 8), time.slice(8, 12), `7${hash.slice(0, 3)}`],
    ...[`${variant}${hash.slice(4, 7)}`, hash.slice(7, 19)],
  ].join('-')
}
