import type { Bus } from '@tenon/runtime'
import type { DraftRef } from '../tables/draft-repository.ts'
import type { AwarenessEntry } from './frames.ts'

/** Relays presence between the processes that have one draft open. */
export interface PresenceRelay {
  announce(entry: AwarenessEntry): void
  /** Asks the others to say who is with them. */
  ask(): void
  close(): void
}

export interface PresenceRelayDeps {
  readonly onEntry: (entry: AwarenessEntry) => void
  /** Another process has just opened the draft and wants to know who is here. */
  readonly onAsked: () => void
}

/** A message on the bus has 4 kB; what is longer travels without the parts that can be long. */
const MAX_STATE_LENGTH = 3_500

/**
 * Presence is the one thing on the bus that is more than a hint: it is stored nowhere, so there is nothing to read it
 * from. A lost message costs nothing, since clients renew theirs.
 */
export function createPresenceRelay(bus: Bus, ref: DraftRef, deps: PresenceRelayDeps): PresenceRelay {
  const topic = `presence:${ref.tenantId}:${ref.workflowId}`
  const origin = crypto.randomUUID()
  const unsubscribe = bus.subscribe(topic, (message) => {
    if (message.origin === origin) return
    if (message.ask === true) {
      deps.onAsked()
      return
    }
    const { clientId, clock, state } = message
    if (typeof clientId !== 'number' || typeof clock !== 'number' || typeof state !== 'string') return
    deps.onEntry({ clientId, clock, state })
  })
  return {
    announce: ({ clientId, clock, state }) => bus.publish(topic, { origin, clientId, clock, state: shorten(state) }),
    ask: () => bus.publish(topic, { origin, ask: true }),
    close: unsubscribe,
  }
}

function shorten(state: string): string {
  if (new TextEncoder().encode(state).byteLength <= MAX_STATE_LENGTH) return state
  const { user, cursor = null } = JSON.parse(state) as { readonly user?: unknown; readonly cursor?: unknown }
  const short = JSON.stringify({ user, cursor })
  return short.length <= MAX_STATE_LENGTH ? short : JSON.stringify({ user })
}
