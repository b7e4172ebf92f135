import type {
  Identity,
  MigratedRuns,
  MigrateRun,
  MigrateRuns,
  MigrationCheck,
  MigrationObstacle,
  MigrationRefusedRun,
} from '@tenon/core/api'
import { ERROR_TABLE, TenonError } from '@tenon/core/errors'
import { isRunOver, type MigrationBlocker, type MigrationBlockerKind } from '@tenon/core/run'
import type { MigrateResult, StoredRun, TransactionHook } from '@tenon/runtime'
import { nodesWithin, type Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { auditHook } from '../tables/audit-repository.ts'
import { refuseRun } from '../tables/rollout-runs-repository.ts'
import type { ServerTables, WorkflowRow } from '../tables/server-tables.ts'
import { findVersionToRun } from '../tables/version-repository.ts'

/** The parts of a server that move runs. */
export type MigrateDeps = Pick<ServerContext, 'database' | 'engine' | 'reader' | 'now'>

/**
 * Checks whether a run can move to a version now.
 *
 * @throws {@link TenonError} as {@link migrateRun}, but for the nodes that do not fit.
 * @see docs/adr/0053-a-run-moves-between-nodes.md
 */
export async function checkMigration(server: ServerContext, run: StoredRun, version: string): Promise<MigrationCheck> {
  if (isRunOver(run.status)) throw ended()
  const plan = await planToMove(server, run, version)
  const verdict = await server.engine.checkMigration(run.tenantId, run.runId, { version, plan })
  if (verdict.outcome !== 'refused') checkAccepted(verdict.outcome)
  const blockers = verdict.outcome === 'refused' ? verdict.blockers : []
  return { from: run.version, version, obstacles: await obstaclesOf(server, run, blockers) }
}

/**
 * Stores the request of a person to move a run, with an audit entry.
 *
 * @param also.plan - Plan of the version, for a caller that moves many runs. @defaultValue it is read
 * @param also.hook - Writes further rows in the same transaction. @defaultValue none
 * @throws {@link TenonError} `RUN_CLOSED`, `RUN_NOT_FOUND`, `REFERENCE_NOT_FOUND`, `MIGRATION_REFUSED` (details: `issues`).
 */
export async function migrateRun(
  server: MigrateDeps,
  identity: Identity,
  run: StoredRun,
  { version, requestId }: MigrateRun,
  also: { readonly plan?: Plan; readonly hook?: TransactionHook } = {},
): Promise<MigrateResult['outcome']> {
  const { tenantId, runId } = run
  if (isRunOver(run.status)) throw ended()
  const plan = also.plan ?? (await planToMove(server, run, version))
  const actor = { userId: identity.userId, displayName: identity.displayName }
  const details = { from: run.version, version }
  const audit = auditHook({ identity, action: 'run.migrate', resource: runId, at: server.now(), details })
  const request = { version, plan, actor, ...(requestId === undefined ? {} : { requestId }) }
  const result = await server.engine.migrate(tenantId, runId, request, async (tx) => {
    await also.hook?.(tx)
    await audit(tx)
  })
  if (result.outcome === 'refused') throw blocked(version, await obstaclesOf(server, run, result.blockers))
  checkAccepted(result.outcome)
  return result.outcome
}

const WITHDRAWN = { code: 'MIGRATION_REFUSED', message: 'A person has withdrawn the request to move the run' } as const

/**
 * Withdraws the request to move a run that waits, with an audit entry.
 *
 * @throws {@link TenonError} `RUN_CLOSED`, `RUN_NOT_FOUND`, `MIGRATION_CLOSED` if no request waits.
 */
export async function withdrawMigration(
  server: Pick<ServerContext, 'engine' | 'now'>,
  identity: Identity,
  { tenantId, runId, status, version }: StoredRun,
): Promise<void> {
  if (isRunOver(status)) throw ended()
  const actor = { userId: identity.userId, displayName: identity.displayName }
  const details = { version }
  const audit = auditHook({ identity, action: 'run.withdraw_migration', resource: runId, at: server.now(), details })
  const { outcome } = await server.engine.withdrawMigration(tenantId, runId, actor, async (tx) => {
    // So that no rollout asks it to move again.
    await refuseRun(tx.withTables<Pick<ServerTables, keyof ServerTables>>(), { tenantId, runId }, WITHDRAWN)
    await audit(tx)
  })
  switch (outcome) {
    case 'accepted':
      return
    case 'closed':
      throw ended()
    case 'not_found':
      throw notFound()
    case 'unchanged':
      throw new TenonError('MIGRATION_CLOSED', 'No request to move the run waits')
  }
}

/** Throws the refusals that do not depend on the nodes of the run: the same for a check and for a request. */
function checkAccepted(outcome: Exclude<MigrateResult['outcome'], 'refused'>): void {
  switch (outcome) {
    case 'closed':
      throw new TenonError('RUN_CLOSED', 'The run has ended or is ending')
    case 'not_found':
      throw notFound()
    case 'queued':
      throw refused('The run waits in the queue and has not begun', 'queued', 'Wait until the run has begun')
    case 'pending':
      throw refused('Another request to move the run waits', 'pending', 'Wait until the run has moved')
  }
}

/**
 * Requests to move a part of the runs of a workflow, newest first. Each is decided by itself: one that does not fit
 * remains on its version, and the others move.
 *
 * @throws {@link TenonError} `CURSOR_INVALID`, `REFERENCE_NOT_FOUND`, and faults of the database or of this process.
 */
export async function migrateRuns(
  server: ServerContext,
  identity: Identity,
  { tenant_id: tenantId, workflow_id: workflowId }: WorkflowRow,
  { version, ...filter }: MigrateRuns,
): Promise<MigratedRuns> {
  await planToMove(server, { tenantId, workflowId, mode: 'live' }, version)
  const page = await server.reader.listRunsToMigrate(tenantId, { workflowId, version, ...filter })
  const runIds: string[] = []
  const refusals: MigrationRefusedRun[] = []
  let unchanged = 0
  for (const runId of page.runIds) {
    const answer = await migrateOne(server, identity, { tenantId, runId, version })
    if (answer === 'accepted') runIds.push(runId)
    else if (answer === 'unchanged') unchanged += 1
    else refusals.push(answer)
  }
  return { runIds, unchanged, refused: refusals, nextCursor: page.nextCursor }
}

async function migrateOne(
  server: ServerContext,
  identity: Identity,
  { tenantId, runId, version }: { readonly tenantId: string; readonly runId: string; readonly version: string },
): Promise<'accepted' | 'unchanged' | MigrationRefusedRun> {
  try {
    const run = await server.reader.getRun(tenantId, runId)
    if (run === null || isRunOver(run.status)) return 'unchanged'
    return (await migrateRun(server, identity, run, { version })) === 'accepted' ? 'accepted' : 'unchanged'
  } catch (error) {
    // A fault of the database or of this process concerns all of them; one of the log of a run concerns that alone.
    if (!isOfOneRun(error)) throw error
    return error.code === 'RUN_CLOSED' ? 'unchanged' : { runId, code: error.code, message: error.message }
  }
}

/** Codes of a run whose log or state cannot be read; the other runs move nevertheless. */
const FAULTS_OF_A_RUN: readonly string[] = [
  'RUN_LOG_GAP',
  'RUN_LOG_NEWER',
  'FACT_INVALID',
  'SNAPSHOT_UNREADABLE',
  'PAYLOAD_NOT_FOUND',
]

/** Checks whether an error concerns one run alone, so that others can move. */
export function isOfOneRun(error: unknown): error is TenonError {
  if (!(error instanceof TenonError)) return false
  return FAULTS_OF_A_RUN.includes(error.code) || ERROR_TABLE[error.code as keyof typeof ERROR_TABLE].status < 500
}

/** Returns the plan of the version to which runs move. */
export async function planToMove(
  server: MigrateDeps,
  { tenantId, workflowId, mode }: Pick<StoredRun, 'tenantId' | 'workflowId' | 'mode'>,
  version: string,
): Promise<Plan> {
  if (mode === 'test')
    throw refused('A test run executes the draft that it has tried', 'test_run', 'Run the draft again')
  const row = await server.database.withTenant(tenantId, (tx) => findVersionToRun(tx, tenantId, workflowId, version))
  if (row !== null && row.number !== null) return JSON.parse(row.plan) as Plan
  throw new TenonError('REFERENCE_NOT_FOUND', 'The workflow has no version with this number', {
    details: { issues: [{ path: ['version'], code: 'not_found', message: 'No published version has this number' }] },
  })
}

/** Adds the names of the nodes, as in the version that the run executes. */
async function obstaclesOf(
  server: MigrateDeps,
  { tenantId, planHash }: StoredRun,
  blockers: readonly MigrationBlocker[],
): Promise<readonly MigrationObstacle[]> {
  if (blockers.length === 0) return []
  const plan = await server.reader.getPlan(tenantId, planHash)
  const names = new Map((plan === null ? [] : nodesWithin(plan)).map(({ id, name }) => [id, name]))
  return blockers.map(({ nodeId, reason }) => ({ nodeId, nodeName: names.get(nodeId) || nodeId, reason }))
}

const REASONS: Readonly<Record<MigrationBlockerKind, string>> = {
  node_removed: 'is missing in the version, or is in another loop there',
  type_changed: 'has another type in the version',
  inputs_changed: 'is open and has other inputs in the version',
  params_changed: 'waits, and has other params in the version',
  port_removed: 'has continued by a port that the version lacks',
  error_branch_removed: 'has lost its error branch in the version',
  undo_removed: 'has completed, and nothing undoes it in the version',
}

function blocked(version: string, obstacles: readonly MigrationObstacle[]): TenonError {
  const names = obstacles.map(({ nodeName }) => `"${nodeName}"`).join(', ')
  const issues = obstacles.map(({ nodeName, reason }) => ({
    path: ['version'],
    code: reason,
    message: `The node "${nodeName}" ${REASONS[reason]}`,
  }))
  return new TenonError('MIGRATION_REFUSED', `These nodes of the run do not fit version ${version}: ${names}`, {
    details: { issues },
  })
}

function refused(message: string, code: string, hint: string): TenonError {
  const details = { issues: [{ path: ['version'], code, message: hint }] }
  return new TenonError('MIGRATION_REFUSED', message, { remedy: `${hint}.`, details })
}

function ended(): TenonError {
  return new TenonError('RUN_CLOSED', 'The run has ended')
}

function notFound(): TenonError {
  return new TenonError('RUN_NOT_FOUND', 'No run has this id')
}
