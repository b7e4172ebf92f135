import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { isHeaderName } from '@tenon/core/node'
import { encodePathSegment } from '@tenon/core/text'
import { z } from 'zod'
import { jsonOf } from '../kit/json-param.ts'
import type { QueryValue } from '../kit/service.ts'
import type { DocumentReader } from './document.ts'
import { paramName, type TakenNames, titleOf, uniqueName } from './names.ts'
import { type SchemaReader, typeOf } from './schemas.ts'

/** A param of an action, and how the request has its value. */
export interface Field {
  readonly param: string
  readonly schema: z.ZodType
  readonly put: (request: Draft, value: unknown) => void
}

/** A request in the making. */
export interface Draft {
  path: string
  readonly query: Record<string, QueryValue>
  readonly headers: Record<string, string>
  json: unknown
  form: Record<string, QueryValue> | undefined
}

/** Parts of a document that fields are made from. */
export interface FieldSources {
  readonly taken: TakenNames
  readonly reader: DocumentReader
  readonly schemas: SchemaReader
  /** Checks whether a param may set a header; names in lower case. */
  readonly isParamHeader: (name: string) => boolean
}

const HEADERS_OF_CLIENT: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization'])
/** Styles that are sent as the document says, by the position of the parameter; the first one is the default. */
const STYLES: Readonly<Record<'path' | 'header' | 'query', readonly string[]>> = {
  path: ['simple'],
  header: ['simple'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
}

/** @returns `null` for a parameter that the client itself sets, or that may be absent and cannot be sent. */
export function readParameter(parameter: JsonObject, sources: FieldSources): Field | { reason: string } | null {
  const { taken, reader, schemas } = sources
  const { name, in: position, required = false, explode } = parameter
  if (typeof name !== 'string' || name === '') return { reason: 'a parameter has no name' }
  const isRequired = required === true || position === 'path'
  if (position === 'cookie') return isRequired ? { reason: `it requires the cookie ${name}` } : null
  if (position !== 'path' && position !== 'header' && position !== 'query') {
    return { reason: `the parameter ${name} has no known position` }
  }
  if (position === 'header') {
    const header = name.toLowerCase()
    if (!isHeaderName(header)) return { reason: 'a header has a name that is not valid' }
    if (HEADERS_OF_CLIENT.has(header) || !sources.isParamHeader(header)) return null
  }
  const content = isJsonObject(parameter.content) ? Object.values(parameter.content)[0] : undefined
  const schema = isJsonObject(content) ? content.schema : parameter.schema
  const { style = STYLES[position][0] } = parameter
  if (content === undefined && !STYLES[position].some((known) => known === style)) {
    return { reason: `the parameter ${name} has the style ${style}` }
  }
  if (content === undefined && position !== 'query' && typeOf(reader.resolve(schema)?.value ?? {}) === 'object') {
    return { reason: `the parameter ${name} of the ${position} is an object` }
  }
  const { description } = parameter
  const texts = {
    title: titleOf(name),
    description: typeof description === 'string' ? description : undefined,
    isRequired,
  }
  const field = { param: uniqueName(paramName(name), taken), schema: schemas.toParam(schema, texts) }
  const scalar = (value: unknown): string => (Array.isArray(value) ? value.join(',') : textOf(value))
  if (position === 'path') {
    return {
      ...field,
      put: (draft, value) => {
        draft.path = draft.path.replaceAll(`{${name}}`, () => encodePathSegment(scalar(value)))
      },
    }
  }
  if (position === 'header') {
    return {
      ...field,
      put: (draft, value) => {
        draft.headers[name.toLowerCase()] = scalar(value)
      },
    }
  }
  const isWritten = z.globalRegistry.get(field.schema)?.sink === 'json'
  const form = { style, explode, isJson: content !== undefined }
  return {
    ...field,
    put: (draft, given) => putQuery(draft.query, name, isWritten ? jsonOf(given, field.param) : given, form),
  }
}

/** Adds a parameter in the form that the document names (`style`, `explode`). */
export function putQuery(
  query: Record<string, QueryValue>,
  name: string,
  value: unknown,
  {
    style,
    explode,
    isJson,
  }: { readonly style: Json | undefined; readonly explode?: Json | undefined; readonly isJson: boolean },
): void {
  const separator = style === 'pipeDelimited' ? '|' : style === 'spaceDelimited' ? ' ' : ','
  const isExploded = style === 'deepObject' || (style === 'form' && explode !== false)
  if (isJson) query[name] = typeof value === 'string' ? value : JSON.stringify(value)
  else if (Array.isArray(value)) query[name] = isExploded ? value.map(textOf) : value.map(textOf).join(separator)
  else if (isJsonObject(value as Json)) {
    const members = Object.entries(value as JsonObject)
    if (!isExploded) query[name] = members.flatMap(([key, member]) => [key, textOf(member)]).join(separator)
    else if (style === 'deepObject') {
      for (const [key, member] of members) putQuery(query, `${name}[${key}]`, member, { style, isJson: false })
    } else for (const [key, member] of members) query[key] = textOf(member)
  } else query[name] = textOf(value)
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
