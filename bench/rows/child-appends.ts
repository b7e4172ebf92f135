import type { WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { embeddedEngine } from '@tenon/runtime'
import pg from 'pg'
import { setChain } from '../lib/beat-node.ts'
import { openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { Row } from '../lib/row.ts'

const INNER = 'inner'

/** start → run the inner workflow → end. */
const CALLING: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('call', 'run-workflow', { workflow: INNER, input: { count: '{{ input.count }}' } }),
    node('end', 'end'),
  ],
  ['start>call', 'call>end'],
)

/** Appends of both runs when a workflow runs another, beyond those of the nodes of the other one in a run of their own. */
export const childAppends: Row = {
  id: 'child-appends',
  title: 'Appends of a workflow that runs another one of inline nodes, beyond those of these nodes alone',
  unit: 'appends',
  better: 'lower',
  rounds: 5,
  warmUps: 3,
  must: 2,
  missing: missingPostgres,
  open: async () => {
    const postgres = await openBenchPostgres()
    const rig = await openEngineRig(postgres.database, embeddedEngine())
    const admin = new pg.Client({ connectionString: postgres.connectionString })
    await admin.connect()
    const inner = setChain(3)
    await rig.publish(INNER, inner)
    /** Runs a document, and counts the appends of its run and of the runs below. */
    const appendsOf = async (document: WorkflowDocument): Promise<number> => {
      const [run] = await rig.run(document)
      const { rows } = await admin.query<{ count: string }>(
        `select count(*) from tenon.run_log where run_id in
          (select run_id from tenon.runs where run_id = $1 or root_run_id = $1)`,
        [run?.runId],
      )
      return Number(rows[0]?.count)
    }
    return {
      measure: async () => (await appendsOf(CALLING)) - (await appendsOf(inner)),
      close: async () => {
        await admin.end()
        await rig.close()
        await postgres.close()
      },
    }
  },
}
