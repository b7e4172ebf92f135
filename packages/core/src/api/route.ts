import type { z } from 'zod'
import type { TenonErrorCode } from '../errors/error-table.ts'
import type { Permission } from './permissions.ts'

/** Every method of the API; `WS` is a GET that becomes a WebSocket. */
export const ROUTE_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'WS'] as const
/** `WS` is a GET that upgrades to a WebSocket. */
export type RouteMethod = (typeof ROUTE_METHODS)[number]

/**
 * Kinds of resources that routes name. The resource is looked up under the caller's tenant first, so that the id of
 * another tenant and an unknown id get the same 404. `workflow` means one that is not deleted.
 */
export const RESOURCE_KINDS = [
  'workflow',
  'any-workflow',
  'version',
  'run',
  'approval',
  'parked',
  'connection',
  'file',
  'webhook-endpoint',
  'data-table',
] as const
/** Kind of resource that the id in a route's path names; one of {@link RESOURCE_KINDS}. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number]

/**
 * Kinds of requests that a server limits separately for each tenant: reading, writing, editing a draft, starting runs,
 * opening sockets and event streams, publishing, receiving callbacks.
 */
export const RATE_CLASSES = ['read', 'write', 'edit', 'start', 'connect', 'publish', 'callback'] as const
/** One of {@link RATE_CLASSES}. */
export type RateClass = (typeof RATE_CLASSES)[number]

/** One answer that a route may give; `schema` is null for an empty body. */
export interface RouteResponse {
  /** Sentence for the OpenAPI document. */
  readonly description: string
  /** Schema of the body; `null` for an empty body. */
  readonly schema: z.ZodType | null
  /** Media type of the body. @defaultValue 'application/json' */
  readonly contentType?: string
  /** Schemas of the body by further media types that the request may ask for. @defaultValue none */
  readonly otherContents?: Readonly<Record<string, z.ZodType>>
}

/** A request header that a route reads, for the OpenAPI document; without `required` it may be left out. */
export interface RouteHeader {
  /** Sentence for the OpenAPI document. */
  readonly description: string
  /** Marks a header that every request must have. */
  readonly required?: true
}

/**
 * One route of the API as data: server, client, OpenAPI document and the generated tests all read it.
 */
export interface RouteDefinition {
  /** Unique name of the route, used as `operationId` in the OpenAPI document. */
  readonly id: string
  /** HTTP method; `WS` is a GET that upgrades to a WebSocket. */
  readonly method: RouteMethod
  /** Below the base path, with `{params}`. */
  readonly path: string
  /** Group of the route in the OpenAPI document. */
  readonly tag: string
  /** Short description for the OpenAPI document. */
  readonly summary: string
  /** `public` needs no sign-in; anything else needs a role that grants it. */
  readonly permission: Permission | 'public'
  /** Kind of object that the path names, looked up before the handler runs; `null` if it names none. */
  readonly resource: ResourceKind | null
  /** Schema of the path params; its keys are the `{params}` of `path`. */
  readonly params: z.ZodObject
  /** Schema of the query string. */
  readonly query: z.ZodObject
  /** Request headers that the route reads, by name. @defaultValue none */
  readonly headers?: Readonly<Record<string, RouteHeader>>
  /** Schema of the request body; `null` if the route reads none. */
  readonly body: z.ZodType | null
  /** Schemas of the body by further media types of JSON, beside `application/json`. @defaultValue none */
  readonly otherBodies?: Readonly<Record<string, z.ZodType>>
  /** The body is passed on as bytes, whatever its media type; `body` is a schema of a `Uint8Array`. */
  readonly rawBody?: true
  /** The body is passed on as a stream of bytes, of `application/octet-stream` only; `body` is a schema of the stream. */
  readonly streamBody?: true
  /** An absent body counts as `{}`. */
  readonly bodyOptional?: true
  /** Rate limit that the route counts against. @defaultValue `read` for GET, else `write` */
  readonly rate?: RateClass
  /** Longest body in bytes. @defaultValue 262_144 */
  readonly maxBodyBytes?: number
  /** Successful responses by HTTP status. */
  readonly responses: Readonly<Record<number, RouteResponse>>
  /** Codes beyond those that every route of its kind can answer. */
  readonly errors: readonly TenonErrorCode[]
}

/** Returns the limit that a route counts against. */
export function rateClassOf(route: RouteDefinition): RateClass {
  return route.rate ?? (route.method === 'GET' ? 'read' : 'write')
}

/** Keeps the exact types of a route's schemas. */
export function defineRoute<const Route extends RouteDefinition>(route: Route): Route {
  return route
}
