import { DURATION_PATTERN } from '@tenon/core/document'
import { z } from 'zod'

/** A length of time as people write it: `30s`, `4h`. */
export const durationParam = z.string().regex(new RegExp(DURATION_PATTERN), 'Write a number and ms, s, m, h or d: 30s')

/** Whatever a template gives; only its absence is refused. */
export const anyValue = z.unknown().refine((value) => value !== undefined, 'A value is needed')

/** A value that reads as one word of text in a header or a query. */
export const scalarParam = z.union([z.string(), z.number(), z.boolean()])

/** The id of a case or a branch: it becomes the name of a port, so `error` is taken. */
export const portIdParam = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_-]*$/, 'Begin with a small letter; then letters, digits, _ and -')
  .max(64)
  .refine((id) => id !== 'error', '"error" is reserved')

/** Reports each id that stands twice; ports must tell their edges apart. */
export function refuseDuplicateIds(reserved: readonly string[]) {
  return (items: readonly { readonly id: string }[], context: z.RefinementCtx): void => {
    const seen = new Set(reserved)
    for (const [index, { id }] of items.entries()) {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" stands twice` })
      seen.add(id)
    }
  }
}
