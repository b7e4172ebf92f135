import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Arena, type ChaosGround, openChaosGround } from './chaos-ground.ts'
import { sized } from './chaos-size.ts'
import { ODD_BODIES } from './odd-bodies.ts'
import { startRuns } from './start-runs.ts'
import { single } from './workloads.ts'

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

const MB = 1_000_000

describe('embeddedEngine, when bodies break their contract', () => {
  test('every odd body leaves a run that ends, and a process that lives', async () => {
    const worker = await arena.worker()
    const runs = arena.newRuns(ODD_BODIES.length)
    await startRuns(
      () => [worker],
      runs,
      (index) => single({ how: ODD_BODIES[index] ?? '' }, 'odd'),
    )
    await arena.bodies(runs.length)
    const probe = arena.newRuns(1)
    await startRuns(
      () => [worker],
      probe,
      () => single({ ms: 1 }),
    )
    expect(await arena.finish()).toMatchObject({ faults: [], canceled: 0, lostAttempts: 0, repeatedBodies: 0 })
  })

  test('an outcome that the database cannot store fails its run, also after a restart of the process', async () => {
    const first = await arena.worker()
    await startRuns(
      () => [first],
      arena.newRuns(1),
      () => single({ output: { text: 'a\u0000b' } }),
    )
    await arena.bodies(1)
    await first.kill()
    await arena.worker()
    expect(await arena.finish()).toMatchObject({ faults: [] })
  })

  test('bodies that ignore their abort are abandoned when their run is canceled', async () => {
    const runs = sized({ short: 3, full: 30 })
    const worker = await arena.worker()
    const started = arena.newRuns(runs)
    await startRuns(
      () => [worker],
      started,
      () => single({ ms: 3_000, ignoresAbort: true }),
    )
    await arena.bodies(runs)
    await Promise.all(started.map((run) => worker.call('cancel', run)))
    expect(await arena.finish()).toMatchObject({ faults: [], canceled: runs })
  })
})

describe('embeddedEngine on a small heap', () => {
  test('values of 30 MB end no process', async () => {
    const runs = sized({ short: 6, full: 40 })
    const worker = await arena.worker({ heapMb: 512, poolMax: 2 })
    await startRuns(
      () => [worker],
      arena.newRuns(runs),
      () => single({ ms: 50, outputSize: 30 * MB }),
    )
    expect(worker.isAlive).toBe(true)
    // Two values in the cache, and an append on each of the two lanes whose result has not arrived yet. An append of this
    // size goes alone: were the values of all runs in one batch, it would hold them all.
    expect(await arena.finish({ heapMb: 150 })).toMatchObject({ faults: [], completed: runs })
  })
})
