import { describe, expect, test } from 'vitest'
import { sized } from './chaos-size.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { gated, mixed } from './workloads.ts'

const attacks = setUpAttacks()

describe('embeddedEngine, when answers of Postgres are lost', () => {
  test('what was stored is found again: no run stays open, no attempt starts twice', async () => {
    const { runs, rate } = sized({ short: { runs: 20, rate: 0.1 }, full: { runs: 300, rate: 0.05 } })
    const proxy = await attacks.arena.proxy(1)
    const workers = await attacks.arena.workers(2, { url: proxy.url })
    proxy.loseAnswers(rate)
    await startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
    await attacks.arena.bodies(runs * 2)
    proxy.heal()
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
    expect(proxy.counts.lost).toBeGreaterThan(0)
  })

  test('statements that arrive after the connection was cut start no attempt twice', async () => {
    const { runs, rate } = sized({ short: { runs: 20, rate: 0.05 }, full: { runs: 300, rate: 0.03 } })
    const proxy = await attacks.arena.proxy(2)
    const workers = await attacks.arena.workers(2, { url: proxy.url })
    proxy.delayStatements(rate, 500)
    await startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
    await attacks.arena.bodies(runs * 2)
    proxy.heal()
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
    expect(proxy.counts.late).toBeGreaterThan(0)
  })
})

describe('embeddedEngine, when a connection goes silent', () => {
  test('the others go on, the silent one is given up, and the worker closes', async () => {
    const { runs, silent } = sized({ short: { runs: 10, silent: 1 }, full: { runs: 100, silent: 4 } })
    const proxy = await attacks.arena.proxy(3)
    const workers = await attacks.arena.workers(2, { url: proxy.url })
    await startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
    proxy.silence(silent)
    await startRuns(() => workers, attacks.arena.newRuns(runs), mixed)
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs * 2 })
    expect(proxy.counts.silent).toBe(silent)
  })
})

describe('embeddedEngine, when one run is started at two processes', () => {
  test('its bodies run once', async () => {
    const runs = sized({ short: 8, full: 40 })
    const engine = { leaseMs: 10_000 }
    const [first, second] = await Promise.all([attacks.arena.worker({ engine }), attacks.arena.worker({ engine })])
    const started = attacks.arena.newRuns(runs)
    await Promise.all(started.flatMap((run) => [first.call('start', run, gated), second.call('start', run, gated)]))
    await attacks.arena.bodies(runs)
    await Promise.all(started.map((run) => second.call('start', run, gated)))
    for (const worker of [first, second]) await worker.call('openGates')
    expect(await attacks.arena.finish()).toMatchObject({
      faults: [],
      completed: runs,
      lostAttempts: 0,
      repeatedBodies: 0,
    })
  })
})
