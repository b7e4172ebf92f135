import type { StartedRun } from '../api/run-types.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { isTerminalEvent } from '../run/event-class.ts'
import type { RunEventFrame } from '../run/events.ts'
import { backoffMs } from './backoff.ts'
import { unreachable } from './errors.ts'
import { followEvents } from './event-stream.ts'
import { createFrameBatch } from './frame-batch.ts'
import { SILENCE_MS } from './frame-socket.ts'
import type { RunStreamOptions, StartedStreamOptions, StreamState } from './options.ts'

export interface StartStreamDeps {
  /** Sends the start; the same call again starts no other run. */
  readonly open: (abortSignal: AbortSignal) => Promise<Response>
  /** Follows a run that was started, and returns `stop`. */
  readonly follow: (runId: string, options: RunStreamOptions) => () => void
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/**
 * Starts a run and follows it in the same response. A start without a response is sent again; a response that is cut off is
 * continued by the stream of the run.
 *
 * @param abortSignal - Ends the stream.
 */
export function followStart(
  { open, follow, random = Math.random }: StartStreamDeps,
  options: StartedStreamOptions,
  abortSignal: AbortSignal,
): void {
  const batch = createFrameBatch<RunEventFrame>((frames) => options.onEvents(frames))
  let runId: string | null = null
  let lastSeq = 0
  let hasEnded = false
  let failures = 0
  let state: StreamState | null = null
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let stopFollowing = (): void => setState('closed')

  function setState(next: StreamState, error?: TenonError): void {
    if (state === next || state === 'closed') return
    state = next
    options.onState?.(next, error)
  }

  function onFrame(frame: StartedRun | RunEventFrame, own: AbortController): void {
    if (own.signal.aborted) return
    if (!('seq' in frame)) {
      runId = frame.runId
      setState('live')
      options.onStarted(frame)
      return
    }
    // A missing seq means that events were lost on the way; the stream of the run has them.
    if (frame.seq !== lastSeq + 1) {
      own.abort()
      return
    }
    lastSeq = frame.seq
    hasEnded ||= isTerminalEvent(frame.type)
    batch.add(frame)
  }

  async function connect(): Promise<void> {
    setState('connecting')
    const own = new AbortController()
    const end = (): void => own.abort()
    abortSignal.addEventListener('abort', end)
    let failure: unknown = null
    try {
      const limits = { abortSignal: own.signal, firstFrameMs: SILENCE_MS }
      await followEvents(open, readFrame, (frame) => onFrame(frame, own), limits)
    } catch (error) {
      failure = error
    }
    abortSignal.removeEventListener('abort', end)
    if (abortSignal.aborted) return
    batch.flush()
    if (hasEnded) setState('closed')
    else if (runId !== null) stopFollowing = follow(runId, { ...options, after: lastSeq, onState: setState })
    else retry(failure instanceof TenonError ? failure : unreachable(failure))
  }

  function retry(error: TenonError): void {
    if (!error.retryable) {
      setState('closed', error)
      return
    }
    failures += 1
    setState('retrying')
    retryTimer = setTimeout(() => void connect(), backoffMs(failures, random()))
  }

  abortSignal.addEventListener('abort', () => {
    batch.clear()
    clearTimeout(retryTimer)
    stopFollowing()
  })
  if (abortSignal.aborted) setState('closed')
  else void connect()
}

function readFrame(value: unknown): StartedRun | RunEventFrame | null {
  if (typeof value !== 'object' || value === null) return null
  if ('seq' in value && typeof value.seq === 'number') return value as RunEventFrame
  return 'runId' in value && typeof value.runId === 'string' ? (value as StartedRun) : null
}
