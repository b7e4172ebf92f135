import { describe, expect, test } from 'vitest'
import { sized } from './chaos-size.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { chain, single } from './workloads.ts'

const attacks = setUpAttacks()

describe('embeddedEngine, in the middle of a deployment', () => {
  test('runs wait for a worker that has their node types, and the old worker goes on with its own', async () => {
    const runs = sized({ short: 6, full: 60 })
    const [old, api] = await Promise.all([
      attacks.arena.worker({ nodeTypes: ['start', 'end', 'set', 'delay', 'approval'] }),
      attacks.arena.worker({ doesWork: false }),
    ])
    await startRuns(
      () => [api],
      attacks.arena.newRuns(runs),
      () => chain,
    )
    await startRuns(
      () => [old],
      attacks.arena.newRuns(1),
      () => single({ duration: '10ms' }, 'delay'),
    )
    await attacks.arena.until(`(select count(*) from tenon.runs where finished_at is not null) = 1`)
    await attacks.arena.worker()
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs + 1 })
  })
})

describe('embeddedEngine, when bodies hold up their process', () => {
  test('a body that computes for three leases keeps its run', async () => {
    const runs = sized({ short: 2, full: 6 })
    const workers = await attacks.arena.workers(2)
    await startRuns(
      () => workers,
      attacks.arena.newRuns(runs),
      () => single({ ms: 3_000, blocks: true }),
    )
    expect(await attacks.arena.finish()).toMatchObject({
      faults: [],
      completed: runs,
      lostAttempts: 0,
      repeatedBodies: 0,
    })
  })
})
