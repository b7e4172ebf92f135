import { createHash } from 'node:crypto'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ChildResult, ChildSuspension, LoopSuspension, NodeOutcome, Suspension } from '@tenon/core/node'
import { type ChildWait, type Fact, MAX_RUN_DEPTH, type NodeResume } from '@tenon/core/run'
import { v7 } from 'uuid'
import type { Plan } from '../interpreter/plan.ts'
import { checkRunInput, firstTrigger } from '../run-input.ts'
import type { Payload } from '../store/append.ts'
import { type QueueEntry, queueEntryOf } from '../store/queue-entry.ts'
import type { PassOfRun, RunRef } from '../store/run-ref.ts'
import type { RunSession } from './session.ts'
import { storeValue } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

/** Plan of a run to start. */
export interface PreparedChild {
  readonly plan: Plan
  /** Key of the requirements of its runs; empty for none. */
  readonly requires: string
}

/**
 * Loads the plan of a published version for a child, and checks whether its input may be stored.
 *
 * @param input - `null` for one that is never stored apart from the log.
 * @returns `null` if the tenant has no such plan.
 * @throws {@link TenonError} `PAYLOAD_LIMIT_REACHED` for a large input of a tenant that stores as much as it may; `UNAVAILABLE` for every error of the database that a retry may resolve, so that it is not
 * attributed to the node; the database's own error if it refuses the requirements for good.
 */
export type PrepareChild = (tenantId: string, planHash: string, input: Json | null) => Promise<PreparedChild | null>

/** A pass that starts a child, with the instant of the fact that scheduled it. */
interface ChildPass extends PassOfRun {
  readonly scheduledAt: number
}

/** A child that the next append starts. */
export interface ChildToBegin {
  readonly runId: string
  /** Requirements of the child. */
  readonly requires: string
  readonly entry: QueueEntry
}

/** The fact with which a node run starts a child. */
interface BegunChild {
  readonly fact: Fact
  readonly payloads: readonly Payload[]
  readonly child: ChildToBegin
}

/** Checks whether an inline node has returned a run to start. */
export function isChildSuspension(
  result: NodeOutcome | Suspension | LoopSuspension | ChildSuspension,
): result is ChildSuspension {
  return 'suspend' in result && result.suspend.kind === 'child'
}

/**
 * Checks the input of a child, and makes the fact that starts it. The id of the child follows from the pass, so that a
 * repeated evaluation starts it once.
 *
 * @throws {@link TenonError} `SUBWORKFLOW_NOT_PUBLISHED` for a workflow that the version does not contain,
 * `SUBWORKFLOW_TOO_DEEP`, `TRIGGER_DISABLED`, `RUN_INPUT_INVALID` (details: `issues`), `CONCURRENCY_KEY_INVALID`,
 * `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`, `PAYLOAD_LIMIT_REACHED`, `UNAVAILABLE`.
 */
export async function beginChild(
  { identity, plan }: RunSession,
  { nodeRunId, pass, scheduledAt }: ChildPass,
  { suspend: { workflowId, input, wait } }: ChildSuspension,
  prepare: PrepareChild,
): Promise<BegunChild> {
  const { workflows = {} } = plan
  const pinned = Object.hasOwn(workflows, workflowId) ? workflows[workflowId] : undefined
  if (pinned === undefined) {
    throw new TenonError('SUBWORKFLOW_NOT_PUBLISHED', 'The version contains no published version of this workflow')
  }
  if (identity.depth >= MAX_RUN_DEPTH) {
    throw new TenonError('SUBWORKFLOW_TOO_DEEP', `More than ${MAX_RUN_DEPTH} runs would be above the run`, {
      details: { limit: MAX_RUN_DEPTH },
    })
  }
  const prepared = await prepare(identity.tenantId, pinned.planHash, input)
  if (prepared === null) {
    throw new TenonError(
      'SUBWORKFLOW_NOT_PUBLISHED',
      `The plan of version ${pinned.version} of the workflow is missing`,
    )
  }
  const { plan: childPlan, requires } = prepared
  const trigger = firstTrigger(childPlan)
  if (trigger === null) {
    throw new TenonError(
      'TRIGGER_DISABLED',
      'No trigger of the workflow starts runs for other workflows: each is disabled, or starts them by messages',
    )
  }
  checkRunInput(trigger, input)
  const { ref, payloads } = storeValue(input)
  const childRunId = childRunIdOf(identity, { nodeRunId, pass, scheduledAt })
  const waitFor: ChildWait = {
    kind: 'child',
    childRunId,
    workflowId,
    version: pinned.version,
    planHash: pinned.planHash,
    trigger: trigger.id,
    input: ref,
    timeoutMs: childPlan.timeoutMs,
    isAwaited: wait,
    dueAt: null,
  }
  return {
    fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } },
    payloads,
    child: { runId: childRunId, requires, entry: queueEntryOf(childPlan, input) },
  }
}

/**
 * Returns the id of the run that a pass starts: a UUID of version 7 like those of other runs, with the time of the pass
 * and a hash in place of the random bits.
 */
function childRunIdOf({ tenantId, runId }: RunRef, { nodeRunId, pass, scheduledAt }: ChildPass): string {
  const random = createHash('sha256')
    .update(JSON.stringify([tenantId, runId, nodeRunId, pass]))
    .digest()
  return v7({ msecs: scheduledAt, random, seq: random.readUInt32BE(16) })
}

/**
 * Loads the result of a child for the next pass of its node run.
 *
 * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`, `UNAVAILABLE`.
 */
export async function loadChild(
  { identity: { tenantId } }: RunSession,
  { childRunId: runId, end }: Extract<NodeResume, { readonly kind: 'child' }>,
  values: ValueReader,
): Promise<ChildResult> {
  if (end === null) return { runId, status: 'started', outcome: null, output: null, error: null }
  const { status, outcome, output, error } = end
  const value = output === null ? null : (values.peek(tenantId, output) ?? (await values.load(tenantId, output)))
  if (error === null) return { runId, status, outcome, output: value, error }
  const { code, message, nodeId } = error
  return {
    runId,
    status,
    outcome,
    output: value,
    error: { code, message, ...(nodeId === undefined ? {} : { nodeId }) },
  }
}
