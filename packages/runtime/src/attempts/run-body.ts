import { TenonError } from '@tenon/core/errors'
import type { NodeContext, NodeOutcome, Suspension } from '@tenon/core/node'
import type { StartedNode } from '../commit/commit-types.ts'
import { createLazyAbort, type NodeContextDeps, nodeContextOf } from './node-context.ts'
import { readableError } from './readable-error.ts'
import type { StopSignals } from './stop-switch.ts'

/** End of a body. */
export type BodyEnd =
  | { readonly kind: 'result'; readonly result: NodeOutcome | Suspension }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'timeout'; readonly error: TenonError }
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
}

const MAX_TIMER_MS = 2 ** 31 - 1

interface Alarm {
  timer: NodeJS.Timeout | undefined
}

/** Runs the body of a started attempt until it ends, its time is over, or it has to stop. Never throws. */
export function runBody(started: StartedNode, deps: BodyDeps): Promise<BodyEnd> {
  const { node } = started
  const { cancel, shutdown } = deps.stop
  const abort = createLazyAbort()
  const timers = new Set<Alarm>()
  const after = (ms: number, act: () => void): Alarm => {
    const alarm: Alarm = { timer: undefined }
    // The limit of timers; a longer time takes several.
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
      after(deps.graceMs, () => resolve({ kind: 'abandoned' }))
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
      deps.onHeartbeat()
      if (silence === null) return
      clearTimeout(silence.timer)
      timers.delete(silence)
      silence = listen()
    }
    if (shutdown.aborted || cancel.aborted) {
      // Stopped before it began: the body is not called.
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
    callBody(started, nodeContextOf(started, deps, abort, onHeartbeat)).then(
      (result) => resolve({ kind: 'result', result }),
      (error: unknown) => resolve({ kind: 'thrown', error: readableError(error) }),
    )
  }).finally(() => {
    stopListening()
    for (const { timer } of timers) clearTimeout(timer)
  })
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
