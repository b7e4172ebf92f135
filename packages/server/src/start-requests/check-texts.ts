import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { textFault } from '@tenon/core/text'

const MAX_LENGTH = 400

/**
 * Checks the texts of a call in process, as those of a request over HTTP are checked.
 *
 * @param required - Names of those that must be there.
 * @throws {@link TenonError} `REQUEST_INVALID` with every fault.
 */
export function checkTexts(
  texts: Readonly<Record<string, unknown>>,
  required: readonly string[],
  maxLength = MAX_LENGTH,
): void {
  const issues = Object.entries(texts).flatMap(([name, value]): ProblemIssue[] => {
    if (value === undefined && !required.includes(name)) return []
    if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength && textFault(value) === null) {
      return []
    }
    return [{ path: [name], code: 'format', message: `${name} must be a text of 1 to ${maxLength} characters` }]
  })
  if (issues.length === 0) return
  throw new TenonError('REQUEST_INVALID', `The request is not valid: ${issues[0]?.message ?? ''}`, {
    details: { issues },
  })
}
