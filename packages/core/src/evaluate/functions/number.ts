import type { Json } from '../../json.ts'
import { type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { spendSteps, spendText } from '../meter.ts'
import { exact } from '../numbers.ts'
import { itemValues } from '../path-in-items.ts'
import { aKind, kindOf } from '../values.ts'

const SPELLING = /^\s*[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/
const MOST_SPELLED = 400
const MOST_DIGITS = 15
const MOST_FIXED = 1e21

function toNumber(value: Json, call: FunctionCall): number {
  if (typeof value !== 'string') return value as number
  if (value.length > MOST_SPELLED || !SPELLING.test(value)) {
    throw call.fault('EXPRESSION_VALUE', 'number takes a text that contains a number, such as "12.5"')
  }
  return exact(Number(value), call.span)
}

/** Moves the decimal point by `digits` in decimal notation, since `number * 10 ** digits` would be inexact. */
function shifted(number: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(number).split('e') as [string, string?]
  return Number(`${mantissa}e${Number(exponent) + digits}`)
}

function digitsOf(value: Json | undefined, call: FunctionCall): number {
  const digits = wholeNumber(call, value ?? 0, 'digits', 0)
  if (digits <= MOST_DIGITS) return digits
  throw call.fault('EXPRESSION_VALUE', `${call.name} takes at most ${MOST_DIGITS} digits`)
}

function rounded(number: number, digits: number): number {
  return Math.sign(number) * shifted(Math.round(shifted(Math.abs(number), digits)), -digits)
}

const formatNumber: FunctionBody = ([value, digits, group = '', point = '.'], call) => {
  const number = value as number
  const count = digitsOf(digits, call)
  if (Math.abs(number) >= MOST_FIXED) throw call.fault('EXPRESSION_VALUE', 'formatNumber takes numbers below 1e21')
  const [whole, fraction = ''] = rounded(number, count).toFixed(count).split('.') as [string, string?]
  const grouped = whole.split(/\B(?=(?:\d{3})+$)/)
  spendText(call.evaluation.meter, whole.length + grouped.length * (group as string).length)
  spendText(call.evaluation.meter, (point as string).length + fraction.length)
  return grouped.join(group as string) + (fraction === '' ? '' : (point as string) + fraction)
}

/** Returns the numbers of both forms of a call: `min(1, 2)` and `min([1, 2])`. */
function numbersOf(args: readonly Json[], call: FunctionCall): readonly number[] {
  const values = args.length === 1 && Array.isArray(args[0]) ? (args[0] as readonly Json[]) : args
  spendSteps(call.evaluation.meter, values.length)
  for (const value of values) {
    if (typeof value === 'number') continue
    throw call.fault('EXPRESSION_TYPE', `${call.name} takes numbers, not ${aKind(kindOf(value, call.span))}`)
  }
  if (values.length === 0) throw call.fault('EXPRESSION_VALUE', `${call.name} needs at least one number`)
  return values as readonly number[]
}

function total([list, path]: readonly Json[], call: FunctionCall): number {
  let sum = 0
  for (const value of itemValues(list as readonly Json[], (path ?? '') as string, call)) {
    if (typeof value !== 'number') {
      throw call.fault('EXPRESSION_TYPE', `${call.name} adds numbers, not ${aKind(kindOf(value, call.span))}`)
    }
    sum += value
  }
  return sum
}

/** Creates a body that calculates one number from a list of numbers. */
const calculated =
  (calculate: (...numbers: number[]) => number): FunctionBody =>
  (args, call) =>
    exact(calculate(...(args as readonly number[])), call.span)

/** Bodies of the number functions. */
export const NUMBER_BODIES: FunctionBodies = Object.freeze({
  number: ([value], call) => toNumber(value as Json, call),
  round: ([number, digits], call) => exact(rounded(number as number, digitsOf(digits, call)), call.span),
  floor: calculated(Math.floor),
  ceil: calculated(Math.ceil),
  abs: calculated(Math.abs),
  sqrt: calculated(Math.sqrt),
  power: calculated(Math.pow),
  min: (args, call) => numbersOf(args, call).reduce((a, b) => Math.min(a, b)),
  max: (args, call) => numbersOf(args, call).reduce((a, b) => Math.max(a, b)),
  sum: (args, call) => exact(total(args, call), call.span),
  average: (args, call) => {
    const { length } = args[0] as readonly Json[]
    if (length === 0) throw call.fault('EXPRESSION_VALUE', 'average needs at least one number')
    return exact(total(args, call) / length, call.span)
  },
  formatNumber,
})
