import { describe, expect, test } from 'vitest'
import { createUnservedQueueFinder } from './find-unserved-queues.ts'

/** A finder over queues of which some are served, with what it has asked. */
function open(isServed: (queue: string) => boolean) {
  const asked: string[] = []
  let [connections, atOnce, most, time] = [0, 0, 0, 0]
  const find = createUnservedQueueFinder(
    async () => {
      connections += 1
      return {
        isServed: async (queue) => {
          asked.push(queue)
          atOnce += 1
          most = Math.max(most, atOnce)
          await new Promise((resolve) => setImmediate(resolve))
          atOnce -= 1
          return isServed(queue)
        },
        close: async () => {
          connections -= 1
        },
      }
    },
    () => time,
  )
  return {
    find,
    asked,
    most: () => most,
    connections: () => connections,
    pass: (ms: number) => {
      time += ms
    },
  }
}

describe('createUnservedQueueFinder', () => {
  test('asks for each queue once, a few at once, and closes its connection', async () => {
    const finder = open((queue) => Number(queue) % 2 === 0)
    const queues = Array.from({ length: 100 }, (_, index) => `${index}`)
    expect(await finder.find([...queues, ...queues])).toEqual(queues.filter((queue) => Number(queue) % 2 === 1))
    expect(finder.asked).toHaveLength(100)
    expect(finder.most()).toBe(8)
    expect(finder.connections()).toBe(0)
  })

  test('asks again for a queue that had no worker at once, and for one that had after 30 s', async () => {
    const finder = open((queue) => queue === 'served')
    await finder.find(['served', 'free'])
    expect(await finder.find(['served', 'free'])).toEqual(['free'])
    expect(finder.asked).toEqual(['served', 'free', 'free'])
    finder.pass(30_000)
    await finder.find(['served'])
    expect(finder.asked).toHaveLength(4)
    expect(await finder.find([])).toEqual([])
  })

  test('says that Temporal does not answer, and closes its connection', async () => {
    const finder = open(() => {
      throw new RangeError('away')
    })
    await expect(finder.find(['a'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(finder.connections()).toBe(0)
  })
})
