import { expect, test } from 'vitest'
import { newRunId } from './run-ref.ts'

test('newRunId gives UUIDs of version 7 that sort by the order in which they were made', () => {
  const ids = Array.from({ length: 1_000 }, newRunId)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})
