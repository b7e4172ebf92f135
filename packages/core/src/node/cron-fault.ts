interface CronField {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of values, that of `min` first. */
  readonly names?: readonly string[]
}

const FIELDS: readonly CronField[] = [
  { name: 'Minute', min: 0, max: 59 },
  { name: 'Hour', min: 0, max: 23 },
  { name: 'Day of the month', min: 1, max: 31 },
  {
    ...{ name: 'Month', min: 1, max: 12 },
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  // 0 and 7 are Sunday.
  { name: 'Day of the week', min: 0, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] },
]
const [, , DAY, , WEEKDAY] = FIELDS

const ITEM = /^(\*|[^*/#-]+)(?:-([^*/#-]+))?(?:\/([^*/#-]+))?$/
/** `FRI#2` is the second Friday of a month, `FRI#L` the last one. */
const NTH = /^([^#]+)#([1-5]|L)$/i

/**
 * Returns what is wrong with a cron expression of five fields, as a sentence without a period: `Hour: 25 is not between 0 and
 * 23`; `null` for one that can be read. It may still have no time, such as 30 February.
 */
export function cronFault(cron: string): string | null {
  const texts = cron.trim().split(/\s+/)
  if (cron.trim() === '' || texts.length !== FIELDS.length) {
    const count = cron.trim() === '' ? 0 : texts.length
    return `Write five fields: minute, hour, day of the month, month, day of the week (it has ${count})`
  }
  for (const [index, field] of FIELDS.entries()) {
    for (const item of String(texts[index]).split(',')) {
      const fault = itemFault(item, field)
      if (fault !== null) return `${field.name}: ${fault}`
    }
  }
  return null
}

function itemFault(item: string, field: CronField): string | null {
  if (item === '') return 'remove the comma that no value follows'
  if (field === DAY && item.toUpperCase() === 'L') return null
  const [, weekday] = (field === WEEKDAY && NTH.exec(item)) || []
  if (weekday !== undefined) return valueFault(weekday, field)
  const [, first, last, size] = ITEM.exec(item) ?? []
  if (first === undefined) return unreadable(item)
  if (first === '*') return last === undefined ? sizeFault(size, field) : unreadable(item)
  const fault = valueFault(first, field) ?? (last === undefined ? null : valueFault(last, field))
  if (fault !== null) return fault
  if (last === undefined) {
    return size === undefined ? null : `write a range before the "/", such as ${first}-${field.max}/${size}`
  }
  return rangeFault(item, first, last, field) ?? sizeFault(size, field)
}

function rangeFault(item: string, first: string, last: string, field: CronField): string | null {
  const [from, to] = [numberOf(first, field), numberOf(last, field)]
  // Sunday is the last day of a range, and the first one.
  const end = field === WEEKDAY && to === 0 && last.toUpperCase() === 'SUN' ? field.max : to
  if (from <= end) return null
  const { min, max, names } = field
  const write = (value: number) => (/^\d/.test(first) ? value : names?.[value - min])
  const top = field === WEEKDAY ? max - 1 : max
  return `the range ${item} ends before it begins: write ${first}-${write(top)},${write(min)}-${last}`
}

function sizeFault(size: string | undefined, { max }: CronField): string | null {
  if (size === undefined) return null
  const isSize = /^\d{1,2}$/.test(size) && Number(size) >= 1 && Number(size) <= max
  return isSize ? null : `${JSON.stringify(size)} after "/" is not a number between 1 and ${max}`
}

function valueFault(text: string, field: CronField): string | null {
  const value = numberOf(text, field)
  if (Number.isNaN(value)) return unreadable(text)
  return value >= field.min && value <= field.max ? null : `${value} is not between ${field.min} and ${field.max}`
}

function numberOf(text: string, { min, names = [] }: CronField): number {
  const index = names.indexOf(text.toUpperCase())
  if (index >= 0) return min + index
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function unreadable(text: string): string {
  return `${JSON.stringify(text)} cannot be read`
}
