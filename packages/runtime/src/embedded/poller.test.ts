import { expect, test, vi } from 'vitest'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createPoller, ENGINE_TOPIC, type PollerPorts } from './poller.ts'

test('looks for work again after a renewal during which the lease had run out', async () => {
  vi.useFakeTimers()
  let isValid = true
  let answerRenewal = (): void => undefined
  const bus = inMemoryBus()
  const findWork = vi.fn(async () => ({ runs: [], lastTenant: null, nextInMs: null }))
  const renew = vi.fn(async () => ({ wasValid: true, owned: [] }))
  const ports = {
    ...{ dispatch: { findWork }, lease: { isValid: () => isValid, renew }, bus, log: () => undefined },
    worker: { claimed: new Map(), tend: () => undefined, renewed: () => undefined, workerId: 'me' },
    ...{ now: () => Date.now(), pollIntervalMs: 60_000, leaseMs: 400, maxRuns: 1 },
  }
  const poller = createPoller(ports as unknown as PollerPorts)
  try {
    await poller.start()
    await vi.waitFor(() => expect(findWork).toHaveBeenCalledTimes(1))
    // A slow renewal that begins while the lease is valid.
    renew.mockImplementationOnce(async () => {
      await new Promise<void>((resolve) => {
        answerRenewal = resolve
      })
      isValid = true
      return { wasValid: true, owned: [] }
    })
    await vi.advanceTimersByTimeAsync(100)
    isValid = false
    bus.publish(ENGINE_TOPIC, { kind: 'work' })
    await vi.advanceTimersByTimeAsync(0)
    expect(findWork).toHaveBeenCalledTimes(1)
    answerRenewal()
    await vi.advanceTimersByTimeAsync(0)
    expect(findWork).toHaveBeenCalledTimes(2)
  } finally {
    await poller.stop()
    vi.useRealTimers()
  }
})
