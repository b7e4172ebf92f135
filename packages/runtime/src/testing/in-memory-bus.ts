import type { Bus, BusMessage } from '../bus.ts'

/** Creates a bus within a test. */
export function inMemoryBus(): Bus {
  const listeners = new Map<string, Set<(message: BusMessage) => void>>()
  return {
    publish: (topic, message) => {
      for (const listener of [...(listeners.get(topic) ?? [])]) queueMicrotask(() => listener(message))
    },
    subscribe: (topic, listener) => {
      const ofTopic = listeners.get(topic) ?? new Set()
      listeners.set(topic, ofTopic.add(listener))
      return () => void ofTopic.delete(listener)
    },
    close: async () => listeners.clear(),
  }
}
