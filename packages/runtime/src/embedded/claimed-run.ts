import type { StopReason } from '../executor/index.ts'
import type { RunKey } from './dispatch-store.ts'

/** A run that this worker looks after, with what it does for it at the moment. */
export interface ClaimedRun extends RunKey {
  /** Passes in somebody's hands here, by `nodeRunId/pass`: waiting for a place, beginning, or running. */
  readonly passes: Map<string, HeldPass>
  isTended: boolean
  isPoked: boolean
  isClosed: boolean
}

/** A pass of a node run in this worker's hands. */
export interface HeldPass {
  readonly stop: AbortController
  /** Its body has been started; before that a cancelation needs no body. */
  isRunning: boolean
}

export function passKeyOf({ nodeRunId, pass }: { readonly nodeRunId: string; readonly pass: number }): string {
  return `${nodeRunId}/${pass}`
}

/** Takes a pass in hand; null if it is in hand already. */
export function holdPass(run: ClaimedRun, pass: { nodeRunId: string; pass: number }): HeldPass | null {
  const key = passKeyOf(pass)
  if (run.passes.has(key)) return null
  const held = { stop: new AbortController(), isRunning: false }
  run.passes.set(key, held)
  return held
}

export function stopPass(held: HeldPass, reason: StopReason): void {
  if (!held.stop.signal.aborted) held.stop.abort(reason)
}
