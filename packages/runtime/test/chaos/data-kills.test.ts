import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { createDataTables } from '../../src/data-tables/data-tables.ts'
import { embeddedEngine } from '../../src/engines/embedded/embedded-engine.ts'
import { createDatabase } from '../../src/postgres/database.ts'
import { migrateRuntime } from '../../src/postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../../src/postgres/tables.ts'
import { openEmbedded, testDeps } from '../../src/testing/embedded.ts'
import { type DrivenRun, drivenRun, startRun } from '../../src/testing/run-driver.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { useProcesses } from '../../src/testing/use-processes.ts'
import { sized } from './chaos-size.ts'
import type { ProcessCrash } from './crashing-pool.ts'

const { script, server, onClose } = useProcesses('data-process')

/** start > work > end: work adds 1 to a key, and then a row to a table. */
const ADDER = workflow(
  [
    node('start', 'start'),
    {
      ...node('work', 'probe', { table: '{{input.table}}' }),
      policy: { retry: { initialInterval: '1ms', backoffCoefficient: 1, maximumInterval: '1ms', maximumAttempts: 20 } },
    },
    node('end', 'end', { output: '{{nodes.work.output}}' }),
  ],
  ['start>work', 'work>end'],
)

const SHORT: readonly ProcessCrash[] = [
  { label: 'insert key_values', side: 'after' },
  { label: 'update data_completions', side: 'before' },
  { label: 'insert data_rows', side: 'after' },
]
const FULL: readonly ProcessCrash[] = [
  ...SHORT,
  { label: 'insert data_completions', side: 'before' },
  { label: 'insert data_rows', side: 'before' },
]

test('processes killed at the writes of a change: each run has made its changes once, and knows their results', async () => {
  const url = await server().createDatabase()
  const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 5 }) })
  onClose(() => database.close())
  await migrateRuntime(database)
  const dataTables = createDataTables({ database, log: () => undefined })
  const { registry } = createTestNodes()
  const deps = testDeps(database, registry)
  const engine = embeddedEngine()(deps)
  const made: { readonly run: DrivenRun; readonly tableId: string }[] = []
  for (const crash of sized({ short: SHORT, full: FULL })) {
    const tenantId = `t-${randomUUID()}`
    const columns = [{ name: 'n', type: 'number', isRequired: true }] as const
    const { tableId } = await dataTables.create(tenantId, { name: 'T', columns, keyColumn: null, createdBy: null })
    made.push({
      run: await startRun({ ...deps, engine, registry }, ADDER, { tenantId, input: { table: tableId } }),
      tableId,
    })
    const child = spawn(process.execPath, [script(), JSON.stringify({ url, crash })], { stdio: 'inherit' })
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
    expect(signal).toBe('SIGKILL')
  }
  const under = await openEmbedded(database, registry, { leaseMs: 500, pollIntervalMs: 50, busyGraceMs: 500 })
  onClose(() => under.close())
  for (const { run, tableId } of made) {
    const { tenantId, runId } = run
    const driven = drivenRun({ ...under, registry }, tenantId, runId)
    expect(await driven.ended()).toMatchObject({ status: 'completed' })
    expect(await driven.output()).toMatchObject({ count: 1, rows: [{ id: 1, n: 7 }] })
    expect(await dataTables.find(tenantId, tableId)).toMatchObject({ rowCount: 1 })
    expect(await dataTables.getKey(tenantId, tableId)).toEqual({ isFound: true, value: 1 })
  }
}, 60_000)
