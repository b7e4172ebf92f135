import type { Slot } from '../commit/commit-types.ts'
import { createStopSwitch, type StopSwitch } from '../executor/index.ts'
import type { RunKey } from '../store/run-key.ts'

/** A pass of a node run, by its node run and number. */
export interface PassKey {
  readonly nodeRunId: string
  readonly pass: number
}

/** A run that this worker drives, with what it does for it at the moment. */
export interface ClaimedRun extends RunKey {
  /** Passes that this worker holds: waiting for a slot, beginning, or running. */
  readonly passes: Map<string, HeldPass>
  /** The database has said so; false while a start or an acquisition is in flight. */
  isOwned: boolean
  /** A loop drives it at the moment. */
  isDriving: boolean
  /** It is to be driven again: something has changed since the loop began. */
  isWoken: boolean
  isClosed: boolean
  /** Errors since it was last driven without one. */
  failures: number
}

/** A pass of a node run that this worker holds. */
export interface HeldPass {
  readonly stop: StopSwitch
  /** Its body has been started; before that a cancelation needs no body. */
  isRunning: boolean
  /** Given back when the body has ended; the pass itself is held until its outcome is stored. */
  slot: Slot | null
}

export function claimedRun({ tenantId, runId }: RunKey): ClaimedRun {
  const flags = { isOwned: false, isDriving: false, isWoken: false, isClosed: false }
  return { tenantId, runId, passes: new Map(), ...flags, failures: 0 }
}

/** Holds a pass, so that it begins once; null if it is held already. */
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

/** Releases a pass. */
export function releasePass(run: ClaimedRun, pass: PassKey): void {
  run.passes.delete(keyOf(pass))
}

function keyOf({ nodeRunId, pass }: PassKey): string {
  return `${nodeRunId}/${pass}`
}
