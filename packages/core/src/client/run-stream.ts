import { CLOSE_CODES } from '../collab/close-codes.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { isTerminalEvent } from '../run/event-class.ts'
import type { RunEventFrame } from '../run/events.ts'
import { isRunOver } from '../run/status.ts'
import type { RunReadingFrame, RunViewFrame } from '../run/view-parts.ts'
import { backoffMs } from './backoff.ts'
import { followEvents } from './event-stream.ts'
import { createFrameBatch } from './frame-batch.ts'
import { openFrameSocket, SILENCE_MS } from './frame-socket.ts'
import type { RunStreamOptions, StreamState, WebSocketConstructor } from './options.ts'

/** A frame that the server sends: an event, a view, how far that is, or a heartbeat. */
type StreamFrame = RunEventFrame | RunViewFrame | RunReadingFrame | { readonly type: 'heartbeat'; readonly seq: number }

export interface RunStreamDeps {
  /** Address of the socket without its query. */
  readonly url: string
  readonly WebSocket: WebSocketConstructor
  readonly getTicket: (abortSignal: AbortSignal) => Promise<string>
  /** Opens the server-sent events, with the query of the socket but for its ticket. @defaultValue without it only the socket is tried */
  readonly openEvents?: (query: Readonly<Record<string, string>>, abortSignal: AbortSignal) => Promise<Response>
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/** A run log sends its first event at once, so a socket without a frame in this time counts as not opened. */
const FIRST_FRAME_MS = 5_000

/**
 * Follows the log of one run until it ends or `stop` is called. Each connection requests a new ticket and resumes after
 * the last delivered `seq`, so that frames arrive in order, without gap or duplicate. If no socket opens, server-sent
 * events are used.
 *
 * @returns `stop`, which may be called any number of times.
 */
export function followRun(deps: RunStreamDeps, options: RunStreamOptions): () => void {
  const random = deps.random ?? Math.random
  const abort = new AbortController()
  const batch = createFrameBatch<RunEventFrame>((frames) => options.onEvents(frames))
  let lastSeq = options.after ?? 0
  let failures = 0
  let hasEnded = false
  /** True once server-sent events have opened and no socket has. */
  let hasOnlyEvents = false
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

  function beginning(): Record<string, string> {
    return { after: `${lastSeq}`, ...(lastSeq === 0 && options.onView !== undefined ? { view: 'true' } : {}) }
  }

  function onFrame(frame: StreamFrame): void {
    failures = 0
    setState('live')
    if (frame.type === 'view') {
      if (abort.signal.aborted || lastSeq > 0) return
      lastSeq = frame.seq
      hasEnded = isRunOver(frame.view.head.status)
      options.onView?.(frame.view)
      return
    }
    if (frame.type === 'reading') {
      if (!abort.signal.aborted && lastSeq === 0) options.onReading?.(frame.read, frame.total)
      return
    }
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

  /** Checks whether a lost connection means that WebSockets are blocked, rather than refused by the server. */
  function isUnopened(code: number | null): boolean {
    return deps.openEvents !== undefined && (code === null || (code < 4000 && code !== 1000))
  }

  async function connectEvents(open: NonNullable<RunStreamDeps['openEvents']>): Promise<void> {
    const own = new AbortController()
    const openOnce = async (abortSignal: AbortSignal): Promise<Response> => {
      const response = await open(beginning(), abortSignal)
      hasOnlyEvents = true
      setState('live')
      // The run has ended and all of its events were delivered.
      hasEnded ||= response.status === 204
      return response
    }
    disconnect = () => own.abort()
    try {
      await followEvents(openOnce, readFrame, onFrame, { abortSignal: own.signal, firstFrameMs: SILENCE_MS })
      if (own.signal.aborted) return
      batch.flush()
      if (hasEnded) stop()
      else retry()
    } catch (error) {
      if (own.signal.aborted) return
      hasOnlyEvents = false
      if (error instanceof TenonError && FINAL.has(error.code)) stop(error)
      else retry()
    }
  }

  async function connect(): Promise<void> {
    setState(state === 'retrying' ? 'retrying' : 'connecting')
    if (hasOnlyEvents && deps.openEvents !== undefined) {
      await connectEvents(deps.openEvents)
      return
    }
    let ticket: string
    try {
      ticket = await deps.getTicket(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return
      if (error instanceof TenonError && !error.retryable) stop(error)
      else retry()
      return
    }
    if (abort.signal.aborted) return
    const query = new URLSearchParams({ ...beginning(), ticket })
    let hasFrame = false
    let firstFrame: ReturnType<typeof setTimeout> | undefined
    const onSocketLost = (code: number | null): void => {
      clearTimeout(firstFrame)
      if (!hasFrame && isUnopened(code)) void connectEvents(deps.openEvents as NonNullable<typeof deps.openEvents>)
      else onLost(code)
    }
    try {
      const close = openFrameSocket(deps.WebSocket, `${deps.url}?${query.toString()}`, readFrame, {
        onFrame: (frame) => {
          hasFrame = true
          clearTimeout(firstFrame)
          onFrame(frame)
        },
        onLost: onSocketLost,
      })
      disconnect = () => {
        clearTimeout(firstFrame)
        close()
      }
      // Later connections may have no event to send for a while.
      if (lastSeq === 0 && deps.openEvents !== undefined) {
        firstFrame = setTimeout(() => {
          close()
          onSocketLost(null)
        }, FIRST_FRAME_MS)
      }
    } catch (cause) {
      // A URL that the platform refuses will be refused again.
      stop(new TenonError('UNAVAILABLE', 'The platform refuses to open the URL of the run stream', { cause }))
    }
  }

  void connect()
  return () => stop()
}

/** Codes that a retry would get again, since they concern the run itself. */
const FINAL: ReadonlySet<string> = new Set(['RUN_NOT_FOUND', 'FORBIDDEN', 'UNAUTHENTICATED'])

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
