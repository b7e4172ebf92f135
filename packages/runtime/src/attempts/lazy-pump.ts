import type { ObservationPump, PumpedObservations } from './observation-pump.ts'

/** A pump that is opened when the body first writes an observation: most bodies write none. */
export interface LazyPump extends ObservationPump {
  /** True if there may be observations that are not stored. */
  readonly isOpen: boolean
  /** Sets how to open the pump; before that, and after it is closed, observations are left out. */
  onOpen(open: () => ObservationPump): void
}

export const NO_OBSERVATIONS: PumpedObservations = { observations: [], payloads: [], isRepeated: false }

export function createLazyPump(): LazyPump {
  let opened: ObservationPump | null = null
  let open: (() => ObservationPump) | null = null
  const pump = (): ObservationPump | null => {
    opened ??= open?.() ?? null
    return opened
  }
  return {
    get isOpen() {
      return opened !== null
    },
    onOpen: (given) => {
      open = given
    },
    log: (level, message, data) => pump()?.log(level, message, data),
    toolCall: (call) => pump()?.toolCall(call),
    journal: async (entry, payloads) => pump()?.journal(entry, payloads),
    close: async () => {
      open = null
      return opened === null ? NO_OBSERVATIONS : opened.close()
    },
  }
}
