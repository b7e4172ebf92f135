import { expect, test } from 'vitest'
import { measureRow } from './measure.ts'
import type { OpenRow, Row } from './row.ts'

const rowOf = (open: OpenRow, fields: Partial<Row> = {}): Row => ({
  ...{ id: 'a', title: 'A', unit: 'ms', better: 'lower', rounds: 2 },
  open: async () => open,
  ...fields,
})

const silent = () => undefined

test('warms up, swaps the order each round and closes what it opened', async () => {
  const calls: string[] = []
  const side = (name: string, value: number) => async () => {
    calls.push(name)
    return value
  }
  const open = { measure: side('ours', 6), floor: side('floor', 3), close: async () => void calls.push('close') }
  const result = await measureRow(rowOf(open), silent)
  expect(calls).toEqual(['ours', 'floor', 'ours', 'floor', 'floor', 'ours', 'close'])
  expect(result).toEqual({
    ...{ id: 'a', title: 'A', unit: 'ms', better: 'lower', must: null, aim: null },
    ...{ value: 6, baseline: 3, ratio: 2 },
    samples: [
      { value: 6, baseline: 3 },
      { value: 6, baseline: 3 },
    ],
  })
})

test('takes medians, and of the ratios the median of the rounds, not the ratio of the medians', async () => {
  const values = [1, 10, 4]
  const floors = [1, 2, 4]
  const next = (list: number[]) => async () => list.shift() ?? 0
  const open = { measure: next(values), floor: next(floors), close: async () => undefined }
  const result = await measureRow(rowOf(open, { rounds: 3, warmUps: 0 }), silent)
  expect(result).toMatchObject({ value: 4, baseline: 2, ratio: 1 })
})

test('a count has no floor and no ratio, and keeps its bound', async () => {
  const open = { measure: async () => 6, close: async () => undefined }
  const result = await measureRow(rowOf(open, { warmUps: 0, rounds: 1, must: 7 }), silent)
  expect(result).toMatchObject({ value: 6, baseline: null, ratio: null, must: 7 })
})

test('a round may yield both figures at once', async () => {
  const open = { measureBoth: async () => ({ value: 3, baseline: 2 }), close: async () => undefined }
  expect(await measureRow(rowOf(open), silent)).toMatchObject({ value: 3, baseline: 2, ratio: 1.5 })
})

test('closes what it opened when a round fails', async () => {
  let closed = 0
  const open = {
    measure: async () => Promise.reject(new RangeError('no')),
    close: async () => {
      closed += 1
    },
  }
  await expect(measureRow(rowOf(open), silent)).rejects.toThrow('no')
  expect(closed).toBe(1)
})
