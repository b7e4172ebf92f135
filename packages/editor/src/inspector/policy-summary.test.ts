import type { NodePolicy, WorkflowSettings } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { en, enPolicy } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { longestWaitText, policySentences, settingsSentences } from './policy-summary.ts'

const t = createTranslate({ ...en, ...enPolicy }, 'en')

describe('policySentences', () => {
  const say = (policy: NodePolicy, more: Partial<Parameters<typeof policySentences>[0]> = {}) =>
    policySentences({ policy, isInline: false, onError: 'fail', ...more }, t, 'en')

  test('say how often and when a node is tried, how long it may take, and what follows', () => {
    expect(say({})).toBe(
      'Tries up to 3 times, with waits of about 1 second and 2 seconds. An attempt may take 30 seconds. If all fail, the run fails.',
    )
    expect(say({ retry: { maximumAttempts: 1 }, retryIf: '{{ true }}' })).toBe(
      'Has one attempt. An attempt may take 30 seconds. If it fails, the run fails.',
    )
    expect(say({ timeout: '2m' }, { isInline: true, onError: 'park' })).toBe(
      'Has one attempt. If it fails, the node waits until a person fixes it.',
    )
  })

  test('name every limit that is set', () => {
    const policy: NodePolicy = {
      retry: { initialInterval: '500ms', backoffCoefficient: 3, maximumInterval: '4s', maximumAttempts: 6 },
      retryIf: '{{ error.attempt < 4 }}',
      ...{ timeout: '90s', heartbeat: '10s', totalTimeout: '1h', taskQueue: 'gpu' },
    }
    expect(say(policy, { onError: 'route' })).toBe(
      'Tries up to 6 times, with waits of about 500 milliseconds, 1.5 seconds, 4 seconds and more. ' +
        'A failed attempt is tried again only if its condition is true. An attempt may take 1.5 minutes. ' +
        'An attempt that is silent for 10 seconds fails. All attempts and waits together may take 1 hour. ' +
        'It runs on workers of the queue "gpu". If all fail, the run continues at the error port.',
    )
  })

  test('name the errors that are final, and only some of many', () => {
    const final = (nonRetryableErrorTypes: string[]) => say({ retry: { nonRetryableErrorTypes } })
    expect(final(['A', 'B'])).toContain('An attempt that fails with A or B is not tried again.')
    expect(final(['A', 'B', 'C', 'D', 'E', 'F'])).toContain('fails with A, B, C, D, E and more is not tried again.')
    expect(say({ retry: { maximumAttempts: 1, nonRetryableErrorTypes: ['A'] } })).not.toContain('fails with')
  })

  test('list only waits within the total time', () => {
    const retry = { initialInterval: '10s', backoffCoefficient: 3 } as const
    expect(say({ retry, totalTimeout: '10s' })).toContain('Tries up to 3 times. An attempt')
    expect(say({ retry, totalTimeout: '20s' })).toContain('with waits of about 10 seconds.')
    expect(say({ retry, totalTimeout: '1m' })).toContain('with waits of about 10 seconds and 30 seconds.')
  })

  test('are sentences in the language of the reader, also of a duration that is not one', () => {
    const faulty = { retry: { initialInterval: 'soon', maximumAttempts: 2 } } as unknown as NodePolicy
    expect(say(faulty, { onError: 'continue' })).toContain('with waits of about 0 seconds.')
    expect(policySentences({ policy: {}, isInline: false, onError: 'fail' }, t, 'de')).toContain(
      '1 Sekunde und 2 Sekunden',
    )
    expect(longestWaitText({}, 'en')).toBe('1.7 minutes')
    expect(longestWaitText({ initialInterval: '1m' }, 'en')).toBe('1.7 hours')
  })
})

test('settingsSentences say what the settings mean for the runs of a workflow', () => {
  const say = (settings: WorkflowSettings) => settingsSentences(settings, t, 'en')
  expect(say({})).toBe('A run has no time limit. A canceled run undoes what it has done.')
  expect(
    say({
      ...{ timeout: '2h', compensateOnCancel: false, keepRunsDays: 30, errorHandler: { workflow: 'w' } },
      ...{ concurrency: { limit: 1 }, rate: { limit: 10, interval: '1m' } },
    }),
  ).toBe(
    'A run may take 2 hours. At most 1 run is in progress at once; others wait. At most 10 runs start per minute; others wait. ' +
      'A canceled run leaves what it has done. When a run fails, another workflow handles it. Ended runs are kept for at most 30 days.',
  )
  const key = '{{ input.id }}'
  expect(say({ concurrency: { limit: 2, key }, rate: { limit: 1, interval: '1d', key } })).toContain(
    'At most 2 runs with the same key are in progress at once; others wait. At most 1 run with the same key starts per day; others wait.',
  )
  const window = { dedupe: { key, window: '1h' }, debounce: { delay: '30s', maxWait: '5m' }, priority: 'high' } as const
  expect(say(window)).toContain(
    'A request with the key of an earlier one within 1 hour starts no run. ' +
      'Requests are merged into one run, which starts 30 seconds after the last one. ' +
      'It starts 5 minutes after the first one at the latest. Its runs start before those of other workflows that wait. A',
  )
  expect(say({ debounce: { delay: '30s' } })).not.toContain('at the latest')
  expect(say({ batching: { maxSize: 50, maxWait: '1m' }, priority: 'low' })).toContain(
    'Up to 50 items of requests are collected in one run, which starts 1 minute after the first request at the latest. ' +
      'Its runs start after those of other workflows that wait. A',
  )
})
