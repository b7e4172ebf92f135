import type { WorkflowSettings } from '../document/types.ts'
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
const SHORTEST_INTERVAL_MS = 1_000
const LONGEST_INTERVAL_MS = 30 * DAY_MS

/** Finds the faults of the settings that decide when a run starts, in the order of the settings. */
export function findStartFaults({ concurrency, rate }: WorkflowSettings): readonly StartFault[] {
  return [
    ...keyFaults('concurrency', concurrency?.key, 'concurrency key'),
    ...keyFaults('rate', rate?.key, 'rate key'),
    ...durationFaults('rate', 'interval', rate?.interval),
  ]
}

type KeyedSetting = 'concurrency' | 'rate'

function keyFaults(setting: KeyedSetting, key: string | undefined, name: string): readonly StartFault[] {
  const fault = key === undefined ? null : findStartKeyFault(key, name)
  return fault === null ? [] : [{ path: [setting, 'key'], setting: `${setting}Key`, fault }]
}

function durationFaults(setting: 'rate', field: 'interval', value: DurationString | undefined): readonly StartFault[] {
  if (value === undefined || isIntervalOf(value)) return []
  return [{ path: [setting, field], setting: 'rateInterval', fault: 'the rate interval must be 1 second to 30 days' }]
}

function isIntervalOf(value: string): boolean {
  if (!isDurationString(value)) return false
  const ms = durationToMs(value)
  return ms >= SHORTEST_INTERVAL_MS && ms <= LONGEST_INTERVAL_MS
}
