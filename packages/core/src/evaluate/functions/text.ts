import type { Json, JsonObject } from '../../json.ts'
import { characterCount, takeCharacters, unitOffset } from '../code-points.ts'
import { equals } from '../compare.ts'
import { createTextFinder } from '../find-text.ts'
import { builtText, type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { spendReading, spendSize, spendSteps, spendText } from '../meter.ts'
import { isIn } from '../operators.ts'
import { aKind, kindOf, ownKeys } from '../values.ts'
import { textOf } from '../write-json.ts'

/** Creates a body that converts one text to another. */
function mapped(change: (text: string) => string): FunctionBody {
  return ([value], call) => {
    const text = value as string
    spendReading(call.evaluation.meter, text.length)
    return builtText(call, change(text), text)
  }
}

function capitalized(text: string): string {
  const first = takeCharacters(text, 1)
  return first.toUpperCase() + text.slice(first.length)
}

function lengthOf(value: Json, { evaluation, span }: FunctionCall): number {
  const kind = kindOf(value, span)
  if (kind === 'list') return (value as readonly Json[]).length
  if (kind === 'object') return ownKeys(evaluation.meter, value as JsonObject).length
  spendReading(evaluation.meter, (value as string).length)
  return characterCount(value as string)
}

function soughtText(part: Json, call: FunctionCall): string {
  if (typeof part === 'string') return part
  throw call.fault('EXPRESSION_TYPE', `${call.name} looks for a text in a text, not ${aKind(kindOf(part, call.span))}`)
}

function indexOfPart(value: Json, part: Json, call: FunctionCall): number {
  const { evaluation, span } = call
  if (Array.isArray(value)) {
    const items: readonly Json[] = value
    return items.findIndex((item) => equals(evaluation, item, part, span))
  }
  const text = value as string
  const sought = soughtText(part, call)
  spendReading(evaluation.meter, 2 * text.length + sought.length)
  const found = createTextFinder(sought)(text, 0)
  return found === -1 ? -1 : characterCount(text.slice(0, found))
}

/** Returns the characters between two indexes; negative ones count from the end. */
function cut(text: string, from: number, to: number): string {
  const count = from < 0 || to < 0 ? characterCount(text) : 0
  const absolute = (at: number) => unitOffset(text, at < 0 ? Math.max(0, count + at) : at)
  return text.slice(absolute(from), absolute(to))
}

const substring: FunctionBody = ([value, start, end], call) => {
  const text = value as string
  const from = wholeNumber(call, start, 'start', Number.NEGATIVE_INFINITY)
  const to = end === undefined ? text.length : wholeNumber(call, end, 'end', Number.NEGATIVE_INFINITY)
  spendReading(call.evaluation.meter, 3 * text.length)
  return builtText(call, cut(text, from, to), text)
}

const truncate: FunctionBody = ([value, length, ending = '…'], call) => {
  const text = value as string
  const most = wholeNumber(call, length, 'length', 0)
  spendReading(call.evaluation.meter, 2 * text.length + (ending as string).length)
  if (characterCount(text) <= most) return text
  const tail = takeCharacters(ending as string, most)
  return builtText(call, takeCharacters(text, most - characterCount(tail)).trimEnd() + tail, text)
}

const replace: FunctionBody = ([value, search, replacement], call) => {
  const [text, sought, put] = [value as string, search as string, replacement as string]
  const { meter } = call.evaluation
  if (sought === '') throw call.fault('EXPRESSION_VALUE', 'replace cannot search for an empty text')
  spendReading(meter, text.length + sought.length)
  const find = createTextFinder(sought)
  const pieces: string[] = []
  let from = 0
  for (let found = find(text, 0); found !== -1; found = find(text, from)) {
    spendSteps(meter, 1)
    spendSize(meter, found - from + put.length)
    pieces.push(text.slice(from, found), put)
    from = found + sought.length
  }
  if (from === 0) return text
  spendSize(meter, text.length - from)
  return pieces.join('') + text.slice(from)
}

function splitCharacters(text: string, call: FunctionCall): string[] {
  const { meter } = call.evaluation
  spendSteps(meter, text.length)
  spendSize(meter, 9 * text.length)
  return Array.from(text)
}

const split: FunctionBody = ([value, separator], call) => {
  const [text, sought] = [value as string, separator as string]
  const { meter } = call.evaluation
  if (sought === '') return splitCharacters(text, call)
  spendReading(meter, text.length + sought.length)
  const find = createTextFinder(sought)
  const parts: string[] = []
  let from = 0
  for (let found = find(text, 0); ; found = find(text, from)) {
    const end = found === -1 ? text.length : found
    spendSteps(meter, 1)
    spendSize(meter, end - from + 8)
    parts.push(text.slice(from, end))
    if (found === -1) return parts
    from = found + sought.length
  }
}

const repeat: FunctionBody = ([value, times], call) => {
  const text = value as string
  const count = wholeNumber(call, times, 'count', 0)
  spendText(call.evaluation.meter, text.length * count)
  return text.repeat(count)
}

/** Returns the fill that extends a text to `length` characters. */
function fillFor(text: string, length: Json | undefined, fill: string, call: FunctionCall): string {
  const { meter } = call.evaluation
  const most = wholeNumber(call, length, 'length', 0)
  if (fill === '') throw call.fault('EXPRESSION_VALUE', `${call.name} cannot fill with an empty text`)
  spendReading(meter, text.length + fill.length)
  const room = Math.max(0, most - characterCount(text))
  const times = Math.floor(room / characterCount(fill))
  const rest = room - times * characterCount(fill)
  spendText(meter, times * fill.length + unitOffset(fill, rest) + (room === 0 ? 0 : text.length))
  return fill.repeat(times) + takeCharacters(fill, rest)
}

/** Bodies of the text functions that work without patterns. */
export const TEXT_BODIES: FunctionBodies = Object.freeze({
  text: ([value], { evaluation, span }) => textOf(evaluation, value as Json, span),
  upper: mapped((text) => text.toUpperCase()),
  lower: mapped((text) => text.toLowerCase()),
  capitalize: mapped(capitalized),
  trim: mapped((text) => text.trim()),
  length: ([value], call) => lengthOf(value as Json, call),
  contains: ([value, part], call) => {
    if (typeof value === 'string') soughtText(part as Json, call)
    return isIn(call.evaluation, part as Json, value as Json, call.span)
  },
  startsWith: ([value, start], { evaluation }) => {
    spendReading(evaluation.meter, (start as string).length)
    return (value as string).startsWith(start as string)
  },
  endsWith: ([value, end], { evaluation }) => {
    spendReading(evaluation.meter, (end as string).length)
    return (value as string).endsWith(end as string)
  },
  indexOf: ([value, part], call) => indexOfPart(value as Json, part as Json, call),
  substring,
  truncate,
  replace,
  split,
  repeat,
  padStart: ([text, length, fill = ' '], call) => fillFor(text as string, length, fill as string, call) + text,
  padEnd: ([text, length, fill = ' '], call) => text + fillFor(text as string, length, fill as string, call),
})
