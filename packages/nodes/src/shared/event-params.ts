import { z } from 'zod'
import { positiveDurationParam } from './params.ts'

/** Creates the param with the schema of what a node waits for; the schema is also that of its output. */
export function payloadSchemaParam(description: string) {
  return z
    .record(z.string(), z.unknown())
    .refine((schema) => schema.type === 'object', 'The schema must describe an object')
    .meta({ allOf: [{ properties: { type: { const: 'object' } }, required: ['type'] }] })
    .default({ type: 'object', properties: {} })
    .meta({ title: 'Fields', description, control: 'json-schema', literal: true })
}

/** The key of an event: a text that is not blank, or a number or a truth value, which counts as its text. */
export const matchKeyParam = z
  .union([z.string().trim().max(400), z.number(), z.boolean()])
  .refine((key) => key !== '', 'Enter a text')
  .meta({ not: { type: 'string', pattern: '^\\s*$' } })

/** The time limit of a wait with a port "timeout". */
export const timeLimitParam = positiveDurationParam.optional().meta({
  title: 'Time limit',
  description: 'After this time, the run continues at the "timeout" port.',
  control: 'duration',
  placeholder: 'No limit',
  examples: ['4h'],
})

/** Output of the port "timeout". */
export const timeoutOutput = z.object({ waited_until: z.string() })
