import type { WebSocketConstructor } from './options.ts'

/** Receives the frames and the end of one connection. */
export interface FrameListener<Frame> {
  readonly onFrame: (frame: Frame) => void
  /** Called at most once: the close code, or `null` if the server stopped sending. */
  readonly onLost: (code: number | null) => void
}

/** Subprotocol in which the server adds heartbeats to the frames. */
const PROTOCOL = 'tenon.v1'
/** Time in milliseconds without a frame after which a connection counts as lost: three heartbeats of 15 s. */
export const SILENCE_MS = 45_000

/**
 * Opens one WebSocket whose text frames are JSON.
 *
 * @param read - Reads a decoded frame; frames for which it returns `null` are ignored.
 * @returns A function that closes it; the listener is not called after that.
 * @throws The platform's error for a URL that it refuses.
 */
export function openFrameSocket<Frame>(
  WebSocket: WebSocketConstructor,
  url: string,
  read: (value: unknown) => Frame | null,
  listener: FrameListener<Frame>,
): () => void {
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
    const frame = parseFrame(data, read)
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

/** Decodes a text frame; `null` if it is not JSON or `read` ignores it. */
export function parseFrame<Frame>(text: unknown, read: (value: unknown) => Frame | null): Frame | null {
  if (typeof text !== 'string') return null
  try {
    return read(JSON.parse(text))
  } catch {
    return null
  }
}
