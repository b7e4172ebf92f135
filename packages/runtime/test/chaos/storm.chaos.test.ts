import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startClients } from './chaos-clients.ts'
import { type ChaosGround, openChaosGround } from './chaos-ground.ts'
import { seededRandom } from './seeded-random.ts'
import { startRuns } from './start-runs.ts'
import { awaiting, chain, longerChain, STORM, saga } from './workloads.ts'

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
      const workers = await arena.workers(count, { url: proxy.url, engine: { nodeQueues: ['slow'] } })
      proxy.loseAnswers(lostAnswers)
      const clients = startClients(arena, () => workers)
      const addresses = arena.newRuns(runs)
      const documents = addresses.map(() => STORM[Math.floor(random() * STORM.length)] ?? chain)
      const started = startRuns(
        () => workers,
        addresses,
        (index) => documents[index] ?? chain,
      )
      const disturb = async () => {
        for (const [index, run] of addresses.entries()) {
          await arena.bodies(index)
          if (documents[index] === chain && index % 2 === 0) await clients.move(run, longerChain)
          else if (documents[index] === awaiting && index % 2 === 0) await clients.sendEvent(run)
          else if (index % 6 === 0) await clients.pause(run)
        }
      }
      const disturbed = disturb()
      // A run has at least three bodies.
      for (let crash = 1; crash <= crashes; crash += 1) {
        await arena.bodies(Math.floor((crash * runs * 3) / (crashes + 1)))
        await ground.postgres.crash()
        await ground.postgres.restart()
      }
      await started
      proxy.heal()
      await disturbed
      const failed = documents.filter((each) => each === saga).length
      expect(await arena.finish()).toMatchObject({ faults: [], completed: runs - failed, failed })
      await clients.stop()
      await arena.close()
    },
  )
})
