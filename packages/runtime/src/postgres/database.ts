import { AsyncLocalStorage } from 'node:async_hooks'
import { TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  CompiledQuery,
  DefaultQueryExecutor,
  Kysely,
  SingleConnectionProvider,
  Transaction,
  WithSchemaPlugin,
} from 'kysely'
import type { DatabaseLink } from './link.ts'
import { linkDialect } from './link-dialect.ts'
import { findRole } from './login-role.ts'
import { explainMissing } from './not-migrated.ts'
import { type PgPool, pgLink } from './pg-link.ts'
import { type PgliteDatabase, pgliteLink } from './pglite-link.ts'
import type { PreparedStatement } from './prepared-statement.ts'
import { identifier, literal } from './quote.ts'
import { retryConflicts } from './refusal.ts'
import { createSpareConnections } from './spare-connections.ts'
import { createTenantSlots } from './tenant-slots.ts'
import type { Database, HeldLock, Tx } from './types.ts'

/** Connection to the database: the host's own pool, or a PGlite that the host opened. */
export type DatabaseSource = { readonly pool: PgPool } | { readonly pglite: PgliteDatabase }

/** Options of the database: names, time limits and prepared statements. */
export interface DatabaseOptions {
  /** Schema that holds the tables. @defaultValue 'tenon' */
  readonly schema?: string
  /** Role that transactions assume if the login itself would bypass RLS. @defaultValue 'tenon_app' */
  readonly appRole?: string
  /**
   * Longest wait for a connection and for each response to a read or a transaction, in milliseconds, above 0. After it
   * the connection is destroyed and the call fails with `UNAVAILABLE`. Migrations have no limit; PGlite runs in this
   * process and has none either.
   *
   * @defaultValue 30_000
   */
  readonly statementTimeoutMs?: number
  /**
   * Longest wait for an append to run logs, in milliseconds; keep it below the lease of a worker. @defaultValue 6_000
   */
  readonly appendTimeoutMs?: number
  /**
   * Connections of the pool that the transactions of one tenant use at once; ≥ 2. Further ones wait, for at most
   * `statementTimeoutMs`, so that a busy tenant leaves connections to the others. Appends to run logs share connections of
   * their own, and do not count. Two thirds of the pool are a good value where tenants share it.
   *
   * @defaultValue no limit
   */
  readonly maxTenantConnections?: number
  /**
   * Sends the statements of appends by name, so that Postgres parses each once a connection. Set it to `false` behind a
   * pooler that changes servers between statements and does not keep prepared statements itself (PgBouncer does from
   * 1.21 on, with `max_prepared_statements`).
   *
   * @defaultValue true
   */
  readonly preparedStatements?: boolean
}

/** Tenant setting of transactions that see the dispatch tables of all tenants; it is not a valid tenant id. */
const EVERY_TENANT = '*'

/**
 * Longest idle time of a transaction in milliseconds. Transactions only await the database, so one is idle only while
 * its process is busy or suspended.
 */
const MAX_IDLE_MS = 5_000

/**
 * Opens the database kit over a pool or a PGlite; connects at first use. The kit owns the source: `close()` ends it.
 *
 * @example
 * ```ts
 * const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString }) })
 * await database.withTenant('acme', (tx) => tx.selectFrom('runs').selectAll().execute())
 * ```
 */
