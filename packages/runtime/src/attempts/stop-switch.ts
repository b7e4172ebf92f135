/** Reason for which a body has to stop: its node run is canceled, or its process shuts down. */
export type StopReason = 'cancel' | 'shutdown'

/** A signal for each reason: a canceled body may still run when its process shuts down. */
export type StopSignals = Readonly<Record<StopReason, AbortSignal>>

/** Stops one attempt, for one reason or for both. */
export interface StopSwitch {
  readonly signals: StopSignals
  stop(reason: StopReason): void
}

export function createStopSwitch(): StopSwitch {
  const controllers = { cancel: new AbortController(), shutdown: new AbortController() }
  return {
    signals: { cancel: controllers.cancel.signal, shutdown: controllers.shutdown.signal },
    stop: (reason) => controllers[reason].abort(),
  }
}
