import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { IS_FULL_CHAOS, sized } from './chaos-size.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import type { RunAddress } from './protocol.ts'
import { seededRandom } from './seeded-random.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { agent, diamond, gated, mixed, storing } from './workloads.ts'

const attacks = setUpAttacks()

/** Events of a run of {@link agent} whose worker lives, and those before its question. */
const AGENT_EVENTS = 47
const EVENTS_BEFORE_QUESTION = 30

/** Long enough that a busy machine is no reason to lose it. */
const LONG_LEASE_MS = 2_500

describe('embeddedEngine, when processes are killed', () => {
  test.each([1, 2, 3])('%i workers: every run ends, and no attempt runs twice', async (count) => {
    const { runsPerKill, kills } = sized({ short: { runsPerKill: 4, kills: 1 }, full: { runsPerKill: 20, kills: 15 } })
    const random = seededRandom(count)
    const workers: ChaosWorker[] = [...(await attacks.arena.workers(count))]
    for (let kill = 1; kill <= kills; kill += 1) {
      await startRuns(() => workers, attacks.arena.newRuns(runsPerKill), mixed)
      await attacks.arena.bodies(kill * runsPerKill)
      const victim = Math.floor(random() * count)
      await workers[victim]?.kill()
      workers[victim] = await attacks.arena.worker()
    }
    const findings = await attacks.arena.finish()
    expect(findings).toMatchObject({ faults: [], completed: runsPerKill * kills })
  })

  test('a node that calls others: after any event of its log, with each call once, one question and the same answer', async () => {
    const { every } = sized({ short: { every: 20 }, full: { every: 1 } })
    const { arena } = attacks
    let worker = await arena.worker()
    const lengthOf = ({ runId }: RunAddress) => `(select next_seq - 1 from tenon.runs where run_id = '${runId}')`
    const asked = ({ runId }: RunAddress) =>
      `exists (select 1 from tenon.waits where run_id = '${runId}' and status = 'open')`
    for (let events = 1; events <= AGENT_EVENTS; events += every) {
      const [run] = arena.newRuns(1) as [RunAddress]
      await worker.call('start', run, agent)
      const waits = `${lengthOf(run)} >= ${events} or ${asked(run)}`
      await arena.until(waits)
      if (events > EVENTS_BEFORE_QUESTION) {
        await arena.until(asked(run))
        await worker.call('decide', run, 'agent.2-ask', 'ann', 'approve')
        await arena.until(`${lengthOf(run)} >= ${events}`)
      }
      await worker.kill()
      worker = await arena.worker()
      if (events > EVENTS_BEFORE_QUESTION) continue
      await arena.until(asked(run))
      await worker.call('decide', run, 'agent.2-ask', 'ann', 'approve')
    }
    const findings = await arena.finish()
    expect(findings).toMatchObject({ faults: [], completed: Math.ceil(AGENT_EVENTS / every) })
    await arena.until('not exists (select 1 from tenon.waits group by run_id having count(*) <> 1)')
    await arena.until("(select count(distinct output::json->'inline'->>'ended') from tenon.runs) = 1")
  })

  test('a write to a database happens once, also when the worker dies between its commit and its outcome', async () => {
    const { runs, kills } = sized({ short: { runs: 50, kills: 2 }, full: { runs: 2_000, kills: 100 } })
    const url = await attacks.ground.postgres.createDatabase()
    const database = new pg.Pool({ connectionString: url, max: 1 })
    await database.query('create table written (run_id text)')
    const countOf = async (what: string) => Number((await database.query(`select ${what} as n from written`)).rows[0].n)
    const workers: ChaosWorker[] = [...(await attacks.arena.workers(2))]
    const document = storing(url)
    const started = startRuns(
      () => workers,
      attacks.arena.newRuns(runs),
      () => document,
    )
    for (let kill = 1; kill <= kills; kill += 1) {
      await expect.poll(() => countOf('count(*)'), { timeout: 60_000 }).toBeGreaterThan(((kill - 1) * runs) / kills)
      const victim = kill % 2
      await workers[victim]?.kill()
      workers[victim] = await attacks.arena.worker()
    }
    await started
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
    expect([await countOf('count(*)'), await countOf('count(distinct run_id)')]).toEqual([runs, runs])
    await database.end()
  })

  test('Postgres and a worker in turn: every run ends', async () => {
    const { runs, rounds } = sized({ short: { runs: 6, rounds: 1 }, full: { runs: 40, rounds: 8 } })
    let workers = await attacks.arena.workers(2)
    for (let round = 0; round < rounds; round += 1) {
      const started = startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
      await attacks.arena.bodies((round + 1) * 3)
      await attacks.ground.postgres.crash()
      await workers[0]?.kill()
      await attacks.ground.postgres.restart()
      workers = [...workers.slice(1), await attacks.arena.worker()]
      await started
    }
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs * rounds })
  })

  test('a worker that stops for longer than its lease loses its runs once, and writes nothing for them after it', async () => {
    const { runs, rounds } = sized({ short: { runs: 4, rounds: 1 }, full: { runs: 20, rounds: 5 } })
    const [first, second] = await Promise.all([attacks.arena.worker(), attacks.arena.worker()])
    for (let round = 0; round < rounds; round += 1) {
      await startRuns(
        () => [first],
        attacks.arena.newRuns(runs),
        () => gated,
      )
      await attacks.arena.bodies(round * runs * 2 + runs)
      first.pause()
      await attacks.arena.until(`not exists (select 1 from tenon.run_ready where worker_id in (
        select worker_id from tenon.workers where lease_until < extract(epoch from clock_timestamp()) * 1000))`)
      await second.call('openGates')
      const opened = first.call('openGates')
      first.resume()
      await opened
    }
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs * rounds })
  })
})

