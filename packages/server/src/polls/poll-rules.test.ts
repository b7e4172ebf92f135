import type { PollResult } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { sourceHashOf } from '../schedule-rules/put-schedules.ts'
import { checkPollResult } from './check-poll-result.ts'
import { planItems, remember } from './poll-memory.ts'
import { intervalOf, pauseAfter, waitAfter } from './poll-pace.ts'

const items = (...ids: readonly string[]) => ids.map((id) => ({ id, data: { id } }))
const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)

test('the first poll passes over what is there, or starts runs for all of it; later ones start each id once', () => {
  const first = planItems(null, items('a', 'b'), 'new')
  expect([idsOf(first.start), idsOf(first.pass)]).toEqual([[], ['a', 'b']])
  expect(idsOf(planItems(null, items('a', 'b', 'a'), 'all').start)).toEqual(['a', 'b'])
  const memory = { cursor: null, seen: remember([], first.pass) }
  const next = planItems(memory, items('b', 'c', 'c', 'd'), 'new')
  expect([idsOf(next.start), idsOf(next.pass)]).toEqual([
    ['c', 'd'],
    ['b', 'c'],
  ])
})

test('the memory is bounded, and keeps the ids that are still found', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => ({ id: `old-${index}` }))
  const full = remember(remember([], [{ id: 'kept' }]), many.slice(1))
  expect(full).toHaveLength(5_000)
  const later = remember(remember(full, [{ id: 'kept' }]), [{ id: 'new' }])
  expect(later).toHaveLength(5_000)
  const plan = planItems({ cursor: null, seen: later }, items('kept', 'new', 'old-1', 'old-2'), 'new')
  expect(idsOf(plan.start)).toEqual(['old-1'])
})

test('a memory without a new id stays as it is', () => {
  const seen = remember([], items('a', 'b'))
  expect(remember(seen, items('b'))).toBe(seen)
  expect(remember(seen, items('a', 'c'))).toHaveLength(3)
})

test('the pause after failures doubles from a minute to an hour, and is no shorter than the interval', () => {
  expect([1, 2, 3, 7, 10].map((failures) => pauseAfter(failures, 60_000) / 60_000)).toEqual([1, 2, 4, 60, 60])
  expect(pauseAfter(1, 300_000)).toBe(300_000)
  expect([1, 10].map((failures) => pauseAfter(failures, 86_400_000))).toEqual([3_600_000, 3_600_000])
  expect([1, 2, 4, 20].map((waits) => waitAfter(waits, 300_000) / 1_000)).toEqual([30, 60, 240, 300])
  expect(waitAfter(20, 86_400_000)).toBe(3_600_000)
  expect(['5m', '2h', '1d'].map((every) => intervalOf({ every }) / 60_000)).toEqual([5, 120, 1_440])
})

test('another interval, secret or connection asks the same; another address or type does not', () => {
  const secret = (id: string) => ({ $secret: `sec_${id.repeat(22)}`, setAt: '2026-11-30T00:00:00.000Z', setBy: 'A' })
  const hash = (params: object, node_type = 'poll-url') =>
    sourceHashOf({ node_type, params: JSON.stringify(params) }, 'connection')
  const first = hash({ url: 'u', every: '5m', begin: 'new', secret: secret('a') })
  expect(hash({ secret: secret('b'), every: '1h', begin: 'all', url: 'u' })).toBe(first)
  expect(hash({ url: 'other', every: '5m', begin: 'new' })).not.toBe(first)
  expect(hash({ url: 'u', every: '5m', begin: 'new', connection: 'c' })).toBe(first)
  expect(hash({ url: 'u', every: '5m', begin: 'new' }, 'other')).not.toBe(first)
})

test.each<[unknown, string]>([
  [null, 'no list of items'],
  [{ items: 'a' }, 'no list of items'],
  [{ items: [null] }, 'id of item 1'],
  [{ items: [{ id: '' }] }, 'id of item 1'],
  [{ items: [{ id: 'a' }, { id: 'x'.repeat(401) }] }, 'id of item 2'],
  [{ items: items(...Array.from({ length: 501 }, (_, index) => `${index}`)) }, '501 items'],
  [{ items: [{ id: 'a', data: () => 1 }] }, 'item 1 is no JSON value'],
  [{ items: [{ id: 'a', data: 'x'.repeat(1_048_577) }] }, 'item 1 is longer than'],
  [
    {
      items: items('a')
        .map((item) => ({ ...item, data: 'x'.repeat(1_000_000) }))
        .flatMap((item) => Array.from({ length: 9 }, () => item)),
    },
    'its items have more than',
  ],
  [{ items: [], cursor: 'x'.repeat(20_000) }, 'the cursor is longer than'],
])('a result that cannot be used is refused with the reason', (result, message) => {
  expect(() => checkPollResult(result as PollResult)).toThrow(
    expect.objectContaining({ code: 'POLL_RESULT_INVALID', message: expect.stringContaining(message) }),
  )
})

test('a result without a cursor has an empty one', () => {
  expect(checkPollResult({ items: items('a') } as unknown as PollResult)).toEqual({
    items: items('a'),
    cursor: null,
    hasMore: false,
  })
})
