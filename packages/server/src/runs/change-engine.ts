import type { ChangedEngines, ChangeEngine, ChangeEngines, EngineRefusedRun, Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { isRunOver, type RunEngine } from '@tenon/core/run'
import type { ChangeEngineResult, StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { auditHook } from '../tables/audit-repository.ts'
import type { WorkflowRow } from '../tables/server-tables.ts'
import { isOfOneRun } from './migrate-run.ts'

/**
 * Stores the request of a person to have another engine execute a run, with an audit entry.
 *
 * @returns `unchanged` if the engine executes it already, or will.
 * @throws {@link TenonError} `RUN_CLOSED`, `RUN_NOT_FOUND`, `ENGINE_CHANGE_REFUSED` (details: `issues`).
 * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
 */
export async function changeEngine(
  server: ServerContext,
  identity: Identity,
  run: StoredRun,
  { engine, requestId }: ChangeEngine,
): Promise<'accepted' | 'unchanged'> {
  const { tenantId, runId } = run
  checkEngine(server, engine)
  if (isRunOver(run.status)) throw ended()
  const actor = { userId: identity.userId, displayName: identity.displayName }
  const details = { from: run.engine, to: engine }
  const audit = auditHook({ identity, action: 'run.change_engine', resource: runId, at: server.now(), details })
  const request = { engine, actor, ...(requestId === undefined ? {} : { requestId }) }
  const { outcome } = await server.engine.changeEngine(tenantId, runId, request, audit)
  return acceptedOf(outcome, engine)
}

/**
 * Requests that another engine executes a part of the runs of a workflow, newest first. Each is decided by itself: one
 * that is refused stays on its engine, and the others change.
 *
 * @throws {@link TenonError} `CURSOR_INVALID`, `ENGINE_CHANGE_REFUSED` for an engine that this server lacks, and faults of
 * the database or of this process.
 */
export async function changeEngines(
  server: ServerContext,
  identity: Identity,
  { tenant_id: tenantId, workflow_id: workflowId }: WorkflowRow,
  { engine, ...page }: ChangeEngines,
): Promise<ChangedEngines> {
  checkEngine(server, engine)
  const found = await server.reader.listRunsToChangeEngine(tenantId, { workflowId, engine, ...page })
  const runIds: string[] = []
  const refused: EngineRefusedRun[] = []
  for (const runId of found.runIds) {
    const answer = await changeOne(server, identity, { tenantId, runId, engine })
    if (answer === 'accepted') runIds.push(runId)
    else if (answer !== 'unchanged') refused.push(answer)
  }
  const unchanged = found.runIds.length - runIds.length - refused.length
  return { runIds, unchanged, refused, nextCursor: found.nextCursor }
}

interface OneChange {
  readonly tenantId: string
  readonly runId: string
  readonly engine: RunEngine
}

async function changeOne(
  server: ServerContext,
  identity: Identity,
  { tenantId, runId, engine }: OneChange,
): Promise<'accepted' | 'unchanged' | EngineRefusedRun> {
  try {
    const run = await server.reader.getRun(tenantId, runId)
    if (run === null || isRunOver(run.status)) return 'unchanged'
    return await changeEngine(server, identity, run, { engine })
  } catch (error) {
    // A fault of the database or of this process concerns all of them; one of the log of a run concerns that alone.
    if (!isOfOneRun(error)) throw error
    return error.code === 'RUN_CLOSED' ? 'unchanged' : { runId, code: error.code, message: error.message }
  }
}

/** Refuses an engine that this server lacks, before anything is read or stored. */
function checkEngine({ engine: { kinds } }: ServerContext, engine: RunEngine): void {
  if (kinds.includes(engine)) return
  throw refused(
    'unknown_engine',
    `This server does not have the engine "${engine}"`,
    `Configure it with twoEngines(), or choose one of: ${kinds.join(', ')}`,
  )
}

function acceptedOf(outcome: ChangeEngineResult['outcome'], engine: RunEngine): 'accepted' | 'unchanged' {
  switch (outcome) {
    case 'accepted':
    case 'unchanged':
      return outcome
    case 'closed':
      throw ended()
    case 'not_found':
      throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
    case 'queued':
      throw refused('queued', 'The run waits in the queue and has not begun', 'Wait until the run has begun')
    case 'pending':
      throw refused('pending', 'Another request to change the engine waits', 'Wait until the engine has changed')
    case 'unknown_engine':
      throw refused('unknown_engine', `No process has the engine "${engine}"`, 'Configure it with twoEngines()')
  }
}

function refused(code: string, message: string, hint: string): TenonError {
  const details = { issues: [{ path: ['engine'], code, message: hint }] }
  return new TenonError('ENGINE_CHANGE_REFUSED', message, { remedy: `${hint}.`, details })
}

function ended(): TenonError {
  return new TenonError('RUN_CLOSED', 'The run has ended or is ending')
}
