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
    const { $schema, ...jsonSchema } = z.toJSONSchema(schema, { target: 'draft-2020-12', io })
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
