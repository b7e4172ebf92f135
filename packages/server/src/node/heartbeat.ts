import type { WebSocket } from 'ws'

/** Finds out which sockets have nobody at their other end any more. */
export interface Heartbeat {
  watch(client: WebSocket): void
  /** Asks every socket whether it is there, and cuts off those that have not answered since the last time. */
  beat(): void
}

export function createHeartbeat(clients: Iterable<WebSocket>): Heartbeat {
  const asked = new WeakSet<WebSocket>()
  return {
    watch: (client) => void client.on('pong', () => asked.delete(client)),
    beat() {
      for (const client of clients) {
        if (asked.has(client)) {
          client.terminate()
        } else {
          asked.add(client)
          client.ping()
        }
      }
    },
  }
}
