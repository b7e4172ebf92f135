import { createHash } from 'node:crypto'
import type { Identity, LookupChoices } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { createRedactor } from '@tenon/core/mask'
import { type ConnectorLookup, choicesFor, type HttpClient, type LookupChoice } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { type OpenConnection, withCredentials } from '@tenon/runtime'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ConnectionVault } from './connection-vault.ts'
import { isProvided } from './present-connection.ts'

const MAX_CHOICES = 100
const MAX_VALUE = 2_000
const MAX_TITLE = 200
const TIMEOUT_MS = 10_000
const MAX_RESPONSE_BYTES = 4_194_304
/** Time for which an answer is used again: people open a list more than once. */
const KEPT_MS = 30_000
const MAX_KEPT = 100
/** Choices of a lookup that are read; those that contain the text are shown. */
const MAX_READ = 1_000

/** Lists things at the services of connections. */
export interface Lookups {
  /**
   * Lists what a param can name, by a lookup of the connector. An answer is used again for half a minute, for each text if
   * the service searches.
   *
   * @throws {@link TenonError} `CONNECTION_REFUSED` for the connection of another person, whose account an admin may not
   * use either; `LOOKUP_NOT_FOUND`; `LOOKUP_FAILED`; `CONNECTION_RATE_LIMITED`; `SECRET_NOT_FOUND`; `UNAVAILABLE`.
   */
  lookUp(identity: Identity, row: ConnectionRow, lookup: string, search: string): Promise<LookupChoices>
}

export interface LookupsDeps {
  readonly vault: Pick<ConnectionVault, 'connector' | 'openFor'>
  readonly http: HttpClient
  readonly now: () => number
}

/** Creates the lookups of a server. */
export function createLookups({ vault, http, now }: LookupsDeps): Lookups {
  const kept = new Map<string, { readonly until: number; readonly choices: Promise<readonly LookupChoice[]> }>()

  const ask = async (
    identity: Identity,
    row: ConnectionRow,
    { list }: ConnectorLookup,
    search: string,
  ): Promise<readonly LookupChoice[]> => {
    const { opened } = await vault.openFor(identity, row.connection_id, { isFresh: false })
    if (opened === null) throw new TenonError('LOOKUP_FAILED', 'The account must be connected again')
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const { connection } = opened
      const found = await list({ http: boundHttp(http, opened, abortSignal), connection, search, abortSignal })
      return found
        .slice(0, MAX_READ)
        .map(shown)
        .filter(({ value }) => value.length <= MAX_VALUE)
    } catch (error) {
      throw lookupFailure(error, opened)
    }
  }

  const keptOf = (key: string): Promise<readonly LookupChoice[]> | null => {
    for (const [each, { until }] of kept) if (until <= now()) kept.delete(each)
    return kept.get(key)?.choices ?? null
  }
  const keep = (key: string, choices: Promise<readonly LookupChoice[]>): Promise<readonly LookupChoice[]> => {
    kept.set(key, { until: now() + KEPT_MS, choices })
    const [oldest] = kept.size > MAX_KEPT ? kept.keys() : []
    if (oldest !== undefined) kept.delete(oldest)
    // A failure is not used again.
    choices.catch(() => {
      if (kept.get(key)?.choices === choices) kept.delete(key)
    })
    return choices
  }

  return {
    async lookUp(identity, row, lookup, search) {
      if (row.sharing_kind === 'user' && row.owner_id !== identity.userId) {
        throw new TenonError('CONNECTION_REFUSED', 'Only the owner of the connection may list what it can reach')
      }
      const lookups = vault.connector(row.connector)?.lookups ?? {}
      const found = Object.hasOwn(lookups, lookup) ? lookups[lookup] : undefined
      if (found === undefined) throw new TenonError('LOOKUP_NOT_FOUND', `The service has no lookup "${lookup}"`)
      const asked = found.searches === true ? search : ''
      // Other credentials, hosts or rights give other choices.
      const parts = [
        row.tenant_id,
        row.connection_id,
        row.generation,
        row.updated_at,
        row.markers,
        lookup,
        asked,
        userOf(identity, row),
      ]
      const key = createHash('sha256').update(JSON.stringify(parts)).digest('base64')
      const choices = keptOf(key) ?? keep(key, ask(identity, row, found, asked))
      return { items: choicesFor(found, await choices, search).slice(0, MAX_CHOICES) }
    },
  }
}

/** The host may give each person other secrets of the connection that it provides. */
function userOf({ userId }: Identity, row: ConnectionRow): string | null {
  return isProvided(row) ? userId : null
}

/** Returns a client with the credentials, within the limits of a lookup. */
function boundHttp(http: HttpClient, opened: OpenConnection, abortSignal: AbortSignal): HttpClient {
  const signed = withCredentials(http, opened)
  return {
    request: (url, init = {}) => signed.request(url, { ...init, abortSignal, maxResponseBytes: MAX_RESPONSE_BYTES }),
    fetch: (input, init) => signed.fetch(input, { ...init, signal: abortSignal }),
  }
}

function shown({ value, title, detail }: LookupChoice): LookupChoice {
  return {
    value,
    title: cutText(title, MAX_TITLE),
    ...(detail === undefined ? {} : { detail: cutText(detail, MAX_TITLE) }),
  }
}

/** Keeps the refusals that say how long to wait; others name the code of the service alone. */
function lookupFailure(error: unknown, { secrets }: OpenConnection): TenonError {
  if (!(error instanceof TenonError))
    return new TenonError('LOOKUP_FAILED', 'The service gave no list', { cause: error })
  if (error.code === 'CONNECTION_RATE_LIMITED' || error.code === 'UNAVAILABLE') return error
  return new TenonError('LOOKUP_FAILED', createRedactor(secrets).text(error.message), { cause: error })
}
