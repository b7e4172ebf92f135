import { type Identity, type RouteDefinition, rateClassOf, roleAllows } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import type { TenantGate } from '../limits/tenant-gate.ts'
import type { TenantLimits } from '../limits/tenant-limits.ts'
import type { Authenticate } from '../options.ts'
import { auditRefused } from '../tables/audit-refused.ts'
import type { AuditEntry } from '../tables/audit-repository.ts'
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
 * who (401), how many requests (429), is it there (404), may they (403), is the body readable (408, 413, 415, 400), is
 * it valid (422), does it fit (409, 412: the handler's).
 */
export async function runPipeline(
  server: ServerContext,
  options: PipelineOptions,
  implementation: RouteImplementation,
  { request, params, caller }: PipelineRequest,
): Promise<RouteAnswer> {
  const receivedAt = server.now()
  const { route } = implementation
  const received = { request, params, receivedAt, bodyTimeoutMs: options.bodyTimeoutMs }
  if (route.permission === 'public') return answer(server, implementation, received, null, UNLIMITED)
  const identity = await identify(options.authenticate, request, caller)
  try {
    // The host's own calls in process are its own affair.
    if ('identity' in caller) return await answer(server, implementation, received, identity, UNLIMITED)
    await server.limits.rates.take(identity.tenantId, rateClassOf(route))
    return await answer(server, implementation, received, identity, server.limits)
  } catch (thrown) {
    if (isWrite(route)) await auditRefused(server, refusalOf(identity, route, params), thrown)
    throw thrown
  }
}

function isWrite({ method }: RouteDefinition): boolean {
  return method !== 'GET' && method !== 'WS'
}

function refusalOf(
  identity: Identity,
  route: RouteDefinition,
  params: PipelineRequest['params'],
): Omit<AuditEntry, 'at'> {
  const ids = Object.values(params).join('/')
  const details = { route: route.id }
  return { identity, action: 'request.refused', resource: ids === '' ? route.path : ids, details }
}

type Gates = Pick<TenantLimits, 'requests' | 'bodies'>

const OPEN_GATE: TenantGate = { run: (_tenantId, work) => work() }
const UNLIMITED: Gates = { requests: OPEN_GATE, bodies: OPEN_GATE }

interface Received {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly receivedAt: number
  readonly bodyTimeoutMs: number
}

async function answer(
  server: ServerContext,
  { route, handle, authorize }: RouteImplementation,
  { request, params, receivedAt, bodyTimeoutMs }: Received,
  identity: Identity | null,
  { requests, bodies }: Gates,
): Promise<RouteAnswer> {
  const tenantId = identity?.tenantId ?? ''
  const kind = identity === null ? null : route.resource
  const resource =
    kind === null ? null : await requests.run(tenantId, () => findResource(server, tenantId, kind, params))
  checkPermission(route, identity)
  if (identity !== null) authorize?.(identity, resource as RouteCall['resource'])
  const body = route.body === null ? null : await bodies.run(tenantId, () => readBody(request, route, bodyTimeoutMs))
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
  return requests.run(tenantId, () => handle(call))
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
