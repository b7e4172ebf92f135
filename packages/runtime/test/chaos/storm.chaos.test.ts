import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChaosGround, openChaosGround } from './chaos-ground.ts'
import { seededRandom } from './seeded-random.ts'
import { startRuns } from './start-runs.ts'
import { MIXED_COUNT, mixed } from './workloads.ts'

/** Size of a storm; `npm run chaos -- --storm` sets it. */
interface Storm {
  readonly runs: number
  /** Crashes of Postgres, spread over the runs. */
  readonly crashes: number
  readonly workers: number
  /** Share of answers of Postgres that are lost, from 0 to 1. */
  readonly lostAnswers: number
  readonly seed: number
}

const USUAL: Storm = { runs: 500, crashes: 24, workers: 2, lostAnswers: 0, seed: 1 }
const ORDERED = process.env['TENON_CHAOS_STORM']
const STORMS: readonly Storm[] =
  ORDERED === undefined
    ? [USUAL, { ...USUAL, lostAnswers: 0.05 }]
    : [{ ...USUAL, ...(JSON.parse(ORDERED) as Partial<Storm>) }]

let ground: ChaosGround

beforeAll(async () => {
  ground = await openChaosGround()
})
afterAll(() => ground.close())

describe('embeddedEngine in a storm', () => {
  test.each(STORMS)(
    '$runs runs, $workers workers, $crashes crashes of Postgres, $lostAnswers of the answers lost: every run ends',
    async ({ runs, crashes, workers: count, lostAnswers, seed }) => {
      const arena = await ground.openArena()
      const random = seededRandom(seed)
      const proxy = await arena.proxy(seed)
      const workers = await arena.workers(count, { url: proxy.url })
      proxy.loseAnswers(lostAnswers)
      const started = startRuns(
        () => workers,
        arena.newRuns(runs),
        () => mixed(Math.floor(random() * MIXED_COUNT)),
      )
      // A run has at least three bodies.
      for (let crash = 1; crash <= crashes; crash += 1) {
        await arena.bodies(Math.floor((crash * runs * 3) / (crashes + 1)))
        await ground.postgres.crash()
        await ground.postgres.restart()
      }
      await started
      proxy.heal()
      expect(await arena.finish()).toMatchObject({ faults: [], completed: runs })
      await arena.close()
    },
  )
})
