import { CLOSE_CODES } from '../collab/close-codes.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { isTerminalEvent } from '../run/event-class.ts'
import type { RunEventFrame } from '../run/events.ts'
import { backoffMs } from './backoff.ts'
import { createFrameBatch } from './frame-batch.ts'
import { openFrameSocket } from './frame-socket.ts'
import type { RunStreamOptions, StreamState, WebSocketConstructor } from './types.ts'

/** What the server sends: events, and heartbeats in between. */
type StreamFrame = RunEventFrame | { readonly type: 'heartbeat'; readonly seq: number }

export interface RunStreamPorts {
  /** Address of the socket without its query. */
  readonly url: string
  readonly WebSocket: WebSocketConstructor
  readonly getTicket: (abortSignal: AbortSignal) => Promise<string>
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/**
 * Follows the log of one run until it ends or `stop` is called. Each connection asks for a fresh ticket and goes on
 * after the last `seq` that was handed over, so that frames come in order, without gap or duplicate.
 *
 * @returns `stop`, which may be called any number of times.
 */
export function followRun(ports: RunStreamPorts, options: RunStreamOptions): () => void {
  const random = ports.random ?? Math.random
  const abort = new AbortController()
  const batch = createFrameBatch<RunEventFrame>((frames) => options.onEvents(frames))
  let lastSeq = options.after ?? 0
  let failures = 0
  let hasEnded = false
  let state: StreamState | null = null
  let disconnect = (): void => undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  function setState(next: StreamState, error?: TenonError): void {
    if (state === next) return
    state = next
    options.onState?.(next, error)
  }

  function stop(error?: TenonError): void {
    abort.abort()
    batch.clear()
    clearTimeout(retryTimer)
    disconnect()
    setState('closed', error)
  }

  function retry(): void {
    if (abort.signal.aborted) return
    failures += 1
    retryTimer = setTimeout(() => void connect(), backoffMs(failures, random()))
    setState('retrying')
  }

  function onFrame(frame: StreamFrame): void {
    failures = 0
    setState('live')
    if (abort.signal.aborted || frame.type === 'heartbeat' || frame.seq <= lastSeq) return
    // A missing seq means that frames were lost on the way; the backlog of a new connection has them.
    if (frame.seq !== lastSeq + 1) {
      disconnect()
      onLost(null)
      return
    }
    lastSeq = frame.seq
    hasEnded ||= isTerminalEvent(frame.type)
    batch.add(frame)
  }

  function onLost(code: number | null): void {
    batch.flush()
    const error = finalError(code)
    if (error !== null || (code === 1000 && hasEnded)) stop(error ?? undefined)
    else retry()
  }

  async function connect(): Promise<void> {
    setState(state === 'retrying' ? 'retrying' : 'connecting')
    let ticket: string
    try {
      ticket = await ports.getTicket(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return
      if (error instanceof TenonError && !error.retryable) stop(error)
      else retry()
      return
    }
    if (abort.signal.aborted) return
    const query = new URLSearchParams({ after: String(lastSeq), ticket })
    try {
      disconnect = openFrameSocket(ports.WebSocket, `${ports.url}?${query.toString()}`, readFrame, { onFrame, onLost })
    } catch (cause) {
      // An address that the platform refuses is refused the next time as well.
      stop(new TenonError('UNAVAILABLE', 'The platform refuses to open the address of the run stream', { cause }))
    }
  }

  void connect()
  return () => stop()
}

/** 4401 is not final here, since the next connection brings a new ticket. */
function finalError(code: number | null): TenonError | null {
  if (code === CLOSE_CODES.forbidden) return new TenonError('FORBIDDEN', 'You may not read this run')
  if (code === CLOSE_CODES.notFound) return new TenonError('RUN_NOT_FOUND', 'No run has this id')
  if (code === CLOSE_CODES.badFrame) return new TenonError('REQUEST_INVALID', 'The server refused the stream')
  return null
}

function readFrame(value: unknown): StreamFrame | null {
  const isFrame = typeof value === 'object' && value !== null && 'seq' in value && typeof value.seq === 'number'
  return isFrame ? (value as StreamFrame) : null
}
