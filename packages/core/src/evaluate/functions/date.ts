import type { DATE_PARTS } from '../../expression/functions/date.ts'
import type { Json } from '../../json.ts'
import { cutText } from '../../text/cut-text.ts'
import { formatDate } from '../format-date.ts'
import { type FunctionBodies, type FunctionBody, wholeNumber } from '../function-body.ts'
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

const format: FunctionBody = ([value, pattern], call) => {
  const written = pattern as string
  const { meter } = call.evaluation
  const ms = toInstant(value, call)
  spendReading(meter, written.length)
  spendSteps(meter, written.length)
  const formatted = formatDate(ms, written)
  if ('unknown' in formatted) {
    throw call.fault(
      'EXPRESSION_VALUE',
      `formatDate does not know "${cutText(formatted.unknown, 8)}"; quote plain letters`,
    )
  }
  spendSize(meter, formatted.text.length)
  return formatted.text
}

/** Bodies of the date functions. */
export const DATE_BODIES: FunctionBodies = Object.freeze({
  now: (_args, call) => isoText(checkedInstant(call.evaluation.scope.context.nowMs, call)),
  date: ([value], call) => isoText(toInstant(value, call)),
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
