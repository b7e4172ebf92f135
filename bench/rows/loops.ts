import { embeddedEngine } from '@tenon/runtime'
import { beatChain, beatLoop } from '../lib/beat-node.ts'
import { msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'
import { growthRow } from './growth-row.ts'

const ITEMS = 5_000
const STRETCH = 500
const MAPPED = 2_000
const CHAIN = 200

/** Growth of the cost of an iteration with the number of those that have ended: the last 500 of 5,000 over the first 500. */
export const loopGrowth: Row = growthRow(
  {
    id: 'loop-growth',
    title: 'An iteration of the last 500 of one loop of 5,000 on Postgres, over one of the first 500',
    rounds: 5,
  },
  beatLoop(ITEMS, 1),
  { early: [1, STRETCH], late: [ITEMS - STRETCH, ITEMS] },
)

/** An item of a loop that runs 100 at a time, over a node of a chain: what one more item costs. */
export const loopItem: Row = {
  id: 'loop-item',
  title: 'An item of a loop of 2,000 with 100 at a time on Postgres, over a node of a chain',
  unit: 'ms',
  better: 'lower',
  rounds: 7,
  must: 1.3,
  missing: missingPostgres,
  open: async () => {
    const postgres = await openBenchPostgres()
    const rig = await openEngineRig(postgres.database, embeddedEngine())
    const loop = beatLoop(MAPPED, 100)
    const chain = beatChain(CHAIN)
    return {
      measure: async () => ((await rig.run(loop))[0]?.tookMs ?? Number.NaN) / MAPPED,
      floor: async () => {
        const [run] = await rig.run(chain)
        return run === undefined ? Number.NaN : msPerNode(run, 1, CHAIN)
      },
      close: async () => {
        await rig.close()
        await postgres.close()
      },
    }
  },
}
