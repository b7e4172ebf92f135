import type { WebSocket } from 'ws'
import type { ServerSocket } from '../sockets/server-socket.ts'

/** How long a client may take to answer a close before it is cut off. */
const CLOSE_GRACE_MS = 5_000

/** A socket of the `ws` package as the server sees it. */
export function toServerSocket(client: WebSocket): ServerSocket {
  const early: (string | Uint8Array)[] = []
  let onMessage: ((data: string | Uint8Array) => void) | null = null

  client.binaryType = 'arraybuffer'
  client.on('message', (data, isBinary) => {
    const message = isBinary ? new Uint8Array(data as ArrayBuffer) : Buffer.from(data as ArrayBuffer).toString('utf8')
    if (onMessage === null) early.push(message)
    else onMessage(message)
  })
  // Every error is followed by a close; without a listener Node would end the process.
  client.on('error', () => undefined)

  return {
    protocol: client.protocol,
    get bufferedAmount() {
      return client.bufferedAmount
    },
    send(data) {
      if (client.readyState === client.OPEN) client.send(data)
    },
    close(code, reason) {
      if (client.readyState !== client.OPEN && client.readyState !== client.CONNECTING) return
      client.close(code, reason)
      setTimeout(() => client.terminate(), CLOSE_GRACE_MS).unref()
    },
    terminate: () => client.terminate(),
    onMessage(listener) {
      onMessage = listener
      for (const message of early.splice(0)) listener(message)
    },
    onClose(listener) {
      if (client.readyState === client.CLOSED) listener()
      else client.once('close', listener)
    },
  }
}
