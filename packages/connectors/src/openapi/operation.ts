import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { isTextType, mediaTypeOf } from '@tenon/core/text'
import { z } from 'zod'
import type { Action } from '../kit/define-action.ts'
import { jsonOf } from '../kit/json-param.ts'
import type { ServiceRequest } from '../kit/service.ts'
import { type DocumentOperation, type DocumentReader, parametersOf, referenceIn } from './document.ts'
import { type Draft, type Field, type FieldSources, putQuery, readParameter } from './fields.ts'
import { paramName, titleOf, uniqueName } from './names.ts'
import { type SchemaMembers, type SchemaReader, shortText } from './schemas.ts'

/** Most members of a body that become params of their own; a larger body is one param. */
const MAX_MEMBERS = 60
const MAX_PARAMS = 100
const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'

/** Parts that all operations of an import have in common. */
export interface ImportSources extends Pick<FieldSources, 'reader' | 'schemas' | 'isParamHeader'> {
  /** Security scheme of the connections; `null` if the host has chosen their authentication. */
  readonly scheme: string | null
  /** Version of the node types. */
  readonly version: number
}

/** An operation as an action, or the reason why it cannot be one. */
export type ReadOperation = { readonly action: Action<z.ZodRawShape, z.ZodObject> } | { readonly reason: string }

/** Converts an operation to an action. */
export function readOperation(documented: DocumentOperation, name: string, shared: ImportSources): ReadOperation {
  const { method, path, operation } = documented
  const { reader, schemas, version } = shared
  const elsewhere =
    otherServer(documented, reader) ?? otherScheme(operation, shared.scheme) ?? fileAnswer(operation, reader)
  if (elsewhere !== null) return { reason: elsewhere }
  const read = parametersOf(documented, reader, MAX_PARAMS)
  if ('reason' in read) return read
  const { parameters } = read
  const sources: FieldSources = { ...shared, taken: new Map([['connection', 1]]) }
  const fields: Field[] = []
  const missing = [...path.matchAll(/\{([^{}]+)\}/g)].find(
    ([, part]) => !parameters.some((parameter) => parameter.in === 'path' && parameter.name === part),
  )
  if (missing !== undefined) return { reason: `the parameter ${missing[1]} of the path is not described` }
  for (const parameter of parameters) {
    const field = readParameter(parameter, sources)
    if (field === null) continue
    if ('reason' in field) return field
    fields.push(field)
  }
  const body = readBody(operation, sources)
  if ('reason' in body) return body
  fields.push(...body.fields)
  if (fields.length > MAX_PARAMS) return { reason: `it has more than ${MAX_PARAMS} parameters` }
  const { summary } = operation
  const title = typeof summary === 'string' && summary.trim() !== '' ? shortText(summary, 60) : titleOf(name)
  return {
    action: {
      ...{ name, title, version, description: shortText(`${method.toUpperCase()} ${path}`, 80) },
      params: Object.fromEntries(fields.map(({ param, schema }) => [param, schema])),
      output: z.looseObject({}).meta(outputOf(operation, reader, schemas)),
      summary: shortText(`${method.toUpperCase()} ${path}`.replaceAll(/[{}]/g, ''), 200),
      effect: method === 'get' ? 'read' : 'write',
      // By HTTP (RFC 9110), a repeated PUT changes nothing more. Nor does a DELETE, but it finds nothing, and would fail although
      // the first one has deleted.
      isIdempotent: method === 'put',
      run: async ({ params, call }) => asObject(await call(requestOf(method, path, fields, body, params))),
    },
  }
}

/** Returns the reason for an operation with a server of its own, which must not get the credentials of the first one. */
function otherServer({ operation, item }: DocumentOperation, { root }: DocumentReader): string | null {
  const servers = [operation.servers, item.servers].find((listed) => Array.isArray(listed) && listed.length > 0)
  return servers === undefined || JSON.stringify(servers) === JSON.stringify(root.servers)
    ? null
    : 'it has a server of its own'
}

/** Returns the reason for an operation that requires more, or something else, than connections have. */
function otherScheme({ security }: JsonObject, scheme: string | null): string | null {
  if (scheme === null || !Array.isArray(security)) return null
  const required = security.filter(isJsonObject).map((each) => Object.keys(each))
  if (required.length === 0 || required.some((names) => names.every((name) => name === scheme))) return null
  return `it requires the security scheme ${required.map((names) => names.join(' with ')).join(' or ')}`
}

/** Returns the reason for an operation that answers with files alone. */
function fileAnswer(operation: JsonObject, reader: DocumentReader): string | null {
  const types = Object.keys(answerOf(operation, reader))
  return types.length === 0 || types.some((type) => isJsonType(type) || isTextType(mediaTypeOf(type)))
    ? null
    : `its response has the type ${types[0]}`
}

