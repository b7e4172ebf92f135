import type { Json } from '../../json.ts'
import { type FunctionBodies, type FunctionBody, type FunctionCall, wholeNumber } from '../function-body.ts'
import { spendReading, spendSize, spendSteps } from '../meter.ts'
import { type Pattern, patternOf } from '../pattern.ts'

interface Search {
  readonly text: string
  readonly pattern: Pattern
  readonly group: number
}

function searchOf([value, source, group = 0]: readonly Json[], call: FunctionCall): Search {
  const pattern = patternOf(call.evaluation, source as string, call.span)
  const number = wholeNumber(call, group, 'group', 0)
  if (number > pattern.groupCount) {
    throw call.fault('EXPRESSION_VALUE', `The pattern has ${pattern.groupCount} groups, not ${number}`)
  }
  return { text: value as string, pattern, group: number }
}

const extract: FunctionBody = (args, call) => {
  const { text, pattern, group } = searchOf(args, call)
  for (const { groups } of pattern.matches(text)) {
    const found = groups[group] ?? null
    spendSize(call.evaluation.meter, found?.length ?? 0)
    return found
  }
  return null
}

const extractAll: FunctionBody = (args, call) => {
  const { text, pattern, group } = searchOf(args, call)
  const found: string[] = []
  for (const { groups } of pattern.matches(text)) {
    const part = groups[group] ?? ''
    spendSize(call.evaluation.meter, part.length + 8)
    found.push(part)
  }
  return found
}

/** Parses a replacement into literal texts and numbers of groups. */
function readReplacement(written: string, groupCount: number): readonly (string | number)[] {
  return written.split(/(\$[$0-9])/).map((piece) => {
    if (piece === '$$') return '$'
    const group = /^\$[0-9]$/.test(piece) ? Number(piece[1]) : groupCount + 1
    return group > groupCount ? piece : group
  })
}

const replacePattern: FunctionBody = (args, call) => {
  const [value, source, replacement] = args as readonly [Json, Json, string]
  const { meter } = call.evaluation
  const { text, pattern } = searchOf([value, source], call)
  spendReading(meter, replacement.length)
  const parts = readReplacement(replacement, pattern.groupCount)
  const pieces: string[] = []
  let from = 0
  for (const { start, end, groups } of pattern.matches(text)) {
    spendSteps(meter, parts.length)
    pieces.push(text.slice(from, start))
    spendSize(meter, start - from)
    for (const part of parts) {
      const piece = typeof part === 'number' ? (groups[part] ?? '') : part
      spendSize(meter, piece.length)
      pieces.push(piece)
    }
    from = end
  }
  if (pieces.length === 0) return text
  spendSize(meter, text.length - from)
  return pieces.join('') + text.slice(from)
}

/** Bodies of the text functions that work with patterns. */
export const PATTERN_BODIES: FunctionBodies = Object.freeze({
  matches: ([text, source], { evaluation, span }) => patternOf(evaluation, source as string, span).test(text as string),
  extract,
  extractAll,
  replacePattern,
})
