import { DURATION_PATTERN } from '@tenon/core/document'
import { z } from 'zod'

/** A duration such as `30s` or `4h`. */
export const durationParam = z.string().regex(new RegExp(DURATION_PATTERN), {
  message: 'Write a number and ms, s, m, h or d: 30s, at most 3650d',
  abort: true,
})

/** A duration above 0, for limits. */
export const positiveDurationParam = durationParam.regex(/[1-9]/, 'Write a time above 0')

/** Creates the schema of a text that is not blank; spaces around it are trimmed. */
export function requiredText(max: number) {
  return z.string().trim().regex(/\S/, 'Enter a text').max(max)
}

/** Any value of a template. A workflow in which the param is empty cannot be published. */
export const anyValue = z
  .unknown()
  .refine((value) => value !== undefined, 'Enter a value')
  .meta({ not: { const: '' } })

/** A scalar value of a header or a query parameter. */
export const scalarParam = z.union([z.string(), z.number(), z.boolean()])

/** Id of a case or a branch, which becomes the name of a port, so `error` is reserved. */
export const portIdParam = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_-]*$/, 'Begin with a small letter; then letters, digits, _ and -')
  .max(64)
  .refine((id) => id !== 'error', '"error" is reserved')
  .meta({ not: { const: 'error' } })

/** Creates a check that reports duplicate ids. */
export function refuseDuplicateIds(reserved: readonly string[]) {
  return (items: readonly { readonly id: string }[], context: z.RefinementCtx): void => {
    const seen = new Set(reserved)
    for (const [index, { id }] of items.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is used twice` })
      seen.add(id)
    }
  }
}
