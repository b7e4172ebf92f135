import { describe, expect, test } from 'vitest'
import { sized } from './chaos-size.ts'
import { ODD_BODIES } from './odd-bodies.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { single } from './workloads.ts'

const attacks = setUpAttacks()

const MB = 1_000_000

describe('embeddedEngine, when bodies break their contract', () => {
  test('every odd body leaves a run that ends, and a process that lives', async () => {
    const worker = await attacks.arena.worker()
    const runs = attacks.arena.newRuns(ODD_BODIES.length)
    await startRuns(
      () => [worker],
      runs,
      (index) => single({ how: ODD_BODIES[index] ?? '' }, 'odd'),
    )
    await attacks.arena.bodies(runs.length)
    const probe = attacks.arena.newRuns(1)
    await startRuns(
      () => [worker],
      probe,
      () => single({ ms: 1 }),
    )
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], canceled: 0, lostAttempts: 0, repeatedBodies: 0 })
  })

  test('an outcome that the database cannot store fails its run, also after a restart of the process', async () => {
    const first = await attacks.arena.worker()
    await startRuns(
      () => [first],
      attacks.arena.newRuns(1),
      () => single({ output: { text: 'a\u0000b' } }),
    )
    await attacks.arena.bodies(1)
    await first.kill()
    await attacks.arena.worker()
    expect(await attacks.arena.finish()).toMatchObject({ faults: [] })
  })

  test('bodies that ignore their abort are abandoned when their run is canceled', async () => {
    const runs = sized({ short: 3, full: 30 })
    const worker = await attacks.arena.worker()
    const started = attacks.arena.newRuns(runs)
    await startRuns(
      () => [worker],
      started,
      () => single({ ms: 3_000, ignoresAbort: true }),
    )
    await attacks.arena.bodies(runs)
    await Promise.all(started.map((run) => worker.call('cancel', run)))
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], canceled: runs })
  })
})

describe('embeddedEngine on a small heap', () => {
  test('bodies that all return 30 MB at the same moment wait for each other, and none is refused', async () => {
    const runs = sized({ short: 8, full: 60 })
    const worker = await attacks.arena.worker({ heapMb: 384, poolMax: 4 })
    await startRuns(
      () => [worker],
      attacks.arena.newRuns(runs),
      () => single({ isGated: true, outputSize: 30 * MB }),
    )
    await attacks.arena.bodies(runs)
    await worker.call('openGates')
    // Two values in the cache, and an append on each of the two lanes whose result has not arrived yet. An append of this
    // size goes alone: were the values of all runs in one batch, it would hold them all.
    expect(await attacks.arena.finish({ heapMb: 150 })).toMatchObject({
      faults: [],
      completed: runs,
      lostAttempts: 0,
      repeatedBodies: 0,
    })
  })
})
