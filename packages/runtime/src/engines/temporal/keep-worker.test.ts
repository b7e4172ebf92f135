import { expect, test } from 'vitest'
import { keepWorker } from './keep-worker.ts'

/** Starts workers that end when the test says so; the starts of the given numbers fail. */
function starter(refused: readonly number[] = []) {
  const failures: ((error: unknown) => void)[] = []
  const stopped: number[] = []
  let starts = 0
  const start = async (onFailure: (error: unknown) => void) => {
    const number = starts
    starts += 1
    if (refused.includes(number)) throw new RangeError('away')
    failures[number] = onFailure
    return { stop: async () => void stopped.push(number) }
  }
  const lines: string[] = []
  const log = (level: string, message: string): void => void lines.push(`${level} ${message}`)
  return { start, log, lines, stopped, fail: (number: number) => failures[number]?.(new RangeError('gone')), failures }
}

test('starts another worker in place of one that has ended, until one runs', async () => {
  const { start, log, lines, stopped, fail, failures } = starter([1])
  const kept = await keepWorker(start, log)
  fail(0)
  await expect.poll(() => failures.length, { timeout: 20_000 }).toBe(3)
  expect(stopped).toEqual([0])
  expect(lines).toEqual([
    'error temporal_worker.ended: starting another',
    'warn temporal_worker.start_failed: retrying',
  ])
  await kept.stop()
  expect(stopped).toEqual([0, 2])
}, 30_000)

test('starts none any more once it is stopped', async () => {
  const { start, log, stopped, fail, failures } = starter()
  const kept = await keepWorker(start, log)
  fail(0)
  await kept.stop()
  expect(stopped).toEqual([0])
  expect(failures).toHaveLength(1)
})

test('fails when the first worker cannot start', async () => {
  const { start, log } = starter([0])
  await expect(keepWorker(start, log)).rejects.toThrow('away')
})
