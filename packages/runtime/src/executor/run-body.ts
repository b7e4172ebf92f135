import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { HttpClient, NodeContext, NodeOutcome, Suspension } from '@tenon/core/node'
import type { StartedNode } from '../commit/commit-types.ts'
import { storeValue } from '../commit/encode-output.ts'
import type { ValueLoader } from '../commit/value-loader.ts'
import type { ObservationPump } from './observation-pump.ts'
import { readableError } from './readable-error.ts'
import type { StopSignals } from './stop-switch.ts'

export type BodyEnd =
  | { readonly kind: 'result'; readonly result: NodeOutcome | Suspension }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'timeout'; readonly error: TenonError }
  /** Canceled, and the body did not come back within the grace. */
  | { readonly kind: 'abandoned' }
  /** The process goes; the attempt is for others to record as lost. */
  | { readonly kind: 'left' }

export interface BodyPorts {
  readonly http: HttpClient
  readonly values: ValueLoader
  readonly pump: ObservationPump
  readonly stop: StopSignals
  /** How long a canceled body may take to come back, in ms. */
  readonly graceMs: number
  readonly onHeartbeat: () => void
}

const MAX_TIMER_MS = 2 ** 31 - 1

interface Alarm {
  timer: NodeJS.Timeout | undefined
}

/** Runs the body of a started attempt until it ends, its time is over, or it is told to stop. Never throws. */
export function runBody(started: StartedNode, ports: BodyPorts): Promise<BodyEnd> {
  const { node } = started
  const { cancel, shutdown } = ports.stop
  const abort = createLazyAbort()
  const timers = new Set<Alarm>()
  const after = (ms: number, act: () => void): Alarm => {
    const alarm: Alarm = { timer: undefined }
    // The platform's timers go no further; a longer time takes several.
    const wait = (left: number): void => {
      const step = Math.min(left, MAX_TIMER_MS)
      alarm.timer = setTimeout(() => (left > step ? wait(left - step) : act()), step)
    }
    wait(ms)
    timers.add(alarm)
    return alarm
  }
  let stopListening = (): void => undefined
  return new Promise<BodyEnd>((resolve) => {
    const expire = (message: string): void => {
      const error = new TenonError('NODE_TIMEOUT', message)
      resolve({ kind: 'timeout', error })
      abort.abort(error)
    }
    const stopBody = (): void => abort.abort(new TenonError('NODE_CANCELED', 'The node run was canceled'))
    const onCancel = (): void => {
      after(ports.graceMs, () => resolve({ kind: 'abandoned' }))
      stopBody()
    }
    const onShutdown = (): void => {
      resolve({ kind: 'left' })
      stopBody()
    }
    const { timeoutMs, heartbeatMs } = node
    if (timeoutMs !== null) after(timeoutMs, () => expire(`No end within ${timeoutMs} ms`))
    const listen = (): Alarm | null =>
      heartbeatMs === null ? null : after(heartbeatMs, () => expire(`No heartbeat within ${heartbeatMs} ms`))
    let silence = listen()
    const onHeartbeat = (): void => {
      ports.onHeartbeat()
      if (silence === null) return
      clearTimeout(silence.timer)
      timers.delete(silence)
      silence = listen()
    }
    if (shutdown.aborted || cancel.aborted) {
      // Told to stop before it began: the body is not called at all.
      const error = new TenonError('NODE_CANCELED', 'The node run was canceled before it began')
      resolve(shutdown.aborted ? { kind: 'left' } : { kind: 'thrown', error })
      return
    }
    cancel.addEventListener('abort', onCancel)
    shutdown.addEventListener('abort', onShutdown)
    stopListening = () => {
      cancel.removeEventListener('abort', onCancel)
      shutdown.removeEventListener('abort', onShutdown)
    }
    callBody(started, contextOf(started, ports, abort, onHeartbeat)).then(
      (result) => resolve({ kind: 'result', result }),
      (error: unknown) => resolve({ kind: 'thrown', error: readableError(error) }),
    )
  }).finally(() => {
    stopListening()
    for (const { timer } of timers) clearTimeout(timer)
  })
}

