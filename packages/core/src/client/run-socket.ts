import type { RunEventFrame } from '../run/events.ts'
import type { WebSocketConstructor } from './types.ts'

/** What the server sends: events, and beats in between. */
export type StreamFrame = RunEventFrame | { readonly type: 'heartbeat'; readonly seq: number }

export interface RunSocketListener {
  readonly onFrame: (frame: StreamFrame) => void
  /** Told at most once: the close code, or `null` where the server fell silent. */
  readonly onLost: (code: number | null) => void
}

/** Subprotocol in which the server adds heartbeats to the events. */
const PROTOCOL = 'tenon.v1'
/** The server beats every 15 s; after three missed beats the connection counts as dead. */
const SILENCE_MS = 45_000

/**
 * Opens one connection of a run stream.
 *
 * @returns How to close it; nothing is told of it after that.
 * @throws What the platform throws for an address that it refuses.
 */
export function openRunSocket(WebSocket: WebSocketConstructor, url: string, listener: RunSocketListener): () => void {
  const socket = new WebSocket(url, PROTOCOL)
  let isOpen = true
  let silenceTimer: ReturnType<typeof setTimeout> | undefined

  function leave(): void {
    isOpen = false
    clearTimeout(silenceTimer)
  }

  function close(): void {
    if (!isOpen) return
    leave()
    socket.close(1000)
  }

  function watchSilence(): void {
    clearTimeout(silenceTimer)
    silenceTimer = setTimeout(() => {
      close()
      listener.onLost(null)
    }, SILENCE_MS)
  }

  socket.addEventListener('message', ({ data }) => {
    if (!isOpen) return
    watchSilence()
    const frame = parseFrame(data)
    if (frame !== null) listener.onFrame(frame)
  })
  socket.addEventListener('close', ({ code }) => {
    if (!isOpen) return
    leave()
    listener.onLost(code)
  })
  // A close always follows; without a listener some runtimes report the error as uncaught.
  socket.addEventListener('error', () => undefined)
  watchSilence()
  return close
}

function parseFrame(text: unknown): StreamFrame | null {
  if (typeof text !== 'string') return null
  try {
    const frame: unknown = JSON.parse(text)
    const isFrame = typeof frame === 'object' && frame !== null && 'seq' in frame && typeof frame.seq === 'number'
    return isFrame ? (frame as StreamFrame) : null
  } catch {
    return null
  }
}
