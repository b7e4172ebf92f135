import { createHash } from 'node:crypto'
import type { RunId } from '@tenon/core/document'
import type { NodeRunId } from '@tenon/core/run'

/** Something that ends a wait: an event by its name and key, or a callback of one node run. */
export type EventTarget =
  | { readonly kind: 'event'; readonly name: string; readonly key: string }
  | { readonly kind: 'callback'; readonly runId: RunId; readonly nodeRunId: NodeRunId }

/**
 * Returns the key by which a wait and what ends it find each other within a tenant, 64 hex digits. Spaces around the name
 * and the key of an event do not count, on either side.
 */
export function matchKeyOf(target: EventTarget): string {
  const parts = target.kind === 'event' ? [target.name.trim(), target.key.trim()] : [target.runId, target.nodeRunId]
  return createHash('sha256')
    .update(JSON.stringify([target.kind, ...parts]))
    .digest('hex')
}
