import { z } from 'zod'
import { ERROR_TABLE, type TenonErrorCode } from '../errors/error-table.ts'
import type { RouteDefinition } from './route.ts'
import { ROUTES } from './route-table.ts'
import { problemSchema } from './schemas/service.ts'
import { webhookEventData, webhookEventSchema } from './schemas/webhook-event.ts'
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from './webhook-event-types.ts'

/** Values of the host's own installation that the document shows. */
export interface OpenApiOptions {
  /** Public address with the base path. */
  readonly serverUrl: string
  /** Title of the document. @defaultValue 'Tenon' */
  readonly title?: string
  /** Version of the API in the document. @defaultValue '1' */
  readonly version?: string
}

type JsonRecord = Record<string, unknown>

const BINARY = { type: 'string', format: 'binary' } as const

/**
 * Describes the API of a server as an OpenAPI 3.1 document, from the same table that the server routes by.
 *
 * Sockets are listed as `GET` with response 101 and `x-websocket: true`, since OpenAPI cannot describe them.
 *
 * @returns Plain JSON, owned by the caller.
 */
export function createOpenApiDocument(options: OpenApiOptions): JsonRecord {
  const components: JsonRecord = {}
  const toSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonRecord => hoist(schema, io, components)
  const paths: Record<string, JsonRecord> = {}
  for (const route of Object.values(ROUTES) as readonly RouteDefinition[]) {
    const method = route.method === 'WS' ? 'get' : route.method.toLowerCase()
    paths[route.path] = { ...paths[route.path], [method]: operationOf(route, toSchema) }
  }
  toSchema(problemSchema, 'output')
  return {
    openapi: '3.1.0',
    info: { title: options.title ?? 'Tenon', version: options.version ?? '1' },
    servers: [{ url: options.serverUrl }],
    security: [{ bearer: [] }],
    tags: [...new Set(Object.values(ROUTES).map((route) => route.tag))].map((name) => ({ name })),
    paths,
    webhooks: Object.fromEntries(WEBHOOK_EVENT_TYPES.map((type) => [type, { post: webhookOf(type, toSchema) }])),
    components: {
      schemas: components,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  }
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => JsonRecord

function operationOf(route: RouteDefinition, toSchema: ToSchema): JsonRecord {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.permission === 'public' ? { security: [] } : { 'x-permission': route.permission }),
    ...(route.method === 'WS' ? { 'x-websocket': true } : {}),
    parameters: parametersOf(route, toSchema),
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: route.bodyOptional !== true,
            content:
              route.rawBody === true || route.streamBody === true
                ? { [route.rawBody === true ? '*/*' : 'application/octet-stream']: { schema: BINARY } }
                : Object.fromEntries(
                    Object.entries({ 'application/json': route.body, ...route.otherBodies }).map(([type, body]) => [
                      type,
                      { schema: toSchema(body, 'input') },
                    ]),
                  ),
          },
        }),
    responses: responsesOf(route, toSchema),
  }
}

/** Describes the request that an endpoint of a tenant receives. */
function webhookOf(type: WebhookEventType, toSchema: ToSchema): JsonRecord {
  const header = (name: string, description: string): JsonRecord => ({
    ...{ name, in: 'header', required: true, description, schema: { type: 'string' } },
  })
  return {
    operationId: `receive.${type}`,
    summary: `An event of the type ${type}`,
    parameters: [
      header('webhook-id', 'Id of the event, the same in each delivery of it'),
      header('webhook-timestamp', 'Time of the try, in seconds since the Unix epoch'),
      header('webhook-signature', 'Signatures by Standard Webhooks, separated by spaces'),
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: toSchema(webhookEventSchema(type, webhookEventData[type]), 'output') } },
    },
    responses: {
      '2XX': { description: 'Received' },
      '410': { description: 'No longer wanted: disables the endpoint' },
    },
  }
}

