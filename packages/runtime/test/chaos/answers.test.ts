import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Arena, type ChaosGround, openChaosGround } from './chaos-ground.ts'
import { sized } from './chaos-size.ts'
import { startRuns } from './start-runs.ts'
import { chain, diamond, gated } from './workloads.ts'

let ground: ChaosGround
let arena: Arena

beforeAll(async () => {
  ground = await openChaosGround()
})
afterAll(() => ground.close())
beforeEach(async () => {
  arena = await ground.openArena()
})
afterEach(() => arena.close())

const mixed = (index: number) => (index % 2 === 0 ? chain : diamond)

describe('embeddedEngine, when answers of Postgres are lost', () => {
  test('what was stored is found again: no run stays open, no attempt starts twice', async () => {
    const { runs, rate } = sized({ short: { runs: 20, rate: 0.1 }, full: { runs: 300, rate: 0.05 } })
    const proxy = await arena.proxy(1)
    const workers = await arena.workers(2, { url: proxy.url })
    proxy.loseAnswers(rate)
    await startRuns(() => workers, arena.newRuns(runs), mixed)
    await arena.bodies(runs * 2)
    proxy.heal()
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs })
    expect(proxy.counts.lost).toBeGreaterThan(0)
  })

  test('statements that arrive after the connection was cut start no attempt twice', async () => {
    const { runs, rate } = sized({ short: { runs: 20, rate: 0.05 }, full: { runs: 300, rate: 0.03 } })
    const proxy = await arena.proxy(2)
    const workers = await arena.workers(2, { url: proxy.url })
    proxy.delayStatements(rate, 500)
    await startRuns(() => workers, arena.newRuns(runs), mixed)
    await arena.bodies(runs * 2)
    proxy.heal()
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs })
    expect(proxy.counts.late).toBeGreaterThan(0)
  })
})

describe('embeddedEngine, when a connection goes silent', () => {
  test('the others go on, the silent one is given up, and the worker closes', async () => {
    const { runs, silent } = sized({ short: { runs: 10, silent: 1 }, full: { runs: 100, silent: 4 } })
    const proxy = await arena.proxy(3)
    const workers = await arena.workers(2, { url: proxy.url })
    await startRuns(() => workers, arena.newRuns(runs), mixed)
    proxy.silence(silent)
    await startRuns(() => workers, arena.newRuns(runs), mixed)
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs * 2 })
    expect(proxy.counts.silent).toBe(silent)
  })
})

describe('embeddedEngine, when one run is started at two processes', () => {
  test('its bodies run once', async () => {
    const runs = sized({ short: 8, full: 40 })
    const engine = { leaseMs: 10_000 }
    const [first, second] = await Promise.all([arena.worker({ engine }), arena.worker({ engine })])
    const started = arena.newRuns(runs)
    await Promise.all(started.flatMap((run) => [first.call('start', run, gated), second.call('start', run, gated)]))
    await arena.bodies(runs)
    await Promise.all(started.map((run) => second.call('start', run, gated)))
    for (const worker of [first, second]) await worker.call('openGates')
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs, lostAttempts: 0, repeatedBodies: 0 })
  })
})
