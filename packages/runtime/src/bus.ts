import type { Change } from '@tenon/core/api'
import type { RunId, TenantId } from '@tenon/core/document'

/**
 * Fan-out between the parts of a server and between server processes. A message is a hint without tenant content (ids
 * and numbers); it may be lost or duplicated, so receivers read the state from the database.
 */
export interface Bus {
  /** Sends a message to every subscriber of the topic, in other processes as well. */
  publish(topic: string, message: BusMessage): void
  /**
   * Calls the listener for each message of the topic.
   *
   * @returns `unsubscribe`
   */
  subscribe(topic: string, listener: (message: BusMessage) => void): () => void
  /** Ends all subscriptions and frees the connections of the bus. */
  close(): Promise<void>
}

/** Small plain JSON; at most 4 kB as text. */
export type BusMessage = Readonly<Record<string, string | number | boolean | null>>

/** Returns the topic on which a run announces new events; `{ seq }` is the last one. */
export function runTopic(tenantId: TenantId, runId: RunId): string {
  return `run:${tenantId}:${runId}`
}

/** Returns the topic of a tenant's {@link Change} hints. */
export function changesTopic(tenantId: TenantId): string {
  return `changes:${tenantId}`
}

/** Topic that wakes the workers of the embedded engine in all processes. */
export const ENGINE_TOPIC = 'engine'

/** Announces a change of a tenant to its open pages; call it after the transaction that made the change. */
export function publishChange(bus: Bus, tenantId: TenantId, change: Exclude<Change, { kind: 'ready' }>): void {
  bus.publish(changesTopic(tenantId), { ...change })
}

/**
 * Topic within one process on which a bus between processes reports that it has reconnected: messages of other
 * processes may have been lost.
 */
export const BUS_RESTORED_TOPIC = 'bus:restored'
