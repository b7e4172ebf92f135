import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { createDatabase } from '../../src/postgres/database.ts'
import { migrateRuntime } from '../../src/postgres/migrate-runtime.ts'
import { openPGlite } from '../../src/postgres/open-pglite.ts'
import type { RuntimeTables } from '../../src/postgres/tables.ts'
import { startTestPostgres, type TestPostgres, testDirectory } from '../../src/testing/postgres.ts'
import { bundleFixture } from '../fixtures/bundle.ts'
import { type ChaosFleet, type CloseOptions, createChaosFleet } from './chaos-fleet.ts'
import { checkLogs, type LogFindings, readEffects } from './check-logs.ts'
import { type FaultProxy, openFaultProxy } from './fault-proxy.ts'
import type { OpenWait, RunAddress } from './protocol.ts'
import { recordAttack } from './record-attack.ts'
import { seededRandom } from './seeded-random.ts'
import { waitUntil } from './wait-until.ts'

/** A Postgres and the program of the workers, for the attacks of one test file. */
export interface ChaosGround {
  readonly postgres: TestPostgres
  /** Opens a migrated database without runs for one attack. */
  openArena(): Promise<Arena>
  /** Opens a PGlite in a directory, which one worker process at a time has open. */
  openPGliteArena(): PGliteArena
  close(): Promise<void>
}

/** Database, workers and effects of one attack. */
export interface Arena extends ChaosFleet {
  /** Opens a proxy in front of the database. */
  proxy(seed: number): Promise<FaultProxy>
  /** Waits until a condition in SQL is true, through outages of the database. */
  until(condition: string): Promise<void>
  /** Returns what waits for a person or another system, and the paused runs; nothing while the database is down. */
  unattended(): Promise<{ readonly waits: readonly OpenWait[]; readonly paused: readonly RunAddress[] }>
  /** Returns when the runs of a tenant have begun, in milliseconds since the Unix epoch. */
  startsOf(tenantId: string): Promise<readonly { readonly runId: string; readonly startedAt: number }[]>
  /** Counts the runs of a tenant that are queued. */
  queuedOf(tenantId: string): Promise<number>
  /** Counts those of some runs that have ended; 0 while the database is down. */
  endedOf(runs: readonly RunAddress[]): Promise<number>
  /**
   * Waits until every run has ended, closes the workers, and checks all invariants.
   *
   * @throws RangeError if no run has ended for a minute: they are stuck.
   */
  finish(options?: CloseOptions): Promise<LogFindings>
  close(): Promise<void>
}

/** An arena on PGlite: only its worker sees the database, so `finish` expects that the runs have ended. */
export type PGliteArena = ChaosFleet & Pick<Arena, 'finish' | 'close'>

/** Opens the ground of a test file. */
export async function openChaosGround(): Promise<ChaosGround> {
  const [script, postgres, directory] = await Promise.all([
    bundleFixture('chaos-worker-process'),
    startTestPostgres({ keepsCommits: true }),
    testDirectory(),
  ])
  const template = await postgres.createDatabase()
  const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: template, max: 1 }) })
  await migrateRuntime(database)
  await database.close()
  const newEffects = () => join(directory, `${randomUUID()}.effects`)
  return {
    postgres,
    openArena: async () => {
      const url = await postgres.createDatabase(template)
      return openArena({ url, script, postgres, effects: newEffects() })
    },
    openPGliteArena: () => openPGliteArena(script, join(directory, randomUUID()), newEffects()),
    close: async () => {
      await rm(directory, { recursive: true, force: true })
      await postgres.stop()
    },
  }
}

interface ArenaParts {
  readonly url: string
  readonly script: string
  readonly postgres: TestPostgres
  readonly effects: string
}

type Read = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

const WATCH = 'chaos-watch'
const WATCH_TIMEOUT_MS = 10_000

