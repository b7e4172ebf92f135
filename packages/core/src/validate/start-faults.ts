import { START_LIMITS } from '../document/limits.ts'
import type { StartDebounce, WorkflowSettings } from '../document/types.ts'
import { type DurationString, durationToMs, isDurationString } from '../duration.ts'
import { isTemplate } from '../expression/parse.ts'
import { findStartKeyFault } from '../expression/start-key.ts'
import { issueFix } from './fix.ts'
import type { IssueFix } from './issue.ts'
import { asKey } from './plain-text.ts'

/** Fault of a setting that decides when runs start. */
export interface StartFault {
  /** Path in the settings. */
  readonly path: readonly [keyof WorkflowSettings, string]
  /** Name of the setting for the texts of issues. */
  readonly setting: string
  /** Sentence without its first capital letter. */
  readonly fault: string
  /** Change of the settings that removes the fault, if one is known. */
  readonly fix?: IssueFix
}

/** Names of the keys, as the editor labels them. */
const KEY_NAMES = {
  concurrency: 'concurrency key',
  rate: 'rate key',
  dedupe: 'key of a request',
  debounce: 'key of merged requests',
  batching: 'key of collected requests',
} as const

/** Names of the lengths of time. */
const TIME_NAMES: Readonly<Record<string, string>> = {
  rateInterval: 'the interval of starts',
  dedupeWindow: 'the time for which repeated requests are ignored',
  debounceDelay: 'the time from the last request to the start',
  batchingMaxWait: 'the longest wait for items',
}

/** Finds the faults of the settings that decide when a run starts, in the order of the settings. */
export function findStartFaults(settings: WorkflowSettings): readonly StartFault[] {
  const { concurrency, rate, dedupe, debounce, batching } = settings
  return [
    ...keyFaults('concurrency', concurrency),
    ...keyFaults('rate', rate),
    ...durationFaults(['rate', 'interval'], rate?.interval),
    ...keyFaults('dedupe', dedupe),
    ...durationFaults(['dedupe', 'window'], dedupe?.window),
    ...keyFaults('debounce', debounce),
    ...durationFaults(['debounce', 'delay'], debounce?.delay),
    ...maxWaitFaults(debounce),
    ...keyFaults('batching', batching),
    ...durationFaults(['batching', 'maxWait'], batching?.maxWait),
    ...bothFaults(settings),
  ]
}

type KeyedSetting = 'concurrency' | 'rate' | 'dedupe' | 'debounce' | 'batching'

function keyFaults(setting: KeyedSetting, value: WorkflowSettings[KeyedSetting]): readonly StartFault[] {
  const key = value?.key
  if (key === undefined) return []
  const at = { path: [setting, 'key'], setting: `${setting}Key` } as const
  const name = KEY_NAMES[setting]
  if (key.trim() === '') return [{ ...at, fault: `the ${name} is empty; write what it reads, such as {{ input.id }}` }]
  const fault = findStartKeyFault(key, name)
  return fault === null ? [] : [{ ...at, fault }]
}

const KEYED_SETTINGS = ['concurrency', 'rate', 'dedupe', 'debounce', 'batching'] as const

/** Finds keys without an expression, which all runs share: allowed, and probably not meant. */
export function findPlainKeys(settings: WorkflowSettings): readonly StartFault[] {
  return KEYED_SETTINGS.flatMap((setting) => {
    const { key = '' } = settings[setting] ?? {}
    return key.trim() === '' || isTemplate(key) ? [] : [plainKeyFault(setting, settings, key)]
  })
}

function plainKeyFault(setting: KeyedSetting, settings: WorkflowSettings, key: string): StartFault {
  const fault = `the ${KEY_NAMES[setting]} is plain text, so it is the same for each request`
  const at = { path: [setting, 'key'], setting: `${setting}Key`, fault } as const
  const read = asKey(key)
  if (read === null) return at
  const operation = { op: 'set_setting', key: setting, value: { ...settings[setting], key: read } } as const
  return { ...at, fix: issueFix('USE_AS_EXPRESSION', {}, [operation]) }
}

function durationFaults(path: StartFault['path'], value: DurationString | undefined): readonly StartFault[] {
  if (value === undefined || isInRange(value, START_LIMITS.minMs)) return []
  return [{ path, setting: nameOf(path), fault: `${TIME_NAMES[nameOf(path)]} must be 1 second to 30 days` }]
}

function maxWaitFaults(debounce: StartDebounce | undefined): readonly StartFault[] {
  if (debounce?.maxWait === undefined) return []
  const { delay, maxWait } = debounce
  const path = ['debounce', 'maxWait'] as const
  const least = isDurationString(delay) ? durationToMs(delay) : START_LIMITS.minMs
  if (isInRange(maxWait, Math.max(START_LIMITS.minMs, least))) return []
  return [
    {
      path,
      setting: nameOf(path),
      fault: 'the longest wait must be at least the time from the last request to the start, and at most 30 days',
    },
  ]
}

function bothFaults({ debounce, batching }: WorkflowSettings): readonly StartFault[] {
  if (debounce === undefined || batching === undefined) return []
  const path = ['batching', 'maxSize'] as const
  const fix = issueFix('STOP_COLLECTING', {}, [{ op: 'set_setting', key: 'batching', value: null }])
  return [{ path, setting: nameOf(path), fault: 'requests are either merged or collected, not both', fix }]
}

function nameOf([setting, field]: StartFault['path']): string {
  return `${setting}${field.charAt(0).toUpperCase()}${field.slice(1)}`
}

function isInRange(value: string, leastMs: number): boolean {
  if (!isDurationString(value)) return false
  const ms = durationToMs(value)
  return ms >= leastMs && ms <= START_LIMITS.maxMs
}
