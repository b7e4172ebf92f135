import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RequestRules } from '../store/queue-entry.ts'

/** Request that may need no run of its own. */
export interface RequestRef {
  readonly tenantId: string
  readonly workflowId: string
  /** Id of the run that it would start. */
  readonly runId: string
}

/** Run that a request returns instead of a new one. */
export interface EarlierRun {
  /** `same` if the request repeats an earlier one; `merged` if it was merged into the run. */
  readonly how: 'same' | 'merged'
  readonly runId: string
}

/** Time in which a request finds the run that it was answered with, for repetitions after a lost response, in ms. */
const ANSWER_MS = 3_600_000

/** Finds the run that a request returns: its own answer, or the first run of its dedupe key. It must still be stored. */
export async function findEarlierRun(
  tx: Tx<RuntimeTables>,
  request: RequestRef,
  { dedupe }: RequestRules,
): Promise<EarlierRun | null> {
  const { tenantId, workflowId, runId } = request
  const answers = { same: `same/${runId}`, merged: `merged/${runId}` }
  const key = dedupe === null ? null : keyOf(dedupe.group)
  const rows = await tx
    .selectFrom('run_dedupes')
    .select(['dedupe_key', 'run_id'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('dedupe_key', 'in', [...Object.values(answers), ...(key === null ? [] : [key])])
    .where('until', '>', databaseNow)
    // A run that has been deleted answers no request.
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('runs')
          .select('runs.run_id')
          .where('runs.tenant_id', '=', tenantId)
          .whereRef('runs.run_id', '=', 'run_dedupes.run_id'),
      ),
    )
    .execute()
  const runOf = (name: string | null) => rows.find((row) => row.dedupe_key === name)?.run_id
  const merged = runOf(answers.merged)
  if (merged !== undefined) return { how: 'merged', runId: merged }
  const same = runOf(answers.same)
  if (same !== undefined) return { how: 'same', runId: same }
  const first = runOf(key)
  if (first === undefined) return null
  await noteAnswer(tx, request, { how: 'same', runId: first })
  return { how: 'same', runId: first }
}

/** Stores the run that a request is answered with. */
export async function noteAnswer(
  tx: Tx<RuntimeTables>,
  request: RequestRef,
  { how, runId }: EarlierRun,
): Promise<void> {
  await note(tx, { ...request, key: `${how}/${request.runId}`, answer: runId, forMs: ANSWER_MS })
}

/** Stores the first run of a dedupe key, for the requests that repeat it. */
export async function noteFirstRun(
  tx: Tx<RuntimeTables>,
  request: RequestRef,
  { dedupe }: RequestRules,
  runId: string,
): Promise<void> {
  if (dedupe === null) return
  await note(tx, { ...request, key: keyOf(dedupe.group), answer: runId, forMs: dedupe.windowMs })
}

function keyOf(group: string): string {
  return `key/${group}`
}

interface Note {
  readonly tenantId: string
  readonly workflowId: string
  readonly key: string
  readonly answer: string
  readonly forMs: number
}

async function note(tx: Tx<RuntimeTables>, { tenantId, workflowId, key, answer, forMs }: Note): Promise<void> {
  const until = sql<number>`${databaseNow} + ${forMs}::bigint`
  await tx
    .insertInto('run_dedupes')
    .values({ tenant_id: tenantId, workflow_id: workflowId, dedupe_key: key, run_id: answer, until })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'workflow_id', 'dedupe_key'])
        .doUpdateSet((eb) => ({ run_id: eb.ref('excluded.run_id'), until: eb.ref('excluded.until') })),
    )
    .execute()
}