describe('embeddedEngine, when Postgres crashes', () => {
  test.each(sized({ short: [2], full: [1, 2, 3] }))('%i workers: no run is lost and none is stuck', async (count) => {
    const { runs, crashes } = sized({ short: { runs: 12, crashes: 2 }, full: { runs: 100, crashes: 12 } })
    const workers = await attacks.arena.workers(count)
    const started = startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
    for (let crash = 1; crash <= crashes; crash += 1) {
      await attacks.arena.bodies(crash * 4)
      await attacks.ground.postgres.crash()
      await attacks.ground.postgres.restart()
    }
    await started
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
  })

  test('an outage longer than every lease repeats no body, since no worker has died', async () => {
    const runs = sized({ short: 4, full: 40 })
    const workers = await attacks.arena.workers(2)
    await startRuns(
      () => workers,
      attacks.arena.newRuns(runs),
      () => gated,
    )
    await attacks.arena.bodies(runs)
    const valid = `(select count(*) from tenon.workers where lease_until > extract(epoch from clock_timestamp()) * 1000)`
    await attacks.ground.postgres.crash()
    await new Promise((resolve) => setTimeout(resolve, 2 * LONG_LEASE_MS))
    await attacks.ground.postgres.restart()
    await attacks.arena.until(`${valid} = 2`)
    for (const worker of workers) await worker.call('openGates')
    expect(await attacks.arena.finish()).toMatchObject({
      faults: [],
      completed: runs,
      lostAttempts: 0,
      repeatedBodies: 0,
    })
  })
})

// PGlite takes long to open; npm test kills a host on PGlite in e2e/specs/durability-pglite.spec.ts.
if (IS_FULL_CHAOS) {
  describe('embeddedEngine on PGlite, when its process is killed', () => {
    test('the next process ends the runs', async () => {
      const kills = 6
      const pglite = attacks.ground.openPGliteArena()
      const runs = pglite.newRuns(4)
      for (let kill = 0; kill < kills; kill += 1) {
        const worker = await pglite.worker()
        await startRuns(
          () => [worker],
          runs,
          () => diamond,
        )
        await pglite.bodies(kill * 2 + 3)
        await worker.kill()
      }
      const last = await pglite.worker()
      await startRuns(
        () => [last],
        runs,
        () => diamond,
      )
      await last.call('ended', runs)
      expect(await pglite.finish()).toMatchObject({ faults: [], completed: 4 })
      await pglite.close()
    })
  })
}
