import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { parseJson } from '@tenon/core/text'

/** Levels of objects and lists in a request; values inside have limits of their own. */
const MAX_DEPTH = 100

/**
 * Reads the JSON of a request. What could not be stored unchanged is refused by its path: numbers that JavaScript
 * would round, halves of surrogate pairs, the key `__proto__`.
 *
 * @throws {@link TenonError} `REQUEST_MALFORMED`, `REQUEST_INVALID` with at most 100 `issues`.
 */
export function parseJsonText(text: string): Json {
  const reading = parseJson(text, { onLoss: 'refuse', maxDepth: MAX_DEPTH })
  if (reading.ok) return reading.value
  const { fault, issues } = reading
  const first = issues[0]?.message ?? ''
  if (fault !== 'content') throw new TenonError('REQUEST_MALFORMED', first.replace(/^The (text|JSON)/, 'The body'))
  throw new TenonError('REQUEST_INVALID', first, { details: { issues } })
}
