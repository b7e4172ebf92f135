import type { OnError } from '@tenon/core/document'
import {
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT,
  durationToMs,
  isDurationString,
  type NodePolicy,
  RETRY_INTERVAL_GROWTH,
  type RetryPolicy,
  type WorkflowSettings,
} from '@tenon/core/document'
import type { Translate } from '../messages/format.ts'
import { formatInterval, formatSpan } from '../messages/format-span.ts'

/** Most waits that a sentence lists. */
const MOST_WAITS = 3
/** Most codes of errors that a sentence lists. */
const MOST_CODES = 5

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
  const says = [count === 1 ? t('policy.says.once') : attemptsText(policy, count, t, locale)]
  if (!isInline) {
    if (count > 1 && retryIf !== undefined) says.push(t('policy.says.retryIf'))
    const codes = retry.nonRetryableErrorTypes ?? []
    if (count > 1 && codes.length > 0) says.push(t('policy.says.final', { codes: finalText(codes, t, locale) }))
    says.push(t('policy.says.timeout', { time: spanText(timeout, locale) }))
    if (heartbeat !== undefined) says.push(t('policy.says.heartbeat', { time: spanText(heartbeat, locale) }))
    if (totalTimeout !== undefined) says.push(t('policy.says.total', { time: spanText(totalTimeout, locale) }))
    if (taskQueue !== undefined) says.push(t('policy.says.queue', { queue: taskQueue }))
  }
  return [...says, t(`policy.says.${onError}`, { count })].join(' ')
}

/** Returns the sentences that say what the settings of a workflow mean for its runs, as one text. */
export function settingsSentences(settings: WorkflowSettings, t: Translate, locale: string): string {
  const { timeout, concurrency, rate, priority = 'normal', compensateOnCancel, errorHandler, keepRunsDays } = settings
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
    const values = { count, interval: formatInterval(msOf(rate.interval), locale) }
    says.push(key === undefined ? t('settings.says.rate', values) : t('settings.says.rateKey', values))
  }
  says.push(...requestSentences(settings, t, locale))
  if (priority !== 'normal') says.push(t(`settings.says.${priority}`))
  says.push(compensateOnCancel === false ? t('settings.says.noUndo') : t('settings.says.undo'))
  if (errorHandler !== undefined) says.push(t('settings.says.handled'))
  if (keepRunsDays !== undefined) says.push(t('settings.says.keep', { count: keepRunsDays }))
  return says.join(' ')
}

/** Returns the sentences about requests that share a run, as parts of the text of the settings. */
function requestSentences(settings: WorkflowSettings, t: Translate, locale: string): readonly string[] {
  const { dedupe, debounce, batching } = settings
  const says: string[] = []
  if (dedupe !== undefined) says.push(t('settings.says.dedupe', { time: spanText(dedupe.window, locale) }))
  if (debounce !== undefined) {
    const { delay, maxWait } = debounce
    says.push(t('settings.says.debounce', { time: spanText(delay, locale) }))
    if (maxWait !== undefined) says.push(t('settings.says.debounceMax', { time: spanText(maxWait, locale) }))
  }
  if (batching !== undefined) {
    const { maxSize: count, maxWait } = batching
    says.push(t('settings.says.batching', { count, time: spanText(maxWait, locale) }))
  }
  return says
}

/** Returns the default of the longest wait of a retry policy, in words. */
export function longestWaitText({ initialInterval }: RetryPolicy, locale: string): string {
  return formatSpan(RETRY_INTERVAL_GROWTH * msOf(initialInterval ?? DEFAULT_RETRY.initialInterval), locale)
}

function attemptsText({ retry = {}, totalTimeout }: NodePolicy, count: number, t: Translate, locale: string): string {
  const waits = waitsOf(retry, count - 1, totalTimeout === undefined ? Number.POSITIVE_INFINITY : msOf(totalTimeout))
  if (waits.length === 0) return t('policy.says.attemptsOnly', { count })
  const listed = waits.slice(0, MOST_WAITS).map((wait) => formatSpan(wait, locale))
  if (waits.length <= MOST_WAITS) {
    const list = new Intl.ListFormat(locale, { type: 'conjunction' }).format(listed)
    return t('policy.says.attempts', { count, waits: list })
  }
  return t('policy.says.attempts', { count, waits: t('policy.says.more', { waits: listed.join(', ') }) })
}

/** Returns the waits between attempts in milliseconds: those that end within the total time, one more than are listed. */
function waitsOf(retry: RetryPolicy, most: number, totalMs: number): readonly number[] {
  const { initialInterval, backoffCoefficient, maximumInterval } = { ...DEFAULT_RETRY, ...retry }
  const firstMs = msOf(initialInterval)
  const longestMs = maximumInterval === undefined ? RETRY_INTERVAL_GROWTH * firstMs : msOf(maximumInterval)
  const waits: number[] = []
  let sum = 0
  while (waits.length < Math.min(most, MOST_WAITS + 1)) {
    const wait = Math.min(firstMs * backoffCoefficient ** waits.length, longestMs)
    sum += wait
    if (sum >= totalMs) break
    waits.push(wait)
  }
  return waits
}

function finalText(codes: readonly string[], t: Translate, locale: string): string {
  if (codes.length > MOST_CODES) return t('policy.says.more', { waits: codes.slice(0, MOST_CODES).join(', ') })
  return new Intl.ListFormat(locale, { type: 'disjunction' }).format(codes)
}

function spanText(duration: string, locale: string): string {
  return formatSpan(msOf(duration), locale)
}

function msOf(duration: string): number {
  return isDurationString(duration) ? durationToMs(duration) : 0
}
