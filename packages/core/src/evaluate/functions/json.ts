import type { Json, JsonObject } from '../../json.ts'
import { type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { spendReading, spendSize, spendSteps } from '../meter.ts'
import { allowKey, kindOf, ownKeys } from '../values.ts'
import { checkDepth, writeJson } from '../write-json.ts'

const MOST_INDENT = 10

/** Refuses nesting before the engine parses: it is the one cost that the length does not bound. */
function checkNesting(text: string): void {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (isQuoted) {
      if (code === 92) at += 1
      else if (code === 34) isQuoted = false
    } else if (code === 34) isQuoted = true
    else if (code === 91 || code === 123) {
      depth += 1
      checkDepth(depth)
    } else if (code === 93 || code === 125) depth -= 1
  }
}

/** Counts what was read as new, and refuses keys that could reach a prototype. */
function checkParsed(value: Json, call: FunctionCall): void {
  const { meter } = call.evaluation
  spendSteps(meter, 1)
  const kind = kindOf(value, call.place)
  if (kind === 'text') spendSize(meter, (value as string).length)
  if (kind === 'list') {
    const items = value as readonly Json[]
    spendSize(meter, 8 * items.length + 8)
    for (const item of items) checkParsed(item, call)
  }
  if (kind === 'object') {
    for (const [key, member] of Object.entries(value as JsonObject)) {
      spendSize(meter, allowKey(key, call.place).length + 8)
      checkParsed(member, call)
    }
  }
}

const parseJson: FunctionBody = ([value], call) => {
  const text = value as string
  spendReading(call.evaluation.meter, 8 * text.length)
  checkNesting(text)
  let parsed: Json
  try {
    parsed = JSON.parse(text) as Json
  } catch {
    throw call.fault('EXPRESSION_VALUE', 'parseJson takes a text that is valid JSON')
  }
  checkParsed(parsed, call)
  return parsed
}

const toJson: FunctionBody = ([value, indent = 0], call) => {
  const width = wholeNumber(call, indent, 'indent', 0)
  if (width > MOST_INDENT) throw call.fault('EXPRESSION_VALUE', `toJson indents by at most ${MOST_INDENT}`)
  return writeJson(call.evaluation, value as Json, call.place, width)
}

function isEmpty(value: Json, call: FunctionCall): boolean {
  switch (kindOf(value, call.place)) {
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
  typeOf: ([value], { place }) => kindOf(value, place),
  isEmpty: ([value], call) => isEmpty(value as Json, call),
})