export function createDatabase<Tables>(source: DatabaseSource, options: DatabaseOptions = {}): Database<Tables> {
  const { schema = 'tenon', appRole = 'tenon_app', statementTimeoutMs = 30_000, appendTimeoutMs = 6_000 } = options
  const link: DatabaseLink =
    'pool' in source
      ? pgLink(source.pool, { isPrepared: options.preparedStatements ?? true })
      : pgliteLink(source.pglite)
  const dialect = linkDialect(link)
  const plugins = [new WithSchemaPlugin(schema)]
  const compiler = dialect.createQueryCompiler()
  const adapter = dialect.createAdapter()
  const driver = dialect.createDriver()
  // Following promises costs every one of the process a little. Pools of several connections give a nested transaction one.
  const current = link.maxConnections === 1 ? new AsyncLocalStorage<{ open: boolean }>() : null
  const spare = createSpareConnections(link, appendTimeoutMs)
  const tenantSlots = createTenantSlots(options.maxTenantConnections, statementTimeoutMs)
  let role: Promise<string | null> | undefined

  const findRoleOnce = (): Promise<string | null> => {
    role ??= findRole(new Kysely({ dialect: linkDialect(link, statementTimeoutMs) }), schema, appRole).catch(
      (error: unknown) => {
        role = undefined
        throw error
      },
    )
    return role
  }
  // With a pool of one, or on PGlite, a nested transaction would wait for itself forever.
  const refuseNested = (): void => {
    if (current?.getStore()?.open) throw new TenonError('DB_TRANSACTION_NESTED', 'A transaction is open already')
  }
  const transact = async <View, Value>(tenant: string, work: (tx: Tx<View>) => Promise<Value>): Promise<Value> => {
    refuseNested()
    const role = await findRoleOnce()
    const idleMs = link.dialect === 'postgres' ? Math.min(statementTimeoutMs, MAX_IDLE_MS) : null
    const opening = openingOf(role, tenant, idleMs)
    const releaseSlot = tenant === EVERY_TENANT ? undefined : await tenantSlots?.acquire(tenant)
    const connection = await link.acquire(statementTimeoutMs).catch((error: unknown) => {
      releaseSlot?.()
      throw error
    })
    const scope = { open: true }
    try {
      await connection.begin(opening)
      const provider = new SingleConnectionProvider(connection)
      const executor = new DefaultQueryExecutor(compiler, adapter, provider, plugins)
      const tx = new Transaction<View>({ config: { dialect, plugins }, driver, dialect, executor })
      const value = await (current === null ? work(tx) : current.run(scope, () => work(tx)))
      await connection.commit()
      return value
    } catch (error) {
      await connection.rollback()
      throw explainMissing(error, schema)
    } finally {
      scope.open = false
      connection.release()
      releaseSlot?.()
    }
  }
  const call = async <Row>(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly Row[]> => {
    refuseNested()
    const acquiring = spare.acquire()
    const connection = acquiring instanceof Promise ? await acquiring : acquiring
    try {
      return await connection.send<Row>(statement, values)
    } catch (error) {
      throw explainMissing(error, schema)
    } finally {
      spare.release(connection)
    }
  }
  const holdLock = async (space: string, name: string): Promise<HeldLock | null> => {
    if (link.maxConnections < 3) return null
    const connection = await link.acquire(statementTimeoutMs)
    const statement = (lock: string) =>
      CompiledQuery.raw(`select pg_advisory_${lock}(hashtext($1), hashtext($2))`, [space, name])
    try {
      await connection.executeQuery(statement('lock'))
    } catch (error) {
      connection.release()
      throw error
    }
    return {
      get isHeld() {
        return connection.isUsable
      },
      release: async () => {
        // A lost connection has released its lock.
        await connection.executeQuery(statement('unlock')).catch(() => undefined)
        connection.release()
      },
    }
  }
  const view = <View>(): Database<View> => ({
    dialect: link.dialect,
    schema,
    owner: new Kysely<View>({ dialect, plugins }),
    role: findRoleOnce,
    holdLock,
    withTenant: async (tenantId, work) => {
      const tenant = checkTenant(tenantId)
      return retryConflicts(() => transact(tenant, work))
    },
    withSystem: (work) => retryConflicts(() => transact(EVERY_TENANT, work)),
    call: (statement, values) => retryConflicts(() => call(statement, values)),
    view,
    close: () => link.close(),
  })
  return view<Tables>()
}

function checkTenant(tenantId: TenantId): string {
  if (!TENANT_ID_PATTERN.test(tenantId)) throw new TenonError('TENANT_INVALID', 'This is not a valid tenant id')
  return tenantId
}

/**
 * @param idleMs - Time after which Postgres ends a transaction that sends nothing: a process whose main thread is busy
 * must not hold the locks of others' work. Null for no limit.
 */
function openingOf(role: string | null, tenant: string, idleMs: number | null): string {
  const setRole = role === null ? '' : `set local role ${identifier(role)}; `
  const setIdle = idleMs === null ? '' : `set local idle_in_transaction_session_timeout = ${Math.ceil(idleMs)}; `
  return `${setRole}${setIdle}select set_config('tenon.tenant', ${literal(tenant)}, true)`
}
