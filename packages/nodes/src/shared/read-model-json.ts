import type { Json } from '@tenon/core/document'
import { parseJson } from '@tenon/core/text'

/** Reasoning that some models write before their response. */
const REASONING = /^\s*<(think|thinking|reasoning|thought)>[\s\S]*?<\/\1>/i
const FENCE = /```[^\n`]*\n([\s\S]*?)```/g
const OUTER_FENCE = /```[^\n`]*\n([\s\S]*)```/
/** Limit of positions in prose that are tried as the start of JSON. */
const MOST_STARTS = 32

/**
 * Finds the JSON values in a response of a model: the whole response, the contents of code blocks, and values within
 * prose, in this order. A reasoning block before the response is ignored.
 *
 * @returns Empty if there is no JSON in it.
 */
export function readModelJson(answer: string): readonly Json[] {
  const text = answer.replace(REASONING, '').trim()
  const whole = read(text)
  if (whole !== undefined) return [whole]
  const blocks = [...text.matchAll(FENCE)].map(([, block]) => block ?? '')
  const outer = OUTER_FENCE.exec(text)?.[1]
  const fenced = [...blocks, ...(outer === undefined ? [] : [outer])].map(read).filter((value) => value !== undefined)
  return fenced.length > 0 ? fenced : valuesInProse(text)
}

function read(text: string): Json | undefined {
  const reading = parseJson(text, { onLoss: 'keep' })
  return reading.ok ? reading.value : undefined
}

/** Finds objects and lists within other text. */
function valuesInProse(text: string): readonly Json[] {
  const values: Json[] = []
  let at = 0
  for (let starts = 0; starts < MOST_STARTS; starts += 1) {
    const start = text.slice(at).search(/[{[]/)
    if (start === -1) break
    const end = endOfValue(text, at + start)
    const value = end === -1 ? undefined : read(text.slice(at + start, end))
    if (value !== undefined) values.push(value)
    at = value === undefined ? at + start + 1 : end
  }
  return values
}

/** Returns the offset after the bracket that closes the one at `start`; -1 if there is none. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs
  tokens.lastIndex = start
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const [found] = token
    if (found === '{' || found === '[') depth += 1
    else if (found === '}' || found === ']') depth -= 1
    if (depth === 0) return tokens.lastIndex
  }
  return -1
}
