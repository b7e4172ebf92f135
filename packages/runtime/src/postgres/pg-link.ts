import { TenonError } from '@tenon/core/errors'
import type { CompiledQuery, QueryResult } from 'kysely'
import { encodeArray, isArrayType } from './binary-array.ts'
import type { DatabaseLink, LinkConnection } from './link.ts'
import { noStream } from './no-stream.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import { isTooLarge } from './refusal.ts'
import { within } from './within.ts'

interface PgQuery {
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
  readonly types?: { getTypeParser(oid: number, format?: string): (text: string) => unknown }
}

interface PgResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  getTypeParser(oid: number, format?: string): (text: string) => unknown
  release(error?: Error | boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

/** The part of a `pg.Pool` that is used; hosts pass their own. */
export interface PgPool {
  /** Takes a client from the pool. */
  connect(): Promise<PgClient>
  /** Closes the pool; called only if the database owns it. */
  end(): Promise<void>
  /** Options of the pool, of which the size is read. */
  readonly options?: { readonly max?: number | undefined }
  /** Adds a listener for errors of idle clients. */
  on?(event: 'error', listener: (error: Error) => void): unknown
  /** Removes such a listener. */
  off?(event: 'error', listener: (error: Error) => void): unknown
  /** Number of such listeners. */
  listenerCount?(event: 'error'): number
}

/** Size of a pool without an option for it. */
const DEFAULT_MAX = 10
const INT8_OID = 20
const NUMERIC_OID = 1700

export interface PgLinkOptions {
  /** Names the statements of {@link LinkConnection.send}, so that Postgres parses each once. @defaultValue true */
  readonly isPrepared?: boolean
}

/** Creates a link to Postgres over a `pg` pool; 64-bit integers are returned as numbers, as with PGlite. */
export function pgLink(pool: PgPool, { isPrepared = true }: PgLinkOptions = {}): DatabaseLink {
  // Never removed: the pool drops a lost idle connection, and without a listener `pg` would end the host's process.
  // Once per pool, for any number of databases over it.
  if ((pool.listenerCount?.('error') ?? 0) === 0) pool.on?.('error', () => undefined)
  return {
    dialect: 'postgres',
    maxConnections: pool.options?.max ?? DEFAULT_MAX,
    acquire: async (timeoutMs = Number.POSITIVE_INFINITY) =>
      pgConnection(await connect(pool, timeoutMs), { timeoutMs, isPrepared }),
    close: () => pool.end(),
  }
}

async function connect(pool: PgPool, timeoutMs: number): Promise<PgClient> {
  const connecting = pool.connect()
  try {
    return await within(timeoutMs, connecting, 'The database has no free connection')
  } catch (cause) {
    // A client that arrives too late is returned to the pool; a refused connection is reported below.
    connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    throw unavailable(cause)
  }
}

function pgConnection(
  client: PgClient,
  { timeoutMs, isPrepared }: { readonly timeoutMs: number; readonly isPrepared: boolean },
): LinkConnection {
  let broken: Error | undefined
  // While a client is checked out it has no other listener, and a lost server would end the host's process.
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  const types = {
    getTypeParser: (oid: number, format?: string) =>
      oid === INT8_OID || oid === NUMERIC_OID ? Number : client.getTypeParser(oid, format),
  }
  const send = async (query: PgQuery): Promise<PgResult> => {
    try {
      return await within(timeoutMs, client.query(query), 'The database does not respond')
    } catch (error) {
      // The client could not send the statement, which is not a fault of the server; a part of it may have been sent.
      if (error instanceof Error && isTooLarge(error)) broken = error
      if (!isConnectionLost(error)) throw error
      // The pool must not reuse a lost connection, or one whose transaction may still be open.
      broken = error
      throw unavailable(error)
    }
  }
  return {
    get isUsable() {
      return broken === undefined
    },
    begin: async (opening) => {
      await send({ text: `begin; ${opening}` })
    },
    commit: async () => {
      await send({ text: 'commit' })
    },
    send: async <Row>(statement: PreparedStatement, values: readonly unknown[]) => {
      const query = { text: statement.text, values: encodeValues(statement, values), types }
      try {
        return (await send(isPrepared ? { name: statement.name, ...query } : query)).rows as Row[]
      } catch (error) {
        throw explainPooler(error)
      }
    },
    rollback: async () => {
      // The server rolls back when the connection is destroyed; a silent server would not respond to a rollback.
      if (broken !== undefined) return
      try {
        await within(timeoutMs, client.query({ text: 'rollback' }), 'The database does not respond')
      } catch (error) {
        broken = error instanceof Error ? error : new TenonError('UNAVAILABLE', 'The transaction cannot be rolled back')
      }
    },
    release: () => {
      client.off('error', onError)
      client.release(broken)
    },
    executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      const result = await send({ text: query.sql, values: [...query.parameters], types })
      return {
        rows: result.rows as Row[],
        ...(result.rowCount === null ? {} : { numAffectedRows: BigInt(result.rowCount) }),
      }
    },
    streamQuery: noStream,
  }
}

/** Encodes lists as binary arrays; `pg` sends bytes unchanged. */
function encodeValues({ types }: PreparedStatement, values: readonly unknown[]): unknown[] {
  return values.map((value, index) => {
    const type = types[index]
    return isArrayType(type) && Array.isArray(value) ? encodeArray(type, value) : value
  })
}

/** SQLSTATEs of a statement name that this connection does not have, or that another client uses. */
const LOST_STATEMENT: ReadonlySet<unknown> = new Set(['26000', '42P05'])

function explainPooler(error: unknown): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (!LOST_STATEMENT.has(code)) return error
  const message =
    'The connection does not keep prepared statements: a pooler between Tenon and Postgres changes servers'
  return new TenonError('DB_PREPARED_STATEMENTS', message, { cause: error, details: { sqlState: String(code) } })
}

/** SQLSTATE classes of a server that is shutting down or overloaded; a retry may succeed. */
const LOST = /^(08|57P|53)/

/** Checks for a lost connection. Errors of the server have codes of five characters; those of the client do not. */
function isConnectionLost(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof TypeError || isTooLarge(error)) return false
  if (error instanceof TenonError) return error.code === 'UNAVAILABLE'
  const code = 'code' in error ? String(error.code) : ''
  return code.length === 5 ? LOST.test(code) : !('severity' in error)
}

function unavailable(cause: unknown): TenonError {
  if (cause instanceof TenonError) return cause
  return new TenonError('UNAVAILABLE', 'The database is unreachable', { cause })
}
