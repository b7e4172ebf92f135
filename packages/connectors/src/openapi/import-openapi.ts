import {
  type Connector,
  type ConnectorAuth,
  type ConnectorRateLimit,
  defineConnector,
  isReservedHeader,
} from '@tenon/core/node'
import { actionsOf, type DefineAction } from '../kit/define-action.ts'
import type { Service } from '../kit/service.ts'
import { apiOf } from '../kit/service-options.ts'
import { type DocumentOperation, invalid, openDocument, operationsOf } from './document.ts'
import { actionName } from './names.ts'
import { type ImportSources, readOperation } from './operation.ts'
import { createSchemaReader, shortText } from './schemas.ts'
import { authOf, type OpenApiClient, serverOf } from './security.ts'

/** An operation of an OpenAPI document, to choose from. */
export interface OpenApiOperation {
  /** Name of the action: the `operationId` in kebab-case; method and path without one, or if another operation has it too. */
  readonly name: string
  /** HTTP method in upper case; `*` for a path whose operations cannot be read. */
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
  /**
   * URL of the API, to which connections send their credentials: pass it for a document that others have written.
   *
   * @defaultValue the first server of the document, which must be https
   */
  readonly server?: string
  /** Way in which connections authenticate. @defaultValue a security scheme of the document */
  readonly auth?: ConnectorAuth
  /**
   * Security scheme of the document to use. Operations that require another one are skipped.
   *
   * @defaultValue the first one that the document requires and that is supported
   */
  readonly security?: string
  /** OAuth client of the host, for a scheme of the kind `oauth2`. @defaultValue such schemes are not used */
  readonly oauth?: OpenApiClient
  /** Chooses operations. @defaultValue all that are not deprecated */
  readonly include?: (operation: OpenApiOperation) => boolean
  /** Most operations, at most 500: more of them are refused, since each is a node in the palette. @defaultValue 200 */
  readonly maxOperations?: number
  /**
   * Version of the node types. Raise it when a changed document changes params, and register the nodes of the earlier version
   * as well while workflows use them.
   *
   * @defaultValue 1
   */
  readonly version?: number
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
 * itself is described once. Names follow the document, whatever the order of its operations: import the same version of it on
 * all servers and workers, and give a changed document another `version`.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` for a document that is none, has too many operations, or has no server or
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
  const { auth, scheme } =
    options.auth === undefined
      ? authOf(reader, apiUrl, options.security, options.oauth)
      : { auth: options.auth, scheme: null }
  const { actions, skipped } = operationActions(options, actionsOf(service), { scheme, isParamHeader })
  return {
    connector: defineConnector({
      ...{ id: options.id, title, allowedHosts: [host], nodes: actions, auth },
      ...(options.test === undefined ? {} : { test: options.test }),
      ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    }),
    skipped,
  }
}

/** A header of the connection itself, or of a session, is none of a param. */
const isParamHeader = (name: string): boolean => name !== 'cookie' && !isReservedHeader(name)

/** Makes the actions of a document. */
export function operationActions(
  {
    document,
    include = isCurrent,
    maxOperations = DEFAULT_OPERATIONS,
    version = 1,
  }: Pick<OpenApiOptions, 'document' | 'include' | 'maxOperations' | 'version'>,
  define: DefineAction,
  shared: Pick<ImportSources, 'scheme' | 'isParamHeader'>,
): { readonly actions: NonNullable<Connector['nodes']>; readonly skipped: ImportedOpenApi['skipped'] } {
  const reader = openDocument(document)
  const sources: ImportSources = { ...shared, reader, version, schemas: createSchemaReader(reader) }
  const { operations, lostPaths } = operationsOf(reader)
  const names = namesOf(operations)
  const named = operations.map((each, index) => {
    const name = names[index] ?? null
    return { each, operation: present(each, name), isUnique: name !== null }
  })
  const chosen = named.filter(({ operation }) => include(operation))
  const lost = lostPaths.map((path) => ({ operation: lostOperation(path), reason: 'its path leads to nothing' }))
  const most = Math.min(maxOperations, MOST_OPERATIONS)
  if (chosen.length > most) {
    throw invalid(`It has ${chosen.length} operations, and at most ${most} can be imported. Choose some with include`)
  }
  const read = chosen.map(({ each, operation, isUnique }) => ({
    operation,
    result: isUnique ? readOperation(each, operation.name, sources) : NOT_UNIQUE,
  }))
  return {
    actions: read.flatMap(({ result }) => ('action' in result ? [define(result.action)] : [])),
    skipped: [
      ...read.flatMap(({ operation, result }) => ('reason' in result ? [{ operation, reason: result.reason }] : [])),
      ...lost.filter(({ operation }) => include(operation)),
    ],
  }
}

const NOT_UNIQUE = { reason: 'another operation has the same name: give it an operationId of its own' }

const isCurrent = ({ isDeprecated }: OpenApiOperation): boolean => !isDeprecated

/**
 * Names operations, `null` for one whose name is not unique. Names do not depend on the order of the operations: stored
 * workflows would call another operation once a document is sorted differently.
 */
function namesOf(operations: readonly DocumentOperation[]): readonly (string | null)[] {
  const own = operations.map(ownName)
  const byId = countsOf(own)
  const names = operations.map((operation, index) => {
    const name = own[index] ?? ''
    return byId.get(name) === 1 ? { name, isOwn: true } : { name: pathName(operation), isOwn: false }
  })
  const byName = countsOf(names.map(({ name }) => name))
  return names.map(({ name, isOwn }) => (isOwn || byName.get(name) === 1 ? name : null))
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function ownName(documented: DocumentOperation): string {
  const { operationId } = documented.operation
  return typeof operationId === 'string' ? actionName(operationId) : pathName(documented)
}

const pathName = ({ method, path }: DocumentOperation): string => actionName(`${method} ${path}`)

function present(documented: DocumentOperation, name: string | null): OpenApiOperation {
  const { method, path, operation } = documented
  const { tags, deprecated } = operation
  return {
    ...{ name: name ?? pathName(documented), method: method.toUpperCase(), path },
    tags: Array.isArray(tags) ? tags.slice(0, MOST_TAGS).filter((tag) => typeof tag === 'string') : [],
    isDeprecated: deprecated === true,
  }
}

const MOST_TAGS = 100

function lostOperation(path: string): OpenApiOperation {
  return { name: actionName(path), method: '*', path, tags: [], isDeprecated: false }
}
