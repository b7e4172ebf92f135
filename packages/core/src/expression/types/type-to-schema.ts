import type { Json, JsonSchema } from '../../json.ts'
import type { StaticObject, StaticType, StaticVariant } from './static-type.ts'

/** Deepest level that is converted; a type may be infinite. */
const MOST_DEPTH = 6
const MOST_PARTS = 2_000

interface Writing {
  partsLeft: number
}

function objectSchema({ properties, rest }: StaticObject, depth: number, writing: Writing): JsonSchema {
  const written: Record<string, Json> = {}
  const required: string[] = []
  for (const [key, property] of properties) {
    const { title, description } = property
    const schema = write(property.type(), depth + 1, writing)
    const texts = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) }
    Object.defineProperty(written, key, {
      value: schema === true ? texts : typeof schema === 'object' ? { ...schema, ...texts } : schema,
      enumerable: true,
    })
    if (property.isRequired) required.push(key)
  }
  const others = rest === 'none' ? false : rest === 'undeclared' ? undefined : write(rest(), depth + 1, writing)
  return {
    type: 'object',
    properties: written,
    ...(required.length === 0 ? {} : { required }),
    ...(others === undefined ? {} : { additionalProperties: others }),
  }
}

function variantSchema(variant: StaticVariant, depth: number, writing: Writing): JsonSchema {
  switch (variant.kind) {
    case 'unknown':
      return true
    case 'object':
      return objectSchema(variant, depth, writing)
    case 'list': {
      const items = write(variant.item(), depth + 1, writing)
      return { type: 'array', ...(items === true ? {} : { items }) }
    }
    case 'text':
      return { type: 'string', ...(variant.values === undefined ? {} : { enum: variant.values }) }
    default:
      return { type: variant.kind }
  }
}

function write(type: StaticType, depth: number, writing: Writing): JsonSchema {
  writing.partsLeft -= type.length
  if (depth > MOST_DEPTH || writing.partsLeft < 0) return true
  const schemas = type.map((variant) => variantSchema(variant, depth, writing))
  const [only] = schemas
  if (schemas.length === 1 && only !== undefined) return only
  return schemas.length === 0 ? false : { anyOf: schemas }
}

/** Converts a type to a JSON Schema, so that the result of an expression can be checked in turn. */
export function schemaOfType(type: StaticType): JsonSchema {
  return write(type, 0, { partsLeft: MOST_PARTS })
}
