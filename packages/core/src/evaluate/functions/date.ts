import { utc } from '@date-fns/utc'
import { parse } from 'date-fns/parse'
import type { DATE_PARTS } from '../../expression/functions/date.ts'
import type { Json } from '../../json.ts'
import { cutText } from '../../text/cut-text.ts'
import { formatDate, unknownSign } from '../format-date.ts'
import { type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { checkedInstant, isoText, toInstant } from '../instant.ts'
import { spendReading, spendSize, spendSteps } from '../meter.ts'
import { addUnits, startOfUnit, unitNamed, unitsBetween } from '../time-units.ts'

const PARTS: Readonly<Record<(typeof DATE_PARTS)[number], (date: Date) => number>> = Object.freeze({
  year: (date: Date) => date.getUTCFullYear(),
  month: (date: Date) => date.getUTCMonth() + 1,
  day: (date: Date) => date.getUTCDate(),
  weekday: (date: Date) => date.getUTCDay() || 7,
  hour: (date: Date) => date.getUTCHours(),
  minute: (date: Date) => date.getUTCMinutes(),
  second: (date: Date) => date.getUTCSeconds(),
  millisecond: (date: Date) => date.getUTCMilliseconds(),
})

const OFFSET = /^([+-])(\d{2}):?([0-5]\d)$/
const MOST_OFFSET_HOURS = 23

function offsetMinutes(offset: string, call: FunctionCall): number {
  if (offset === 'Z') return 0
  const [, sign, hours, minutes] = OFFSET.exec(offset) ?? []
  if (hours === undefined || Number(hours) > MOST_OFFSET_HOURS) {
    throw call.fault('EXPRESSION_VALUE', `${call.name} takes an offset such as "+02:00", not the name of a zone`)
  }
  return (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes))
}

function checkedPattern(pattern: Json | undefined, call: FunctionCall): string {
  const written = pattern as string
  spendReading(call.evaluation.meter, written.length)
  spendSteps(call.evaluation.meter, written.length)
  const unknown = unknownSign(written)
  if (unknown === null) return written
  throw call.fault('EXPRESSION_VALUE', `${call.name} does not know "${cutText(unknown, 8)}"; quote plain letters`)
}

const format: FunctionBody = ([value, pattern, offset], call) => {
  const ms = toInstant(value, call)
  const written = checkedPattern(pattern, call)
  const minutes = offset === undefined ? 0 : offsetMinutes(offset as string, call)
  checkedInstant(ms + minutes * 60_000, call)
  const text = formatDate(ms, written, minutes)
  spendSize(call.evaluation.meter, text.length)
  return text
}

const date: FunctionBody = ([value, pattern], call) => {
  if (pattern === undefined) return isoText(toInstant(value, call))
  const written = checkedPattern(pattern, call)
  if (typeof value !== 'string') throw call.fault('EXPRESSION_TYPE', 'date reads a text by a pattern, not a number')
  spendReading(call.evaluation.meter, 8 * value.length)
  const ms = parseDate(value, written, call.evaluation.scope.context.nowMs)
  if (!Number.isNaN(ms)) return isoText(checkedInstant(ms, call))
  throw call.fault('EXPRESSION_VALUE', `date: the text is not written as "${cutText(written, 40)}"`)
}

/** Bodies of the date functions. */
export const DATE_BODIES: FunctionBodies = Object.freeze({
  now: (_args, call) => isoText(checkedInstant(call.evaluation.scope.context.nowMs, call)),
  date,
  timestamp: ([value], call) => toInstant(value, call),
  addTime: ([value, amount, unit], call) => {
    const count = wholeNumber(call, amount, 'amount', Number.NEGATIVE_INFINITY)
    return isoText(checkedInstant(addUnits(toInstant(value, call), count, unitNamed(unit as string)), call))
  },
  timeBetween: ([from, to, unit], call) =>
    unitsBetween(toInstant(from, call), toInstant(to, call), unitNamed(unit as string)),
  startOf: ([value, unit], call) =>
    isoText(checkedInstant(startOfUnit(toInstant(value, call), unitNamed(unit as string)), call)),
  datePart: ([value, part], call) => PARTS[part as keyof typeof PARTS](new Date(toInstant(value, call))) as Json,
  formatDate: format,
})

/**
 * Parses a date that is written by a pattern, such as `EEE, d MMM yyyy HH:mm:ss xx` for the dates of mail. Without an
 * offset it is a date in UTC; parts that the pattern does not name are those of `nowMs`, its time of day 00:00.
 *
 * @param pattern - Without letters that `unknownSign` finds.
 * @returns Milliseconds since the Unix epoch; NaN for a text that does not match the pattern.
 */
function parseDate(text: string, pattern: string, nowMs: number): number {
  return parse(text, pattern, nowMs, { in: utc }).getTime()
}
