import { z } from 'zod'

/** Creates the schema of a text that is not blank. */
export function requiredText(title: string, meta: Readonly<Record<string, unknown>> = {}, max = 20_000) {
  return z
    .string()
    .trim()
    .regex(/\S/, 'Enter a text')
    .max(max)
    .meta({ title, control: 'text', ...meta })
}

/** Creates the schema of a text that may be absent. */
export function optionalText(title: string, meta: Readonly<Record<string, unknown>> = {}, max = 20_000) {
  return z
    .string()
    .max(max)
    .optional()
    .meta({ title, control: 'text', ...meta })
}

/** Creates the schema of a literal text with a default, for a trigger. */
export function literalText(title: string, standard: string, description: string) {
  return z
    .string()
    .trim()
    .regex(/\S/, 'Enter a text')
    .max(400)
    .default(standard)
    .meta({ title, description, control: 'text', literal: true })
}

/** Creates the schema of an id that people choose from a list of the service, or enter. */
export function lookedUp(title: string, lookup: string, meta: Readonly<Record<string, unknown>> = {}) {
  return requiredText(title, { control: 'lookup', lookup, ...meta }, 2_000)
}

/** Creates the schema of the most items that an action returns. */
export function limitParam(most: number, standard: number) {
  return z.number().int().min(1).max(most).default(standard).meta({
    title: 'Most items',
    description: 'Further ones are not read; "hasMore" is true if there may be any.',
    control: 'number',
  })
}

/** Splits a text with commas, as `bug, urgent`, into its parts; `undefined` without any. */
export function partsOf(text: string | undefined): readonly string[] | undefined {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  const filled = parts.filter((part) => part !== '')
  return filled.length === 0 ? undefined : filled
}

/** Creates the schema of what starts a run: a new item only, or each change of one as well. */
export function pollsFor(item: string) {
  return z
    .enum(['created', 'updated'])
    .default('created')
    .meta({
      title: 'Start at',
      control: 'select',
      titles: { created: `A new ${item}`, updated: `A new or changed ${item}` },
      literal: true,
    })
}
