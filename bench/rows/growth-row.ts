import type { WorkflowDocument } from '@tenon/core/document'
import { embeddedEngine } from '@tenon/runtime'
import { msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'

/** Numbers of the first and the last beat of a stretch, from 1. */
type Stretch = readonly [first: number, last: number]

/** Makes a row about the growth of a cost within one run: a late stretch of its beats over an early one. */
export function growthRow(
  row: Pick<Row, 'id' | 'title' | 'rounds'>,
  document: WorkflowDocument,
  { early, late }: { readonly early: Stretch; readonly late: Stretch },
): Row {
  return {
    ...row,
    unit: 'ms',
    better: 'lower',
    must: 1.1,
    aim: 1,
    missing: missingPostgres,
    open: async () => {
      const postgres = await openBenchPostgres()
      const rig = await openEngineRig(postgres.database, embeddedEngine())
      return {
        measureBoth: async () => {
          const [run] = await rig.run(document)
          if (run === undefined) throw new RangeError('No run')
          return { value: msPerNode(run, ...late), baseline: msPerNode(run, ...early) }
        },
        close: async () => {
          await rig.close()
          await postgres.close()
        },
      }
    },
  }
}
