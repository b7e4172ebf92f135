import type { z } from 'zod'
import type { ProblemIssue } from '../errors/index.ts'

/** The faults that zod found, in the form that every answer of Tenon has. */
export function toIssues(error: z.ZodError): readonly ProblemIssue[] {
  return error.issues.map(({ path, code, message }) => ({
    path: path.map((key) => (typeof key === 'number' ? key : String(key))),
    code,
    message,
  }))
}
