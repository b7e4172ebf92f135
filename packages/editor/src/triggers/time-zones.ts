/** Names that browsers list in an older form, by the name that is current. */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmara': 'Africa/Asmera',
  'America/Argentina/Buenos_Aires': 'America/Buenos_Aires',
  'America/Argentina/Catamarca': 'America/Catamarca',
  'America/Argentina/Cordoba': 'America/Cordoba',
  'America/Argentina/Jujuy': 'America/Jujuy',
  'America/Argentina/Mendoza': 'America/Mendoza',
  'America/Atikokan': 'America/Coral_Harbour',
  'America/Indiana/Indianapolis': 'America/Indianapolis',
  'America/Kentucky/Louisville': 'America/Louisville',
  'America/Nuuk': 'America/Godthab',
  'Asia/Ho_Chi_Minh': 'Asia/Saigon',
  'Asia/Kathmandu': 'Asia/Katmandu',
  'Asia/Kolkata': 'Asia/Calcutta',
  'Asia/Yangon': 'Asia/Rangoon',
  'Atlantic/Faroe': 'Atlantic/Faeroe',
  'Europe/Kyiv': 'Europe/Kiev',
  'Pacific/Chuuk': 'Pacific/Truk',
  'Pacific/Kanton': 'Pacific/Enderbury',
  'Pacific/Pohnpei': 'Pacific/Ponape',
}
const WINTER = Date.UTC(2026, 0, 15)
const SUMMER = Date.UTC(2026, 6, 15)

/** A time zone that a person can choose. */
export interface TimeZone {
  /** Current name: `Asia/Kolkata`. */
  readonly name: string
  /** Words by which it is found: its names, older and newer, and those of its times with their initials, such as `cet`. */
  readonly words: readonly string[]
}

/** Lists the time zones that the browser knows: UTC and the one of the user first. */
export function listTimeZones(): readonly TimeZone[] {
  const current = new Map(Object.entries(RENAMED).map(([name, former]) => [former, name]))
  const nameOf = (listed: string) => {
    const name = current.get(listed)
    return name !== undefined && isTimeZone(name) ? name : listed
  }
  const names = ['UTC', ownTimeZone(), ...Intl.supportedValuesOf('timeZone')].map(nameOf)
  return [...new Set(names)].map((name) => ({ name, words: wordsOf(name) }))
}

/**
 * Returns the zones that fit each word of a query: those with a name of exactly these words first.
 *
 * @param zones - All of them for an empty query.
 */
export function findTimeZones(zones: readonly TimeZone[], query: string): readonly TimeZone[] {
  const wanted = wordsIn(query)
  const rank = ({ words }: TimeZone) => {
    if (wanted.every((word) => words.includes(word))) return 0
    return wanted.every((word) => words.some((known) => known.startsWith(word))) ? 1 : 2
  }
  return [0, 1].flatMap((wantedRank) => zones.filter((zone) => rank(zone) === wantedRank))
}

/** Checks whether the browser knows a time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Returns the time zone of the user by its current name. */
export function ownTimeZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return Object.entries(RENAMED).find(([, former]) => former === timeZone)?.[0] ?? timeZone
}

/** Returns what a zone calls its time at given instants: `Central European Standard Time`. */
export function timeNamesOf(zone: string, locale: string, instants: readonly number[]): readonly string[] {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'long' })
  const nameAt = (at: number) => format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return instants.map(nameAt)
}

function wordsOf(name: string): readonly string[] {
  const times = timeNamesOf(name, 'en-US', [WINTER, SUMMER])
  const initials = times.flatMap((time) => [initialsOf(time), initialsOf(time.replace('Standard ', ''))])
  return [...wordsIn(`${name} ${RENAMED[name] ?? ''} ${times.join(' ')}`), ...initials]
}

/** `cest` of "Central European Summer Time". */
function initialsOf(time: string): string {
  return time
    .split(' ')
    .map((word) => word.slice(0, 1))
    .join('')
    .toLowerCase()
}

function wordsIn(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[\s_/]+/)
    .filter((word) => word !== '')
}
