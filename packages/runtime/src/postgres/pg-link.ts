import { TenonError } from '@tenon/core/errors'
import type { CompiledQuery, QueryResult } from 'kysely'
import { encodeArray, isArrayType } from './binary-array.ts'
import type { DatabaseLink, LinkConnection } from './link.ts'
import { noStream } from './no-stream.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import { isTooLarge } from './refusal.ts'

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
  /** Number of callers that wait for a client. */
  readonly waitingCount?: number
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
  const typesByClient = new WeakMap<PgClient, Types>()
  return {
    dialect: 'postgres',
    maxConnections: pool.options?.max ?? DEFAULT_MAX,
    waiting: () => pool.waitingCount ?? 0,
    acquire: async (timeoutMs = Number.POSITIVE_INFINITY) => {
      const client = await connect(pool, timeoutMs)
      const types = typesByClient.get(client) ?? typesOf(client)
      typesByClient.set(client, types)
      return new PgConnection(client, { timeoutMs, isPrepared, types })
    },
    close: () => pool.end(),
  }
}

/** Options of a connection while it is checked out. */
interface ConnectionOptions {
  readonly timeoutMs: number
  readonly isPrepared: boolean
  readonly types: Types
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

/** Parsers of a client's values, in which 64-bit integers become numbers. */
type Types = NonNullable<PgQuery['types']>

function typesOf(client: PgClient): Types {
  return {
    getTypeParser: (oid, format) =>
      oid === INT8_OID || oid === NUMERIC_OID ? Number : client.getTypeParser(oid, format),
  }
}

/** A client that is checked out of its pool. */
class PgConnection implements LinkConnection {
  readonly #client: PgClient
  readonly #options: ConnectionOptions
  #broken: Error | undefined

  constructor(client: PgClient, options: ConnectionOptions) {
    this.#client = client
    this.#options = options
    // While a client is checked out it has no other listener, and a lost server would end the host's process.
    client.on('error', this.#onError)
  }

  readonly #onError = (error: Error): void => {
    this.#broken = error
  }

  get isUsable(): boolean {
    return this.#broken === undefined
  }

  async begin(opening: string): Promise<void> {
    await this.#send({ text: `begin; ${opening}` })
  }

  async commit(): Promise<void> {
    await this.#send({ text: 'commit' })
  }

  async send<Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    const { isPrepared, types } = this.#options
    const { name, text } = statement
    const encoded = encodeValues(statement, values)
    try {
      const query = isPrepared ? { name, text, values: encoded, types } : { text, values: encoded, types }
      return (await this.#send(query)).rows as Row[]
    } catch (error) {
      throw explainPooler(error)
    }
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result = await this.#send({ text: query.sql, values: [...query.parameters], types: this.#options.types })
    return {
      rows: result.rows as Row[],
      ...(result.rowCount === null ? {} : { numAffectedRows: BigInt(result.rowCount) }),
    }
  }

  readonly streamQuery = noStream

  async rollback(): Promise<void> {
    // The server rolls back when the connection is destroyed; a silent server would not respond to a rollback.
    if (this.#broken !== undefined) return
    try {
      const rolledBack = this.#client.query({ text: 'rollback' })
      await within(this.#options.timeoutMs, rolledBack, 'The database does not respond')
    } catch (error) {
      this.#broken =
        error instanceof Error ? error : new TenonError('UNAVAILABLE', 'The transaction cannot be rolled back')
    }
  }

  release(): void {
    this.#client.off('error', this.#onError)
    this.#client.release(this.#broken)
  }

  async #send(query: PgQuery): Promise<PgResult> {
    try {
      return await within(this.#options.timeoutMs, this.#client.query(query), 'The database does not respond')
    } catch (error) {
      // The client could not send the statement, which is not a fault of the server; a part of it may have been sent.
      if (error instanceof Error && isTooLarge(error)) this.#broken = error
      if (!isConnectionLost(error)) throw error
      // The pool must not reuse a lost connection, or one whose transaction may still be open.
      this.#broken = error
      throw unavailable(error)
    }
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
  return new TenonError('UNAVAILABLE', 'The database is unreachable', { cause, details: { waitsFor: 'database' } })
}

/**
 * Limits the time that the caller waits for the database. The work itself is not stopped: the caller must not use its
 * connection again.
 *
 * @param timeoutMs - Milliseconds; `Infinity` for no limit.
 * @throws {@link TenonError} `UNAVAILABLE` after the time limit.
 */
function within<Value>(timeoutMs: number, work: Promise<Value>, message: string): Promise<Value> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return work
  return new Promise((resolve, reject) => {
    const details = { waitsFor: 'database' }
    const expire = (): void => reject(new TenonError('UNAVAILABLE', `${message} (waited ${timeoutMs} ms)`, { details }))
    const timer = setTimeout(expire, timeoutMs)
    // Both listeners stay after the limit: the work may still fail, when the caller has its error already.
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
