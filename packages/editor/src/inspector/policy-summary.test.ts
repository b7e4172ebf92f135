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
      'Tries up to 6 times, with waits of about 500 milliseconds, 1.5 seconds, 4 seconds …. ' +
        'A failed attempt is tried again only if its condition is true. An attempt may take 1.5 minutes. ' +
        'An attempt that is silent for 10 seconds fails. All attempts and waits together may take 1 hour. ' +
        'It runs on workers of the queue "gpu". If all fail, the run continues at the error port.',
    )
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
  expect(say({})).toBe('A run may take any time. A canceled run undoes what it has done.')
  expect(
    say({
      ...{ timeout: '2h', compensateOnCancel: false, keepRunsDays: 30 },
      ...{ concurrency: { limit: 1 }, rate: { limit: 10, interval: '1m' } },
    }),
  ).toBe(
    'A run may take 2 hours. 1 run is in progress at once at most; more wait. 10 runs start in 1 minute at most; more wait. ' +
      'A canceled run leaves what it has done. Ended runs are kept for 30 days at most.',
  )
  const key = '{{ input.id }}'
  expect(say({ concurrency: { limit: 2, key }, rate: { limit: 1, interval: '1d', key } })).toContain(
    '2 runs with the same key are in progress at once at most; more wait. 1 run with the same key starts in 1 day at most; more wait.',
  )
})
