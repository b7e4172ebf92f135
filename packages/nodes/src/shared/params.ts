import { DURATION_PATTERN } from '@tenon/core/document'
import { z } from 'zod'

/** A length of time as people write it: `30s`, `4h`. */
export const durationParam = z.string().regex(new RegExp(DURATION_PATTERN), {
  message: 'Write a number and ms, s, m, h or d: 30s, at most 3650d',
  abort: true,
})

/** A length of time that is not 0: a limit of no time at all would end before it begins. */
export const positiveDurationParam = durationParam.regex(/[1-9]/, 'Write a time above 0')

/** A text that is not blank; spaces around it are cut. */
export function requiredText(max: number) {
  return z.string().trim().regex(/\S/, 'Some text is needed').max(max)
}

/** Whatever a template gives. A workflow in which the param is empty cannot be published. */
export const anyValue = z
  .unknown()
  .refine((value) => value !== undefined, 'A value is needed')
  .meta({ not: { const: '' } })

/** A value that reads as one word of text in a header or a query. */
export const scalarParam = z.union([z.string(), z.number(), z.boolean()])

/** The id of a case or a branch: it becomes the name of a port, so `error` is taken. */
export const portIdParam = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_-]*$/, 'Begin with a small letter; then letters, digits, _ and -')
  .max(64)
  .refine((id) => id !== 'error', '"error" is reserved')
  .meta({ not: { const: 'error' } })

/** Reports each id that is used twice; each port has edges of its own. */
export function refuseDuplicateIds(reserved: readonly string[]) {
  return (items: readonly { readonly id: string }[], context: z.RefinementCtx): void => {
    const seen = new Set(reserved)
    for (const [index, { id }] of items.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is used twice` })
      seen.add(id)
    }
  }
}
