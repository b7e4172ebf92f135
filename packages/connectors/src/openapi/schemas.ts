import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { z } from 'zod'
import type { DocumentReader } from './document.ts'

const MAX_DEPTH = 5
/** Most parts of a schema that are described: the manifest with all of them is sent to each editor. */
const MAX_PARTS = 200
const MAX_TEXT = 300
const MAX_CHOICES = 100

/** Reads the schemas of one document, within bounds. */
export interface SchemaReader {
  /**
   * Returns a schema as plain JSON Schema, for the types of expressions. What is too deep, too large or contains itself
   * may be anything.
   */
  describe(schema: Json | undefined): JsonObject
  /** Returns the schema of a param. */
  toParam(schema: Json | undefined, field: ParamTexts): z.ZodType
  /** Returns the members of an object schema, those of `allOf` included; `null` for any other schema. */
  membersOf(
    schema: Json | undefined,
  ): { readonly properties: Readonly<Record<string, Json>>; readonly required: readonly string[] } | null
}

/** Texts of a param. */
export interface ParamTexts {
  readonly title: string
  readonly description: string | undefined
  readonly isRequired: boolean
}

/** Creates the reader of a document. */
export function createSchemaReader(reader: DocumentReader): SchemaReader {
  const membersOf = (schema: Json | undefined, depth = 0): ReturnType<SchemaReader['membersOf']> => {
    const found = depth > MAX_DEPTH ? undefined : reader.resolve(schema)?.value
    if (found === undefined) return null
    const parts = Array.isArray(found.allOf) ? found.allOf.map((part) => membersOf(part, depth + 1)) : []
    const own = isJsonObject(found.properties) ? found.properties : undefined
    if (own === undefined && parts.every((part) => part === null)) return null
    const required = Array.isArray(found.required) ? found.required.filter((name) => typeof name === 'string') : []
    return {
      properties: Object.assign({}, ...parts.map((part) => part?.properties), own),
      required: [...parts.flatMap((part) => part?.required ?? []), ...required],
    }
  }

  const describe = (schema: Json | undefined): JsonObject => {
    let left = MAX_PARTS
    const visit = (part: Json | undefined, depth: number, open: readonly string[]): JsonObject => {
      const found = reader.resolve(part)
      left -= 1
      if (found === null || left < 0 || depth > MAX_DEPTH) return {}
      const { value, pointer } = found
      if (pointer !== null && open.includes(pointer)) return {}
      const inside = pointer === null ? open : [...open, pointer]
      const members = membersOf(value)
      if (members !== null) {
        const properties = Object.entries(members.properties).map(([name, member]): [string, Json] => [
          name,
          visit(member, depth + 1, inside),
        ])
        return { type: 'object', properties: Object.fromEntries(properties), ...textsOf(value) }
      }
      const type = typeOf(value)
      if (type === 'array') return { type, items: visit(value.items, depth + 1, inside), ...textsOf(value) }
      return { ...(type === null ? {} : { type }), ...textsOf(value) }
    }
    return visit(schema, 0, [])
  }

  return {
    describe,
    membersOf,
    toParam(schema, { title, description, isRequired }) {
      const found = reader.resolve(schema)?.value ?? {}
      const text = description ?? (typeof found.description === 'string' ? found.description : undefined)
      const meta = { title, ...(text === undefined ? {} : { description: shortText(text) }) }
      const param = paramOf(found, reader, meta)
      const texts = z.globalRegistry.get(param) ?? {}
      return isRequired ? param : param.optional().meta(texts)
    },
  }
}

function paramOf(schema: JsonObject, reader: DocumentReader, meta: Readonly<Record<string, string>>): z.ZodType {
  const choices = Array.isArray(schema.enum) ? schema.enum.filter((value) => value !== null) : []
  const [first, ...others] = choices.filter((value) => typeof value === 'string' && value !== '')
  if (first !== undefined && others.length + 1 === choices.length && choices.length <= MAX_CHOICES) {
    return z.enum([first as string, ...(others as string[])]).meta({ ...meta, control: 'select' })
  }
  switch (typeOf(schema)) {
    case 'string':
      return z.string().meta({ ...meta, control: 'text' })
    case 'integer':
      return z
        .number()
        .int()
        .meta({ ...meta, control: 'number' })
    case 'number':
      return z.number().meta({ ...meta, control: 'number' })
    case 'boolean':
      return z.boolean().meta({ ...meta, control: 'switch' })
    case 'array': {
      const items = typeOf(reader.resolve(schema.items)?.value ?? {})
      if (items === 'string') return z.array(z.string()).meta(meta)
      if (items === 'integer' || items === 'number') return z.array(z.number()).meta(meta)
      return z.unknown().meta({ ...meta, control: 'code', sink: 'json' })
    }
    default:
      return z.unknown().meta({ ...meta, control: 'code', sink: 'json' })
  }
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const

/** Returns the type of a schema, apart from null; `null` if it may have several. */
function typeOf({ type, properties }: JsonObject): (typeof TYPES)[number] | null {
  const named = (Array.isArray(type) ? type : [type]).filter((each) => each !== 'null')
  if (named.length > 1) return null
  return TYPES.find((known) => known === named[0]) ?? (isJsonObject(properties) ? 'object' : null)
}

function textsOf({ description }: JsonObject): JsonObject {
  return typeof description === 'string' && description.trim() !== '' ? { description: shortText(description) } : {}
}

/** Returns the beginning of a text, without line breaks. */
export function shortText(text: string, length = MAX_TEXT): string {
  return cutText(text.replaceAll(/\s+/g, ' ').trim(), length)
}
