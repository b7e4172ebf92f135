import { describe, expect, test } from 'vitest'
import { sized } from './chaos-size.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import type { RunAddress } from './protocol.ts'
import { seededRandom } from './seeded-random.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { approval, chain, mixed, single } from './workloads.ts'

const attacks = setUpAttacks()

const MINUTES_10 = 600_000

/** Runs that are raced for at the same time. */
const GROUP = 50

function inGroups(runs: readonly RunAddress[]): readonly (readonly RunAddress[])[] {
  return Array.from({ length: Math.ceil(runs.length / GROUP) }, (_, at) => runs.slice(at * GROUP, (at + 1) * GROUP))
}

/** Votes, again and again while the database cannot be reached, as people do. */
async function decided(worker: ChaosWorker | undefined, run: RunAddress, userId: string): Promise<string | undefined> {
  for (;;) {
    try {
      return (await worker?.call('decide', run, 'review', userId, 'approve'))?.outcome
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'UNAVAILABLE')) throw error
    }
  }
}

describe('embeddedEngine, when 20 people vote at once', () => {
  test.each([1, 3])('with %i required votes, exactly the votes that count are accepted', async (required) => {
    const runs = sized({ short: 5, full: required === 1 ? 2_000 : 60 })
    const workers = await attacks.arena.workers(2)
    const started = attacks.arena.newRuns(runs)
    await startRuns(
      () => workers,
      started,
      () => approval(required),
    )
    await attacks.arena.until(`(select count(*) from tenon.waits where status = 'open') = ${runs}`)
    for (const group of inGroups(started)) {
      const votes = group.flatMap((run) =>
        Array.from({ length: 20 }, (_, index) => {
          const vote = () => decided(workers[index % 2], run, `user-${index}`)
          // Every other person clicks twice.
          return index % 4 === 0 ? [vote(), vote()] : [vote()]
        }).flat(),
      )
      expect(new Set(await Promise.all(votes))).toEqual(new Set(['accepted', 'closed']))
    }
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
    await attacks.arena.until(`(select count(*) from tenon.wait_votes) = ${runs * required}`)
  })
})

describe('embeddedEngine, when a cancelation meets the end of a run', () => {
  test('each run has one end, and an accepted cancelation that came in time wins', async () => {
    const runs = sized({ short: 20, full: 2_000 })
    const workers = await attacks.arena.workers(2)
    const random = seededRandom(7)
    const started = attacks.arena.newRuns(runs)
    const answers: ({ readonly outcome: string } | undefined)[] = []
    for (const group of inGroups(started)) {
      const canceled = group.map(async (run, index) => {
        await startRuns(
          () => workers,
          [run],
          () => single({ ms: 100 }),
        )
        await new Promise((resolve) => setTimeout(resolve, 60 + random() * 80))
        return workers[(index + 1) % 2]?.call('cancel', run)
      })
      answers.push(...(await Promise.all(canceled)))
    }
    const closed = answers.filter((answer) => answer?.outcome === 'closed').length
    const findings = await attacks.arena.finish()
    expect(findings).toMatchObject({ faults: [], failed: 0 })
    expect(findings.completed + findings.canceled).toBe(runs)
    // What was answered with `closed` had completed before.
    expect(findings.completed).toBeGreaterThanOrEqual(closed)
  })
})

describe('embeddedEngine, when runs are paused and resumed again and again, and a worker is killed', () => {
  test('each run completes after its last resumption, and no attempt runs twice', async () => {
    const { runs, rounds } = sized({ short: { runs: 8, rounds: 3 }, full: { runs: 100, rounds: 10 } })
    const [api, victim] = await Promise.all([
      attacks.arena.worker({ doesWork: false }),
      attacks.arena.worker(),
      attacks.arena.worker(),
    ])
    const started = attacks.arena.newRuns(runs)
    await startRuns(() => [api], started, mixed)
    await attacks.arena.bodies(runs / 2)
    const outcomes = await Promise.all(
      started.map(async (run, index) => {
        const answers: string[] = []
        const send = async (request: 'pause' | 'resume') => {
          answers.push(`${request} ${(await api.call(request, run)).outcome}`)
        }
        for (let round = 0; round < rounds; round += 1) {
          for (const request of ['pause', 'pause', 'resume'] as const) await send(request)
        }
        await send('pause')
        if (index === runs - 1) await victim.kill()
        await send('resume')
        return answers
      }),
    )
    // Each run is sent every request in turn, so all answers are known until it ends, which a few runs may do early.
    const expected = [
      ...Array.from({ length: rounds }, () => ['pause accepted', 'pause unchanged', 'resume accepted']).flat(),
      ...['pause accepted', 'resume accepted'],
    ]
    for (const answers of outcomes) {
      const ended = answers.findIndex((answer) => answer.endsWith('closed'))
      const open = ended === -1 ? answers.length : ended
      expect(answers.slice(0, open)).toEqual(expected.slice(0, open))
      expect(answers.slice(open).filter((answer) => !answer.endsWith('closed'))).toEqual([])
    }
    expect(outcomes.flat()).toContain('resume accepted')
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs })
  })
})

describe('embeddedEngine, when clocks disagree', () => {
  test.each([MINUTES_10, -MINUTES_10])('a process whose clock is off by %i ms delays no run', async (clockSkewMs) => {
    const runs = sized({ short: 4, full: 40 })
    const [api] = await Promise.all([attacks.arena.worker({ doesWork: false, clockSkewMs }), attacks.arena.worker()])
    await startRuns(
      () => [api],
      attacks.arena.newRuns(runs),
      () => chain,
    )
    const voted = attacks.arena.newRuns(runs)
    await startRuns(
      () => [api],
      voted,
      () => approval(1),
    )
    await attacks.arena.until(`(select count(*) from tenon.waits where status = 'open') = ${runs}`)
    for (const run of voted) await api.call('decide', run, 'review', 'ann', 'approve')
    expect(await attacks.arena.finish()).toMatchObject({ faults: [], completed: runs * 2 })
  })

  test('two workers whose clocks are ten minutes apart take no runs from each other', async () => {
    const runs = sized({ short: 6, full: 60 })
    const engine = { leaseMs: 10_000 }
    const [ahead, exact] = await Promise.all([
      attacks.arena.worker({ engine, clockSkewMs: MINUTES_10 }),
      attacks.arena.worker({ engine }),
    ])
    await startRuns(
      () => [ahead, exact],
      attacks.arena.newRuns(runs),
      () => chain,
    )
    expect(await attacks.arena.finish()).toMatchObject({
      faults: [],
      completed: runs,
      lostAttempts: 0,
      repeatedBodies: 0,
    })
  })
})
