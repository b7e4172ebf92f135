import { openEngineProcesses } from '../lib/engine-processes.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'

const RUNS = 50
const NODES = 20

/**
 * 50 runs of 50 tenants, started together by two worker processes, 25 each: their node runs a second, from the first
 * message to the last end. The floor is one worker process that starts all 50. Each side has a Postgres of its own, so
 * that the workers of one do not look for work in the other.
 */
export const twoWorkers: Row = {
  id: 'two-workers',
  title: 'Durable node runs with 50 runs at once on Postgres, two worker processes over one',
  unit: 'a second',
  better: 'higher',
  rounds: 9,
  warmUps: 3,
  must: 1.3,
  aim: 1.6,
  missing: missingPostgres,
  open: async () => {
    const [shared, own] = [await openBenchPostgres(), await openBenchPostgres()]
    const two = await openEngineProcesses(2, { url: shared.connectionString, nodes: NODES })
    const one = await openEngineProcesses(1, { url: own.connectionString, nodes: NODES })
    const rateOf = async (processes: typeof two) => (RUNS * NODES * 1_000) / (await processes.run(RUNS))
    return {
      measure: () => rateOf(two),
      floor: () => rateOf(one),
      close: async () => {
        await two.close()
        await one.close()
        await shared.close()
        await own.close()
      },
    }
  },
}
