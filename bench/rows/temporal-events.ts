import type { WorkflowDocument } from '@tenon/core/document'
import type { RuntimeTables } from '@tenon/runtime'
import { createDatabase, migrateRuntime } from '@tenon/runtime/postgres'
import { temporalEngine } from '@tenon/runtime/temporal'
import { openTestPGlite } from '@tenon/runtime/testing'
import { beatChain, chainOf } from '../lib/beat-node.ts'
import { openEngineRig } from '../lib/engine-rig.ts'
import type { Row } from '../lib/row.ts'
import { missingTemporal, openBenchTemporal } from '../lib/temporal.ts'

const [SHORT, LONG] = [2, 12]

/** Events that ten more nodes in a chain add to the history, each with a side effect. */
export const temporalEvents: Row = {
  ...rowOf(beatChain),
  id: 'temporal-events',
  title: 'Temporal history events for one more side-effecting node',
}

/** The same for nodes that run inside a commit, between two that do not: a run of pure nodes alone needs no shell. */
export const temporalEventsPure: Row = {
  ...rowOf((length) => chainOf(['beat', ...Array.from({ length }, () => 'set' as const), 'beat'])),
  id: 'temporal-events-pure',
  title: 'Temporal history events for one more pure node',
}

function rowOf(documentOf: (length: number) => WorkflowDocument) {
  return {
    unit: 'events',
    better: 'lower',
    rounds: 1,
    warmUps: 0,
    missing: missingTemporal,
    open: async () => {
      const temporal = await openBenchTemporal()
      const database = createDatabase<RuntimeTables>({ pglite: await openTestPGlite() })
      await migrateRuntime(database)
      const rig = await openEngineRig(database, temporalEngine(temporal.options))
      const eventsOf = async (document: WorkflowDocument) => {
        const [run] = await rig.run(document)
        return temporal.eventsOf(run?.runId ?? '')
      }
      return {
        measure: async () =>
          ((await eventsOf(documentOf(LONG))) - (await eventsOf(documentOf(SHORT)))) / (LONG - SHORT),
        close: async () => {
          await rig.close()
          await database.close()
          await temporal.close()
        },
      }
    },
  } as const
}
