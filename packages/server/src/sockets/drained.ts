import type { ServerSocket } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'

/** Bytes that may wait for a slow client before more is read for it. */
const HIGH_WATER_BYTES = 1_048_576
const DRAIN_POLL_MS = 25
const STUCK_MS = 30_000

/** Waits until a slow client has received most of what was sent; false if it receives nothing for 30 s. */
export async function drained(
  server: Pick<ServerContext, 'now'>,
  socket: ServerSocket,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const since = server.now()
  while (socket.bufferedAmount > HIGH_WATER_BYTES && !abortSignal.aborted) {
    if (server.now() - since > STUCK_MS) return false
    await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS))
  }
  return true
}
