import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from '../../src/postgres/database.ts'
import { migrateRuntime } from '../../src/postgres/migrate-runtime.ts'
import type { RuntimeDatabase, RuntimeTables } from '../../src/postgres/tables.ts'
import type { Append, AppendOperation } from '../../src/store/append.ts'
import { inLockOrder } from '../../src/store/append.ts'
import { createAppender } from '../../src/store/appender.ts'
import { createDispatchStore } from '../../src/store/dispatch-store.ts'
import { createRunLogs } from '../../src/store/run-logs.ts'
import { appendOfNewRun } from '../../src/testing/append-of-new-run.ts'
import { startTestPostgres } from '../../src/testing/postgres.ts'
import { seededRandom } from '../chaos/seeded-random.ts'
import { storeAppend } from './memory-append.ts'
import { memoryDispatch } from './memory-dispatch.ts'
import { memoryLogs } from './memory-logs.ts'
import { createMemoryTables, findRun, type MemoryTables } from './memory-tables.ts'
import type { Pick } from './random-workflow.ts'

/** Opens a database whose clock is a row, which `setClock` changes. */
async function openClocked() {
  const server = await startTestPostgres()
  const connectionString = await server.createDatabase()
  const owner = new pg.Client({ connectionString })
  await owner.connect()
  const own = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString, max: 1 }) })
  await migrateRuntime(own)
  await own.close()
  const time = 'select to_timestamp(ms / 1000.0) from sim.clock'
  for (const statement of [
    'create schema sim',
    'create table sim.clock (ms bigint not null)',
    'insert into sim.clock values (0)',
    `create function sim.clock_timestamp() returns timestamptz language sql as $$${time}$$`,
    `create function sim.statement_timestamp() returns timestamptz language sql as $$${time}$$`,
    'grant usage on schema sim to public',
    'grant all on sim.clock to public',
    // Before the functions of the same names that Postgres has.
    `alter database ${new URL(connectionString).pathname.slice(1)} set search_path = sim, pg_catalog, public`,
  ]) {
    await owner.query(statement)
  }
  const database: RuntimeDatabase = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString, max: 2 }) })
  return {
    database,
    setClock: (at: number) => owner.query(`update sim.clock set ms = ${at}`),
    close: async () => {
      await database.close()
      await owner.end()
      await server.stop()
    },
  }
}

const RUNS = ['r1', 'r2', 'r3'] as const
const WORKERS = ['w1', 'w2', 'w3'] as const
const START = Date.UTC(2026, 0, 5)
const LEASE_MS = 2_000

function oneOf<Item>(pick: Pick, items: readonly Item[]): Item {
  return items[pick(items.length)] as Item
}

/** Draws an operation of an append. Its run has a child `r3` only by name: any run may be woken. */
function randomOperation(pick: Pick, now: number): AppendOperation {
  const nodeRunId = `n${pick(2)}`
  const pass = 1 + pick(2)
  const waitId = `${nodeRunId}/${pass}/0`
  switch (pick(13)) {
    case 0:
      return { op: 'timer_set', timerId: nodeRunId, dueAt: now + pick(4_000) - 1_000 }
    case 1:
      return { op: 'timer_clear', timerId: nodeRunId }
    case 2:
      return { op: 'ready', workerId: pick(2) === 0 ? null : oneOf(pick, WORKERS) }
    case 3:
      return { op: 'wake', runId: oneOf(pick, RUNS), isCancel: false }
    case 4: {
      const fact = JSON.stringify({ type: 'timer_fired', data: { timerId: nodeRunId, dueAt: 1, lateMs: 0 } })
      return { op: 'message', runId: oneOf(pick, RUNS), messageId: `timer/${nodeRunId}`, fact, at: now }
    }
    case 5:
      return { op: 'inbox_consumed', messageId: `timer/${nodeRunId}` }
    case 6:
      return { op: 'inbox_clear' }
    case 7:
    case 8:
      return { op: 'dispatch_add', nodeRunId, pass, requires: '' }
    case 9:
      return { op: 'dispatch_cancel', nodeRunId, pass }
    case 10:
      return { op: 'dispatch_end', nodeRunId, pass }
    case 11:
      return { op: 'snapshot', seq: pick(9), data: `${pick(9)}` }
    default:
      return { op: 'event_wake', waitId }
  }
}

/** Draws an append that often comes too late: at another turn, or behind the end of its run. */
function randomAppend(pick: Pick, tenantId: string, tables: MemoryTables): Append {
  const runId = oneOf(pick, RUNS)
  const now = tables.now()
  const drawn = Array.from({ length: pick(4) }, () => randomOperation(pick, now))
  const isEnd = pick(12) === 0
  const ends: readonly AppendOperation[] = isEnd ? [{ op: 'inbox_clear' }, { op: 'timers_end' }, { op: 'finish' }] : []
  const operations = inLockOrder([...drawn, ...ends], { tenantId, runId })
  const found = findRun(tables, { tenantId, runId })?.run
  if (found === undefined) return appendOfNewRun({ tenantId, runId, at: now, operations })
  const kind = oneOf(pick, ['create', 'observe', 'advance', 'advance', 'advance'] as const)
  if (kind === 'create') return appendOfNewRun({ tenantId, runId, at: now, operations })
  const turns = kind === 'observe' ? 0 : pick(2)
  const data = { timestamp: '', level: 'info', message: `${now}` } as const
  const body = { type: 'node_log', nodeRunId: 'n0', data } as const
  const status = isEnd && kind === 'advance' ? 'completed' : null
  return {
    ...{ tenantId, runId, kind, turns, create: null, operations, payloads: [] },
    expectTurn: found.turn - (pick(4) === 0 ? 1 : 0),
    expectSeq: pick(3) === 0 ? found.nextSeq - pick(2) : null,
    events: [
      { class: 'observation', id: `log/${now}/${pick(1_000)}`, at: now, turnOffset: turns, causeOffset: null, body },
    ],
    status,
    patch: status === null ? null : { finishedAt: now, outcome: 'done' },
  }
}

