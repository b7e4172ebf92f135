import { expect, test } from 'vitest'
import { IS_FULL_CHAOS, sized } from './chaos-size.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import { seededRandom } from './seeded-random.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { saga, single, waiting } from './workloads.ts'

const attacks = setUpAttacks()

/** Runs of a tenant in progress. */
const LIMIT = sized({ short: 3, full: 20 })
/** Most growth of the 95th percentile of the delay of the other tenant. */
const GROWTH = 1.3
/** Bytes of the output of a run of the tenant that asks for too much, which are in the log. */
const OUTPUT_BYTES = 15_000

test('tenants: one with 20 times as many runs as it may have in progress delays no other', async () => {
  const { quiet, everyMs } = sized({ short: { quiet: 5, everyMs: 20 }, full: { quiet: 400, everyMs: 50 } })
  const { arena } = attacks
  const workers = await arena.workers(2, { runsAtOnce: LIMIT })
  const alone = await startQuietly(workers, 'alone', quiet, everyMs)
  const noisy = arena.newRuns(LIMIT * 20, 'noisy')
  await startRuns(
    () => workers,
    noisy,
    () => single({ ms: sized({ short: 20, full: 2_000 }), outputSize: OUTPUT_BYTES }),
  )
  const beside = await startQuietly(workers, 'beside', quiet, everyMs)
  expect(beside.queued).toBe(0)
  // While these ran, most of the others waited.
  const delays = `p95 alone ${alone.p95Ms} ms, beside ${beside.p95Ms} ms`
  if (IS_FULL_CHAOS) expect(beside.p95Ms, delays).toBeLessThanOrEqual(Math.max(alone.p95Ms * GROWTH, alone.p95Ms + 2))
  expect(await arena.finish({ note: delays })).toMatchObject({ faults: [], completed: quiet * 2 + noisy.length })
})

/** Starts runs of a tenant one by one, and returns how long they waited until their bodies began. */
async function startQuietly(workers: readonly ChaosWorker[], tenantId: string, count: number, everyMs: number) {
  const { arena } = attacks
  const runs = arena.newRuns(count, tenantId)
  const at = new Map<string, number>()
  for (const run of runs) {
    at.set(run.runId, Date.now())
    await startRuns(
      () => workers,
      [run],
      () => single({}),
    )
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  await arena.until(
    `(select count(*) from tenon.runs where tenant_id = '${tenantId}' and finished_at is not null) = ${count}`,
  )
  const delays = (await arena.startsOf(tenantId)).map(({ runId, startedAt }) => startedAt - (at.get(runId) ?? 0))
  delays.sort((a, b) => a - b)
  return { p95Ms: delays[Math.floor(delays.length * 0.95)] ?? 0, queued: await arena.queuedOf(tenantId) }
}

/** Lengths of waits; each is a plan of its own. */
const LENGTHS = 50

test('timers: none is missed, fires twice or early, however often the only worker is killed', async () => {
  const { timers, restarts, shortestMs, spreadMs } = sized({
    short: { timers: 20, restarts: 2, shortestMs: 200, spreadMs: 1_500 },
    full: { timers: 10_000, restarts: 20, shortestMs: 5_000, spreadMs: 120_000 },
  })
  const { arena } = attacks
  const random = seededRandom(11)
  const api = await arena.worker({ doesWork: false })
  let worker = await arena.worker()
  const runs = arena.newRuns(timers)
  const lengths = runs.map(() => shortestMs + Math.floor(random() * LENGTHS) * Math.ceil(spreadMs / LENGTHS))
  const started = startRuns(
    () => [api],
    runs,
    (index) => waiting(lengths[index] ?? shortestMs),
  )
  for (let restart = 1; restart <= restarts; restart += 1) {
    await arena.until(
      `(select count(*) from tenon.runs where finished_at is not null) >= ${(restart * timers) / (restarts + 1)}`,
    )
    await worker.kill()
    worker = await arena.worker()
  }
  await started
  // Checks each timer of each log.
  expect(await arena.finish()).toMatchObject({ faults: [], completed: timers })
})

test('sagas: each node that has completed is undone once, in reverse, whenever the worker dies', async () => {
  const { runs, kills } = sized({ short: { runs: 6, kills: 2 }, full: { runs: 5_000, kills: 150 } })
  const random = seededRandom(7)
  const workers: ChaosWorker[] = [...(await attacks.arena.workers(2))]
  const started = startRuns(
    () => workers,
    attacks.arena.newRuns(runs),
    () => saga,
  )
  // Eleven bodies of a run; those from the seventh on undo.
  for (let kill = 1; kill <= kills; kill += 1) {
    await attacks.arena.bodies(Math.floor((kill * runs * 11) / (kills + 1)))
    const victim = Math.floor(random() * 2)
    await workers[victim]?.kill()
    workers[victim] = await attacks.arena.worker()
  }
  await started
  expect(await attacks.arena.finish()).toMatchObject({ faults: [], failed: runs })
})
