import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type ClaimableRows, freeGroups, READY_DISPATCHES, READY_RUNS } from './claim-rows.ts'
import type { RunRef } from './run-ref.ts'

/** Most groups of waiting work that one check reads. */
const MAX_GROUPS = 1_000

/**
 * Finds the obstacles of a run of the embedded engine: requirements of it or its queued nodes that no running worker
 * meets.
 *
 * @returns Texts for a message, such as `node type "acme/mail" version 2` or `task queue "gpu"`; empty if a worker can
 * continue the run, or if it only waits.
 */
export async function findRunObstacles(database: RuntimeDatabase, run: RunRef): Promise<readonly string[]> {
  const { schema } = database
  return database.withSystem(async (tx) => {
    const required = [
      ...(await requiredByRun(tx, schema, READY_RUNS, run)),
      ...(await requiredByRun(tx, schema, READY_DISPATCHES, run)),
    ]
    return missingOf(tx, required)
  })
}

/** Finds the obstacles of runs of all tenants, like {@link findRunObstacles} for one. */
export async function findObstacles(database: RuntimeDatabase): Promise<readonly string[]> {
  return database.withSystem(async (tx) => {
    const required = [
      ...(await requiredByWaiting(tx, database.schema, READY_RUNS)),
      ...(await requiredByWaiting(tx, database.schema, READY_DISPATCHES)),
    ]
    return missingOf(tx, required)
  })
}

interface Required {
  readonly capabilities: readonly string[]
}

async function requiredByRun(
  tx: Tx<RuntimeTables>,
  schema: string,
  { table, isFree }: ClaimableRows,
  { tenantId, runId }: RunRef,
): Promise<readonly Required[]> {
  const { rows } = await sql<Required>`
    select q.capabilities from ${sql.table(`${schema}.${table}`)} r
    join ${sql.table(`${schema}.run_requirements`)} q using (tenant_id, requires_key)
    where r.tenant_id = ${tenantId} and r.run_id = ${runId} and ${isFree}`.execute(tx)
  return rows
}

async function requiredByWaiting(
  tx: Tx<RuntimeTables>,
  schema: string,
  rows: ClaimableRows,
): Promise<readonly Required[]> {
  const { rows: found } = await sql<Required>`
    select distinct q.capabilities
    from (select * from ${freeGroups(schema, rows, sql`true`)} g limit ${MAX_GROUPS}) w
    join ${sql.table(`${schema}.run_requirements`)} q using (tenant_id, requires_key)`.execute(tx)
  return found
}

/** Returns the capabilities that the closest worker lacks for each set. */
async function missingOf(tx: Tx<RuntimeTables>, required: readonly Required[]): Promise<readonly string[]> {
  if (required.length === 0) return []
  const workers = await tx
    .selectFrom('workers')
    .select('capabilities')
    .where('lease_until', '>=', databaseNow)
    .execute()
  const known = workers.map((worker) => new Set(worker.capabilities))
  const missing = required.flatMap(({ capabilities }) => {
    const lacking = known.map((own) => capabilities.filter((each) => !own.has(each)))
    return lacking.reduce((least, each) => (each.length < least.length ? each : least), capabilities)
  })
  return [...new Set(missing.map(describe))].sort()
}

function describe(capability: string): string {
  const colon = capability.indexOf(':')
  const [kind, name] = [capability.slice(0, colon), capability.slice(colon + 1)]
  const [type, version] = [name.slice(0, name.lastIndexOf('@')), name.slice(name.lastIndexOf('@') + 1)]
  switch (kind) {
    case 'node':
      return `node type "${type}" version ${version}`
    case 'queue':
      return `task queue "${name}"`
    case 'fact':
      return `a version that reads events of the type "${name}"`
    case 'machine':
      return 'a version that undoes what runs have done'
    case 'plan':
      return `plan format ${name}`
    default:
      return `engine version ${name}`
  }
}

/** Finds the task queues that no worker with a valid lease serves. */
export async function findUnservedQueues(
  database: RuntimeDatabase,
  queues: readonly string[],
): Promise<readonly string[]> {
  if (queues.length === 0) return []
  const capabilities = queues.map((queue) => `queue:${queue}`)
  const served = await database.withSystem((tx) =>
    tx
      .selectFrom('workers')
      .select('capabilities')
      .where('lease_until', '>=', databaseNow)
      .where(sql<boolean>`capabilities && ${capabilities}::text[]`)
      .execute(),
  )
  const known = new Set(served.flatMap((row) => row.capabilities))
  return queues.filter((queue) => !known.has(`queue:${queue}`))
}

/** Finds the node types that no worker with a valid lease has; none while no worker runs, since then nothing is known. */
export async function findMissingTypes(
  database: RuntimeDatabase,
  types: readonly string[],
): Promise<readonly string[]> {
  if (types.length === 0) return []
  const workers = await database.withSystem((tx) =>
    tx.selectFrom('workers').select('capabilities').where('lease_until', '>=', databaseNow).execute(),
  )
  if (workers.length === 0) return []
  const known = new Set(workers.flatMap((worker) => worker.capabilities))
  return types.filter((type) => !known.has(`node:${type}`))
}
