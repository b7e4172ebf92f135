import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { encodePathSegment } from '@tenon/core/text'
import { z } from 'zod'
import type { Action } from '../kit/define-action.ts'
import { jsonOf } from '../kit/json-param.ts'
import type { QueryValue, ServiceRequest } from '../kit/service.ts'
import type { DocumentOperation, DocumentReader } from './document.ts'
import { paramName, titleOf, uniqueName } from './names.ts'
import { type SchemaReader, shortText } from './schemas.ts'

/** Most members of a body that become params of their own; a larger body is one param. */
const MAX_MEMBERS = 60
const MAX_PARAMS = 100
const FORM = 'application/x-www-form-urlencoded'
const HEADERS_OF_CLIENT: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization'])

/** A param of an action, and how the request has its value. */
interface Field {
  readonly param: string
  readonly schema: z.ZodType
  readonly put: (request: Draft, value: unknown) => void
}

/** A request in the making. */
interface Draft {
  path: string
  readonly query: Record<string, QueryValue>
  readonly headers: Record<string, string>
  json: unknown
  form: Record<string, QueryValue> | undefined
}

/** An operation as an action, or the reason why it cannot be one. */
export type ReadOperation = { readonly action: Action<z.ZodRawShape, z.ZodObject> } | { readonly reason: string }

/** Converts an operation to an action. */
export function readOperation(
  { method, path, operation, parameters }: DocumentOperation,
  name: string,
  reader: DocumentReader,
  schemas: SchemaReader,
): ReadOperation {
  const taken = new Set(['connection'])
  const fields: Field[] = []
  const missing = [...path.matchAll(/\{([^}]+)\}/g)].find(
    ([, part]) => !parameters.some((parameter) => parameter.in === 'path' && parameter.name === part),
  )
  if (missing !== undefined) return { reason: `the parameter ${missing[1]} of the path is not described` }
  for (const parameter of parameters) {
    const read = readParameter(parameter, taken, schemas)
    if (read === null) continue
    if ('reason' in read) return read
    fields.push(read)
  }
  const body = readBody(operation, taken, reader, schemas)
  if ('reason' in body) return body
  fields.push(...body.fields)
  if (fields.length > MAX_PARAMS) return { reason: `it has more than ${MAX_PARAMS} parameters` }
  const { summary } = operation
  const title = typeof summary === 'string' && summary.trim() !== '' ? shortText(summary, 60) : titleOf(name)
  return {
    action: {
      ...{ name, title, description: shortText(`${method.toUpperCase()} ${path}`, 80) },
      params: Object.fromEntries(fields.map(({ param, schema }) => [param, schema])),
      output: z.looseObject({}).meta(outputOf(operation, reader, schemas)),
      summary: shortText(`${method.toUpperCase()} ${path}`.replaceAll(/[{}]/g, ''), 200),
      effect: method === 'get' ? 'read' : 'write',
      // By HTTP (RFC 9110), a repetition of these changes nothing more.
      isIdempotent: method === 'put' || method === 'delete',
      run: async ({ params, call }) => asObject(await call(requestOf(method, path, fields, body, params))),
    },
  }
}

function requestOf(
  method: DocumentOperation['method'],
  path: string,
  fields: readonly Field[],
  body: { readonly isForm: boolean; readonly isObject: boolean },
  params: Readonly<Record<string, unknown>>,
): ServiceRequest {
  const draft: Draft = { path, query: {}, headers: {}, json: undefined, form: body.isForm ? {} : undefined }
  if (body.isObject && !body.isForm) draft.json = {}
  for (const { param, put } of fields) if (params[param] !== undefined) put(draft, params[param])
  const { query, headers, json, form } = draft
  return {
    ...{ method: method.toUpperCase() as NonNullable<ServiceRequest['method']>, path: draft.path, query, headers },
    ...(json === undefined ? {} : { json }),
    ...(form === undefined ? {} : { form }),
  }
}

/** @returns `null` for a parameter that the client itself sets, or that may be absent and cannot be sent. */
function readParameter(
  parameter: JsonObject,
  taken: Set<string>,
  schemas: SchemaReader,
): Field | { reason: string } | null {
  const { name, in: position, required = false, style, explode } = parameter
  if (typeof name !== 'string' || name === '') return { reason: 'a parameter has no name' }
  const isRequired = required === true || position === 'path'
  if (position === 'cookie') return isRequired ? { reason: `it requires the cookie ${name}` } : null
  if (position === 'header' && HEADERS_OF_CLIENT.has(name.toLowerCase())) return null
  const content = isJsonObject(parameter.content) ? Object.values(parameter.content)[0] : undefined
  const schema = isJsonObject(content) ? content.schema : parameter.schema
  const { description } = parameter
  const texts = {
    title: titleOf(name),
    description: typeof description === 'string' ? description : undefined,
    isRequired,
  }
  const field = { param: uniqueName(paramName(name), taken, ''), schema: schemas.toParam(schema, texts) }
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
  if (position !== 'query') return { reason: `the parameter ${name} has no known position` }
  const isWritten = z.globalRegistry.get(field.schema)?.sink === 'json'
  const form = { style, explode, isJson: content !== undefined }
  return {
    ...field,
    put: (draft, given) => putQuery(draft.query, name, isWritten ? jsonOf(given, field.param) : given, form),
  }
}

