import type { Slot } from '../commit/commit-types.ts'
import { createStopSwitch, type StopSwitch } from '../executor/index.ts'
import type { RunKey } from './dispatch-store.ts'

/** A pass of a node run, by its node run and number. */
export interface PassKey {
  readonly nodeRunId: string
  readonly pass: number
}

/** A run that this worker drives, with what it does for it at the moment. */
export interface ClaimedRun extends RunKey {
  /** Passes in this worker's hands: waiting for a slot, beginning, or running. */
  readonly passes: Map<string, HeldPass>
  /** The database has said so; false while a start or an acquisition is in flight. */
  isOwned: boolean
  isTended: boolean
  isPoked: boolean
  isClosed: boolean
}

/** A pass of a node run in this worker's hands. */
export interface HeldPass {
  readonly stop: StopSwitch
  /** Its body has been started; before that a cancelation needs no body. */
  isRunning: boolean
  /** Given back when the body has ended; the pass itself is held until its outcome is stored. */
  slot: Slot | null
}

export function claimedRun({ tenantId, runId }: RunKey): ClaimedRun {
  return { tenantId, runId, passes: new Map(), isOwned: false, isTended: false, isPoked: false, isClosed: false }
}

/** Takes a pass in hand; null if it is in hand already. */
export function holdPass(run: ClaimedRun, pass: PassKey): HeldPass | null {
  const key = keyOf(pass)
  if (run.passes.has(key)) return null
  const held = { stop: createStopSwitch(), isRunning: false, slot: null }
  run.passes.set(key, held)
  return held
}

export function heldPass(run: ClaimedRun, pass: PassKey): HeldPass | undefined {
  return run.passes.get(keyOf(pass))
}

export function letGo(run: ClaimedRun, pass: PassKey): void {
  run.passes.delete(keyOf(pass))
}

function keyOf({ nodeRunId, pass }: PassKey): string {
  return `${nodeRunId}/${pass}`
}
