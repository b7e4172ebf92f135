import type { ProblemIssue } from '@tenon/core/errors'
import type { IssueValues } from '@tenon/core/validate'

/** Most issues in one response. */
export const MAX_ISSUES = 200

/** Creates an issue that only the server finds, with the values that belong to its code. */
export function serverIssue<Code extends keyof IssueValues>(
  code: Code,
  path: ProblemIssue['path'],
  message: string,
  values: IssueValues[Code],
): ProblemIssue {
  return { path, code, message, values }
}
