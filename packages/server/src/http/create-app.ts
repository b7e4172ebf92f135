import { type Identity, ROUTES, type RouteDefinition } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import type { WorkflowMiddleware } from '../options.ts'
import type { RequestContext } from '../request-context.ts'
import { toProblemResponse, toResponse, withCommonHeaders } from './answer.ts'
import { createCors } from './cors.ts'
import type { OriginLog } from './origin-log.ts'
import { type PipelineOptions, runPipeline } from './pipeline.ts'
import type { RouteImplementation } from './route-handler.ts'
import { createRouteMatcher } from './route-matcher.ts'

export interface AppOptions extends PipelineOptions {
  /** Normalized: `''` or `/automation`. */
  readonly basePath: string
  /** That of `publicUrl`. */
  readonly origin: string
  readonly allowedOrigins: readonly string[]
  readonly logOrigin: OriginLog
}

/** The source of a caller's identity: the host's objects for `authenticate`, or a call in process that names it. */
export type Caller = { readonly context: RequestContext } | { readonly identity: Identity }

export interface App {
  /** Never rejects. */
  fetch(request: Request, caller: Caller): Promise<Response>
  isApiPath(pathname: string): boolean
  readonly middleware: WorkflowMiddleware
}

const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,64}$/

/** Builds the HTTP side of a server from the routes and their implementations. */
export function createApp(
  server: ServerContext,
  implementations: readonly RouteImplementation[],
  options: AppOptions,
): App {
  const match = createRouteMatcher(options.basePath, Object.values(ROUTES))
  const byRoute = new Map<RouteDefinition, RouteImplementation>(
    implementations.map((implementation) => [implementation.route, implementation]),
  )
  const cors = createCors(options)

  async function answer(request: Request, caller: Caller): Promise<Response> {
    const found = match(new URL(request.url).pathname)
    if (found === null) throw new TenonError('ROUTE_NOT_FOUND', 'There is nothing at this path')
    if (request.method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { allow: allowOf(found.routes) } })
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = found.routes.find((candidate) => candidate.method === method)
    const implementation = route === undefined ? undefined : byRoute.get(route)
    if (implementation === undefined) throw methodNotAllowed(request.method, found.routes)
    return toResponse(await runPipeline(server, options, implementation, { request, params: found.params, caller }))
  }

  async function fetch(request: Request, caller: Caller): Promise<Response> {
    const requestId = requestIdOf(request)
    const response = await answer(request, caller).catch((thrown: unknown) =>
      toProblemResponse(thrown, requestId, server.log),
    )
    if (request.method !== 'HEAD') return withCommonHeaders(cors(request, response), requestId)
    await response.body?.cancel().catch(() => undefined)
    return withCommonHeaders(cors(request, new Response(null, response)), requestId)
  }

  const isApiPath = (pathname: string): boolean => match(pathname) !== null
  return {
    fetch,
    isApiPath,
    middleware: async function workflowServer(c, next) {
      if (!isApiPath(new URL(c.req.raw.url).pathname)) {
        await next()
        return undefined
      }
      return fetch(c.req.raw, { context: { c } })
    },
  }
}

function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id') ?? ''
  return REQUEST_ID.test(given) ? given : crypto.randomUUID()
}

function allowOf(routes: readonly RouteDefinition[]): string {
  return [...new Set(routes.map((route) => (route.method === 'WS' ? 'GET' : route.method)))].join(', ')
}

function methodNotAllowed(method: string, routes: readonly RouteDefinition[]): TenonError {
  if (routes.every((route) => route.method === 'WS')) {
    return new TenonError('METHOD_NOT_ALLOWED', 'This path takes WebSockets only', {
      details: { allow: 'GET' },
      remedy: 'Open it as a WebSocket.',
    })
  }
  const allow = allowOf(routes)
  return new TenonError('METHOD_NOT_ALLOWED', `${method.slice(0, 20)} is not possible here`, { details: { allow } })
}
