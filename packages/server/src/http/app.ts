import { ROUTES, type RouteDefinition } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type RequestIdVariables, requestId } from 'hono/request-id'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { secureHeaders } from 'hono/secure-headers'
import type { ServerContext } from '../context.ts'
import type { WorkflowMiddleware } from '../workflow-server-interface.ts'
import { toProblemResponse, toResponse } from './answer.ts'
import { AUTHORIZED_SCRIPT } from './authorized-page.ts'
import { createCors } from './cors.ts'
import type { OriginLog } from './origin-log.ts'
import { type Caller, type PipelineOptions, runPipeline } from './pipeline.ts'
import type { RouteImplementation } from './route-handler.ts'
import { createRouteMatcher, paramNames, pathBelow, routesByPath, toHonoPath } from './route-matcher.ts'

export interface AppOptions extends PipelineOptions {
  /** Normalized: `''` or `/automation`. */
  readonly basePath: string
  /** Origin of `publicUrl`. */
  readonly origin: string
  readonly allowedOrigins: readonly string[]
  readonly logOrigin: OriginLog
}

export interface App {
  /** Never rejects. */
  fetch(request: Request, caller: Caller): Promise<Response>
  isApiPath(pathname: string): boolean
  readonly middleware: WorkflowMiddleware
}

/** One call of the app. Hono passes it to every handler as the bindings of the platform. */
interface AppCall {
  readonly caller: Caller
  /** Called in place of an answer when no route has the path. */
  readonly onUnmatched?: () => void
}

interface AppEnv {
  readonly Bindings: AppCall
  readonly Variables: RequestIdVariables & { readonly policy?: string | null }
}

const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,64}$/

/** Builds the HTTP side of a server: the route table and its implementations on a Hono app. */
export function createApp(
  server: ServerContext,
  implementations: readonly RouteImplementation[],
  options: AppOptions,
): App {
  const { basePath } = options
  const routes: readonly RouteDefinition[] = Object.values(ROUTES)
  const matchPath = createRouteMatcher(basePath, routes)
  const byRoute = new Map(implementations.map((implementation) => [implementation.route, implementation]))
  const cors = createCors(options)
  const app = new Hono<AppEnv>({
    router: new RegExpRouter(),
    // Encoded as it arrived: an id may hold an encoded slash.
    getPath: (request) => pathBelow(basePath, new URL(request.url).pathname),
  })

  async function answer(c: Context<AppEnv>, implementation: RouteImplementation): Promise<Response> {
    const values = c.req.param() as Readonly<Record<string, string>>
    const params = Object.fromEntries(paramNames(implementation.route).map((name) => [name, values[name] ?? '']))
    try {
      const { caller } = c.env
      return toResponse(await runPipeline(server, options, implementation, { request: c.req.raw, params, caller }))
    } catch (thrown) {
      // Here and not in `onError`, which receives instances of this realm's `Error` only.
      const problem = toProblemResponse(thrown, c.get('requestId'), server.log)
      return implementation.errorPage?.(server, thrown, problem) ?? problem
    }
  }

  app.use(
    requestId({ headerName: '', generator: requestIdOf }),
    commonHeaders,
    secureHeaders(SECURITY_HEADERS),
    keepPolicy,
    cors.share,
    bodyless,
  )
  for (const [path, group] of routesByPath(routes)) {
    const honoPath = toHonoPath(path)
    const allow = allowOf(group)
    app.options(honoPath, cors.preflight, (c) => c.body(null, 204, { allow }))
    for (const route of group) {
      const implementation = byRoute.get(route)
      if (implementation !== undefined) app.on(route.method, honoPath, (c) => answer(c, implementation))
    }
    app.all(honoPath, (c) => {
      throw methodNotAllowed(c.req.method, group, allow)
    })
  }
  app.notFound((c) => {
    const { onUnmatched } = c.env
    onUnmatched?.()
    if (onUnmatched !== undefined) return c.body(null, 404)
    const error = new TenonError('ROUTE_NOT_FOUND', 'No route has this path')
    return toProblemResponse(error, c.get('requestId'), server.log)
  })
  app.onError((error, c) => toProblemResponse(error, c.get('requestId'), server.log))

  return {
    fetch: async (request, caller) => app.fetch(request, { caller }),
    isApiPath: (pathname) => matchPath(pathname) !== null,
    middleware: async function workflowServer(c, next) {
      let isUnmatched = false
      const onUnmatched = (): void => {
        isUnmatched = true
      }
      const response = await app.fetch(c.req.raw, { caller: { context: { c } }, onUnmatched })
      if (!isUnmatched) return response
      await next()
      return undefined
    },
  }
}

/** For an API that no page may show: nothing is loaded but one script by its hash, framed, sniffed or referred to. */
const SECURITY_HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], scriptSrc: [AUTHORIZED_SCRIPT], frameAncestors: ["'none'"] },
  referrerPolicy: 'no-referrer',
  xContentTypeOptions: true,
  xFrameOptions: 'DENY',
  // For the host to decide: they concern its pages, or its whole domain.
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
}

/** Keeps the policy of a response that has its own, such as the content of a file, from the one for all others. */
const keepPolicy: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  c.set('policy', c.res.headers.get('content-security-policy'))
}

/** Adds the request id, and keeps the data of a tenant out of every cache unless the route says otherwise. */
const commonHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  c.res.headers.set('x-request-id', c.get('requestId'))
  const policy = c.get('policy')
  if (typeof policy === 'string') c.res.headers.set('content-security-policy', policy)
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
}

/** Ends the body of a response to HEAD, which Hono drops: an event stream would continue. */
const bodyless: MiddlewareHandler = async (c, next) => {
  await next()
  if (c.req.method === 'HEAD') await c.res.body?.cancel().catch(() => undefined)
}

function requestIdOf(c: Context): string {
  const given = c.req.header('x-request-id') ?? ''
  return REQUEST_ID.test(given) ? given : crypto.randomUUID()
}

function allowOf(routes: readonly RouteDefinition[]): string {
  return [...new Set(routes.map((route) => (route.method === 'WS' ? 'GET' : route.method)))].join(', ')
}

function methodNotAllowed(method: string, routes: readonly RouteDefinition[], allow: string): TenonError {
  if (routes.every((route) => route.method === 'WS')) {
    return new TenonError('METHOD_NOT_ALLOWED', 'This path accepts WebSockets only', {
      details: { allow },
      remedy: 'Open it as a WebSocket.',
    })
  }
  return new TenonError('METHOD_NOT_ALLOWED', `The method ${method.slice(0, 20)} is not supported here`, {
    details: { allow },
  })
}
