import { expect, test } from 'vitest'
import { openTickWorker } from './tick-worker.ts'

test('a tick whose database is away fails once, and leaves no rejection behind', async () => {
  const away = new Error('the database is away')
  const worker = await openTickWorker({
    runs: 0,
    start: async () => undefined,
    look: () => Promise.reject(away),
    isBusy: () => false,
    whenIdle: async () => undefined,
    sweepRetention: () => Promise.reject(away),
    close: async () => undefined,
  })
  await expect(worker.work(new AbortController().signal)).rejects.toBe(away)
})
