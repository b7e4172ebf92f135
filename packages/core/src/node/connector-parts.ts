import { TenonError } from '../errors/tenon-error.ts'
import type { NodeDefinition } from './definition.ts'
import type { AnyNodeImplementation } from './implementation.ts'
import type { Connection, HttpClient } from './ports.ts'

/** Most requests that the connections of a connector send, each of them for itself and over all processes. */
export interface ConnectorRateLimit {
  /** Requests in a second, on average: 0.8 for 48 in a minute; at most 1,000. */
  readonly perSecond: number
  /** Requests that may be sent at once after a pause, an integer from 1 to 1,000. */
  readonly burst: number
}

/** A thing at the service that a param can name, such as a channel. */
export interface LookupChoice {
  /** Value of the param. */
  readonly value: string
  /** Name that people know. */
  readonly title: string
  /** Further text, by which people distinguish things with the same name. @defaultValue none */
  readonly detail?: string
}

/** Context of a lookup: the account of a person who edits a workflow. */
export interface LookupContext {
  /** Client that adds the credentials of the connection; it sends requests to its hosts only. */
  readonly http: HttpClient
  /** Account at the service. */
  readonly connection: Connection
  /** Text that the person has entered; empty for the first choices, and for a lookup that does not search. */
  readonly search: string
  /** Aborts when the answer is no longer wanted. */
  readonly abortSignal: AbortSignal
}

/** Lists things at a service that a param can name. At most 100 are shown. */
export interface ConnectorLookup {
  /** Returns the things, at most 1,000 of which are read. */
  readonly list: (context: LookupContext) => Promise<readonly LookupChoice[]>
  /**
   * True if the service searches by the text: it is asked for each one. Otherwise it is asked once for a list that is used
   * for half a minute, and those that contain the text are shown.
   *
   * @defaultValue false
   */
  readonly searches?: boolean
}

/** Returns the choices of a lookup for a text: those that contain it, in any case of its letters, unless the service searches. */
export function choicesFor(
  { searches = false }: ConnectorLookup,
  choices: readonly LookupChoice[],
  search: string,
): readonly LookupChoice[] {
  if (searches) return choices
  const wanted = search.trim().toLowerCase()
  return choices.filter(({ value, title, detail = '' }) =>
    `${title}\n${detail}\n${value}`.toLowerCase().includes(wanted),
  )
}

/** Parts of a connector beside its authentication. */
export interface ConnectorParts {
  /**
   * Node types of the service, its actions and triggers: `<id>/…`. A server or worker with the connector has them.
   *
   * @defaultValue none
   */
  readonly nodes?: readonly AnyNodeImplementation[]
  /**
   * Things at the service that people choose for a param with `control: 'lookup'`, by the name in its `lookup`.
   *
   * @defaultValue none
   */
  readonly lookups?: Readonly<Record<string, ConnectorLookup>>
  /** Most requests of each connection. @defaultValue no limit */
  readonly rateLimit?: ConnectorRateLimit
}

const LOOKUP_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_LOOKUP_NAME = 60
const MAX_RATE = 1_000

/** Returns what is wrong with the parts of a connector, with the field; `null` if nothing is. */
export function partsFault(
  id: string,
  { nodes = [], lookups = {}, rateLimit }: ConnectorParts,
): { readonly field: string; readonly why: string } | null {
  const name = Object.keys(lookups).find((each) => !LOOKUP_NAME.test(each) || each.length > MAX_LOOKUP_NAME)
  if (name !== undefined) return { field: 'lookups', why: `"${name}" must be kebab-case` }
  for (const { definition } of nodes) {
    if (!definition.type.startsWith(`${id}/`)) {
      return { field: 'nodes', why: `the type "${definition.type}" must begin with "${id}/"` }
    }
    const unknown = lookupsIn(definition).find((each) => !Object.hasOwn(lookups, each))
    if (unknown !== undefined)
      return { field: 'nodes', why: `"${definition.type}" names the unknown lookup "${unknown}"` }
  }
  if (rateLimit === undefined) return null
  const { perSecond, burst } = rateLimit
  const isRate = perSecond > 0 && perSecond <= MAX_RATE && Number.isInteger(burst) && burst >= 1 && burst <= MAX_RATE
  return isRate ? null : { field: 'rateLimit', why: `it must be above 0 and at most ${MAX_RATE} per second` }
}

function lookupsIn({ params }: NodeDefinition): readonly string[] {
  return Object.values(params.shape).flatMap((param) => {
    const lookup = param.meta()?.lookup
    return typeof lookup === 'string' ? [lookup] : []
  })
}

/**
 * Checks that a node has a connection of its connector, before it sends a request.
 *
 * @throws {@link TenonError} `CONNECTION_REFUSED` without a connection, or with one of another connector.
 */
export function requireConnectionTo(connector: string, connection: Connection | null): Connection {
  if (connection?.provider === connector) return connection
  throw new TenonError('CONNECTION_REFUSED', `The node needs a connection of the connector "${connector}"`, {
    remedy: 'Choose a connection to this service.',
  })
}
