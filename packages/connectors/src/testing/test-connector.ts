import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type Connector,
  checkParams,
  choicesFor,
  isUrlAllowed,
  type LookupChoice,
  type PollResult,
} from '@tenon/core/node'
import {
  createNodeTestHarness,
  createScriptedHttp,
  type NodeTestHarness,
  type NodeTestRun,
  type ScriptedAnswer,
  type ScriptedRequest,
  withoutGlobalFetch,
} from '@tenon/core/testing'
import type { z } from 'zod'

/** A request as the simulated service reads it. */
export interface SimulatedRequest {
  /** Values of the parts in braces of the path, decoded. */
  readonly path: Readonly<Record<string, string>>
  /** Parameters of the query. A parameter that is there more than once is a list of its values. */
  readonly query: Readonly<Record<string, string | readonly string[]>>
  /** Body as JSON, or the fields of a form, with lists as in `query`; `null` without one. */
  readonly body: unknown
  /** Headers by name in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** Answer of a simulated service, or what computes it from the request. */
export type SimulatedReply = ScriptedAnswer | ((request: SimulatedRequest) => ScriptedAnswer)

/** A request that a simulated service knows, as its documentation describes it. */
export interface SimulatedRoute {
  /** Method and path, such as `POST /repos/{owner}/{repo}/issues`. */
  readonly request: string
  /** Query that the service accepts; use a strict schema. @defaultValue no query */
  readonly query?: z.ZodType
  /** Body that the service accepts; use a strict schema. @defaultValue no body */
  readonly body?: z.ZodType
  /** Content type that the body must have. @defaultValue 'application/json' */
  readonly contentType?: string
  /** Headers that the request must have. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>
  /** Answer to the request. */
  readonly reply: SimulatedReply
}

/** Options of {@link testConnector}. */
export interface ConnectorTestOptions {
  /** Requests that the service knows; any other one fails the test. */
  readonly routes: readonly SimulatedRoute[]
  /** Fields of the connection that are not secret, such as a user name. @defaultValue none */
  readonly account?: Readonly<Record<string, string>>
}

/** Runs the actions and lookups of a connector against a simulated service. */
export interface ConnectorTest {
  /**
   * Runs an action once, as an engine does.
   *
   * @param name - Second part of its node type.
   * @param params - Its params without the connection.
   * @throws The error of the action; `HTTP_FAILED` for a request that the service does not know, with the reason;
   * `EGRESS_REFUSED` if it calls the global `fetch`.
   */
  run(name: string, params: JsonObject): Promise<NodeTestRun>
  /**
   * Polls once by a trigger, as the server does.
   *
   * @param name - Second part of its node type.
   * @param params - Its params without the connection; interval and begin have their defaults.
   * @param cursor - Cursor of the poll before; `null` for the first one.
   * @throws as {@link ConnectorTest.run}.
   */
  poll(name: string, params: JsonObject, cursor: Json): Promise<PollResult>
  /** Runs a lookup. @throws as {@link ConnectorTest.run}. */
  lookUp(name: string, search?: string): Promise<readonly LookupChoice[]>
  /** Requests of all runs, in order. */
  readonly requests: readonly ScriptedRequest[]
  /** Routes that no request has used. */
  unusedRoutes(): readonly string[]
}

/**
 * Creates a test of a connector against a strict simulator of its service. A request must have a host that the connector
 * allows, a known method and path, and a query and a body that fit; it must not have credentials, which the connection adds.
 *
 * @throws {@link TenonError} `CONNECTOR_INVALID` for an action that the connector lacks.
 *
 * @example
 * ```ts
 * const test = testConnector(slack(), {
 *   routes: [{ request: 'POST /api/chat.postMessage', body: message, reply: { body: { ok: true, channel: 'C1', ts: '1.2' } } }],
 * })
 * await test.run('send-message', { channel: 'C1', text: 'Hello' })
 * ```
 */
export function testConnector(connector: Connector, { routes, account = {} }: ConnectorTestOptions): ConnectorTest {
  const used = new Set<string>()
  const requests: ScriptedRequest[] = []
  // An exact path counts before one with values in it.
  const known = routes.map(compile).sort((one, other) => valuesIn(one) - valuesIn(other))
  const respond = (request: ScriptedRequest): ScriptedAnswer => {
    const { path, reply } = match(connector, known, request)
    used.add(reply.request)
    const read = { path, query: queryOf(request), body: bodyOf(request), headers: request.headers }
    return typeof reply.reply === 'function' ? reply.reply(read) : reply.reply
  }
  const connection = { connectionId: 'test-connection', provider: connector.id, values: account }
  const harnesses = new Map<string, NodeTestHarness>()
  const harnessOf = (name: string): NodeTestHarness => {
    const type = `${connector.id}/${name}`
    const implementation = connector.nodes?.find(({ definition }) => definition.type === type)
    if (implementation === undefined) throw missing(connector, type)
    return createNodeTestHarness(implementation, {
      connection,
      respond: (request) => {
        requests.push(request)
        return respond(request)
      },
    })
  }
  return {
    requests,
    unusedRoutes: () => routes.map(({ request }) => request).filter((request) => !used.has(request)),
    run: (name, params) => {
      const harness = harnesses.get(name) ?? harnessOf(name)
      harnesses.set(name, harness)
      return harness.run({ connection: connection.connectionId, ...params })
    },
    poll: async (name, params, cursor) => {
      const type = `${connector.id}/${name}`
      const { definition, poll } = connector.nodes?.find((each) => each.definition.type === type) ?? {}
      if (definition === undefined || poll === undefined) throw missing(connector, type)
      const http = createScriptedHttp(respond, requests)
      const checked = checkParams(definition, { connection: connection.connectionId, ...params })
      const { signal: abortSignal } = new AbortController()
      const context = { params: checked as never, tenantId: 'test', cursor, http, connection, abortSignal }
      return withoutGlobalFetch(() => poll(context))
    },
    lookUp: async (name, search = '') => {
      const lookup = connector.lookups?.[name]
      if (lookup === undefined) throw missing(connector, name)
      const http = createScriptedHttp(respond, requests)
      const context = { http, connection, search, abortSignal: new AbortController().signal }
      const found = await withoutGlobalFetch(() => lookup.list(context))
      return choicesFor(lookup, found, search)
    },
  }
}

interface CompiledRoute {
  readonly route: SimulatedRoute
  readonly method: string
  readonly parts: readonly string[]
}

function compile(route: SimulatedRoute): CompiledRoute {
  const [method = '', path = ''] = route.request.split(' ')
  return { route, method, parts: path.split('/') }
}

function valuesIn({ parts }: CompiledRoute): number {
  return parts.filter((part) => part.startsWith('{')).length
}

/** Finds the route of a request and checks it. */
function match(
  { allowedHosts, auth }: Connector,
  known: readonly CompiledRoute[],
  request: ScriptedRequest,
): { readonly path: Readonly<Record<string, string>>; readonly reply: SimulatedRoute } {
  const url = new URL(request.url)
  if (!isUrlAllowed(url, allowedHosts)) throw unexpected(request, `the host ${url.host} is not allowed`)
  if (hasCredentials(auth, request, url)) throw unexpected(request, 'the connection adds the credentials')
  for (const { route, method, parts } of known) {
    const path = method === request.method ? matchPath(parts, url.pathname.split('/')) : null
    if (path === null) continue
    checkFit(route, request)
    return { path, reply: route }
  }
  throw unexpected(request, `the service knows ${known.map(({ route }) => route.request).join(', ')}`)
}

/** Checks for credentials where this connector has them, and where others have. */
function hasCredentials(auth: Connector['auth'], { headers }: ScriptedRequest, url: URL): boolean {
  if (headers.authorization !== undefined || headers.cookie !== undefined || url.username !== '') return true
  if (auth.kind !== 'apiKey' || auth.position === undefined) return false
  const { in: part, name } = auth.position
  return part === 'query' ? url.searchParams.has(name) : headers[name.toLowerCase()] !== undefined
}

function matchPath(parts: readonly string[], given: readonly string[]): Readonly<Record<string, string>> | null {
  if (parts.length !== given.length) return null
  const values: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith('{')) values[part.slice(1, -1)] = decodeURIComponent(value)
    else if (part !== value) return null
  }
  return values
}

