import type { StartDebounce, WorkflowSettings } from '../document/types.ts'
import { type DurationString, durationToMs, isDurationString } from '../duration.ts'
import { findStartKeyFault } from '../expression/start-key.ts'

/** Fault of a setting that decides when runs start. */
export interface StartFault {
  /** Path in the settings. */
  readonly path: readonly [keyof WorkflowSettings, string]
  /** Name of the setting for the texts of issues. */
  readonly setting: string
  /** Sentence without its first capital letter. */
  readonly fault: string
}

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
const SHORTEST_MS = 1_000
const LONGEST_MS = 30 * DAY_MS

/** Finds the faults of the settings that decide when a run starts, in the order of the settings. */
export function findStartFaults(settings: WorkflowSettings): readonly StartFault[] {
  const { concurrency, rate, dedupe, debounce, batching } = settings
  return [
    ...keyFaults('concurrency', concurrency?.key),
    ...keyFaults('rate', rate?.key),
    ...durationFaults(['rate', 'interval'], rate?.interval),
    ...keyFaults('dedupe', dedupe?.key),
    ...durationFaults(['dedupe', 'window'], dedupe?.window),
    ...keyFaults('debounce', debounce?.key),
    ...durationFaults(['debounce', 'delay'], debounce?.delay),
    ...maxWaitFaults(debounce),
    ...keyFaults('batching', batching?.key),
    ...durationFaults(['batching', 'maxWait'], batching?.maxWait),
    ...bothFaults(settings),
  ]
}

type KeyedSetting = 'concurrency' | 'rate' | 'dedupe' | 'debounce' | 'batching'

function keyFaults(setting: KeyedSetting, key: string | undefined): readonly StartFault[] {
  const fault = key === undefined ? null : findStartKeyFault(key, `${setting} key`)
  return fault === null ? [] : [{ path: [setting, 'key'], setting: `${setting}Key`, fault }]
}

function durationFaults(path: StartFault['path'], value: DurationString | undefined): readonly StartFault[] {
  if (value === undefined || isInRange(value, SHORTEST_MS)) return []
  return [{ path, setting: nameOf(path), fault: `the ${path.join(' ')} must be 1 second to 30 days` }]
}

function maxWaitFaults(debounce: StartDebounce | undefined): readonly StartFault[] {
  if (debounce?.maxWait === undefined) return []
  const { delay, maxWait } = debounce
  const path = ['debounce', 'maxWait'] as const
  const least = isDurationString(delay) ? durationToMs(delay) : SHORTEST_MS
  if (isInRange(maxWait, Math.max(SHORTEST_MS, least))) return []
  return [{ path, setting: nameOf(path), fault: 'the longest wait must be at least the delay and at most 30 days' }]
}

function bothFaults({ debounce, batching }: WorkflowSettings): readonly StartFault[] {
  if (debounce === undefined || batching === undefined) return []
  const path = ['batching', 'maxSize'] as const
  return [{ path, setting: nameOf(path), fault: 'requests are either merged or collected, not both' }]
}

function nameOf([setting, field]: StartFault['path']): string {
  return `${setting}${field.charAt(0).toUpperCase()}${field.slice(1)}`
}

function isInRange(value: string, leastMs: number): boolean {
  if (!isDurationString(value)) return false
  const ms = durationToMs(value)
  return ms >= leastMs && ms <= LONGEST_MS
}
