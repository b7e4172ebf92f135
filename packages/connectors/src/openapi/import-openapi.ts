import { type Connector, type ConnectorAuth, type ConnectorRateLimit, defineConnector } from '@tenon/core/node'
import { actionsOf, type DefineAction } from '../kit/define-action.ts'
import type { Service } from '../kit/service.ts'
import { apiOf } from '../kit/service-options.ts'
import { type DocumentOperation, invalid, openDocument, operationsOf } from './document.ts'
import { actionName, uniqueName } from './names.ts'
import { readOperation } from './operation.ts'
import { createSchemaReader, shortText } from './schemas.ts'
import { authOf, type OpenApiClient, serverOf } from './security.ts'

/** An operation of an OpenAPI document, to choose from. */
export interface OpenApiOperation {
  /** Name of the action: the `operationId` in kebab-case, or method and path. */
  readonly name: string
  /** HTTP method in upper case. */
  readonly method: string
  /** Path with its parameters in braces: `/orders/{id}`. */
  readonly path: string
  /** Tags of the operation. */
  readonly tags: readonly string[]
  /** `true` if the document marks it as deprecated. */
  readonly isDeprecated: boolean
}

/** Options of {@link importOpenApi}. */
export interface OpenApiOptions {
  /** Id of the connector, and the first part of its node types. */
  readonly id: string
  /** OpenAPI 3.0 or 3.1 document, parsed. References to other documents are not followed. */
  readonly document: unknown
  /** Name of the service. @defaultValue the title of the document */
  readonly title?: string
  /** URL of the API. @defaultValue the first server of the document */
  readonly server?: string
  /** Way in which connections authenticate. @defaultValue a security scheme of the document */
  readonly auth?: ConnectorAuth
  /** Security scheme of the document to use. @defaultValue the first one that is supported */
  readonly security?: string
  /** OAuth client of the host, for a scheme of the kind `oauth2`. @defaultValue such schemes are not used */
  readonly oauth?: OpenApiClient
  /** Chooses operations. @defaultValue all that are not deprecated */
  readonly include?: (operation: OpenApiOperation) => boolean
  /** Most operations, at most 500: more of them are refused, since each is a node in the palette. @defaultValue 200 */
  readonly maxOperations?: number
  /** Request that tests a connection. @defaultValue connections cannot be tested */
  readonly test?: Connector['test']
  /** Most requests of each connection. @defaultValue no limit */
  readonly rateLimit?: ConnectorRateLimit
  /** SVG path data of the icon of its nodes. @defaultValue a plug */
  readonly icon?: string
}

/** A connector made from a document. */
export interface ImportedOpenApi {
  /** Connector with an action for each chosen operation. */
  readonly connector: Connector
  /** Operations that were chosen and cannot be actions, each with the reason. */
  readonly skipped: readonly { readonly operation: OpenApiOperation; readonly reason: string }[]
}

const PLUG = 'M9 3v5M15 3v5M6.5 8h11v3a5.5 5.5 0 0 1-11 0zM12 16.5V21'
const DEFAULT_OPERATIONS = 200
const MOST_OPERATIONS = 500

/**
 * Makes a connector from an OpenAPI document: each operation is an action whose params are its parameters and the members of its
 * body, and whose output has the types of its response.
 *
 * The types of outputs are those of the document; a response that differs is passed on as it is. A schema that contains
 * itself is described once. Names follow the document: import the same version of it on all servers and workers, and give
 * node types of a changed document another `id` while runs use the earlier ones.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` for a document that is none, has too many chosen operations, or has no server or
 * security scheme that can be used; `CONNECTOR_INVALID` for an invalid id or rate.
 *
 * @example
 * ```ts
 * const { connector, skipped } = importOpenApi({ id: 'acme-shop', document: JSON.parse(text) })
 * for (const { operation, reason } of skipped) console.warn(`${operation.method} ${operation.path}: ${reason}`)
 * ```
 */
export function importOpenApi(options: OpenApiOptions): ImportedOpenApi {
  const reader = openDocument(options.document)
  const { apiUrl, host } = apiOf(options.id, serverOf(reader, options.server))
  const info = (reader.root.info ?? {}) as { readonly title?: unknown }
  const title = shortText(options.title ?? (typeof info.title === 'string' ? info.title : options.id), 60)
  const service: Service = { id: options.id, title, icon: options.icon ?? PLUG, apiUrl }
  const { actions, skipped } = operationActions(options, actionsOf(service))
  return {
    connector: defineConnector({
      ...{ id: options.id, title, allowedHosts: [host], nodes: actions },
      auth: options.auth ?? authOf(reader, options.security, options.oauth),
      ...(options.test === undefined ? {} : { test: options.test }),
      ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    }),
    skipped,
  }
}

/** Makes the actions of a document. */
export function operationActions(
  {
    document,
    include = isCurrent,
    maxOperations = DEFAULT_OPERATIONS,
  }: Pick<OpenApiOptions, 'document' | 'include' | 'maxOperations'>,
  define: DefineAction,
): { readonly actions: NonNullable<Connector['nodes']>; readonly skipped: ImportedOpenApi['skipped'] } {
  const reader = openDocument(document)
  const schemas = createSchemaReader(reader)
  const taken = new Set<string>()
  const named = operationsOf(reader).map((each) => ({ each, operation: present(each, taken) }))
  const chosen = named.filter(({ operation }) => include(operation))
  const most = Math.min(maxOperations, MOST_OPERATIONS)
  if (chosen.length > most) {
    throw invalid(`It has ${chosen.length} operations, and at most ${most} can be imported. Choose some with include`)
  }
  const read = chosen.map(({ each, operation }) => ({
    operation,
    result: readOperation(each, operation.name, reader, schemas),
  }))
  return {
    actions: read.flatMap(({ result }) => ('action' in result ? [define(result.action)] : [])),
    skipped: read.flatMap(({ operation, result }) =>
      'reason' in result ? [{ operation, reason: result.reason }] : [],
    ),
  }
}

const isCurrent = ({ isDeprecated }: OpenApiOperation): boolean => !isDeprecated

function present({ method, path, operation }: DocumentOperation, taken: Set<string>): OpenApiOperation {
  const { operationId, tags, deprecated } = operation
  const name = actionName(typeof operationId === 'string' ? operationId : `${method} ${path}`)
  return {
    ...{ name: uniqueName(name, taken, '-'), method: method.toUpperCase(), path },
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    isDeprecated: deprecated === true,
  }
}
