import type { ObservationPump, PumpedObservations } from './observation-pump.ts'

/** A pump that is opened when the body first writes an observation: most bodies write none. */
export interface LazyPump extends Omit<ObservationPump, 'close'> {
  /** Sets how to open the pump; before that, and after it is closed, observations are left out. */
  onOpen(open: () => ObservationPump): void
  /**
   * Stops, as {@link ObservationPump.close}; a body that was abandoned cannot open the pump after this. Without a
   * promise if the body wrote nothing.
   */
  close(): PumpedObservations | Promise<PumpedObservations>
}

const NO_OBSERVATIONS: PumpedObservations = { observations: [], payloads: [], isRepeated: false }

export function createLazyPump(): LazyPump {
  let opened: ObservationPump | null = null
  let open: (() => ObservationPump) | null = null
  const pump = (): ObservationPump | null => {
    opened ??= open?.() ?? null
    return opened
  }
  return {
    onOpen: (given) => {
      open = given
    },
    log: (level, message, data) => pump()?.log(level, message, data),
    toolCall: (call) => pump()?.toolCall(call),
    journal: async (entry, payloads) => pump()?.journal(entry, payloads),
    close: () => {
      open = null
      return opened === null ? NO_OBSERVATIONS : opened.close()
    },
  }
}
