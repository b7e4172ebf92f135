import type { WorkflowDocument } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { sized } from './chaos-size.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { chain, single } from './workloads.ts'

const attacks = setUpAttacks()

describe('embeddedEngine, while processes are replaced one by one', () => {
  test('old workers end their runs and leave those of the new version, and no attempt is lost', async () => {
    const runs = sized({ short: 3, full: 40 })
    const nodeTypes = ['start', 'end', 'set', 'delay', 'approval', 'effect']
    const [api, ...old] = await Promise.all([
      attacks.arena.worker({ doesWork: false }),
      ...[1, 2].map(() => attacks.arena.worker({ nodeTypes })),
    ])
    const start = (document: WorkflowDocument) =>
      startRuns(
        () => [api],
        attacks.arena.newRuns(runs),
        () => document,
      )
    const ended = (count: number) =>
      attacks.arena.until(`(select count(*) from tenon.runs where finished_at is not null) = ${count}`)
    await start(single({ how: 'mutatesParams' }, 'odd'))
    await start(chain)
    await ended(runs)
    for (const worker of old) {
      await start(chain)
      await attacks.arena.worker()
      await worker.close()
    }
    await ended(4 * runs)
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: 4 * runs, lostAttempts: 0 })
  })
})

describe('embeddedEngine, while processes are replaced one by one', () => {
  test('runs of both versions end, each where its node types are, and no attempt is lost', async () => {
    const runsPerStep = sized({ short: 4, full: 40 })
    const before = { nodeTypes: ['start', 'end', 'set', 'delay', 'approval', 'effect'] }
    const api = await attacks.arena.worker({ doesWork: false })
    let workers: ChaosWorker[] = [...(await attacks.arena.workers(2, before))]
    const mixed = (index: number) => (index % 2 === 0 ? chain : single({ how: 'mutatesParams' }, 'odd'))
    for (let step = 0; step < 2; step += 1) {
      await startRuns(() => [api], attacks.arena.newRuns(runsPerStep), mixed)
      const next = await attacks.arena.worker()
      await workers[0]?.close()
      workers = [...workers.slice(1), next]
    }
    await startRuns(() => [api], attacks.arena.newRuns(runsPerStep), mixed)
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runsPerStep * 3, lostAttempts: 0 })
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
