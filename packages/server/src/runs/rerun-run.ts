import type { Identity, RerunRun, StartedRun } from '@tenon/core/api'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskedPaths, restoreMasked } from '@tenon/core/mask'
import { prepareRerun, type StoredRun } from '@tenon/runtime'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { holdInputFiles } from '../files/hold-input-files.ts'
import { findStableVersion, findVersionToRun, type VersionToRun } from '../tables/version-repository.ts'
import { findWorkflow } from '../tables/workflow-repository.ts'
import { startOnce } from './idempotent-start.ts'
import { presentStartedRun } from './present-run.ts'
import { actorOf, checkBeginning } from './start-run.ts'

/** A request to run an ended run again. */
export interface RerunRequest {
  readonly identity: Identity
  /** The earlier run. */
  readonly run: StoredRun
  readonly body: RerunRun
  readonly idempotencyKey: string | null
}

/**
 * Runs an ended run again, as a new run that reuses the outcomes of the earlier one before the chosen start.
 *
 * @throws {@link TenonError} `RUN_NOT_FOUND` if it is deleted meanwhile, `RUN_NOT_ENDED`, `RERUN_REFUSED`,
 * `WORKFLOW_NOT_FOUND`, `WORKFLOW_NOT_PUBLISHED`, `REFERENCE_NOT_FOUND`, `PAYLOAD_LIMIT_REACHED`, `WAIT_LIMIT_REACHED`,
 * `REQUEST_INVALID` for an input with another start than `start`, and errors of
 * {@link checkBeginning} and {@link startOnce}.
 * @see docs/adr/0047-a-rerun-reuses-outcomes.md
 */
export function startRerun(server: ServerContext, request: RerunRequest): Promise<StartedRun> {
  const { identity, run, body, idempotencyKey } = request
  const { tenantId } = identity
  const asked = { runId: run.runId, body: body as unknown as Json }
  const started = startOnce(server, { tenantId, route: 'rerunRun', idempotencyKey, request: asked }, async (runId) => {
    checkInput(body)
    await server.dataUsage.checkRoom(tenantId)
    await holdInputFiles(server, tenantId, body.input)
    const version = await versionOfRerun(server, run, body)
    const plan = version.version === run.version ? undefined : (JSON.parse(version.plan) as Plan)
    const { trigger, input: recorded, rerun } = await prepareRerun(server.reader, run, body.from, plan)
    const before = await server.reader.loadValue(tenantId, recorded)
    const input = body.input === undefined ? before : unmasked(body.input, before)
    const beginning = checkBeginning({
      tenantId: identity.tenantId,
      actor: actorOf(identity),
      version,
      trigger,
      input,
      runId,
    })
    return presentStartedRun(await server.engine.start({ ...beginning, rerun }))
  })
  return started.catch(async (error: unknown) => {
    // A deletion in progress has removed a part of its log and values: the error is its consequence, not a fault.
    if ((await server.reader.getRun(tenantId, run.runId)) !== null) throw error
    throw new TenonError('RUN_NOT_FOUND', 'The run was deleted meanwhile', { cause: error })
  })
}

/** @throws {@link TenonError} `REQUEST_INVALID` for an input with another start than the first node. */
function checkInput({ from, input }: RerunRun): void {
  if (input === undefined) return
  if (from !== 'start') {
    throw new TenonError('REQUEST_INVALID', 'An input can be given only with "from": "start"', {
      remedy: 'Omit the input: the outcomes that are reused come from that of the earlier run.',
      details: {
        issues: [{ path: ['input'], code: 'not_allowed', message: 'Omit the input, or use "from": "start"' }],
      },
    })
  }
}

/**
 * Puts the recorded credentials into an edited input, where they are masked as people see them.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` for another masked value.
 */
function unmasked(edited: Json, recorded: Json): Json {
  const input = restoreMasked(edited, recorded)
  const issues = maskedPaths(input, ['input']).map((path) => ({
    path,
    code: 'masked',
    message: 'Give the value itself: this one is masked',
  }))
  if (issues.length === 0) return input
  throw new TenonError('RUN_INPUT_INVALID', 'The run input contains values that are masked', { details: { issues } })
}

/** Returns the version of the new run. A test run is repeated with the draft that it has tried. */
async function versionOfRerun(server: ServerContext, run: StoredRun, { version }: RerunRun): Promise<VersionToRun> {
  const { tenantId, workflowId } = run
  return server.database.withTenant(tenantId, async (tx) => {
    const workflow = await findWorkflow(tx, tenantId, workflowId)
    if (workflow === null || workflow.deleted_at !== null) {
      throw new TenonError('WORKFLOW_NOT_FOUND', 'The workflow of the run is deleted')
    }
    if (version === 'latest' && run.mode === 'test') {
      throw new TenonError('RERUN_REFUSED', 'A test run cannot be repeated as a run of a published version', {
        remedy: 'Repeat it with its own version, or start a run of the workflow.',
        details: { issues: [{ path: ['version'], code: 'test_run', message: 'The run is a test run' }] },
      })
    }
    const latest = await findStableVersion(tx, tenantId, workflowId, workflow.latest_version)
    if (version === 'latest' && latest === null) {
      throw new TenonError('WORKFLOW_NOT_PUBLISHED', 'The workflow has no published version')
    }
    const name = version === 'latest' && latest !== null ? latest : run.version
    const row = await findVersionToRun(tx, tenantId, workflowId, name)
    if (row === null) throw new TenonError('REFERENCE_NOT_FOUND', 'The version of the run is missing')
    return row
  })
}
