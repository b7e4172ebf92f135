/**
 * Signal that becomes aborted at most once. An `AbortSignal` is one; those of {@link createStopSignal} cost a fraction,
 * since nearly every attempt ends without one of its signals.
 */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A {@link StopSignal} with the switch that aborts it. */
export interface StopSignalSource extends StopSignal {
  /** Aborts the signal and calls its listeners, the first time that it is called. */
  abort(): void
}

/** Creates a signal for the code of this package; bodies of nodes get an `AbortSignal`. */
export function createStopSignal(): StopSignalSource {
  const listeners: (() => void)[] = []
  let aborted = false
  return {
    get aborted() {
      return aborted
    },
    addEventListener: (_type, listener) => void listeners.push(listener),
    removeEventListener: (_type, listener) => {
      const at = listeners.indexOf(listener)
      if (at !== -1) listeners.splice(at, 1)
    },
    abort: () => {
      if (aborted) return
      aborted = true
      for (const listener of listeners.splice(0)) listener()
    },
  }
}
