import { type Identity, type RouteDefinition, rateClassOf, roleAllows } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import type { TenantGate } from '../limits/tenant-gate.ts'
import type { TenantLimits } from '../limits/tenant-limits.ts'
import { auditRefused } from '../tables/audit-refused.ts'
import { findResource } from './find-resource.ts'
import type { Resources, RouteImplementation } from './route-handler.ts'

/** Values of the path parameters of a route, decoded. */
export type PathParams = Readonly<Record<string, string>>

/** Access that a caller requests: the same for a request, an event stream, a socket and a call in process. */
export interface RouteRequest {
  readonly route: RouteDefinition
  readonly params: PathParams
  /**
   * Identifies the caller; not called for public routes.
   *
   * @throws {@link TenonError} `UNAUTHENTICATED`, `IDENTITY_INVALID`, `UNAVAILABLE`.
   */
  readonly identify: () => Promise<Identity>
  /** False for calls of the host in process, which no rate and no queue limits. */
  readonly isLimited: boolean
  /** Decides what the role alone does not: an approval names its approvers. */
  readonly authorize?: RouteImplementation['authorize']
  /** Finds the tenant of a request to a public route. */
  readonly admit?: RouteImplementation['admit']
}

/** A caller that may use a route. */
export interface RouteAccess {
  /** Null for a public route. */
  readonly identity: Identity | null
  /** Null for a public route that belongs to no tenant. */
  readonly tenantId: TenantId | null
  /** The object that the path names; null if it names none. */
  readonly resource: Resources[keyof Resources] | null
  /** Queues in which the work of the tenant takes its turn. */
  readonly gates: Pick<TenantLimits, 'requests' | 'bodies' | 'uploads'>
}

const OPEN_GATE: TenantGate = { run: (_key, work) => work() }
const OPEN_GATES = { requests: OPEN_GATE, bodies: OPEN_GATE, uploads: OPEN_GATE }

/**
 * Checks a caller, in the one order in which no answer reveals more than the caller may know: who calls (401), how often
 * (429), whether the object exists for this tenant (404), whether the role allows it (403). A refused write is audited.
 *
 * @throws {@link TenonError} `UNAUTHENTICATED`, `RATE_LIMITED`, the not-found code of the resource, `FORBIDDEN`; the
 * errors of `identify`.
 */
export async function authorizeRoute(server: ServerContext, request: RouteRequest): Promise<RouteAccess> {
  const { route, params, isLimited } = request
  if (route.permission === 'public') {
    const tenantId = (await request.admit?.(server, params)) ?? null
    return { identity: null, tenantId, resource: null, gates: tenantId === null ? OPEN_GATES : server.limits }
  }
  const identity = await request.identify()
  const { tenantId } = identity
  const gates = isLimited ? server.limits : OPEN_GATES
  return auditRefusals(server, { route, params, identity }, async () => {
    if (isLimited) await server.limits.rates.take(tenantId, rateClassOf(route))
    const kind = route.resource
    const resource =
      kind === null ? null : await gates.requests.run(tenantId, () => findResource(server, tenantId, kind, params))
    checkPermission(route, identity)
    request.authorize?.(identity, resource)
    return { identity, tenantId, resource, gates }
  })
}

/** Does the work on a request; if it writes and is refused, the audit log of the tenant says so. */
export async function auditRefusals<Result>(
  server: ServerContext,
  { route, params, identity }: Pick<RouteRequest, 'route' | 'params'> & { readonly identity: Identity | null },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (identity !== null && route.method !== 'GET' && route.method !== 'WS') {
      const ids = Object.values(params).join('/')
      const resource = ids === '' ? route.path : ids
      await auditRefused(
        server,
        { identity, action: 'request.refused', resource, details: { route: route.id } },
        thrown,
      )
    }
    throw thrown
  }
}

function checkPermission({ permission }: RouteDefinition, { role }: Identity): void {
  if (permission === 'public' || roleAllows(role, permission)) return
  throw new TenonError('FORBIDDEN', `The role ${role} does not allow this`, { details: { permission } })
}
