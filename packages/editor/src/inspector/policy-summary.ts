import type { OnError } from '@tenon/core/document'
import {
  DEFAULT_RETRY,
  durationToMs,
  isDurationString,
  type NodePolicy,
  RETRY_INTERVAL_GROWTH,
  type RetryPolicy,
  type WorkflowSettings,
} from '@tenon/core/document'
import type { Translate } from '../messages/format.ts'

/** Default of the timeout of an attempt. */
const DEFAULT_TIMEOUT = '30s'
/** Most waits that a sentence lists. */
const MOST_WAITS = 3
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** Policy of a node over that of its type, for {@link policySentences}. */
export interface PolicyFacts {
  readonly policy: NodePolicy
  /** True for a node without attempts of its own. */
  readonly isInline: boolean
  /** Outcome after the last failed attempt. */
  readonly onError: OnError
}

/** Returns the sentences that say what will happen with a node, as one text. */
export function policySentences({ policy, isInline, onError }: PolicyFacts, t: Translate, locale: string): string {
  const { retry = {}, retryIf, timeout = DEFAULT_TIMEOUT, totalTimeout, heartbeat, taskQueue } = policy
  const count = isInline ? 1 : (retry.maximumAttempts ?? DEFAULT_RETRY.maximumAttempts)
  const says = [
    count === 1
      ? t('policy.says.once')
      : t('policy.says.attempts', { count, waits: waitsText(retry, count, t, locale) }),
  ]
  if (!isInline) {
    if (count > 1 && retryIf !== undefined) says.push(t('policy.says.retryIf'))
    says.push(t('policy.says.timeout', { time: spanText(timeout, locale) }))
    if (heartbeat !== undefined) says.push(t('policy.says.heartbeat', { time: spanText(heartbeat, locale) }))
    if (totalTimeout !== undefined) says.push(t('policy.says.total', { time: spanText(totalTimeout, locale) }))
    if (taskQueue !== undefined) says.push(t('policy.says.queue', { queue: taskQueue }))
  }
  return [...says, t(`policy.says.${onError}`, { count })].join(' ')
}

/** Returns the sentences that say what the settings of a workflow mean for its runs, as one text. */
export function settingsSentences(settings: WorkflowSettings, t: Translate, locale: string): string {
  const { timeout, concurrency, rate, compensateOnCancel, keepRunsDays } = settings
  const says = [
    timeout === undefined
      ? t('settings.says.noLimit')
      : t('settings.says.timeout', { time: spanText(timeout, locale) }),
  ]
  if (concurrency !== undefined) {
    const { limit: count, key } = concurrency
    says.push(key === undefined ? t('settings.says.atOnce', { count }) : t('settings.says.atOnceKey', { count }))
  }
  if (rate !== undefined) {
    const { limit: count, key } = rate
    const values = { count, time: spanText(rate.interval, locale) }
    says.push(key === undefined ? t('settings.says.rate', values) : t('settings.says.rateKey', values))
  }
  says.push(compensateOnCancel === false ? t('settings.says.noUndo') : t('settings.says.undo'))
  if (keepRunsDays !== undefined) says.push(t('settings.says.keep', { count: keepRunsDays }))
  return says.join(' ')
}

/** Returns the default of the longest wait of a retry policy, in words. */
export function longestWaitText({ initialInterval }: RetryPolicy, locale: string): string {
  return spanOf(RETRY_INTERVAL_GROWTH * msOf(initialInterval ?? DEFAULT_RETRY.initialInterval), locale)
}

function waitsText(retry: RetryPolicy, attempts: number, t: Translate, locale: string): string {
  const { initialInterval, backoffCoefficient, maximumInterval } = { ...DEFAULT_RETRY, ...retry }
  const firstMs = msOf(initialInterval)
  const longestMs = maximumInterval === undefined ? RETRY_INTERVAL_GROWTH * firstMs : msOf(maximumInterval)
  const listed = Math.min(attempts - 1, MOST_WAITS)
  const waits = Array.from({ length: listed }, (_, index) =>
    spanOf(Math.min(firstMs * backoffCoefficient ** index, longestMs), locale),
  )
  if (attempts - 1 > listed) return t('policy.says.more', { waits: waits.join(', ') })
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(waits)
}

function spanText(duration: string, locale: string): string {
  return spanOf(msOf(duration), locale)
}

function msOf(duration: string): number {
  return isDurationString(duration) ? durationToMs(duration) : 0
}

/** Formats a length of time in words: `1.5 seconds`. */
function spanOf(ms: number, locale: string): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms >= each) ?? (['second', 1_000] as const)
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, options).format(ms / unitMs)
}
