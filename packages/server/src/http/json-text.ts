import { FORBIDDEN_KEYS } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'

/** Levels of objects and lists in a request; values inside have limits of their own. */
const MAX_DEPTH = 100

/**
 * Reads JSON from outside. Depth is checked before anything recursive sees it, and keys that reach a prototype are
 * refused wherever they stand.
 *
 * @throws {@link TenonError} `REQUEST_MALFORMED`, `REQUEST_INVALID` with the place of a forbidden key.
 */
export function parseJsonText(text: string): unknown {
  if (nestingOf(text) > MAX_DEPTH) {
    throw new TenonError('REQUEST_MALFORMED', `The body is nested deeper than ${MAX_DEPTH} levels`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TenonError('REQUEST_MALFORMED', 'The body is no JSON', { cause })
  }
  const issue = findForbiddenKey(value, [])
  if (issue !== null) throw new TenonError('REQUEST_INVALID', issue.message, { details: { issues: [issue] } })
  return value
}

function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let index = 0; index < text.length; index += 1) {
    const unit = text[index]
    if (isInText) {
      if (unit === '\\') index += 1
      else if (unit === '"') isInText = false
    } else if (unit === '"') {
      isInText = true
    } else if (unit === '{' || unit === '[') {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (unit === '}' || unit === ']') {
      depth -= 1
    }
  }
  return deepest
}

function findForbiddenKey(value: unknown, path: readonly (string | number)[]): ProblemIssue | null {
  if (typeof value !== 'object' || value === null) return null
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value)
  for (const [key, member] of entries) {
    const at = [...path, key]
    if (typeof key === 'string' && FORBIDDEN_KEYS.includes(key)) {
      return { path: at, code: 'forbidden_key', message: `The key "${key}" is not allowed` }
    }
    const issue = findForbiddenKey(member, at)
    if (issue !== null) return issue
  }
  return null
}