function requestOf(
  method: DocumentOperation['method'],
  path: string,
  fields: readonly Field[],
  body: SentBody,
  params: Readonly<Record<string, unknown>>,
): ServiceRequest {
  // A name of a document may be "__proto__".
  const [query, names, formFields] = [Object.create(null), Object.create(null), Object.create(null)]
  const draft: Draft = { path, query, headers: names, json: undefined, form: body.isForm ? formFields : undefined }
  if (body.isObject && !body.isForm) draft.json = {}
  for (const { param, put } of fields) if (params[param] !== undefined) put(draft, params[param])
  const { json, form } = draft
  const headers =
    json === undefined || body.type === null ? draft.headers : { ...draft.headers, 'content-type': body.type }
  return {
    ...{ method: method.toUpperCase() as NonNullable<ServiceRequest['method']>, path: draft.path, query, headers },
    reads: 'any',
    ...(json === undefined ? {} : { json }),
    ...(form === undefined ? {} : { form }),
  }
}

interface SentBody {
  readonly isForm: boolean
  /** `true` for an object that is sent without members as well. */
  readonly isObject: boolean
  /** Content type of the document; `null` for that of the client. */
  readonly type: string | null
}

type ReadBody = { readonly reason: string } | (SentBody & { readonly fields: readonly Field[] })

function readBody(operation: JsonObject, sources: FieldSources): ReadBody {
  const { reader, schemas } = sources
  const none = { fields: [], isForm: false, isObject: false, type: null }
  if (operation.requestBody === undefined) return none
  const body = reader.resolve(operation.requestBody)?.value
  if (body === undefined) return { reason: `its body cannot be read${referenceIn(operation.requestBody)}` }
  const isRequired = body.required === true
  const content = isJsonObject(body.content) ? body.content : {}
  const types = Object.keys(content)
  const named = types.find((each) => mediaTypeOf(each) === JSON_TYPE) ?? types.find(isJsonType)
  const chosen = named ?? types.find((each) => mediaTypeOf(each) === FORM)
  if (chosen === undefined) {
    return isRequired ? { reason: `it requires a body of the type ${types[0] ?? 'unknown'}` } : none
  }
  const media = content[chosen]
  const schema = isJsonObject(media) ? media.schema : undefined
  const isForm = named === undefined
  const type = isForm || mediaTypeOf(chosen) === '*/*' ? null : mediaTypeOf(chosen)
  const members = schemas.membersOf(schema)
  const names = Object.keys(members?.properties ?? {})
  if (members === null || names.length > MAX_MEMBERS || names.length === 0) {
    if (isForm) return isRequired ? { reason: 'its form has no described fields' } : none
    return { fields: [wholeBody(schema, isRequired, sources)], isForm, isObject: false, type }
  }
  // Without a body, none of its members is required.
  const given = isRequired ? members : { ...members, required: [] }
  const fields = names.flatMap((name) => memberField(name, given, sources))
  // An object is sent without members as well, if the service requires one.
  return { fields, isForm, isObject: isRequired, type }
}

function wholeBody(schema: Json | undefined, isRequired: boolean, { taken, schemas }: FieldSources): Field {
  const param = uniqueName('body', taken)
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
  { properties, required }: SchemaMembers,
  { taken, reader, schemas }: FieldSources,
): readonly Field[] {
  const member = properties[name]
  const resolved = reader.resolve(member)?.value
  if (resolved?.readOnly === true) return []
  const texts = { title: titleOf(name), description: undefined, isRequired: required.includes(name) }
  const schema = schemas.toParam(member, texts)
  const param = uniqueName(paramName(name), taken)
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
  const content = answerOf(operation, reader)
  const types = Object.keys(content)
  const named = types.find(isJsonType)
  if (named === undefined && types.length > 0) return { properties: { value: { type: 'string' } } }
  const media = named === undefined ? undefined : content[named]
  const schema = schemas.describe(isJsonObject(media) ? media.schema : undefined)
  if (schema.type === 'object') return { properties: schema.properties ?? {} }
  if (schema.type === 'array') return { properties: { items: schema } }
  return { properties: {} }
}

/** Returns the content of the response to a success, by its media types. */
function answerOf(operation: JsonObject, reader: DocumentReader): JsonObject {
  const responses = isJsonObject(operation.responses) ? operation.responses : {}
  const status = Object.keys(responses).find((each) => /^2(\d\d|XX)$/i.test(each)) ?? 'default'
  const content = reader.resolve(responses[status])?.value.content
  return isJsonObject(content) ? content : {}
}

/** An output is an object: a list is its `items`, any other value its `value`. */
function asObject(body: unknown): unknown {
  if (body === null || body === undefined) return {}
  if (Array.isArray(body)) return { items: body }
  return typeof body === 'object' ? body : { value: body }
}

function isJsonType(type: string): boolean {
  return /^(application\/(.+\+)?json|\*\/\*)$/.test(mediaTypeOf(type))
}
