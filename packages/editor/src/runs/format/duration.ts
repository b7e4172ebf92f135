import type { Translate } from '../../messages/format.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/**
 * Formats a duration for people: `<1 ms`, `640 ms`, `1.84 s`, `14.2 s`, `3 min 12 s`, `3 h 12 min`, `2 d 4 h`.
 *
 * @param ms - Milliseconds; below zero counts as zero.
 */
export function formatDuration(ms: number, t: Translate, locale: string): string {
  const length = Math.max(0, Math.round(ms))
  if (length === 0) return t('runs.unit.instant')
  if (length < 1_000) return t('runs.unit.ms', { n: length })
  if (length < MINUTE) {
    const digits = length < 10_000 ? 2 : 1
    const seconds = Math.floor(length / 10 ** (3 - digits)) / 10 ** digits
    const text = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(seconds)
    return t('runs.unit.s', { n: text })
  }
  if (length < HOUR) return pair(length, MINUTE, 1_000, 'runs.unit.min', 'runs.unit.s', t)
  if (length < DAY) return pair(length, HOUR, MINUTE, 'runs.unit.h', 'runs.unit.min', t)
  return pair(length, DAY, HOUR, 'runs.unit.d', 'runs.unit.h', t)
}

type UnitKey = 'runs.unit.s' | 'runs.unit.min' | 'runs.unit.h' | 'runs.unit.d'

function pair(ms: number, unit: number, sub: number, unitKey: UnitKey, subKey: UnitKey, t: Translate): string {
  const whole = Math.floor(ms / unit)
  const rest = Math.floor((ms % unit) / sub)
  const first = t(unitKey, { n: whole })
  return rest === 0 ? first : `${first} ${t(subKey, { n: rest })}`
}

/** Formats a growing duration in whole tenths of a second, so that it does not flicker. */
export function formatGrowing(ms: number, t: Translate, locale: string): string {
  if (ms >= MINUTE) return formatDuration(ms, t, locale)
  const text = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    Math.floor(Math.max(0, ms) / 100) / 10,
  )
  return t('runs.unit.s', { n: text })
}
