import { analyzeTemplate } from '../expression/analyze.ts'
import { findStartKeyFault } from '../expression/start-key.ts'

/** Returns a condition without braces as an expression; `null` if it cannot be read as one. */
export function asCondition(text: string): string | null {
  const condition = `{{ ${text.trim()} }}`
  try {
    analyzeTemplate(condition)
    return condition
  } catch {
    return null
  }
}

/** Returns a key without braces as an expression that reads the input, such as `customerId`; `null` if it reads nothing. */
export function asKey(text: string): string | null {
  const key = text.trim()
  const readsInput = [`{{ ${key} }}`, `{{ input.${key} }}`]
  return (
    readsInput.find((each) => findStartKeyFault(each, 'key') === null && analyzeTemplate(each).reads.length > 0) ?? null
  )
}
