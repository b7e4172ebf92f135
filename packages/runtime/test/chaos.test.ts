import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restep } from '../src/interpreter/restep.ts'
import { createDatabase, type DatabaseSource } from '../src/postgres/create-database.ts'
import { openPGlite } from '../src/postgres/open-pglite.ts'
import type { RuntimeTables } from '../src/postgres/tables.ts'
import { postgresRunReader } from '../src/store/run-reader.ts'
import { verifyRunLog } from '../src/store/verify-run-log.ts'
import { startTestPostgres, type TestPostgres, testDirectory } from '../src/testing/postgres.ts'
import { bundleFixture } from './fixtures/bundle.ts'
import type { ChaosOrder } from './fixtures/chaos-order.ts'

const document = workflow(
  [
    node('start', 'start'),
    ...['a', 'b', 'c', 'd', 'e', 'f'].flatMap((id) => [
      node(id, 'effect', { ms: 300 }),
      node(`p${id}`, 'set', { fields: { [`p${id}`]: 1 } }),
    ]),
  ],
  [
    ...['start>a', 'start>d', 'a>pa', 'pa>b', 'b>pb', 'pb>c', 'c>pc'],
    ...['d>pd', 'pd>e', 'e>pe', 'pc>f', 'pe>f', 'f>pf'],
  ],
)

let script: string
let postgres: TestPostgres
let directory: string

beforeAll(async () => {
  script = await bundleFixture('worker-process')
  postgres = await startTestPostgres()
  directory = await testDirectory()
}, 120_000)
afterAll(async () => {
  await postgres.stop()
  await rm(directory, { recursive: true, force: true })
})

/** A worker process, and the lines that it prints. */
interface WorkerProcess {
  /** Resolves when a line has been printed so many times that the filter lets through. */
  lines(count: number, matches: (line: string) => boolean): Promise<void>
  kill(): Promise<void>
}

function startWorker(order: ChaosOrder): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const seen: string[] = []
  let notify = (): void => undefined
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => {
      seen.push(line)
      notify()
    })
  }
  return {
    lines: async (count, matches) => {
      while (seen.filter(matches).length < count) {
        if (child.exitCode !== null) throw new RangeError(`The worker ended with ${child.exitCode}`)
        await new Promise<void>((resolve) => {
          notify = resolve
          void ended.then(resolve)
        })
      }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const isBegin = (line: string) => line.startsWith('begin')

const isReady = (line: string) => line === 'ready'
const isOver = (line: string) => line === 'all ended'

/** Every body that ran has its attempt in the log, and none ran twice under one attempt. */
async function checkRuns(source: DatabaseSource, order: ChaosOrder): Promise<void> {
  const database = createDatabase<RuntimeTables>(source)
  const reader = postgresRunReader(database)
  const effects = readFileSync(order.effects, 'utf8').trim().split('\n')
  expect(effects.filter((line, index) => effects.indexOf(line) !== index)).toEqual([])
  let lost = 0
  for (const runId of order.watch) {
    const run = await reader.getRun(order.tenantId, runId)
    const plan = await reader.getPlan(order.tenantId, run?.planHash ?? '')
    const events = await reader.readEvents(order.tenantId, runId, 0)
    expect(run?.status).toBe('completed')
    if (plan === null) throw new RangeError('The run has no plan')
    expect(restep(events, plan)).toMatchObject({ same: true })
    expect(await verifyRunLog(database, order.tenantId, runId)).toMatchObject({ isIntact: true })
    const attempts = events.flatMap((event) =>
      event.type === 'node_started' ? [`${runId} ${event.nodeRunId} ${event.data.attempt}`] : [],
    )
    const begun = effects.filter((line) => line.startsWith(`begin ${runId}`)).map((line) => line.slice(6))
    expect(begun.filter((attempt) => !attempts.includes(attempt))).toEqual([])
    const completed = events.filter((event) => event.type === 'node_completed').map((event) => event.nodeRunId)
    expect(completed.sort()).toEqual(document.nodes.map(({ id }) => id).sort())
    lost += events.filter((event) => event.type === 'attempt_lost').length
  }
  // Each kill hit bodies that ran: without lost attempts this test would have tested nothing.
  expect(lost).toBeGreaterThan(0)
  await database.close()
}

function newOrder(url: string | null): ChaosOrder {
  const runs = Array.from({ length: 4 }, () => randomUUID())
  const place = join(directory, randomUUID())
  return { url, directory: place, effects: `${place}.effects`, tenantId: 'acme', start: runs, watch: runs, document }
}

describe('embeddedEngine, killed with -9 in the middle of runs', () => {
  test('goes on on Postgres when the process comes back', async () => {
    const order = newOrder(await postgres.createDatabase())
    for (const bodies of [2, 5, 9]) {
      const worker = startWorker(order)
      await worker.lines(bodies, isBegin)
      await worker.kill()
    }
    const last = startWorker(order)
    await last.lines(1, isOver)
    await last.kill()
    await checkRuns({ pool: new pg.Pool({ connectionString: order.url ?? '' }) }, order)
  }, 180_000)

  test('hands its runs to another process on Postgres', async () => {
    const order = newOrder(await postgres.createDatabase())
    const second = startWorker({ ...order, start: [] })
    await second.lines(1, isReady)
    const first = startWorker({ ...order, watch: [] })
    await first.lines(order.watch.length, (line) => line.startsWith('started'))
    await first.kill()
    await second.lines(1, isOver)
    await second.kill()
    await checkRuns({ pool: new pg.Pool({ connectionString: order.url ?? '' }) }, order)
  }, 180_000)

  test('goes on on PGlite when the process comes back', async () => {
    const order = newOrder(null)
    for (const bodies of [2, 5]) {
      const worker = startWorker(order)
      await worker.lines(bodies, isBegin)
      await worker.kill()
    }
    const last = startWorker(order)
    await last.lines(1, isOver)
    await last.kill()
    await checkRuns({ pglite: await openPGlite(order.directory) }, order)
  }, 180_000)
})
