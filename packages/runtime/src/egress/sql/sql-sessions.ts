import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TenonError } from '@tenon/core/errors'
import type pg from 'pg'
import type { Account, CallLimits, PostgresLogin } from '../logins.ts'
import { createSlots, type Slots } from '../slots.ts'
import { toConnectFailure } from './sql-failures.ts'

/** Most sessions of one account, and of all accounts of one tenant, in this process. */
const MAX_SESSIONS = 4
const MAX_SESSIONS_OF_TENANT = 8
const IDLE_MS = 10_000
const CONNECT_MS = 10_000
const CANCEL_MS = 5_000

/** Sessions at databases. */
export interface SqlSessions {
  /**
   * Calls `work` with a session that no other call uses. When the signal aborts, the database cancels its statement.
   *
   * @throws {@link TenonError} `SQL_UNAVAILABLE`, `SQL_LOGIN_FAILED`; the reason of the signal; any error of `work`.
   */
  use<Result>(
    account: Account<PostgresLogin>,
    limits: CallLimits,
    work: (session: SqlSession) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

/** A session at a database. */
export interface SqlSession {
  readonly client: pg.PoolClient
  /** Bytes that the session sends to this process pass through it. */
  readonly stream: Duplex
}

type Driver = typeof pg

/** Members of a client that its types lack. */
interface ClientInternals {
  readonly processID: number
  readonly connection: { readonly stream: Duplex }
}

/** @param createSocket - Creates a socket that refuses addresses which are not allowed. */
export function createSqlSessions(createSocket: () => Socket): SqlSessions {
  const pools = new Map<string, pg.Pool>()
  const slots = new Map<string, Slots>()

  async function acquire(key: string, max: number, abortSignal: AbortSignal): Promise<() => void> {
    const ofKey = slots.get(key) ?? createSlots(max)
    slots.set(key, ofKey)
    const release = await ofKey.acquire(abortSignal)
    return () => {
      release()
      if (ofKey.isFree) slots.delete(key)
    }
  }

  function poolOf(driver: Driver, key: string, { login }: Account<PostgresLogin>): pg.Pool {
    const known = pools.get(key)
    if (known !== undefined) return known
    const pool = new driver.Pool({
      ...configOf(login, createSocket),
      max: MAX_SESSIONS,
      idleTimeoutMillis: IDLE_MS,
      allowExitOnIdle: true,
    })
    // An idle session that ends is replaced with the next use.
    pool.on('error', () => undefined)
    pool.on('remove', () => {
      if (pool.totalCount === 0 && pools.get(key) === pool && slots.get(key) === undefined) pools.delete(key)
    })
    pools.set(key, pool)
    return pool
  }

  return {
    async use(account, limits, work) {
      const { abortSignal } = limits
      const driver = await loadDriver()
      const key = keyOf(account)
      const releaseOfTenant = await acquire(`tenant ${account.tenantId}`, MAX_SESSIONS_OF_TENANT, abortSignal)
      try {
        const release = await acquire(key, MAX_SESSIONS, abortSignal)
        try {
          const client = await connect(poolOf(driver, key, account), abortSignal)
          const cancel = () => cancelBackend(driver, account.login, createSocket, client)
          return await working(client, abortSignal, cancel, work)
        } finally {
          release()
        }
      } finally {
        releaseOfTenant()
      }
    },
    async close() {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map((pool) => pool.end()))
    },
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default
  } catch (cause) {
    throw new TenonError('SQL_UNAVAILABLE', 'The package "pg" is not installed on this server', {
      cause,
      retryable: false,
      remedy: 'Ask the operator to install the package "pg".',
    })
  }
}

function configOf(login: PostgresLogin, createSocket: () => Socket): pg.ClientConfig {
  const { host, port, database, user, password, tls, ca } = login
  const trusted = ca === null ? {} : { ca }
  return {
    ...{ host, port, database, user, password },
    ssl: tls === 'off' ? false : { rejectUnauthorized: tls === 'verify', ...trusted },
    stream: createSocket,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'tenon',
  }
}

/** Key of the pool of an account: other credentials are another pool. */
function keyOf({ tenantId, login }: Account<PostgresLogin>): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantId, login]))
    .digest('base64')
}

async function connect(pool: pg.Pool, abortSignal: AbortSignal): Promise<pg.PoolClient> {
  const connecting = pool.connect()
  const aborted = whenAborted(abortSignal)
  try {
    return await Promise.race([connecting, aborted.promise])
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    throw abortSignal.aborted ? abortSignal.reason : toConnectFailure(error)
  } finally {
    aborted.stop()
  }
}

function whenAborted(abortSignal: AbortSignal): { readonly promise: Promise<never>; stop(): void } {
  let stop = (): void => undefined
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(abortSignal.reason)
    abortSignal.addEventListener('abort', onAbort, { once: true })
    stop = () => abortSignal.removeEventListener('abort', onAbort)
    if (abortSignal.aborted) onAbort()
  })
  return { promise, stop }
}

async function working<Result>(
  client: pg.PoolClient,
  abortSignal: AbortSignal,
  cancel: () => Promise<void>,
  work: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  const { stream } = internalsOf(client).connection
  let isBroken = false
  const onError = () => {
    isBroken = true
  }
  const onAbort = () => {
    isBroken = true
    // The statement must not run on when nothing waits for it; a database that does not answer gets no more of it.
    cancel().finally(() => stream.destroy())
  }
  client.on('error', onError)
  abortSignal.addEventListener('abort', onAbort, { once: true })
  try {
    if (abortSignal.aborted) throw abortSignal.reason
    const result = await work({ client, stream })
    // Settings, temporary tables and locks of a statement must not reach the next one.
    client.query('discard all').then(
      () => leave(),
      () => leave(true),
    )
    return result
  } catch (error) {
    leave(true)
    throw abortSignal.aborted ? abortSignal.reason : error
  } finally {
    abortSignal.removeEventListener('abort', onAbort)
  }

  function leave(isOver = isBroken): void {
    client.off('error', onError)
    client.release(isOver)
  }
}

/** The driver has these members, and its types lack them. */
function internalsOf(client: pg.PoolClient): ClientInternals {
  return client as unknown as ClientInternals
}

/** Cancels by a session of its own, which works through TLS as well; a user may cancel its own statements. */
async function cancelBackend(
  driver: Driver,
  login: PostgresLogin,
  createSocket: () => Socket,
  running: pg.PoolClient,
): Promise<void> {
  const client = new driver.Client({ ...configOf(login, createSocket), connectionTimeoutMillis: CANCEL_MS })
  client.on('error', () => undefined)
  const alarm = setTimeout(() => void client.end(), CANCEL_MS)
  try {
    await client.connect()
    await client.query('select pg_cancel_backend($1)', [internalsOf(running).processID])
    await client.end()
  } catch {
    // The session itself is closed then.
  } finally {
    clearTimeout(alarm)
  }
}
