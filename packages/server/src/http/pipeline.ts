import { type Identity, type RouteDefinition, roleAllows } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import type { Authenticate } from '../options.ts'
import { askWhoCalls } from './ask-who-calls.ts'
import { checkIdentity } from './check-identity.ts'
import { checkInput } from './check-input.ts'
import type { Caller } from './create-app.ts'
import { findResource } from './find-resource.ts'
import { readBody } from './read-body.ts'
import type { RouteAnswer, RouteCall, RouteImplementation } from './route-handler.ts'

export interface PipelineOptions {
  readonly authenticate: Authenticate
  /** Longest wait for a body in milliseconds. */
  readonly bodyTimeoutMs: number
}

export interface PipelineRequest {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly caller: Caller
}

/**
 * Runs a request through the checks in their one order, so that an answer never tells more than its caller may know:
 * who (401), is it there (404), may they (403), is the body readable (413, 415, 400), is it valid (422), does it fit
 * (409, 412: the handler's).
 */
export async function runPipeline(
  server: ServerContext,
  { authenticate, bodyTimeoutMs }: PipelineOptions,
  { route, handle, authorize }: RouteImplementation,
  { request, params, caller }: PipelineRequest,
): Promise<RouteAnswer> {
  const receivedAt = server.now()
  const identity = route.permission === 'public' ? null : await identify(authenticate, request, caller)
  const resource =
    route.resource === null || identity === null
      ? null
      : await findResource(server, identity.tenantId, route.resource, params)
  checkPermission(route, identity)
  if (identity !== null) authorize?.(identity, resource as RouteCall['resource'])
  const body = route.body === null ? null : await readBody(request, route, bodyTimeoutMs)
  const call: RouteCall = {
    server,
    identity: identity as RouteCall['identity'],
    resource: resource as RouteCall['resource'],
    query: checkInput(route.query, Object.fromEntries(new URL(request.url).searchParams), 'query'),
    body: route.body === null ? null : (checkInput(route.body, body, 'body') as RouteCall['body']),
    headers: request.headers,
    receivedAt,
    abortSignal: request.signal,
  }
  return handle(call)
}

async function identify(authenticate: Authenticate, request: Request, caller: Caller): Promise<Identity> {
  if ('identity' in caller) return checkIdentity(caller.identity)
  return askWhoCalls(authenticate, request, caller.context)
}

/** @throws {@link TenonError} `FORBIDDEN` unless the role grants what the route asks for. */
export function checkPermission(route: RouteDefinition, identity: Identity | null): void {
  if (route.permission === 'public') return
  if (identity === null || !roleAllows(identity.role, route.permission)) {
    throw new TenonError('FORBIDDEN', `The role ${identity?.role ?? ''} does not allow this`, {
      details: { permission: route.permission },
    })
  }
}
