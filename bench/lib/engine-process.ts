// A process of the bench: an embedded engine with a worker that runs as many runs as it is asked for over the IPC channel.
import type { RuntimeTables } from '@tenon/runtime'
import { embeddedEngine } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import pg from 'pg'
import { beatChain } from './beat-node.ts'
import type { EngineProcessOrder } from './engine-processes.ts'
import { msOfAll, openEngineRig } from './engine-rig.ts'
import { POOL_SIZE } from './postgres.ts'

const { url, nodes, firstTenant } = JSON.parse(process.argv[2] ?? '{}') as EngineProcessOrder
const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: POOL_SIZE }) })
const rig = await openEngineRig(database, embeddedEngine(), firstTenant)
const document = beatChain(nodes)

process.on('message', (runs) => {
  void rig.run(document, Number(runs)).then(
    (finished) => process.send?.(msOfAll(finished)),
    // Its parent reports that the process has ended.
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', async () => {
  await rig.close()
  await database.close()
  process.exit(0)
})
process.send?.('ready')
