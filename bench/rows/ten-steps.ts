import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RuntimeTables } from '@tenon/runtime'
import { embeddedEngine } from '@tenon/runtime'
import { createDatabase, migrateRuntime } from '@tenon/runtime/postgres'
import pg from 'pg'
import { ensurePeers } from '../../scripts/run/lib/peers.mjs'
import { beatChain } from '../lib/beat-node.ts'
import { msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { openPeer } from '../lib/peer.ts'
import { diskDirectory, missingPostgres, POOL_SIZE, startDurablePostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'

const STEPS = 10
/** Runs of a round, one after another. */
const RUNS = 20

/** Ten durable nodes over ten steps of DBOS, each in a database of the same Postgres. */
export const overDbos = rowOf('dbos', 'DBOS')
/** The same over OpenWorkflow. */
export const overOpenWorkflow = rowOf('openworkflow', 'OpenWorkflow')
/** The same over Restate, which keeps its journal on the same disk with fsync, and no Postgres. */
export const overRestate = rowOf('restate', 'Restate')

/**
 * From the call of the first of ten bodies to the call of the last, in ms a step; each body is empty and gets what the
 * one before it gave. How a run is started and how its end is reported does not count, since peers poll for both.
 */
function rowOf(peerName: string, title: string): Row {
  return {
    id: `ten-steps-${peerName}`,
    title: `A durable node of ten on Postgres, over a durable step of ${title}`,
    unit: 'ms',
    better: 'lower',
    rounds: 5,
    warmUps: 2,
    missing: async () => (await missingPostgres()) ?? (await ensurePeers()),
    open: async () => {
      const postgres = await startDurablePostgres()
      const directory = await mkdtemp(join(diskDirectory(), 'tenon-bench-peer-'))
      const pool = new pg.Pool({ connectionString: postgres.url, max: POOL_SIZE })
      const database = createDatabase<RuntimeTables>({ pool })
      await migrateRuntime(database)
      const rig = await openEngineRig(database, embeddedEngine())
      const peer = await openPeer(peerName, { url: await postgres.createDatabase(), directory })
      const document = beatChain(STEPS)
      return {
        measure: async () => {
          let total = 0
          for (let run = 0; run < RUNS; run += 1) {
            for (const finished of await rig.run(document)) total += msPerNode(finished, 1, STEPS)
          }
          return total / RUNS
        },
        floor: () => peer.run(RUNS),
        close: async () => {
          await peer.close()
          await rig.close()
          await database.close()
          await postgres.stop()
          await rm(directory, { recursive: true, force: true })
        },
      }
    },
  }
}
