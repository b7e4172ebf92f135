import type { Bus, BusMessage } from '@tenon/runtime'

/** Fan-out within one process; for several processes there is {@link postgresBus}. */
export function createInProcessBus(): Bus {
  const listeners = new Map<string, Set<(message: BusMessage) => void>>()
  return {
    publish(topic, message) {
      for (const listener of listeners.get(topic) ?? []) queueMicrotask(() => listener(message))
    },
    subscribe(topic, listener) {
      const ofTopic = listeners.get(topic) ?? new Set()
      listeners.set(topic, ofTopic.add(listener))
      return () => {
        ofTopic.delete(listener)
        if (ofTopic.size === 0 && listeners.get(topic) === ofTopic) listeners.delete(topic)
      }
    },
    async close() {
      listeners.clear()
    },
  }
}
