import type { Json, JsonObject } from '../../json.ts'
import { parseJson as readJson } from '../../text/index.ts'
import { type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { EVALUATION_LIMITS } from '../limits.ts'
import { spendReading, spendSize, spendSteps } from '../meter.ts'
import { allowKey, kindOf, ownKeys } from '../values.ts'
import { valueTooDeep, writeJson } from '../write-json.ts'

const MOST_INDENT = 10

/** Counts a parsed value as new. */
function spendParsed(value: Json, call: FunctionCall): void {
  const { meter } = call.evaluation
  spendSteps(meter, 1)
  const kind = kindOf(value, call.span)
  if (kind === 'text') spendSize(meter, (value as string).length)
  if (kind === 'list') {
    const items = value as readonly Json[]
    spendSize(meter, 8 * items.length + 8)
    for (const item of items) spendParsed(item, call)
  }
  if (kind === 'object') {
    for (const [key, member] of Object.entries(value as JsonObject)) {
      spendSize(meter, key.length + 8)
      spendParsed(member, call)
    }
  }
}

const parseJson: FunctionBody = ([value], call) => {
  const text = value as string
  spendReading(call.evaluation.meter, 8 * text.length)
  const reading = readJson(text, { onLoss: 'keep', maxDepth: EVALUATION_LIMITS.valueDepth })
  if (reading.ok) {
    spendParsed(reading.value, call)
    return reading.value
  }
  if (reading.fault === 'depth') throw valueTooDeep()
  if (reading.fault === 'content') allowKey('__proto__', call.span)
  throw call.fault('EXPRESSION_VALUE', 'parseJson takes a text that is valid JSON')
}

const toJson: FunctionBody = ([value, indent = 0], call) => {
  const width = wholeNumber(call, indent, 'indent', 0)
  if (width > MOST_INDENT) throw call.fault('EXPRESSION_VALUE', `toJson indents by at most ${MOST_INDENT}`)
  return writeJson(call.evaluation, value as Json, call.span, width)
}

function isEmpty(value: Json, call: FunctionCall): boolean {
  switch (kindOf(value, call.span)) {
    case 'null':
      return true
    case 'text':
      return value === ''
    case 'list':
      return (value as readonly Json[]).length === 0
    case 'object':
      return ownKeys(call.evaluation.meter, value as JsonObject).length === 0
    default:
      return false
  }
}

/** Bodies of the functions about JSON and types. */
export const JSON_BODIES: FunctionBodies = Object.freeze({
  toJson,
  parseJson,
  typeOf: ([value], { span }) => kindOf(value, span),
  isEmpty: ([value], call) => isEmpty(value as Json, call),
})
