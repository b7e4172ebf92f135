const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** Formats a length of time in words, rounded: `1.5 seconds`. */
export function formatSpan(ms: number, locale: string): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms >= each) ?? (['second', 1_000] as const)
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, options).format(ms / unitMs)
}

/** Formats an interval for use after "per", exactly: `hour`, `5 minutes`, `90 seconds`. */
export function formatInterval(ms: number, locale: string): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms % each === 0) ?? (['millisecond', 1] as const)
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' })
  if (ms !== unitMs) return format.format(ms / unitMs)
  const name = format.formatToParts(1).find(({ type }) => type === 'unit')
  return name?.value ?? format.format(1)
}
