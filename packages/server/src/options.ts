import type { Identity } from '@tenon/core/api'
import type { TenonClient } from '@tenon/core/client'
import type { AnyNodeImplementation } from '@tenon/core/node'
import type { Bus, EngineFactory, RuntimeLog } from '@tenon/runtime'
import type { DatabaseOptions as DatabaseNames, DatabaseSource } from '@tenon/runtime/postgres'
import type { MiddlewareHandler } from 'hono'
import type { ServerSockets } from './sockets/server-sockets.ts'

/**
 * Tells who calls, or `null` when nobody is signed in. Must not read the body. Called for every request but health and
 * the OpenAPI document, so cache what is expensive (a verified token).
 */
export type Authenticate = (request: Request) => Identity | null | Promise<Identity | null>

/** The host's own Postgres pool, or a PGlite; handed over: `close()` ends it. The schema is `tenon` by default. */
export type DatabaseOptions = DatabaseSource & DatabaseNames

/** What a host gives to {@link createWorkflowServer}. */
export interface WorkflowServerOptions {
  readonly database: DatabaseOptions
  /** `embeddedEngine()` or `temporalEngine({ ... })`. */
  readonly engine: EngineFactory
  /** Every node type that workflows may use; built-in ones come from `createBuiltInNodes()`. */
  readonly nodes: readonly AnyNodeImplementation[]
  readonly authenticate: Authenticate
  /** Public path below which the API lives. @defaultValue '/' */
  readonly basePath?: string
  /** Public origin of the host: `https://app.example`. Sockets of other origins are refused. */
  readonly publicUrl: string
  /** Other origins whose pages may call the API and open sockets. @defaultValue none */
  readonly allowedOrigins?: readonly string[]
  /** Private addresses that nodes may reach in spite of the guard: `127.0.0.1:4010`, `*.internal.example`. */
  readonly egress?: { readonly allow?: readonly string[] }
  /** Fan-out between processes; handed over: `close()` ends it. @defaultValue within this process */
  readonly bus?: Bus
  /** @defaultValue silent */
  readonly log?: RuntimeLog
  /** Longest life of a socket in milliseconds; then it is closed with 4401 and asks for a new ticket. @defaultValue 900_000 */
  readonly socketLifetimeMs?: number
}

/**
 * Tenon inside a host: web standard only. `@tenon/server/node` mounts it on `node:http`, Express and Fastify.
 */
export interface WorkflowServer {
  /** Answers one request; paths outside the base path get a 404. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For a Hono host: answers the API's own paths and leaves every other path to the host. */
  readonly middleware: MiddlewareHandler
  /** Where WebSockets arrive; `attachWebSockets` uses it. */
  readonly sockets: ServerSockets
  /** Creates or updates the tables, then proves that tenants are kept apart. */
  migrate(): Promise<void>
  /** Begins to carry runs out in this process. */
  startWorker(): Promise<void>
  /**
   * Lets go of everything the server has opened; nothing acknowledged is lost. Later calls give the same promise. When
   * a part cannot be closed, the others are closed all the same, and then the promise rejects with the first reason.
   */
  close(): Promise<void>
  /** The API in process, as this identity: no HTTP, no authentication, the same rules. */
  for(identity: Identity): TenonClient
}
