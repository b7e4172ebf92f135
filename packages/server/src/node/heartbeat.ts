import type { WebSocket } from 'ws'

/** Detects sockets whose other end has gone without a close. */
export interface Heartbeat {
  watch(client: WebSocket): void
  /** Pings every socket, and terminates those that have not answered the last ping. */
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
