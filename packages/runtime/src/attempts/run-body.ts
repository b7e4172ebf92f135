import { TenonError } from '@tenon/core/errors'
import type { CallsSuspension, NodeContext, NodeOutcome, Suspension } from '@tenon/core/node'
import type { StartedNode } from '../commit/commit-types.ts'
import { deadlineOf } from '../interpreter/next-attempt.ts'
import type { ReconnectNeeded } from '../secret-reader.ts'
import { totalTimeoutError } from './attempt-failure.ts'
import { createLazyAbort, type NodeContextDeps, nodeContextOf } from './node-context.ts'
import { readableError } from './readable-error.ts'
import type { StopSignals } from './stop-switch.ts'

/** End of a body. */
export type BodyEnd =
  | { readonly kind: 'result'; readonly result: NodeOutcome | Suspension | CallsSuspension }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'timeout'; readonly error: TenonError }
  /** The connection of the node must be connected again; the body has not run. */
  | { readonly kind: 'reconnect'; readonly wait: ReconnectNeeded['reconnect'] }
  /** A secret of the node cannot be read for now; the body has not run. */
  | { readonly kind: 'held'; readonly error: TenonError }
  /** Canceled, and the body did not end within the grace. */
  | { readonly kind: 'abandoned' }
  /** The process shuts down; another one records the attempt as lost. */
  | { readonly kind: 'left' }

/** Dependencies of {@link runBody}. */
export interface BodyDeps extends NodeContextDeps {
  readonly stop: StopSignals
  /** Longest time that a canceled body may take to end, in ms. */
  readonly graceMs: number
  readonly onHeartbeat: () => void
  readonly now: () => number
}

/**
 * Runs the body of a started attempt until it ends, its time is over, or it has to stop. Never throws.
 *
 * @param params - Its params, with the values of secret ones.
 */
export function runBody(started: StartedNode, params: unknown, deps: BodyDeps): Promise<BodyEnd> {
  const { cancel, shutdown } = deps.stop
  if (shutdown.aborted) return Promise.resolve({ kind: 'left' })
  if (cancel.aborted) {
    const error = new TenonError('NODE_CANCELED', 'The node run was canceled before it began')
    return Promise.resolve({ kind: 'thrown', error })
  }
  return new Promise((resolve) => new RunningBody(started, deps, resolve).call(params))
}

/** A running body with its timers and listeners. */
class RunningBody {
  readonly #started: StartedNode
  readonly #deps: BodyDeps
  readonly #resolve: (end: BodyEnd) => void
  readonly #abort = createLazyAbort()
  #limit: Alarm | null = null
  #silence: Alarm | null = null
  #grace: Alarm | null = null

  constructor(started: StartedNode, deps: BodyDeps, resolve: (end: BodyEnd) => void) {
    this.#started = started
    this.#deps = deps
    this.#resolve = resolve
  }

  call(params: unknown): void {
    const { cancel, shutdown } = this.#deps.stop
    this.#limit = this.#startLimit()
    this.#listen()
    cancel.addEventListener('abort', this.#onCancel)
    shutdown.addEventListener('abort', this.#onShutdown)
    const context = nodeContextOf(this.#started, params, this.#deps, this.#abort, this.#onHeartbeat)
    callBody(this.#started, context).then(
      (result) => this.#end({ kind: 'result', result }),
      (error: unknown) => this.#end({ kind: 'thrown', error: readableError(error) }),
    )
  }

  #end(end: BodyEnd): void {
    const { cancel, shutdown } = this.#deps.stop
    cancel.removeEventListener('abort', this.#onCancel)
    shutdown.removeEventListener('abort', this.#onShutdown)
    clearTimeout(this.#limit?.timer)
    clearTimeout(this.#silence?.timer)
    clearTimeout(this.#grace?.timer)
    this.#silence = null
    this.#resolve(end)
  }

  /** Starts the shorter time: that of the attempt, or the rest of the total time. */
  #startLimit(): Alarm | null {
    const { node, scheduledAt } = this.#started
    const { timeoutMs } = node
    const deadlineAt = deadlineOf(node, scheduledAt)
    const restMs = deadlineAt === null ? null : Math.max(0, deadlineAt - this.#deps.now())
    if (restMs !== null && (timeoutMs === null || restMs <= timeoutMs)) {
      return alarmAfter(restMs, () => this.#expireWith(totalTimeoutError(node)))
    }
    if (timeoutMs === null) return null
    return alarmAfter(timeoutMs, () => this.#expire(`No end within ${timeoutMs} ms`))
  }

  #expire(message: string): void {
    this.#expireWith(new TenonError('NODE_TIMEOUT', message))
  }

  #expireWith(error: TenonError): void {
    this.#end({ kind: 'timeout', error })
    this.#abort.abort(error)
  }

  #listen(): void {
    const { heartbeatMs } = this.#started.node
    if (heartbeatMs === null) return
    this.#silence = alarmAfter(heartbeatMs, () => this.#expire(`No heartbeat within ${heartbeatMs} ms`))
  }

  readonly #onHeartbeat = (): void => {
    this.#deps.onHeartbeat()
    if (this.#silence === null) return
    clearTimeout(this.#silence.timer)
    this.#listen()
  }

  readonly #onCancel = (): void => {
    this.#grace = alarmAfter(this.#deps.graceMs, () => this.#end({ kind: 'abandoned' }))
    this.#abort.abort(canceledError())
  }

  readonly #onShutdown = (): void => {
    this.#end({ kind: 'left' })
    this.#abort.abort(canceledError())
  }
}

function canceledError(): TenonError {
  return new TenonError('NODE_CANCELED', 'The node run was canceled')
}

const MAX_TIMER_MS = 2 ** 31 - 1

interface Alarm {
  timer: NodeJS.Timeout | undefined
}

/** Calls a function after a time that may be longer than the longest timer of the platform. */
function alarmAfter(ms: number, act: () => void): Alarm {
  const alarm: Alarm = { timer: undefined }
  const wait = (left: number): void => {
    const step = Math.min(left, MAX_TIMER_MS)
    alarm.timer = setTimeout(() => (left > step ? wait(left - step) : act()), step)
  }
  wait(ms)
  return alarm
}

async function callBody(
  { node, implementation }: StartedNode,
  context: NodeContext,
): Promise<NodeOutcome | Suspension | CallsSuspension> {
  const { run } = implementation
  if (run === undefined) throw new TenonError('NODE_TYPE_UNKNOWN', `"${node.type}" has no body to run`)
  // The registry holds implementations of every type; checkParams has given these params theirs.
  return run(context as NodeContext<never>)
}
