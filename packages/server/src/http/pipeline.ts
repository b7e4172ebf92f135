import { type Identity, rateClassOf } from '@tenon/core/api'
import type { ServerContext } from '../context.ts'
import type { Authenticate } from '../options.ts'
import type { RequestContext } from '../request-context.ts'
import { askWhoCalls } from './ask-who-calls.ts'
import { auditRefusals, authorizeRoute, type PathParams } from './authorize-route.ts'
import { checkIdentity } from './check-identity.ts'
import { checkInput } from './check-input.ts'
import { openBody } from './open-body.ts'
import { mediaTypeOf, readBody } from './read-body.ts'
import type { RouteAnswer, RouteCall, RouteImplementation } from './route-handler.ts'

export interface PipelineOptions {
  readonly authenticate: Authenticate
  /** Longest wait for a body in milliseconds. */
  readonly bodyTimeoutMs: number
}

/** The source of a caller's identity: the host's objects for `authenticate`, or a call in process that names it. */
export type Caller =
  | { readonly context: RequestContext }
  /** @defaultValue `isLimited` is false: the host's own calls in process are its own affair */
  | { readonly identity: Identity; readonly isLimited?: boolean }

export interface PipelineRequest {
  readonly request: Request
  readonly params: PathParams
  readonly caller: Caller
}

/**
 * Runs a request through the checks in their one order: those of {@link authorizeRoute} (401, 429, 404, 403), then
 * whether the body can be read (408, 413, 415, 400), whether it is valid (422), and last what the handler refuses (409,
 * 412).
 */
export async function runPipeline(
  server: ServerContext,
  options: PipelineOptions,
  { route, handle, authorize, admit, bodyToCheck, furtherPoints }: RouteImplementation,
  { request, params, caller }: PipelineRequest,
): Promise<RouteAnswer> {
  const receivedAt = server.now()
  const isLimited = !('identity' in caller) || caller.isLimited === true
  const {
    identity,
    tenantId: tenant,
    resource,
    gates,
  } = await authorizeRoute(server, {
    route,
    params,
    identify: () => identify(options.authenticate, request, caller),
    isLimited,
    ...(authorize === undefined ? {} : { authorize }),
    ...(admit === undefined ? {} : { admit }),
  })
  // Strangers who know an address of a tenant do not hold up its people.
  const queue = identity === null ? `${tenant ?? ''}/public` : identity.tenantId
  return auditRefusals(server, { route, params, identity }, async () => {
    // A stream is read by the handler, in a queue of its own.
    const isStream = route.streamBody === true
    const body =
      route.body === null
        ? null
        : isStream
          ? openBody(request, options.bodyTimeoutMs)
          : await gates.bodies.run(queue, () => readBody(request, route, options.bodyTimeoutMs))
    const { schema, value } = bodyToCheck?.(request.headers, body) ?? {
      schema: route.otherBodies?.[mediaTypeOf(request.headers)] ?? route.body,
      value: body,
    }
    const call: RouteCall = {
      server,
      identity: identity as RouteCall['identity'],
      resource: resource as RouteCall['resource'],
      params: params as RouteCall['params'],
      query: checkInput(route.query, Object.fromEntries(new URL(request.url).searchParams), 'query'),
      body: schema === null ? null : (checkInput(schema, value, 'body') as RouteCall['body']),
      headers: request.headers,
      method: request.method,
      url: request.url,
      receivedAt,
      abortSignal: request.signal,
    }
    const points = furtherPoints?.(call.body) ?? 0
    if (isLimited && points > 0 && identity !== null) {
      await server.limits.rates.take(identity.tenantId, rateClassOf(route), points)
    }
    const answer = await (isStream ? gates.uploads : gates.requests).run(queue, () => handle(call))
    return typeof answer === 'function' ? answer() : answer
  })
}

async function identify(authenticate: Authenticate, request: Request, caller: Caller): Promise<Identity> {
  if ('identity' in caller) return checkIdentity(caller.identity)
  return askWhoCalls(authenticate, request, caller.context)
}
