import { type StopSignal, StopSource } from './stop-signal.ts'

/** Reason for which a body has to stop: its node run is canceled, or its process shuts down. */
export type StopReason = 'cancel' | 'shutdown'

/** A signal for each reason: a canceled body may still run when its process shuts down. */
export type StopSignals = Readonly<Record<StopReason, StopSignal>>

/** Stops one attempt, for one reason or for both. */
export interface StopSwitch {
  readonly signals: StopSignals
  stop(reason: StopReason): void
}

export function createStopSwitch(): StopSwitch {
  const signals = { cancel: new StopSource(), shutdown: new StopSource() }
  return { signals, stop: (reason) => signals[reason].abort() }
}