function openArena({ url, script, postgres, effects }: ArenaParts): Arena {
  const fleet = createChaosFleet(script, { url }, effects)
  const proxies: FaultProxy[] = []
  const deadlocksBefore = postgres.deadlocks()
  const openedAt = performance.now()
  const watch = new pg.Pool({
    connectionString: url,
    max: 2,
    application_name: WATCH,
    query_timeout: WATCH_TIMEOUT_MS,
  })
  watch.on('error', () => undefined)
  const read: Read = async (text) => (await watch.query(text)).rows
  const endedOf: Arena['endedOf'] = async (runs) => {
    const ids = runs.map(({ runId }) => `'${runId}'`).join(', ')
    const ended = `select count(*)::int from tenon.runs where run_id in (${ids}) and finished_at is not null`
    return Number((await read(ended).catch(() => []))[0]?.['count'] ?? 0)
  }
  const describe = async (): Promise<string> => `${JSON.stringify(await openRuns(read))}. ${fleet.describe()}`

  return {
    ...fleet,
    proxy: async (seed) => {
      const proxy = await openFaultProxy(url, seededRandom(seed))
      proxies.push(proxy)
      return proxy
    },
    until: (condition) =>
      waitUntil(
        async () => Number((await read(`select (${condition})::int as met`))[0]?.['met']),
        1,
        async () => `Not met: ${condition}. Open runs: ${await describe()}`,
      ),
    unattended: async () => {
      const rows = async (text: string) => (await read(text).catch(() => [])) as unknown as readonly OpenWait[]
      const run = 'tenant_id as "tenantId", run_id as "runId"'
      return {
        waits: await rows(`select ${run}, approval_id as "approvalId", kind from tenon.waits where status = 'open'`),
        paused: await rows(`select ${run} from tenon.runs where status = 'paused'`),
      }
    },
    startsOf: async (tenantId) => {
      const rows = await read(`select run_id, started_at from tenon.runs where tenant_id = '${tenantId}'`)
      return rows.map(({ run_id, started_at }) => ({ runId: String(run_id), startedAt: Number(started_at) }))
    },
    queuedOf: async (tenantId) => {
      const queued = `select count(*)::int from tenon.run_admissions where tenant_id = '${tenantId}'`
      return Number((await read(queued))[0]?.['count'])
    },
    endedOf,
    finish: async (options) => {
      await waitUntil(
        () => endedOf(fleet.runs),
        fleet.runs.length,
        async () => `Runs are stuck: ${await describe()}`,
      )
      const faults = [...(await fleet.closeWorkers(options)), ...(await leftovers(read, fleet.killed()))]
      const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 2 }) })
      const children = await read(
        `select tenant_id as "tenantId", run_id as "runId" from tenon.runs where parent_run_id is not null`,
      )
      const runs = [...fleet.runs, ...(children as unknown as readonly RunAddress[])]
      const findings = await checkLogs(database, runs, await readEffects(effects))
      await database.close()
      const deadlocks = postgres.deadlocks() - deadlocksBefore
      if (deadlocks > 0) faults.push(`Postgres has logged ${deadlocks} deadlocks`)
      const all = { ...findings, faults: [...faults, ...findings.faults] }
      recordAttack({ ...all, note: options?.note ?? '' }, performance.now() - openedAt)
      return all
    },
    close: async () => {
      await fleet.killWorkers()
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await watch.end()
    },
  }
}

function openPGliteArena(script: string, directory: string, effects: string): PGliteArena {
  const fleet = createChaosFleet(script, { directory }, effects)
  return {
    ...fleet,
    finish: async () => {
      const faults = await fleet.closeWorkers()
      const database = createDatabase<RuntimeTables>({ pglite: await openPGlite(directory) })
      const findings = await checkLogs(database, fleet.runs, await readEffects(effects))
      await database.close()
      return { ...findings, faults: [...faults, ...findings.faults] }
    },
    close: () => fleet.killWorkers(),
  }
}

/** Some of the runs that have not ended, with the state of their dispatch. */
function openRuns(read: Read): ReturnType<Read> {
  return read(`
    select r.run_id, r.status, r.turn, q.worker_id, q.woken from tenon.runs r
    left join tenon.run_ready q using (tenant_id, run_id) where finished_at is null limit 5`)
}

/** Rows that wait for something that cannot come any more, and connections that no process holds. */
async function leftovers(read: Read, killed: number): Promise<readonly string[]> {
  const over = `(select run_id from tenon.runs where finished_at is not null)`
  const connections = async () =>
    read(`select pid from pg_stat_activity where datname = current_database()
      and backend_type = 'client backend' and application_name <> '${WATCH}'`)
  // A backend ends a moment after its client.
  await waitUntil(
    async () => -(await connections()).length,
    0,
    async () => `Connections are left: ${JSON.stringify(await connections())}`,
  )
  const rows = await read(`
    select 'run_ready' as kind, count(*)::int as count from tenon.run_ready where run_id in ${over}
    union all select 'run_admissions', count(*)::int from tenon.run_admissions where run_id in ${over}
    union all select 'timers', count(*)::int from tenon.timers where run_id in ${over}
    union all select 'waits', count(*)::int from tenon.waits where status = 'open' and run_id in ${over}
    union all select 'run_inbox', count(*)::int from tenon.run_inbox where run_id in ${over}
    union all select 'workers', greatest(count(*)::int - ${killed}, 0) from tenon.workers`)
  return rows.flatMap(({ kind, count }) => (count === 0 ? [] : [`${count} rows are left in ${kind}`]))
}
