import { expect, test } from 'vitest'
import type { WorkflowSettings } from '../document/types.ts'
import { findStartFaults } from './start-faults.ts'

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
    ['rateKey', 'the rate key is empty'],
    ['rateInterval', 'the rate interval must be 1 second to 30 days'],
    ['dedupeKey', 'the dedupe key reads "vars"; it can read only "input"'],
    ['dedupeWindow', 'the dedupe window must be 1 second to 30 days'],
    ['debounceKey', 'the debounce key calls a function whose value differs from call to call'],
    ['debounceMaxWait', 'the longest wait must be at least the delay and at most 30 days'],
  ])
  expect(faults({ debounce: { delay: '2m' }, batching: { maxSize: 2, maxWait: '1ms', key: ' ' } })).toEqual([
    ['batchingKey', 'the batching key is empty'],
    ['batchingMaxWait', 'the batching maxWait must be 1 second to 30 days'],
    ['batchingMaxSize', 'requests are either merged or collected, not both'],
  ])
  const none = 'x' as '1s'
  expect(faults({ debounce: { delay: none, maxWait: none } })).toEqual([
    ['debounceDelay', 'the debounce delay must be 1 second to 30 days'],
    ['debounceMaxWait', 'the longest wait must be at least the delay and at most 30 days'],
  ])
})