function checkFit(route: SimulatedRoute, request: ScriptedRequest): void {
  const { query, body, contentType = 'application/json', headers = {} } = route
  const given = queryOf(request)
  if (query === undefined && Object.keys(given).length > 0) throw unexpected(request, 'it takes no query')
  checkSchema(query, given, 'query', request)
  if (body === undefined && request.body !== '') throw unexpected(request, 'it takes no body')
  if (body !== undefined && request.headers['content-type'] !== contentType) {
    throw unexpected(request, `the content type must be ${contentType}`)
  }
  checkSchema(body, bodyOf(request), 'body', request)
  for (const [name, value] of Object.entries(headers)) {
    if (request.headers[name] !== value) throw unexpected(request, `the header ${name} must be ${value}`)
  }
}

function checkSchema(schema: z.ZodType | undefined, value: unknown, part: string, request: ScriptedRequest): void {
  const issue = schema?.safeParse(value).error?.issues[0]
  if (issue !== undefined) throw unexpected(request, `${[part, ...issue.path.map(String)].join('.')}: ${issue.message}`)
}

function queryOf({ url }: ScriptedRequest): SimulatedRequest['query'] {
  return valuesOf(new URL(url).searchParams)
}

function valuesOf(params: URLSearchParams): SimulatedRequest['query'] {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

function bodyOf({ body, headers }: ScriptedRequest): unknown {
  if (body === '') return null
  if (/^application\/(.+\+)?json/.test(headers['content-type'] ?? '')) return JSON.parse(body)
  return valuesOf(new URLSearchParams(body))
}

function unexpected({ method, url }: ScriptedRequest, why: string): TenonError {
  return new TenonError('HTTP_FAILED', `The simulated service does not know ${method} ${url}: ${why}`, {
    retryable: false,
  })
}

function missing({ id }: Connector, name: string): TenonError {
  return new TenonError('CONNECTOR_INVALID', `Connector "${id}" has no "${name}"`, { details: { connector: id } })
}
