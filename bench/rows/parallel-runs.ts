import { embeddedEngine } from '@tenon/runtime'
import { beatChain } from '../lib/beat-node.ts'
import { msOfAll, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres, POOL_SIZE } from '../lib/postgres.ts'
import { openRawCommits } from '../lib/raw-commits.ts'
import type { Row } from '../lib/row.ts'

const RUNS = 50
const NODES = 20

/**
 * 50 runs of 50 tenants, started together: their node runs a second, from the first call to the last end. The floor is
 * as many raw one-row commits of as many callers at once, through a pool as large as the store's.
 */
export const parallelRuns: Row = {
  id: 'parallel-runs',
  title: 'Durable node runs with 50 runs at once on Postgres, over raw commits of 50 callers',
  unit: 'a second',
  better: 'higher',
  rounds: 9,
  warmUps: 2,
  missing: missingPostgres,
  open: async () => {
    const postgres = await openBenchPostgres()
    const rig = await openEngineRig(postgres.database, embeddedEngine())
    const raw = await openRawCommits(postgres.connectionString, POOL_SIZE)
    const document = beatChain(NODES)
    return {
      measure: async () => (RUNS * NODES * 1_000) / msOfAll(await rig.run(document, RUNS)),
      floor: () => raw.atOnce(RUNS, NODES),
      close: async () => {
        await raw.close()
        await rig.close()
        await postgres.close()
      },
    }
  },
}
