import { embeddedEngine } from '@tenon/runtime'
import { beatChain } from '../lib/beat-node.ts'
import { msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'

/**
 * Growth of the cost of a node with the length of the run: the last hundred nodes of a chain of 1,000 over its first
 * hundred.
 */
export const chainGrowth: Row = {
  id: 'chain-growth',
  title: 'A node of nodes 901-1,000 of one chain on Postgres, over one of nodes 1-100',
  unit: 'ms',
  better: 'lower',
  rounds: 7,
  must: 1.1,
  aim: 1,
  missing: missingPostgres,
  open: async () => {
    const postgres = await openBenchPostgres()
    const rig = await openEngineRig(postgres.database, embeddedEngine())
    const document = beatChain(1_000)
    return {
      measureBoth: async () => {
        const [run] = await rig.run(document)
        if (run === undefined) throw new RangeError('No run')
        return { value: msPerNode(run, 901, 1_000), baseline: msPerNode(run, 1, 100) }
      },
      close: async () => {
        await rig.close()
        await postgres.close()
      },
    }
  },
}
