import { expect, test, vi } from 'vitest'
import { ENGINE_TOPIC } from '../../bus.ts'
import { inMemoryBus } from '../../testing/in-memory-bus.ts'
import { createPoller, type PollerDeps } from './poller.ts'

test('polls again after a renewal during which the lease had expired', async () => {
  vi.useFakeTimers()
  let isValid = true
  let answerRenewal = (): void => undefined
  const bus = inMemoryBus()
  const findWork = vi.fn(async () => ({
    runs: [],
    lastTenant: null,
    nextInMs: null,
    dispatches: { claimed: [], canceling: [] },
  }))
  const renew = vi.fn(async () => ({ wasValid: true, owned: [], ownedDispatches: [], workers: 1 }))
  const deps = {
    ...{ dispatch: { findWork }, lease: { isValid: () => isValid, renew }, bus, log: () => undefined },
    dispatches: { execute: () => undefined, cancel: () => undefined, renewed: () => undefined },
    worker: { claimed: new Map(), drive: () => undefined, renewed: () => undefined, workerId: 'me' },
    ...{
      now: () => Date.now(),
      pollIntervalMs: 60_000,
      leaseMs: 400,
      limits: () => ({ capacity: 1 }),
      mayRenew: () => true,
      onRenew: () => undefined,
    },
  }
  const poller = createPoller(deps as unknown as PollerDeps)
  try {
    await poller.start()
    await vi.waitFor(() => expect(findWork).toHaveBeenCalledTimes(1), 20_000)
    // A slow renewal that begins while the lease is valid.
    renew.mockImplementationOnce(async () => {
      await new Promise<void>((resolve) => {
        answerRenewal = resolve
      })
      isValid = true
      return { wasValid: true, owned: [], ownedDispatches: [], workers: 1 }
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

test('does not renew the lease while appends make no progress', async () => {
  vi.useFakeTimers()
  let mayRenew = false
  const renew = vi.fn(async () => ({ wasValid: true, owned: [], ownedDispatches: [], workers: 1 }))
  const dispatches = { claimed: [], canceling: [] }
  const deps = {
    ...{ bus: inMemoryBus(), log: () => undefined, now: () => Date.now(), pollIntervalMs: 60_000, leaseMs: 400 },
    dispatch: { findWork: async () => ({ runs: [], lastTenant: null, nextInMs: null, dispatches }) },
    lease: { isValid: () => true, renew },
    dispatches: { execute: () => undefined, cancel: () => undefined, renewed: () => undefined },
    worker: { claimed: new Map(), drive: () => undefined, renewed: () => undefined, workerId: 'me' },
    ...{ limits: () => ({ capacity: 1 }), mayRenew: () => mayRenew, onRenew: () => undefined },
  }
  const poller = createPoller(deps as unknown as PollerDeps)
  try {
    await poller.start()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(renew).toHaveBeenCalledTimes(1)
    mayRenew = true
    await vi.advanceTimersByTimeAsync(100)
    expect(renew).toHaveBeenCalledTimes(2)
  } finally {
    await poller.stop()
    vi.useRealTimers()
  }
})

test('renews the lease once at a time, and is stopped only behind a renewal that is under way', async () => {
  vi.useFakeTimers()
  const calls: string[] = []
  let answer = (): void => undefined
  const deps = {
    ...{ bus: inMemoryBus(), log: () => undefined, now: () => Date.now(), pollIntervalMs: 60_000, leaseMs: 400 },
    dispatch: {
      findWork: async () => ({
        runs: [],
        lastTenant: null,
        nextInMs: null,
        dispatches: { claimed: [], canceling: [] },
      }),
    },
    lease: {
      isValid: () => true,
      renew: async () => {
        calls.push('renew')
        if (calls.length > 1) {
          await new Promise<void>((resolve) => {
            answer = resolve
          })
        }
        return { wasValid: true, owned: [], ownedDispatches: [], workers: 1 }
      },
    },
    dispatches: { execute: () => undefined, cancel: () => undefined, renewed: () => undefined },
    worker: { claimed: new Map(), drive: () => undefined, renewed: () => undefined, workerId: 'me' },
    limits: () => ({ capacity: 1 }),
    mayRenew: () => true,
    onRenew: () => undefined,
  }
  const poller = createPoller(deps as unknown as PollerDeps)
  try {
    await poller.start()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(calls).toEqual(['renew', 'renew'])
    const stopped = poller.stop().then(() => calls.push('stopped'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(calls).toEqual(['renew', 'renew'])
    answer()
    await stopped
    expect(calls).toEqual(['renew', 'renew', 'stopped'])
  } finally {
    vi.useRealTimers()
  }
})