/** Functions of one of the stores, of which all have the same result in memory and in the database. */
interface Stores {
  append(append: Append): unknown
  logs(): object
  dispatch(workerId: string): object
}

/** Draws a call. */
function randomCall(pick: Pick, tenantId: string, tables: MemoryTables): (stores: Stores) => unknown {
  const run = { tenantId, runId: oneOf(pick, RUNS) }
  const workerId = oneOf(pick, WORKERS)
  const now = tables.now()
  const on =
    (name: string, ...args: readonly unknown[]) =>
    ({ dispatch }: Stores) =>
      callOf(dispatch(workerId), name)(...args)
  const queued = { ...run, nodeRunId: `n${pick(2)}`, pass: 1 + pick(2) }
  const limits = { held: new Map(), weightOf: () => 1, mostOfTenant: 100, queueWaitMs: 5_000, afterTenant: '' }
  switch (pick(16)) {
    case 0:
    case 1:
      return on('findWork', { ...limits, capacity: pick(4) })
    case 2:
    case 3:
      return on('acquire', run)
    case 4:
    case 5:
      return on('release', run)
    case 6:
    case 7:
      return on('renewLease', LEASE_MS)
    case 8:
      return on('clearTimers', run, ['n0'])
    case 9:
      return on('releaseDispatch', queued, now + pick(3) * 1_000)
    case 10:
      return pick(2) === 0 ? on('wakeDispatches', run) : on('endDispatch', queued)
    case 11:
      return pick(4) === 0 ? on('leave') : on('releasePaused', queued, now + 1_000)
    case 12: {
      const [after, limit] = [pick(4), 1 + pick(3)]
      return ({ logs }) => callOf(logs(), 'readEvents')(run, after, limit)
    }
    case 13:
      return ({ logs }) => callOf(logs(), 'load')(run)
    default: {
      const append = randomAppend(pick, tenantId, tables)
      return ({ append: store }) => store(append)
    }
  }
}

function callOf(store: object, name: string): (...args: readonly unknown[]) => unknown {
  const found: unknown = Object.entries(store).find(([key]) => key === name)?.[1]
  if (typeof found !== 'function') throw new Error(`The store has no ${name}`)
  return (...args) => found(...args)
}

const UNORDERED: readonly string[] = ['runs', 'claimed', 'canceling', 'owned', 'ownedDispatches', 'dueTimers']

/** Leaves out what a database may choose: the order of rows, and where the next round of tenants begins. */
function comparable(result: unknown): unknown {
  const text = JSON.stringify(result ?? null, (key, value: unknown) => {
    if (key === 'lastTenant') return undefined
    if (!Array.isArray(value) || !UNORDERED.includes(key)) return value
    return [...value].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  })
  return JSON.parse(text)
}

test('the store in memory answers as the database does, call by call', async () => {
  const { database, setClock, close } = await openClocked()
  const calls = 1_200
  const random = seededRandom(1)
  const pick: Pick = (choices) => Math.floor(random() * choices)
  let now = START
  let tenantId = 'tenant-0'
  const tables = createMemoryTables(
    () => now,
    () => false,
  )
  const memory: Stores = {
    append: (append) => storeAppend(tables, append),
    logs: () => memoryLogs(tables),
    dispatch: (workerId) => memoryDispatch(tables, workerId, 0),
  }
  const appender = createAppender(database)
  const stored: Stores = {
    append: (append) => appender.append(append),
    logs: () => createRunLogs(database),
    dispatch: (workerId) => createDispatchStore(database, { workerId, capabilities: ['queue:slow'], busyGraceMs: 0 }),
  }
  await setClock(now)
  for (let index = 0; index < calls; index += 1) {
    if (index % 60 === 0) {
      // New runs, since ended ones refuse all; alone, since a database shares out its work among tenants.
      tenantId = `tenant-${index}`
      tables.runs.clear()
      tables.workers.clear()
      await database.withSystem(async (tx) => {
        for (const table of ['workers', 'run_ready', 'timers', 'node_dispatches'] as const) {
          await tx.deleteFrom(table).execute()
        }
      })
    }
    if (pick(3) === 0) {
      now += pick(1_500)
      await setClock(now)
    }
    const call = randomCall(pick, tenantId, tables)
    const [real, simulated] = [await call(stored), call(memory)]
    expect({ index, result: comparable(real) }).toEqual({ index, result: comparable(simulated) })
  }
  await close()
})
