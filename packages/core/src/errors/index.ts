export type { ErrorEntry } from './error-entry.ts'
export { ERROR_TABLE, type TenonErrorCode } from './error-table.ts'
export { type Problem, type ProblemIssue, toProblem } from './problem.ts'
export { TenonError, type TenonErrorOptions } from './tenon-error.ts'
