import { describe, expect, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { type FollowContext, followRunLog } from './follow-run-log.ts'

const gone = new Error('The database is gone')

/** A server whose database is away, and how many listen to its bus. */
function openServer() {
  const bus = createInProcessBus()
  let listeners = 0
  const server: FollowContext = {
    bus: {
      ...bus,
      subscribe(topic, listener) {
        listeners += 1
        const unsubscribe = bus.subscribe(topic, listener)
        return () => {
          listeners -= 1
          unsubscribe()
        }
      },
    },
    reader: { getRun: () => Promise.reject(gone), readEvents: () => Promise.reject(gone) },
    now: () => 0,
    closing: new AbortController().signal,
  }
  return { server, listeners: () => listeners }
}

describe('followRunLog', () => {
  test('leaves no listener behind when the run cannot be read', async () => {
    const { server, listeners } = openServer()
    const abortSignal = new AbortController().signal
    const batches = followRunLog(server, { tenantId: 't', runId: 'r', after: 0, abortSignal })
    const first = batches.next()
    expect(listeners()).toBe(1)
    await expect(first).rejects.toBe(gone)
    expect(listeners()).toBe(0)
  })
})
