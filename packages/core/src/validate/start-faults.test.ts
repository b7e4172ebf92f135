import { expect, test } from 'vitest'
import type { WorkflowSettings } from '../document/types.ts'
import { findPlainKeys, findStartFaults } from './start-faults.ts'

const faults = (settings: WorkflowSettings) => findStartFaults(settings).map(({ setting, fault }) => [setting, fault])

test('settings within the limits have no fault', () => {
  expect(
    faults({
      concurrency: { limit: 1 },
      rate: { limit: 10, interval: '30d', key: '{{ input.a }}' },
      dedupe: { key: '{{ input.id }}', window: '1s' },
      debounce: { delay: '30s', maxWait: '30s', key: '{{ input.id }}' },
    }),
  ).toEqual([])
  expect(faults({ debounce: { delay: '30s' } })).toEqual([])
  expect(faults({ batching: { maxSize: 50, maxWait: '1m', key: '{{ input.id }}' } })).toEqual([])
})

test('keys and durations have faults of their own', () => {
  expect(
    faults({
      rate: { limit: 1, interval: '999ms', key: '' },
      dedupe: { key: '{{ vars.id }}', window: '31d' },
      debounce: { delay: '2m', maxWait: '1m', key: '{{ now() }}' },
    }),
  ).toEqual([
    ['rateKey', 'the rate key is empty; write what it reads, such as {{ input.id }}'],
    ['rateInterval', 'the interval of starts must be 1 second to 30 days'],
    ['dedupeKey', 'the key of a request reads "vars"; it can read only "input"'],
    ['dedupeWindow', 'the time for which repeated requests are ignored must be 1 second to 30 days'],
    ['debounceKey', 'the key of merged requests calls a function whose value differs from call to call'],
    [
      'debounceMaxWait',
      'the longest wait must be at least the time from the last request to the start, and at most 30 days',
    ],
  ])
  expect(faults({ debounce: { delay: '2m' }, batching: { maxSize: 2, maxWait: '1ms', key: ' ' } })).toEqual([
    ['batchingKey', 'the key of collected requests is empty; write what it reads, such as {{ input.id }}'],
    ['batchingMaxWait', 'the longest wait for items must be 1 second to 30 days'],
    ['batchingMaxSize', 'requests are either merged or collected, not both'],
  ])
  const none = 'x' as '1s'
  expect(faults({ debounce: { delay: none, maxWait: none } })).toEqual([
    ['debounceDelay', 'the time from the last request to the start must be 1 second to 30 days'],
    [
      'debounceMaxWait',
      'the longest wait must be at least the time from the last request to the start, and at most 30 days',
    ],
  ])
})

test.each([
  ['customer', '{{ input.customer }}'],
  ['input.customer', '{{ input.customer }}'],
  ['a b', undefined],
])('the key "%s" is plain text, and becomes %s', (key, read) => {
  expect(findStartFaults({ rate: { limit: 1, interval: '1h', key } })).toEqual([])
  const [fault] = findPlainKeys({ rate: { limit: 1, interval: '1h', key } })
  expect(fault).toMatchObject({
    path: ['rate', 'key'],
    fault: 'the rate key is plain text, so it is the same for each request',
  })
  const use = { op: 'set_setting', key: 'rate', value: { limit: 1, interval: '1h', key: read } }
  expect(fault?.fix?.operations).toEqual(read === undefined ? undefined : [use])
})

test('requests that would be merged and collected are no longer collected', () => {
  const [fault] = findStartFaults({ debounce: { delay: '1m' }, batching: { maxSize: 2, maxWait: '1m' } })
  expect(fault?.fix?.operations).toEqual([{ op: 'set_setting', key: 'batching', value: null }])
})
