import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { z } from 'zod'
import type { DocumentReader } from './document.ts'

const MAX_DEPTH = 5
/** Most parts of a schema that are described: the manifest with all of them is sent to each editor. */
const MAX_PARTS = 200
const MAX_TEXT = 300
const MAX_CHOICES = 100
/** Most characters of all described outputs of a document. */
const MAX_DESCRIBED = 1_000_000

/** Members of an object schema. */
export interface SchemaMembers {
  readonly properties: Readonly<Record<string, Json>>
  readonly required: readonly string[]
}

/** Reads the schemas of one document, within bounds. */
export interface SchemaReader {
  /**
   * Returns a schema as plain JSON Schema, for the types of expressions. What is too deep, too large or contains itself
   * may be anything, and so may all further schemas once those of the document have 1,000,000 characters.
   */
  describe(schema: Json | undefined): JsonObject
  /** Returns the schema of a param. */
  toParam(schema: Json | undefined, field: ParamTexts): z.ZodType
  /**
   * Returns the members of an object schema, those of `allOf` included; `null` for any other schema, and for one that is
   * too large or has a part that cannot be resolved.
   */
  membersOf(schema: Json | undefined): SchemaMembers | null
}

/** Texts of a param. */
export interface ParamTexts {
  readonly title: string
  readonly description: string | undefined
  readonly isRequired: boolean
}

/** Creates the reader of a document. */
export function createSchemaReader(reader: DocumentReader): SchemaReader {
  const firstNames = new WeakMap<JsonObject, readonly string[]>()
  /** Lists the names of an object, at most one more than the parts of a schema. A large object is listed once. */
  const namesIn = (object: JsonObject): readonly string[] => {
    const names = firstNames.get(object) ?? Object.keys(object).slice(0, MAX_PARTS + 1)
    firstNames.set(object, names)
    return names
  }

  const readMembers = (
    schema: Json | undefined,
  ): { readonly members: SchemaMembers | null; readonly isWhole: boolean } => {
    // A name of a document may be "__proto__".
    const properties: Record<string, Json> = Object.create(null)
    const required: string[] = []
    const seen = new Set<JsonObject>()
    let isObject = false
    let isWhole = true
    let left = MAX_PARTS
    const visit = (part: Json | undefined, depth: number): void => {
      const found = reader.resolve(part)?.value
      left -= 1
      if (found === undefined || left < 0 || depth > MAX_DEPTH) isWhole = false
      else if (!seen.has(found)) {
        seen.add(found)
        for (const each of Array.isArray(found.allOf) ? found.allOf.slice(0, left + 1) : []) visit(each, depth + 1)
        if (Array.isArray(found.required)) required.push(...found.required.slice(0, MAX_PARTS).filter(isText))
        if (!isJsonObject(found.properties)) return
        isObject = true
        for (const name of namesIn(found.properties)) properties[name] = found.properties[name] ?? {}
      }
    }
    visit(schema, 0)
    return { members: isObject ? { properties, required } : null, isWhole }
  }

  let charactersLeft = MAX_DESCRIBED
  const describe = (schema: Json | undefined): JsonObject => {
    if (charactersLeft <= 0) return {}
    let left = MAX_PARTS
    const visit = (part: Json | undefined, depth: number, open: readonly string[]): JsonObject => {
      const found = reader.resolve(part)
      left -= 1
      if (found === null || left < 0 || depth > MAX_DEPTH) return {}
      const { value, pointer } = found
      if (pointer !== null && open.includes(pointer)) return {}
      const inside = pointer === null ? open : [...open, pointer]
      const { members } = readMembers(value)
      if (members !== null) {
        const properties: [string, Json][] = []
        for (const [name, member] of Object.entries(members.properties)) {
          if (left <= 0) break
          properties.push([name, visit(member, depth + 1, inside)])
        }
        return { type: 'object', properties: Object.fromEntries(properties), ...textsOf(value) }
      }
      const type = typeOf(value)
      if (type === 'array') return { type, items: visit(value.items, depth + 1, inside), ...textsOf(value) }
      return { ...(type === null ? {} : { type }), ...textsOf(value) }
    }
    const described = visit(schema, 0, [])
    charactersLeft -= JSON.stringify(described).length
    return described
  }

  return {
    describe,
    membersOf: (schema) => {
      const { members, isWhole } = readMembers(schema)
      return isWhole ? members : null
    },
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

const isText = (value: Json): value is string => typeof value === 'string'

/** Returns the type of a schema, apart from null; `null` if it may have several. */
export function typeOf({ type, properties }: JsonObject): (typeof TYPES)[number] | null {
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
