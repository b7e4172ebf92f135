import type { Identity } from '@tenon/core/api'
import type { Json, JsonSchema, RunId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { checkJsonSchema } from '@tenon/core/node'
import type { StartedRunRow, StartRunRequest } from '@tenon/runtime'
import type { Plan, PlanNode } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import type { VersionRow } from '../tables/server-tables.ts'

export interface Beginning {
  readonly identity: Identity
  readonly version: VersionRow
  /** Left out: the first trigger in document order. */
  readonly trigger: string | undefined
  /** @defaultValue `{}` */
  readonly input: Json | undefined
  /** Id of the run; a run that has it is returned as it is. */
  readonly runId: RunId
}

/**
 * Starts a run of a version after checking its input against the schema of the trigger.
 *
 * @throws {@link TenonError} what {@link checkBeginning} throws; `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
 */
export async function beginRun(server: ServerContext, beginning: Beginning): Promise<StartedRunRow> {
  return server.engine.start(checkBeginning(beginning))
}

/**
 * Makes the request to the engine after checking the input; stores nothing.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` with the paths, `REFERENCE_NOT_FOUND` for a trigger that is not in
 * the version.
 */
export function checkBeginning(beginning: Beginning): StartRunRequest {
  const { identity, version, input = {} } = beginning
  const plan = JSON.parse(version.plan) as Plan
  const trigger = findTrigger(plan, beginning.trigger)
  checkRunInput(trigger, input)
  return {
    tenantId: identity.tenantId,
    workflowId: version.workflow_id,
    version: version.version,
    mode: version.number === null ? 'test' : 'live',
    plan,
    trigger: trigger.id,
    input,
    actor: { userId: identity.userId, displayName: identity.displayName },
    runId: beginning.runId,
  }
}

function findTrigger(plan: Plan, triggerId: string | undefined): PlanNode {
  const triggers = plan.nodes.filter((node) => node.control === 'trigger')
  const trigger = triggerId === undefined ? triggers[0] : triggers.find((node) => node.id === triggerId)
  if (trigger === undefined) {
    throw new TenonError('REFERENCE_NOT_FOUND', 'The version has no trigger with this id', {
      details: { issues: [{ path: ['trigger'], code: 'not_found', message: 'No trigger of the version has this id' }] },
    })
  }
  return trigger
}

function checkRunInput(trigger: PlanNode, input: Json): void {
  const schema = trigger.params.inputSchema
  if (schema === undefined) return
  const faults = checkJsonSchema(schema as JsonSchema, input)
  if (faults.length === 0) return
  const issues: ProblemIssue[] = faults.map((fault) => ({ ...fault, path: ['input', ...fault.path] }))
  throw new TenonError('RUN_INPUT_INVALID', sentenceOf(issues), { details: { issues } })
}

/** Names the first fault and the number of the others; only a fault inside the input has a path worth naming. */
function sentenceOf([first, ...others]: readonly ProblemIssue[]): string {
  const path = first?.path ?? []
  const at = path.length > 1 ? `The run input at "${path.slice(1).join('.')}"` : 'The run input'
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${at} is not valid: ${first?.message ?? ''}${more}`
}
