import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { z } from 'zod'

/**
 * Checks one part of a request against its schema.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` with every fault and its path.
 */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: 'body' | 'query',
): z.output<Schema> {
  const answer = schema.safeParse(value)
  if (answer.success) return answer.data
  const issues = answer.error.issues.slice(0, 100).map(toIssue)
  const first = issues[0]?.path.join('.') ?? ''
  const message = `The ${part} is not valid${first === '' ? '' : ` at ${first}`}: ${issues[0]?.message ?? ''}`
  throw new TenonError('REQUEST_INVALID', message, { details: { in: part, issues } })
}

function toIssue(issue: z.core.$ZodIssue): ProblemIssue {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
  return { path, code: issue.code, message: issue.message }
}