function parametersOf(route: RouteDefinition, toSchema: ToSchema): JsonRecord[] {
  const fromShape = (shape: z.ZodObject, where: 'path' | 'query'): JsonRecord[] => {
    const schema = z.toJSONSchema(shape, { io: 'input' })
    return Object.entries(shape.shape).map(([name, field]) => ({
      name,
      in: where,
      required: where === 'path' || (schema.required ?? []).includes(name),
      schema: toSchema(field as z.ZodType, 'input'),
    }))
  }
  const headers = Object.entries(route.headers ?? {}).map(([name, header]) => ({
    name,
    in: 'header',
    required: header.required === true,
    description: header.description,
    schema: { type: 'string' },
  }))
  return [...fromShape(route.params, 'path'), ...fromShape(route.query, 'query'), ...headers]
}

function responsesOf(route: RouteDefinition, toSchema: ToSchema): JsonRecord {
  const responses: JsonRecord = {}
  for (const [status, response] of Object.entries(route.responses)) {
    responses[status] = {
      description: response.description,
      ...(response.schema === null
        ? {}
        : {
            content: Object.fromEntries(
              Object.entries({
                [response.contentType ?? 'application/json']: response.schema,
                ...response.otherContents,
              }).map(([type, schema]) => [type, { schema: toSchema(schema, 'output') }]),
            ),
          }),
    }
  }
  const byStatus = new Map<number, TenonErrorCode[]>()
  for (const code of errorCodesOf(route)) {
    const { status } = ERROR_TABLE[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  for (const [status, codes] of [...byStatus].sort(([left], [right]) => left - right)) {
    responses[String(status)] ??= {
      description: codes.join(', '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  return responses
}

/** Returns every error code that a route can answer: its own and those that all routes of its kind share. */
export function errorCodesOf(route: RouteDefinition): readonly TenonErrorCode[] {
  const codes: TenonErrorCode[] = [...route.errors, 'INTERNAL']
  if (route.permission !== 'public') codes.push('UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED')
  if (route.resource !== null) codes.push(NOT_FOUND[route.resource])
  if (route.resource === 'version') codes.push('WORKFLOW_NOT_FOUND')
  if (route.body !== null) {
    codes.push('REQUEST_TOO_LARGE', 'REQUEST_TIMEOUT', 'UNSUPPORTED_MEDIA_TYPE', 'REQUEST_MALFORMED', 'REQUEST_INVALID')
  } else if (Object.keys(route.query.shape).length > 0) {
    codes.push('REQUEST_INVALID')
  }
  return [...new Set(codes)]
}

/** Error code for a missing resource, by kind of resource. */
export const NOT_FOUND = {
  workflow: 'WORKFLOW_NOT_FOUND',
  'any-workflow': 'WORKFLOW_NOT_FOUND',
  version: 'VERSION_NOT_FOUND',
  run: 'RUN_NOT_FOUND',
  approval: 'APPROVAL_NOT_FOUND',
  parked: 'PARKED_NOT_FOUND',
  connection: 'CONNECTION_NOT_FOUND',
  file: 'FILE_NOT_FOUND',
  'webhook-endpoint': 'ENDPOINT_NOT_FOUND',
  'data-table': 'DATA_TABLE_NOT_FOUND',
} as const satisfies Record<NonNullable<RouteDefinition['resource']>, TenonErrorCode>

/** Turns a schema into JSON Schema whose named parts are stored under `components`. */
function hoist(schema: z.ZodType, io: 'input' | 'output', components: JsonRecord): JsonRecord {
  const { $schema: _dialect, $defs, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  for (const [name, { $defs: parts, ...definition }] of Object.entries($defs ?? {})) {
    components[name] ??= withComponentRefs(definition)
    // A part with its own JSON Schema also brings its named parts.
    for (const [part, schemaOfPart] of Object.entries(parts ?? {})) components[part] ??= withComponentRefs(schemaOfPart)
  }
  return withComponentRefs(root) as JsonRecord
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      // `readonly` describes values in JavaScript and means nothing to an HTTP caller.
      .filter(([key]) => key !== 'readOnly')
      .map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string'
          ? part.replace('#/$defs/', '#/components/schemas/')
          : withComponentRefs(part),
      ]),
  )
}
