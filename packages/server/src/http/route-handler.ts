import type { Identity, ResourceKind, RouteDefinition } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { StoredDataTable, StoredFile, StoredParked, StoredRun, StoredWait } from '@tenon/runtime'
import type { z } from 'zod'
import type { ServerContext } from '../context.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { VersionRow, WorkflowRow } from '../tables/server-tables.ts'
import type { WebhookEndpointRow } from '../tables/webhook-tables.ts'

/** Resources by kind, as they are found under the tenant of the caller. */
export interface Resources {
  readonly workflow: WorkflowRow
  readonly 'any-workflow': WorkflowRow
  readonly version: VersionRow
  readonly run: StoredRun
  readonly approval: StoredWait
  readonly parked: StoredParked
  readonly connection: ConnectionRow
  readonly file: StoredFile
  readonly 'webhook-endpoint': WebhookEndpointRow
  readonly 'data-table': StoredDataTable
}

type ResourceOf<Route extends RouteDefinition> = Route['resource'] extends ResourceKind
  ? Resources[Route['resource']]
  : null

type OtherBodyOf<Route extends RouteDefinition> = Route extends {
  readonly otherBodies: Readonly<Record<string, infer Body extends z.ZodType>>
}
  ? z.output<Body>
  : never

type BodyOf<Route extends RouteDefinition> = Route['body'] extends z.ZodType
  ? z.output<Route['body']> | OtherBodyOf<Route>
  : null

/** A request that has passed every check of its route. */
export interface RouteCall<Route extends RouteDefinition = RouteDefinition> {
  readonly server: ServerContext
  readonly identity: Route['permission'] extends 'public' ? Identity | null : Identity
  readonly resource: ResourceOf<Route>
  readonly params: z.output<Route['params']>
  readonly query: z.output<Route['query']>
  readonly body: BodyOf<Route>
  readonly headers: Headers
  /** Method as it was sent: HEAD for a route that answers GET. */
  readonly method: string
  /** URL as it was sent. */
  readonly url: string
  /** When the request came in, in milliseconds since the Unix epoch. */
  readonly receivedAt: number
  readonly abortSignal: AbortSignal
}

/** Result of a handler: JSON with a status, or a response of its own. */
export type RouteAnswer =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | Response

/** A result that takes long, such as one that waits for a run: it is awaited outside of the queue of the tenant. */
export type HeldAnswer = () => Promise<RouteAnswer>

/** A route with the code that answers it. */
export interface RouteImplementation {
  readonly route: RouteDefinition
  readonly handle: (call: RouteCall) => Promise<RouteAnswer | HeldAnswer>
  /** Checks what the role alone does not decide; called after the role was checked, before the body is read. */
  readonly authorize?: (identity: Identity, resource: Resources[ResourceKind] | null) => void
  /**
   * Finds the tenant of a request to a public route, before its body is read, and applies its rates: the body and the
   * work then take their turn among those of the tenant.
   *
   * @throws {@link TenonError} for a request that is to be refused.
   */
  readonly admit?: (server: ServerContext, params: Readonly<Record<string, string>>) => Promise<TenantId>
  /** Returns what a browser shows in place of an error. @defaultValue the error as a problem document */
  readonly errorPage?: (server: ServerContext, error: unknown, problem: Response) => Promise<Response>
  /**
   * Returns what to check of a request whose headers say what its body is, with its schema; `null` if the media type says
   * it.
   */
  readonly bodyToCheck?: (
    headers: Headers,
    body: unknown,
  ) => { readonly schema: z.ZodType; readonly value: unknown } | null
  /** Returns what a request with a checked body takes of its rate beyond one, such as for the other events of a batch. */
  readonly furtherPoints?: (body: unknown) => number
}

/**
 * Binds code to a route of the table; the call is typed by the route's schemas.
 *
 * @example
 * ```ts
 * implementRoute(ROUTES.getMe, async ({ identity }) => ({ status: 200, json: identity }))
 * ```
 */
export function implementRoute<Route extends RouteDefinition>(
  route: Route,
  handle: (call: RouteCall<Route>) => Promise<RouteAnswer | HeldAnswer>,
  authorize?: (identity: Identity, resource: ResourceOf<Route>) => void,
): RouteImplementation {
  // The pipeline checks the parts against this very route's schemas before it calls.
  return {
    route,
    handle: handle as RouteImplementation['handle'],
    ...(authorize === undefined ? {} : { authorize: authorize as NonNullable<RouteImplementation['authorize']> }),
  }
}
