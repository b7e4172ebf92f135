import type { Identity, StartedRun, StartRun } from '@tenon/core/api'
import { type Json, type RunId, sha256Hex, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { startsByHand } from '@tenon/core/node'
import type { Actor } from '@tenon/core/run'
import { checkRunInput, firstTrigger, type StartedRunRow, type StartRunRequest } from '@tenon/runtime'
import type { Plan, PlanNode } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { holdInputFiles } from '../files/hold-input-files.ts'
import type { WorkflowRow } from '../tables/server-tables.ts'
import { BUCKETS, findVersionToRun, findVersionToStart, type VersionToRun } from '../tables/version-repository.ts'
import { completeHandInput } from './hand-input.ts'
import { startOnce } from './idempotent-start.ts'
import { presentStartedRun } from './present-run.ts'

export interface StartRequest {
  readonly identity: Identity
  readonly workflow: WorkflowRow
  readonly body: StartRun
  readonly idempotencyKey: string | null
}

/**
 * Starts a run of a published version, once for each idempotency key.
 *
 * @throws {@link TenonError} `WORKFLOW_NOT_PUBLISHED`, `REFERENCE_NOT_FOUND`, `RUN_INPUT_INVALID`,
 * `IDEMPOTENCY_KEY_REUSED`.
 */
export async function startPublishedRun(server: ServerContext, request: StartRequest): Promise<StartedRun> {
  const { identity, workflow, body, idempotencyKey } = request
  const { tenantId } = identity
  const begin = async (runId: RunId): Promise<StartedRun> =>
    presentStartedRun(await beginRun(server, workflow, { actor: actorOf(identity), body, runId }))
  const asked = { workflowId: workflow.workflow_id, body: body as Json }
  return startOnce(server, { tenantId, route: 'startRun', idempotencyKey, request: asked }, begin)
}

/** A run to start of a published version, with the id that it gets. */
export interface RunToBegin {
  readonly actor: Actor | null
  /** True if a transaction of the host has requested the run. @defaultValue false */
  readonly isByHost?: boolean
  readonly body: StartRun
  readonly runId: RunId
}

/**
 * Starts a run of a published version, as a request by the API does; a run with the id is returned as it is.
 *
 * @throws {@link TenonError} as {@link startPublishedRun}.
 */
export async function beginRun(
  server: Pick<ServerContext, 'database' | 'dataUsage' | 'engine' | 'files' | 'now'>,
  workflow: WorkflowRow,
  { actor, isByHost = false, body, runId }: RunToBegin,
): Promise<StartedRunRow> {
  const { tenant_id: tenantId } = workflow
  await server.dataUsage.checkRoom(tenantId)
  const version = await versionToRun(server, workflow, { asked: body.version, runId })
  const { trigger, input } = body
  await holdInputFiles(server, tenantId, input)
  const beginning = checkBeginning({ tenantId, actor, version, trigger, input, runId, byHandAt: server.now() })
  return server.engine.start({ ...beginning, isByHost })
}

/** Finds the version with which a run starts: that which the request names, or one by the rules of the rollout. */
async function versionToRun(
  server: Pick<ServerContext, 'database'>,
  workflow: WorkflowRow,
  { asked, runId }: { readonly asked: string | undefined; readonly runId: RunId },
): Promise<VersionToRun> {
  const { tenant_id: tenantId, workflow_id: workflowId, latest_version: latest } = workflow
  if (asked === undefined && latest === null) {
    throw new TenonError('WORKFLOW_NOT_PUBLISHED', 'The workflow has no published version')
  }
  const row = await server.database.withTenant(tenantId, (tx) =>
    asked === undefined
      ? findVersionToStart(tx, tenantId, workflowId, { latest: String(latest), bucket: bucketOf(runId) })
      : findVersionToRun(tx, tenantId, workflowId, asked),
  )
  // A tried draft has test runs only.
  if (row !== null && row.number !== null) return row
  throw new TenonError('REFERENCE_NOT_FOUND', 'The workflow has no version with this number', {
    details: { issues: [{ path: ['version'], code: 'not_found', message: 'No published version has this number' }] },
  })
}

/** Returns the share that a run belongs to during a canary: a repeated request has the same id, and so the same version. */
export function bucketOf(runId: RunId): number {
  return Number.parseInt(sha256Hex(runId).slice(0, 8), 16) % BUCKETS
}

/** Returns the person of an identity, as run logs name people. */
export function actorOf({ userId, displayName }: Identity): Actor {
  return { userId, displayName }
}

/** A run to start, of any version. */
export interface Beginning {
  readonly tenantId: TenantId
  /** Person who starts the run, and for whom it acts; `null` if no person does. */
  readonly actor: Actor | null
  readonly version: VersionToRun
  /** @defaultValue the first enabled start node in document order, else the first trigger at which people can start runs */
  readonly trigger: string | undefined
  /**
   * Time of a start by hand or by the API, at which the input of a schedule or an event is completed. A trigger that only
   * messages start is refused.
   *
   * @defaultValue the trigger itself starts the run, with a complete input
   */
  readonly byHandAt?: number
  /** @defaultValue `{}` */
  readonly input: Json | undefined
  /** Id of the run; a run that has it is returned as it is. */
  readonly runId: RunId
}

/**
 * Makes the request to the engine after checking the input; stores nothing.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` with the paths, `JSON_SCHEMA_INVALID` for an input schema that cannot be
 * applied, `REFERENCE_NOT_FOUND` for a trigger that is not in the version, `TRIGGER_DISABLED` for one that is disabled, also if all are,
 * `TRIGGER_NOT_MANUAL` for one that only messages start, if such are refused, and the errors of {@link completeHandInput}.
 */
export function checkBeginning(beginning: Beginning): StartRunRequest {
  const { tenantId, actor, version, runId, byHandAt } = beginning
  const plan = JSON.parse(version.plan) as Plan
  const trigger = findTrigger(plan, beginning.trigger, byHandAt !== undefined)
  const given = beginning.input ?? {}
  const input = byHandAt === undefined ? given : completeHandInput(trigger, given, { runId, at: byHandAt })
  checkRunInput(trigger, input)
  return {
    tenantId,
    workflowId: version.workflow_id,
    version: version.version,
    mode: version.number === null ? 'test' : 'live',
    plan,
    trigger: trigger.id,
    input,
    actor,
    runId,
  }
}

const isManual = ({ trigger }: PlanNode) => startsByHand(trigger)

function findTrigger(plan: Plan, triggerId: string | undefined, byHand: boolean): PlanNode {
  const triggers = plan.nodes.filter((node) => node.control === 'trigger')
  // If all are disabled, the first one is refused by its name below.
  const byHandOnly = triggers.filter(isManual)
  const byDefault = firstTrigger(plan) ?? byHandOnly.find(({ disabled }) => !disabled) ?? byHandOnly[0] ?? triggers[0]
  const trigger = triggerId === undefined ? byDefault : triggers.find((node) => node.id === triggerId)
  if (trigger === undefined) {
    throw new TenonError('REFERENCE_NOT_FOUND', 'The version has no trigger with this id', {
      details: { issues: [{ path: ['trigger'], code: 'not_found', message: 'No trigger of the version has this id' }] },
    })
  }
  if (byHand && !isManual(trigger)) {
    throw new TenonError('TRIGGER_NOT_MANUAL', `Only messages to the trigger "${trigger.name}" start runs at it`)
  }
  if (trigger.disabled) {
    throw new TenonError('TRIGGER_DISABLED', `The trigger "${trigger.name}" is disabled, so it starts no runs`)
  }
  return trigger
}
