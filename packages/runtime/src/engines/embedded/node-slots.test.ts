import { describe, expect, test } from 'vitest'
import { createNodeSlots, type NodeSlotsOptions } from './node-slots.ts'

/** Slots with a log of who was served, in order. */
function observed(options: NodeSlotsOptions) {
  const slots = createNodeSlots(options)
  const served: string[] = []
  const wait = async (tenant: string, name: string) => {
    const slot = await slots.acquire(tenant)
    served.push(name)
    slot?.release()
  }
  return { slots, served, wait }
}

describe('createNodeSlots', () => {
  test('gives so many slots and no more', () => {
    const slots = createNodeSlots({ capacity: 2 })
    const first = slots.tryAcquire('a')
    expect([first, slots.tryAcquire('a'), slots.tryAcquire('b')].map((slot) => slot !== null)).toEqual([
      true,
      true,
      false,
    ])
    first?.release()
    expect(slots.free).toBe(1)
    expect(slots.tryAcquire('b')).not.toBeNull()
    expect([slots.inUse, slots.free]).toEqual([2, 0])
  })

  test('takes a slot back once, however often it is released', () => {
    const slots = createNodeSlots({ capacity: 1 })
    const first = slots.tryAcquire('a')
    first?.release()
    first?.release()
    expect(slots.inUse).toBe(0)
    slots.tryAcquire('a')
    expect(slots.tryAcquire('a')).toBeNull()
  })

  test('serves tenants in turn, however many of one wait', async () => {
    const { slots, served, wait } = observed({ capacity: 1 })
    const held = slots.tryAcquire('x')
    const all = [wait('a', 'a1'), wait('a', 'a2'), wait('a', 'a3'), wait('b', 'b1'), wait('c', 'c1'), wait('b', 'b2')]
    held?.release()
    await Promise.all(all)
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  test('keeps a share that no single tenant fills', async () => {
    const slots = createNodeSlots({ capacity: 4, reserved: 1 })
    const noisy = Array.from({ length: 4 }, () => slots.tryAcquire('noisy'))
    expect(noisy.map((slot) => slot !== null)).toEqual([true, true, true, false])
    expect(slots.tryAcquire('quiet')).not.toBeNull()
    let isServed = false
    const waiting = slots.acquire('noisy').then(() => {
      isServed = true
    })
    await Promise.resolve()
    expect(isServed).toBe(false)
    noisy[0]?.release()
    await waiting
    expect(slots.inUse).toBe(4)
  })

  test('gives slots in relation to weights', async () => {
    const weightOf = (tenantId: string) => (tenantId === 'gold' ? 3 : 1)
    const slots = createNodeSlots({ capacity: 4, weightOf })
    const held = Array.from({ length: 4 }, () => slots.tryAcquire('x'))
    const served: string[] = []
    for (const tenant of ['plain', 'plain', 'plain', 'gold', 'gold', 'gold', 'gold']) {
      void slots.acquire(tenant).then((slot) => slot !== null && served.push(tenant))
    }
    for (const slot of held) slot?.release()
    await Promise.resolve()
    expect([...served].sort()).toEqual(['gold', 'gold', 'gold', 'plain'])
    slots.close()
  })

  test('lets no caller overtake those that wait', async () => {
    const slots = createNodeSlots({ capacity: 2 })
    const held = [slots.tryAcquire('x'), slots.tryAcquire('x')]
    const waiting = [slots.acquire('a'), slots.acquire('a')]
    held[0]?.release()
    expect(slots.tryAcquire('b')).toBeNull()
    held[1]?.release()
    expect(await Promise.all(waiting)).toEqual([expect.anything(), expect.anything()])
    expect(slots.inUse).toBe(2)
  })

  test('sends all that wait away when it closes', async () => {
    const slots = createNodeSlots({ capacity: 1 })
    slots.tryAcquire('a')
    const waiting = slots.acquire('a')
    slots.close()
    expect(await waiting).toBeNull()
    expect(await slots.acquire('a')).toBeNull()
    expect(slots.tryAcquire('a')).toBeNull()
  })
})
