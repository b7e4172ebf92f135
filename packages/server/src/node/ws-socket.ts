import { CLOSE_CODES, DRAFT_LIMITS } from '@tenon/core/collab'
import type { WebSocket } from 'ws'
import type { ServerSocket } from '../connections/server-socket.ts'

/** Longest wait for a client to answer a close before it is cut off. */
const CLOSE_GRACE_MS = 5_000
/** Bytes that a client may send before its socket is ready: one update and its framing, with ample room. */
const MAX_EARLY_BYTES = DRAFT_LIMITS.updateBytes * 2
const MAX_EARLY_MESSAGES = 300

/** A socket of the `ws` package as the server sees it. */
export function toServerSocket(client: WebSocket): ServerSocket {
  const early: (string | Uint8Array)[] = []
  let earlyBytes = 0
  let onMessage: ((data: string | Uint8Array) => void) | null = null

  function close(code: number, reason: string): void {
    if (client.readyState !== client.OPEN && client.readyState !== client.CONNECTING) return
    early.length = 0
    client.close(code, reason)
    setTimeout(() => client.terminate(), CLOSE_GRACE_MS).unref()
  }

  client.binaryType = 'arraybuffer'
  client.on('message', (data, isBinary) => {
    // Messages that arrive after our close are ignored.
    if (client.readyState !== client.OPEN) return
    const bytes = new Uint8Array(data as ArrayBuffer)
    const message = isBinary ? bytes : Buffer.from(bytes).toString('utf8')
    if (onMessage !== null) {
      onMessage(message)
      return
    }
    earlyBytes += bytes.byteLength
    if (earlyBytes > MAX_EARLY_BYTES || early.length >= MAX_EARLY_MESSAGES) {
      close(CLOSE_CODES.rateLimited, 'Too much data before the socket was ready')
    } else {
      early.push(message)
    }
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
    close,
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