/** The abort of a body; its controller is made when the body asks for the signal, which most never do. */
interface LazyAbort {
  readonly signal: AbortSignal
  abort(reason: TenonError): void
}

function createLazyAbort(): LazyAbort {
  let controller: AbortController | undefined
  let aborted: TenonError | undefined
  return {
    get signal() {
      controller ??= new AbortController()
      if (aborted !== undefined) controller.abort(aborted)
      return controller.signal
    },
    abort: (reason) => {
      aborted ??= reason
      controller?.abort(reason)
    },
  }
}

async function callBody(
  { node, implementation }: StartedNode,
  context: NodeContext,
): Promise<NodeOutcome | Suspension> {
  const { run } = implementation
  if (run === undefined) throw new TenonError('NODE_TYPE_UNKNOWN', `"${node.type}" has no body to run`)
  // The registry holds implementations of every type; checkParams has given these params theirs.
  return run(context as NodeContext<never>)
}

function contextOf(
  started: StartedNode,
  { http, pump, values }: BodyPorts,
  abort: LazyAbort,
  heartbeat: () => void,
): NodeContext {
  const { tenantId, runId, nodeRunId, attempt, pass, params, resume, idempotencyKey } = started
  const calls = new Map<string, Promise<Json>>()
  const journaled = {
    count: started.journal.size,
    bytes: [...started.journal.values()].reduce((sum, { size }) => sum + size, 0),
  }
  const callOnce = async (key: string, call: () => Promise<Json>): Promise<Json> => {
    const known = started.journal.get(key)
    if (known !== undefined) return values.load(tenantId, known)
    if (key.length > MAX_KEY) throw journalFull(`${MAX_KEY} characters of a key`)
    if (journaled.count >= MAX_JOURNALED) throw journalFull(`${MAX_JOURNALED} calls`)
    const { ref, payloads, json } = storeValue(await call())
    journaled.count += 1
    journaled.bytes += ref.size
    if (journaled.bytes > MAX_JOURNAL_BYTES) throw journalFull(`${MAX_JOURNAL_BYTES} bytes of results`)
    await pump.journal({ pass, attempt, key, value: ref }, payloads)
    return json
  }
  return {
    params,
    tenantId,
    runId,
    nodeRunId,
    attempt,
    idempotencyKey,
    http: endingWith(http, abort),
    connection: null,
    get abortSignal() {
      return abort.signal
    },
    resume,
    heartbeat,
    log: pump.log,
    toolCall: pump.toolCall,
    durable: async <Value extends Json>(key: string, call: () => Promise<Value>): Promise<Value> => {
      const once = calls.get(key) ?? callOnce(key, call)
      calls.set(key, once)
      // The value under a key is the one that this very call once gave.
      return (await once) as Value
    },
  }
}

/** Most calls that a node run may journal, and most bytes of their results: each is in the log for good. */
const MAX_JOURNALED = 1_000
const MAX_JOURNAL_BYTES = 33_554_432
const MAX_KEY = 512

function journalFull(limit: string): TenonError {
  return new TenonError('JOURNAL_TOO_LARGE', `The node run has journaled more than ${limit}`)
}

/** Requests of a node end with its attempt, whether or not its body hands the signal on. */
function endingWith(http: HttpClient, attempt: LazyAbort): HttpClient {
  const both = (signal: AbortSignal | null | undefined): AbortSignal =>
    signal === null || signal === undefined || signal === attempt.signal
      ? attempt.signal
      : AbortSignal.any([signal, attempt.signal])
  return {
    request: (url, init = {}) => http.request(url, { ...init, abortSignal: both(init.abortSignal) }),
    fetch: (input, init) => {
      const own = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      return http.fetch(input, { ...init, signal: both(own) })
    },
  }
}
