import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Arena, type ChaosGround, openChaosGround } from './chaos-ground.ts'
import { sized } from './chaos-size.ts'
import { startRuns } from './start-runs.ts'
import { chain, single } from './workloads.ts'

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

describe('embeddedEngine, in the middle of a deployment', () => {
  test('runs wait for a worker that has their node types, and the old worker goes on with its own', async () => {
    const runs = sized({ short: 6, full: 60 })
    const [old, api] = await Promise.all([
      arena.worker({ nodeTypes: ['start', 'end', 'set', 'delay', 'approval'] }),
      arena.worker({ doesWork: false }),
    ])
    await startRuns(
      () => [api],
      arena.newRuns(runs),
      () => chain,
    )
    await startRuns(
      () => [old],
      arena.newRuns(1),
      () => single({ duration: '10ms' }, 'delay'),
    )
    await arena.until(`(select count(*) from tenon.runs where finished_at is not null) = 1`)
    await arena.worker()
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs + 1 })
  })
})

describe('embeddedEngine, when bodies hold up their process', () => {
  test('a body that computes for three leases keeps its run', async () => {
    const runs = sized({ short: 2, full: 6 })
    const workers = await arena.workers(2)
    await startRuns(
      () => workers,
      arena.newRuns(runs),
      () => single({ ms: 3_000, blocks: true }),
    )
    expect(await arena.finish()).toMatchObject({ faults: [], completed: runs, lostAttempts: 0, repeatedBodies: 0 })
  })
})
