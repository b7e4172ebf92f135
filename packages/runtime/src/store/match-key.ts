import { createHash } from 'node:crypto'
import type { RunId } from '@tenon/core/document'
import type { NodeRunId } from '@tenon/core/run'

/** Something that ends a wait: an event by its name and key, a callback of one node run, a connection that works again. */
export type EventTarget =
  | { readonly kind: 'event'; readonly name: string; readonly key: string }
  | { readonly kind: 'callback'; readonly runId: RunId; readonly nodeRunId: NodeRunId }
  /** `generation` is that of the wait; it is raised each time that it is connected again. */
  | { readonly kind: 'connection'; readonly connectionId: string; readonly generation: number }

/**
 * Returns the key by which a wait and what ends it find each other within a tenant, 64 hex digits. Spaces around the name
 * and the key of an event do not count, on either side.
 */
export function matchKeyOf(target: EventTarget): string {
  return createHash('sha256')
    .update(JSON.stringify([target.kind, ...partsOf(target)]))
    .digest('hex')
}

function partsOf(target: EventTarget): readonly (string | number)[] {
  switch (target.kind) {
    case 'event':
      return [target.name.trim(), target.key.trim()]
    case 'callback':
      return [target.runId, target.nodeRunId]
    case 'connection':
      return [target.connectionId, target.generation]
  }
}
