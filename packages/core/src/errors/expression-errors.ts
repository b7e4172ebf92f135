import type { ErrorEntry } from './error-entry.ts'

/** Errors of expressions and templates. */
export const EXPRESSION_ERRORS = {
  EXPRESSION_SYNTAX: {
    status: 422,
    retryable: false,
    remedy: 'Correct the expression at the position in the message.',
  },
  EXPRESSION_LIMIT: {
    status: 422,
    retryable: false,
    remedy: 'Make the expression or its values smaller, or split the work over several nodes.',
  },
  EXPRESSION_PATH_MISSING: {
    status: 422,
    retryable: false,
    remedy: 'Correct the path, or write ?. or ?? where the value may be absent.',
  },
  EXPRESSION_PATH_UNSURE: {
    status: 422,
    retryable: false,
    remedy: 'Write ?. or ?? where the value may be absent.',
  },
  EXPRESSION_TYPE: {
    status: 422,
    retryable: false,
    remedy: 'Convert the value first, for example with number() or text().',
  },
  COMPARISON_TYPES_DIFFER: {
    status: 422,
    retryable: false,
    remedy: 'Convert one side first, for example with number(), text() or date().',
  },
  EXPRESSION_VALUE: { status: 422, retryable: false, remedy: 'Correct the value that the calculation uses.' },
  EXPRESSION_ARGUMENTS: {
    status: 422,
    retryable: false,
    remedy: 'Call the function with the arguments that its help lists.',
  },
  EXPRESSION_FUNCTION_UNKNOWN: { status: 422, retryable: false, remedy: 'Use a function from the list.' },
  EXPRESSION_KEY_FORBIDDEN: {
    status: 422,
    retryable: false,
    remedy: 'Use another key. __proto__ is never allowed, prototype and constructor are not allowed in paths.',
  },
  TEMPLATE_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Correct the text around the expressions.',
  },
  TEMPLATE_VALUE_INVALID: {
    status: 422,
    retryable: false,
    remedy: 'Change the value, or check it with an if-else node before.',
  },
} as const satisfies Record<string, ErrorEntry>
