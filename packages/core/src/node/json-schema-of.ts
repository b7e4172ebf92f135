import { z } from 'zod'
import { TenonError } from '../errors/index.ts'
import type { JsonSchema } from '../json.ts'
import type { NodeDefinition } from './definition.ts'

/**
 * Converts a schema of a definition to plain JSON Schema.
 *
 * @param field - Path in the definition, for messages.
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` for a type that JSON Schema cannot express, such as a date.
 */
export function toJsonSchema(
  { type }: Pick<NodeDefinition, 'type'>,
  field: string,
  schema: z.ZodType,
  io: 'input' | 'output',
): JsonSchema {
  try {
    const { $schema, ...jsonSchema } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, override: keepSentence })
    // A round trip through JSON drops the symbols of zod and gives plain data that can be frozen and sent.
    return JSON.parse(JSON.stringify(jsonSchema)) as JsonSchema
  } catch (cause) {
    throw new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}", ${field}: JSON Schema cannot express it`, {
      cause,
      remedy: 'Use types that JSON has: z.iso.datetime() for a date',
      details: { type, field },
    })
  }
}

/** Keeps the message of a pattern beside it: `z.string().regex(pattern, 'Write a host, such as api.example.com')`. */
function keepSentence({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: z.core.$ZodType
  readonly jsonSchema: z.core.JSONSchema.BaseSchema
}): void {
  if (typeof jsonSchema.pattern !== 'string') return
  for (const check of zodSchema._zod.def.checks ?? []) {
    const { def } = check._zod
    if (!('pattern' in def) || def.error === undefined) continue
    const message = def.error({ code: 'invalid_format', input: '', format: 'regex', origin: 'string' } as never)
    const text = typeof message === 'string' ? message : message?.message
    if (text !== undefined) jsonSchema.patternMessage = text
  }
}
