import { describe, expect, test } from 'vitest'
import { createNodeSlots } from './node-slots.ts'

describe('createNodeSlots', () => {
  test('gives so many slots and no more', () => {
    const slots = createNodeSlots(2)
    const first = slots.tryAcquire()
    expect([first, slots.tryAcquire(), slots.tryAcquire()].map((slot) => slot !== null)).toEqual([true, true, false])
    first?.release()
    expect(slots.tryAcquire()).not.toBeNull()
    expect(slots.inUse).toBe(2)
  })

  test('takes a slot back once, however often it is given back', () => {
    const slots = createNodeSlots(1)
    const first = slots.tryAcquire()
    first?.release()
    first?.release()
    expect(slots.inUse).toBe(0)
    slots.tryAcquire()
    expect(slots.tryAcquire()).toBeNull()
  })

  test('serves tenants in turn, however many of one wait', async () => {
    const slots = createNodeSlots(1)
    const held = slots.tryAcquire()
    const served: string[] = []
    const wait = async (tenant: string, name: string) => {
      const slot = await slots.acquire(tenant)
      served.push(name)
      slot?.release()
    }
    const all = [wait('a', 'a1'), wait('a', 'a2'), wait('a', 'a3'), wait('b', 'b1'), wait('c', 'c1'), wait('b', 'b2')]
    held?.release()
    await Promise.all(all)
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  test('lets nobody overtake those who wait', async () => {
    const slots = createNodeSlots(2)
    const held = [slots.tryAcquire(), slots.tryAcquire()]
    const waiting = [slots.acquire('a'), slots.acquire('a')]
    held[0]?.release()
    expect(slots.tryAcquire()).toBeNull()
    held[1]?.release()
    expect(await Promise.all(waiting)).toEqual([expect.anything(), expect.anything()])
    expect(slots.inUse).toBe(2)
  })

  test('sends everybody away when it closes', async () => {
    const slots = createNodeSlots(1)
    slots.tryAcquire()
    const waiting = slots.acquire('a')
    slots.close()
    expect(await waiting).toBeNull()
    expect(await slots.acquire('a')).toBeNull()
    expect(slots.tryAcquire()).toBeNull()
  })
})
