import { describe, expect, test } from 'vitest'
import type { DatabaseLink, LinkConnection } from './link.ts'
import { createSpareConnections } from './spare-connections.ts'

/** A link whose connections write down that they are opened and released. */
function linkOf(maxConnections: number) {
  const events: string[] = []
  const callers = { waiting: 0 }
  const connections: { isUsable: boolean }[] = []
  const link = {
    maxConnections,
    waiting: () => callers.waiting,
    acquire: async () => {
      const name = `c${connections.length + 1}`
      events.push(`${name} acquired`)
      const connection = { isUsable: true, release: () => void events.push(`${name} released`) }
      connections.push(connection)
      return connection
    },
  }
  return { spare: createSpareConnections(link as unknown as DatabaseLink, 1_000), events, connections, callers }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('createSpareConnections', () => {
  test('gives a connection again in the same turn of the event loop, and returns it after that', async () => {
    const { spare, events } = linkOf(4)
    const first = await spare.acquire()
    spare.release(first)
    await Promise.resolve()
    expect(spare.acquire()).toBe(first)
    spare.release(first)
    await turn()
    expect(events).toEqual(['c1 acquired', 'c1 released'])
    expect(await spare.acquire()).not.toBe(first)
  })

  test('keeps one for each caller that had one', async () => {
    const { spare, events } = linkOf(10)
    const both = [await spare.acquire(), await spare.acquire()]
    for (const connection of both) spare.release(connection as LinkConnection)
    const again = [spare.acquire(), spare.acquire()]
    expect(new Set(again)).toEqual(new Set(both))
    for (const connection of again) spare.release(connection as LinkConnection)
    await turn()
    expect(events.filter((event) => event.endsWith('released'))).toHaveLength(2)
  })

  test('gives no connection that was lost meanwhile', async () => {
    const { spare, events, connections } = linkOf(4)
    spare.release(await spare.acquire())
    for (const connection of connections) connection.isUsable = false
    await spare.acquire()
    expect(events).toEqual(['c1 acquired', 'c1 released', 'c2 acquired'])
  })

  test('leaves the connection to a caller that waits for one', async () => {
    const { spare, events, callers } = linkOf(10)
    const first = await spare.acquire()
    callers.waiting = 1
    spare.release(first)
    expect(events).toEqual(['c1 acquired', 'c1 released'])
    callers.waiting = 0
    const second = await spare.acquire()
    spare.release(second)
    callers.waiting = 1
    const third = spare.acquire()
    expect(events).toEqual(['c1 acquired', 'c1 released', 'c2 acquired', 'c2 released', 'c3 acquired'])
    expect(await third).not.toBe(second)
  })

  test('returns the connections of a small pool at once', async () => {
    const { spare, events } = linkOf(3)
    spare.release(await spare.acquire())
    expect(events).toEqual(['c1 acquired', 'c1 released'])
  })
})
