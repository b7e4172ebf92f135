import { TenonError } from '../errors/tenon-error.ts'
import type { RunEventFrame } from '../run/events.ts'
import { backoffMs } from './backoff.ts'
import type { RunStreamOptions, StreamSocket, StreamState, WebSocketConstructor } from './types.ts'

export interface RunStreamPorts {
  /** Address of the socket without its query. */
  readonly url: string
  readonly WebSocket: WebSocketConstructor
  readonly getTicket: () => Promise<string>
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/** Subprotocol in which the server adds heartbeats to the events. */
const PROTOCOL = 'tenon.v1'
/** The server beats every 15 s; after three missed beats the connection counts as dead. */
const SILENCE_MS = 45_000
const TERMINAL: ReadonlySet<string> = new Set(['run_completed', 'run_error', 'run_canceled'])

/**
 * Follows the log of one run until it ends or `stop` is called. Each connection asks for a fresh ticket and goes on
 * after the last `seq` that was handed over, so that frames come in order, without gap or duplicate.
 *
 * @returns `stop`, which may be called any number of times.
 */
export function followRun(ports: RunStreamPorts, options: RunStreamOptions): () => void {
  const random = ports.random ?? Math.random
  let lastSeq = options.after ?? 0
  let failures = 0
  let isStopped = false
  let hasEnded = false
  let socket: StreamSocket | null = null
  let pending: RunEventFrame[] = []
  let flushTimer: ReturnType<typeof setTimeout> | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let silenceTimer: ReturnType<typeof setTimeout> | undefined
  let state: StreamState | null = null

  function setState(next: StreamState, error?: TenonError): void {
    if (state === next) return
    state = next
    options.onState?.(next, error)
  }

  function flush(): void {
    clearTimeout(flushTimer)
    flushTimer = undefined
    const frames = pending
    pending = []
    if (frames.length > 0 && !isStopped) options.onEvents(frames)
  }

  function finish(error?: TenonError): void {
    flush()
    isStopped = true
    cleanUp()
    setState('closed', error)
  }

  function cleanUp(): void {
    clearTimeout(flushTimer)
    clearTimeout(retryTimer)
    clearTimeout(silenceTimer)
    const open = socket
    socket = null
    open?.close(1000)
  }

  function retry(): void {
    if (isStopped) return
    failures += 1
    setState('retrying')
    retryTimer = setTimeout(() => void connect(), backoffMs(failures, random()))
  }

  function dropConnection(open: StreamSocket): void {
    if (socket !== open) return
    socket = null
    clearTimeout(silenceTimer)
    open.close(1000)
    flush()
    retry()
  }

  function watchSilence(open: StreamSocket): void {
    clearTimeout(silenceTimer)
    silenceTimer = setTimeout(() => dropConnection(open), SILENCE_MS)
  }

  function receive(open: StreamSocket, text: unknown): void {
    watchSilence(open)
    const frame = parseFrame(text)
    if (frame === null) return
    failures = 0
    setState('live')
    if (frame.type === 'heartbeat') return
    if (frame.seq <= lastSeq) return
    // A missing seq means that frames were lost on the way; the backlog of a new connection has them.
    if (frame.seq !== lastSeq + 1) {
      dropConnection(open)
      return
    }
    lastSeq = frame.seq
    hasEnded ||= TERMINAL.has(frame.type)
    pending.push(frame)
    flushTimer ??= setTimeout(flush, 0)
  }

  async function connect(): Promise<void> {
    setState(state === 'retrying' ? 'retrying' : 'connecting')
    let ticket: string
    try {
      ticket = await ports.getTicket()
    } catch (error) {
      if (isStopped) return
      if (error instanceof TenonError && !error.retryable) finish(error)
      else retry()
      return
    }
    if (isStopped) return
    const query = new URLSearchParams({ after: String(lastSeq), ticket })
    const open = new ports.WebSocket(`${ports.url}?${query.toString()}`, PROTOCOL)
    socket = open
    watchSilence(open)
    open.addEventListener('message', (message) => {
      if (socket === open) receive(open, message.data)
    })
    open.addEventListener('close', (event) => {
      if (socket !== open) return
      socket = null
      clearTimeout(silenceTimer)
      flush()
      const error = finalError(event.code)
      if (error !== null) finish(error)
      else if (event.code === 1000 && hasEnded) finish()
      else retry()
    })
    // A close always follows; without a listener some runtimes report the error as uncaught.
    open.addEventListener('error', () => undefined)
  }

  void connect()
  return function stop(): void {
    if (isStopped) return
    isStopped = true
    pending = []
    cleanUp()
    setState('closed')
  }
}

type Frame = RunEventFrame | { readonly type: 'heartbeat'; readonly seq: number }

function parseFrame(text: unknown): Frame | null {
  if (typeof text !== 'string') return null
  try {
    const frame: unknown = JSON.parse(text)
    const isFrame = typeof frame === 'object' && frame !== null && 'seq' in frame && typeof frame.seq === 'number'
    return isFrame ? (frame as Frame) : null
  } catch {
    return null
  }
}

/** 4401 is not final here, since the next connection brings a new ticket. */
function finalError(code: number): TenonError | null {
  if (code === 4403) return new TenonError('FORBIDDEN', 'You may not read this run')
  if (code === 4404) return new TenonError('RUN_NOT_FOUND', 'No run has this id')
  if (code === 4422) return new TenonError('REQUEST_INVALID', 'The server refused the stream')
  return null
}
