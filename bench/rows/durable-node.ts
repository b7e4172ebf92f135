import { embeddedEngine } from '@tenon/runtime'
import { beatChain, setChain } from '../lib/beat-node.ts'
import type { FinishedRun } from '../lib/engine-rig.ts'
import { msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres, POOL_SIZE } from '../lib/postgres.ts'
import { openRawCommits } from '../lib/raw-commits.ts'
import type { Row } from '../lib/row.ts'

const NODES = 200

/**
 * From the call of one node's body to the call of the next one's: outcome, decision, schedule and start, stored. The
 * body is empty, the run is alone. The floor is one raw one-row commit, on the same server, by the same role.
 */
export const durableNode: Row = {
  ...rowOf(beatChain(NODES), (run) => msPerNode(run, 1, NODES)),
  id: 'durable-node',
  must: 1.8,
  aim: 1.35,
  title: 'A durable node on Postgres, over a raw one-row commit under RLS',
}

/** A `set` node of a long chain, from the start of its run to the end; many of them share a commit. */
export const durableNodePure: Row = {
  ...rowOf(setChain(NODES), ({ tookMs }) => tookMs / NODES),
  id: 'durable-node-pure',
  title: 'A pure node on Postgres, over a raw one-row commit under RLS',
}

function rowOf(document: ReturnType<typeof beatChain>, msOf: (run: FinishedRun) => number) {
  return {
    unit: 'ms',
    better: 'lower',
    rounds: 9,
    // The compiler of JavaScript needs so many rounds: before them the figure is half as large again.
    warmUps: 25,
    missing: missingPostgres,
    open: async () => {
      const postgres = await openBenchPostgres()
      const rig = await openEngineRig(postgres.database, embeddedEngine())
      const raw = await openRawCommits(postgres.connectionString, POOL_SIZE)
      return {
        measure: async () => Math.max(...(await rig.run(document)).map(msOf)),
        floor: () => raw.oneByOne(NODES),
        close: async () => {
          await raw.close()
          await rig.close()
          await postgres.close()
        },
      }
    },
  } as const
}
