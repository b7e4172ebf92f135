import { expect, test } from 'vitest'
import type { ServerContext } from '../context.ts'
import { createTicks, type TickPart } from './tick.ts'

test('a tick whose database is away fails with the first error, closes what it has opened, and leaves no rejection', async () => {
  const closed: string[] = []
  const part = (name: string, drain: TickPart['drain']): TickPart => ({
    drain,
    close: async () => void closed.push(name),
  })
  const worker = {
    runs: 0,
    work: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('later')
    },
    close: async () => void closed.push('worker'),
  }
  const context = {
    closing: new AbortController().signal,
    database: { withSystem: async () => undefined },
    engine: { openTickWorker: async () => worker },
  }
  const ticks = createTicks(context as unknown as ServerContext & typeof context, () => ({
    schedules: part('schedules', () => Promise.reject(new Error('first'))),
    requests: part('requests', async () => 0),
    events: part('events', async () => 0),
    others: [],
  }))
  await expect(ticks.tick({ budgetMs: 1_000 })).rejects.toThrow('first')
  expect(closed).toEqual(['schedules', 'requests', 'events', 'worker'])
  await ticks.close()
})
