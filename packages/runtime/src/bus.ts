/**
 * Fan-out between the parts of a server and between server processes. A message is a hint without tenant
 * content (ids and numbers); it may be lost or doubled, so receivers read the truth from the database.
 */
export interface Bus {
  publish(topic: string, message: BusMessage): void
  /** @returns `unsubscribe` */
  subscribe(topic: string, listener: (message: BusMessage) => void): () => void
  close(): Promise<void>
}

/** Small plain JSON; at most 4 kB as text. */
export type BusMessage = Readonly<Record<string, string | number | boolean | null>>

/** The topic on which a run announces new events: `{ seq }` is the last one. */
export function runTopic(tenantId: string, runId: string): string {
  return `run:${tenantId}:${runId}`
}

/** The topic of a tenant's runs: `{ runId, status }`. */
export function tenantTopic(tenantId: string): string {
  return `tenant:${tenantId}`
}