/** Adds a parameter in the form that the document names (`style`, `explode`). */
function putQuery(
  query: Record<string, QueryValue>,
  name: string,
  value: unknown,
  {
    style = 'form',
    explode,
    isJson,
  }: { readonly style?: Json | undefined; readonly explode?: Json | undefined; readonly isJson: boolean },
): void {
  if (isJson) query[name] = typeof value === 'string' ? value : JSON.stringify(value)
  else if (Array.isArray(value)) {
    const separator = style === 'pipeDelimited' ? '|' : style === 'spaceDelimited' ? ' ' : ','
    const isRepeated = style === 'form' && explode !== false
    query[name] = isRepeated ? value.map(textOf) : value.map(textOf).join(separator)
  } else if (isJsonObject(value as Json)) {
    for (const [key, member] of Object.entries(value as JsonObject)) {
      query[style === 'deepObject' ? `${name}[${key}]` : key] = textOf(member)
    }
  } else query[name] = textOf(value)
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

type ReadBody =
  | { readonly reason: string }
  | { readonly fields: readonly Field[]; readonly isForm: boolean; readonly isObject: boolean }

function readBody(operation: JsonObject, taken: Set<string>, reader: DocumentReader, schemas: SchemaReader): ReadBody {
  const body = reader.resolve(operation.requestBody)?.value
  const none = { fields: [], isForm: false, isObject: false }
  if (body === undefined) return none
  const content = isJsonObject(body.content) ? body.content : {}
  const types = Object.keys(content)
  const type = types.find(isJsonType) ?? types.find((each) => mediaType(each) === FORM)
  if (type === undefined) {
    return body.required === true ? { reason: `it requires a body of the type ${types[0] ?? 'unknown'}` } : none
  }
  const media = content[type]
  const schema = isJsonObject(media) ? media.schema : undefined
  const isForm = mediaType(type) === FORM
  const members = schemas.membersOf(schema)
  const names = Object.keys(members?.properties ?? {})
  if (members === null || names.length > MAX_MEMBERS || names.length === 0) {
    if (isForm) return body.required === true ? { reason: 'its form has no described fields' } : none
    return { fields: [wholeBody(schema, body.required === true, taken, schemas)], isForm, isObject: false }
  }
  const fields = names.flatMap((name) => memberField(name, members, { taken, reader, schemas }))
  // An object is sent without members as well, if the service requires one.
  return { fields, isForm, isObject: body.required === true }
}

function wholeBody(schema: Json | undefined, isRequired: boolean, taken: Set<string>, schemas: SchemaReader): Field {
  const param = uniqueName('body', taken, '')
  return {
    param,
    schema: schemas.toParam(isJsonObject(schema) ? { description: schema.description ?? 'JSON' } : {}, {
      ...{ title: 'Body', description: undefined, isRequired },
    }),
    put: (draft, value) => {
      draft.json = jsonOf(value, param)
    },
  }
}

function memberField(
  name: string,
  { properties, required }: NonNullable<ReturnType<SchemaReader['membersOf']>>,
  { taken, reader, schemas }: { taken: Set<string>; reader: DocumentReader; schemas: SchemaReader },
): readonly Field[] {
  const member = properties[name]
  const resolved = reader.resolve(member)?.value
  if (resolved?.readOnly === true) return []
  const texts = { title: titleOf(name), description: undefined, isRequired: required.includes(name) }
  const schema = schemas.toParam(member, texts)
  const param = uniqueName(paramName(name), taken, '')
  const isJson = z.globalRegistry.get(schema)?.sink === 'json'
  return [
    {
      ...{ param, schema },
      put: (draft, given) => {
        const value = isJson ? jsonOf(given, param) : given
        if (draft.form !== undefined) putQuery(draft.form, name, value, { style: 'deepObject', isJson: false })
        else draft.json = { ...(draft.json as JsonObject | undefined), [name]: value }
      },
    },
  ]
}

/** Returns the JSON Schema of the output; a response that differs is passed on as it is. */
function outputOf(operation: JsonObject, reader: DocumentReader, schemas: SchemaReader): JsonObject {
  const responses = isJsonObject(operation.responses) ? operation.responses : {}
  const status = Object.keys(responses).find((each) => /^2(\d\d|XX)$/i.test(each)) ?? 'default'
  const response = reader.resolve(responses[status])?.value
  const content = isJsonObject(response?.content) ? response.content : {}
  const media = Object.entries(content).find(([type]) => isJsonType(type))?.[1]
  const schema = schemas.describe(isJsonObject(media) ? media.schema : undefined)
  if (schema.type === 'object') return { properties: schema.properties ?? {} }
  if (schema.type === 'array') return { properties: { items: schema } }
  return { properties: {} }
}

/** An output is an object: a list is its `items`, any other value its `value`. */
function asObject(body: unknown): unknown {
  if (body === null || body === undefined) return {}
  if (Array.isArray(body)) return { items: body }
  return typeof body === 'object' ? body : { value: body }
}

function mediaType(type: string): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase()
}

function isJsonType(type: string): boolean {
  return /^(application\/(.+\+)?json|\*\/\*)$/.test(mediaType(type))
}
