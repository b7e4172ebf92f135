import type { Fact } from '@tenon/core/run'
import { sql } from 'kysely'
import type { FactToCommit } from '../commit/commit-types.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { claimReadyRuns } from './claim-runs.ts'

export interface RunKey {
  readonly tenantId: string
  readonly runId: string
}

/** What a look into the dispatch tables has found for this worker. */
export interface FoundWork {
  /** Runs to look at: new ones, and own ones that somebody has poked. */
  readonly runs: readonly RunKey[]
  /** When the next timer of any run is due, ms since the Unix epoch. */
  readonly nextTimerAt: number | null
  /** Tenant that was served last: where the next round begins. */
  readonly lastTenant: string | null
}

/** The embedded engine's side of the dispatch tables; nothing here decides, it only says who looks after what. */
export interface DispatchStore {
  /** Makes runs with due timers ready, and claims what is free, tenant by tenant in turn. */
  findWork(now: number, capacity: number, afterTenant: string): Promise<FoundWork>
  /** Messages to a run that are not taken yet, oldest first; takes back the poke that told of them. */
  readInbox(run: RunKey): Promise<readonly FactToCommit[]>
  /** Gives a run back. False when somebody has poked it meanwhile: look again. */
  release(run: RunKey): Promise<boolean>
  /** Renews the lease of this worker, and frees the runs of those whose lease is over. False if it was over itself. */
  renewLease(leaseMs: number): Promise<boolean>
  /** Frees the runs of all workers of other processes: for PGlite, which one process has alone. */
  freeOthers(processPrefix: string): Promise<void>
  /** Gives all runs back and signs off. */
  leave(): Promise<void>
}

/** Timers that were seen are looked at again after so long, in case nobody has come to take them. */
const TIMER_RETRY_MS = 30_000
const TIMER_BATCH = 500

const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

export function createDispatchStore(database: RuntimeDatabase, workerId: string): DispatchStore {
  return {
    findWork: (now, capacity, afterTenant) =>
      database.withSystem(async (tx) => {
        await readyDueRuns(tx, now)
        const poked = await tx
          .updateTable('run_ready')
          .set({ poked: false })
          .where('worker_id', '=', workerId)
          .where('poked', '=', true)
          .returning(['tenant_id', 'run_id'])
          .execute()
        const claimed =
          capacity > 0
            ? await claimReadyRuns(tx, { schema: database.schema, workerId, now, capacity, afterTenant })
            : []
        const next = await tx.selectFrom('timers').select('fire_at').orderBy('fire_at').limit(1).executeTakeFirst()
        return {
          runs: [...poked, ...claimed].map((row) => ({ tenantId: row.tenant_id, runId: row.run_id })),
          nextTimerAt: next?.fire_at ?? null,
          lastTenant: claimed.at(-1)?.tenant_id ?? null,
        }
      }),
    readInbox: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        await tx
          .updateTable('run_ready')
          .set({ poked: false })
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .where('poked', '=', true)
          .execute()
        const rows = await tx
          .selectFrom('run_inbox')
          .select(['message_id', 'fact'])
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('consumed_turn', 'is', null)
          .orderBy('position')
          .execute()
        return rows.map((row) => ({ fact: JSON.parse(row.fact) as Fact, messageId: row.message_id }))
      }),
    release: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        await tx
          .deleteFrom('run_ready')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .where('poked', '=', false)
          .execute()
        const left = await tx
          .selectFrom('run_ready')
          .select('run_id')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .where('worker_id', '=', workerId)
          .executeTakeFirst()
        return left === undefined
      }),
    renewLease: (leaseMs) => database.withSystem((tx) => renew(tx, workerId, leaseMs)),
    freeOthers: async (processPrefix) => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', 'not like', `${processPrefix}%`).execute()
        await freeOrphans(tx)
      })
    },
    leave: async () => {
      await database.withSystem(async (tx) => {
        await tx.deleteFrom('workers').where('worker_id', '=', workerId).execute()
        await tx
          .updateTable('run_ready')
          .set({ worker_id: null, poked: false })
          .where('worker_id', '=', workerId)
          .execute()
      })
    },
  }
}

async function readyDueRuns(tx: Tx<RuntimeTables>, now: number): Promise<void> {
  const due = await tx
    .with('due', (with_) =>
      with_
        .selectFrom('timers')
        .select(['tenant_id', 'run_id', 'timer_id'])
        .where('fire_at', '<=', now)
        .orderBy('fire_at')
        .limit(TIMER_BATCH)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('timers')
    .from('due')
    .set({ fire_at: now + TIMER_RETRY_MS })
    .whereRef('timers.tenant_id', '=', 'due.tenant_id')
    .whereRef('timers.run_id', '=', 'due.run_id')
    .whereRef('timers.timer_id', '=', 'due.timer_id')
    .returning(['timers.tenant_id', 'timers.run_id'])
    .execute()
  const runs = new Map(due.map((row) => [`${row.tenant_id}/${row.run_id}`, row]))
  if (runs.size === 0) return
  await tx
    .insertInto('run_ready')
    .values([...runs.values()].map((row) => ({ tenant_id: row.tenant_id, run_id: row.run_id, ready_at: now })))
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ poked: true }))
    .execute()
}

async function renew(tx: Tx<RuntimeTables>, workerId: string, leaseMs: number): Promise<boolean> {
  const until = sql<number>`${databaseNow} + ${leaseMs}::bigint`
  const renewed = await tx
    .updateTable('workers')
    .set({ lease_until: until })
    .where('worker_id', '=', workerId)
    .executeTakeFirst()
  const wasAlive = renewed.numUpdatedRows > 0n
  if (!wasAlive) {
    await tx
      .insertInto('workers')
      .values({ worker_id: workerId, started_at: databaseNow, lease_until: until })
      .execute()
  }
  await tx.deleteFrom('workers').where('lease_until', '<', databaseNow).execute()
  await freeOrphans(tx)
  return wasAlive
}

async function freeOrphans(tx: Tx<RuntimeTables>): Promise<void> {
  await tx
    .updateTable('run_ready')
    .set({ worker_id: null, poked: false })
    .where('worker_id', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('workers').select('workers.worker_id').whereRef('workers.worker_id', '=', 'run_ready.worker_id'),
        ),
      ),
    )
    .execute()
}
