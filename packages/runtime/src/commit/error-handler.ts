import { createHash } from 'node:crypto'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type CancelReason,
  type Decision,
  type HandledEnd,
  type HandlerInput,
  MAX_INLINE_BYTES,
  makeValueRef,
  nodeIdOf,
  type RunFailure,
  type ValueRef,
} from '@tenon/core/run'
import { v7 } from 'uuid'
import type { RuntimeLog } from '../engine.ts'
import type { PinnedWorkflow, PlanErrorHandler } from '../interpreter/plan.ts'
import { firstTrigger } from '../run-input.ts'
import type { Payload } from '../store/append.ts'
import { type QueueEntry, queueEntryOf } from '../store/queue-entry.ts'
import { cancelFailure } from './cancel-failure.ts'
import { UNLIMITED } from './child-effects.ts'
import type { PrepareChild } from './child-runs.ts'
import type { RunSession } from './session.ts'
import { storeValue } from './stored-value.ts'

/** A run that the append with the end of another one starts, to handle its failure. */
export interface HandlerStart {
  readonly runId: string
  readonly workflowId: string
  readonly pinned: PinnedWorkflow
  readonly trigger: string
  readonly input: ValueRef
  readonly payloads: readonly Payload[]
  /** Requirements of the run. */
  readonly requires: string
  readonly entry: QueueEntry
}

type RunEnd = Extract<Decision, { readonly type: 'run_error' | 'run_canceled' }>

interface HandlerDeps {
  readonly prepareChild: PrepareChild
  readonly log: RuntimeLog
}

/**
 * Prepares the run of the error handler for a run that ends without completing.
 *
 * @returns `null` for an end that the workflow does not have handled, for test runs, for runs that never began, and for
 * runs that handle a failure themselves.
 * @throws {@link TenonError} `UNAVAILABLE` if the version of the handler is temporarily unreadable. No other error keeps
 * a run from ending: the log of the process has it.
 * @see docs/adr/0061-a-failed-run-starts-its-handler.md
 */
export async function beginHandler(
  session: RunSession,
  decisions: readonly Decision[],
  at: number,
  { prepareChild, log }: HandlerDeps,
): Promise<HandlerStart | null> {
  const { identity, plan } = session
  const { errorHandler } = plan
  if (errorHandler === undefined || identity.mode === 'test' || identity.handles !== null) return null
  const end = decisions.find((decision) => decision.type === 'run_error' || decision.type === 'run_canceled')
  if (end === undefined || !isHandled(end, errorHandler)) return null
  const content = inputOf(session, end, at)
  if (content === null) return null
  const { workflowId } = errorHandler
  const pinned = plan.workflows?.[workflowId]
  try {
    const prepared = pinned === undefined ? null : await prepareChild(identity.tenantId, pinned.planHash, null)
    const trigger = prepared === null ? null : firstTrigger(prepared.plan)
    if (pinned === undefined || prepared === null || trigger === null) {
      throw new TenonError('SUBWORKFLOW_NOT_PUBLISHED', 'The plan of the error handler is missing')
    }
    const { ref, payloads } = storeValue(content)
    const runId = handlerRunIdOf(identity, at)
    const entry = entryOf(prepared.plan, content)
    const { requires } = prepared
    return { runId, workflowId, pinned, trigger: trigger.id, input: ref, payloads, requires, entry }
  } catch (error) {
    const code = error instanceof TenonError ? error.code : 'INTERNAL'
    if (code === 'UNAVAILABLE') throw error
    log('error', 'run.handler_not_started: its version cannot be run', { runId: identity.runId, workflowId, code })
    return null
  }
}

/** A run that the system cancels since it cannot continue has failed, although a cancelation ends it. */
const CANCELED_AS: Readonly<Record<CancelReason, HandledEnd>> = {
  user: 'canceled',
  operator: 'canceled',
  parent: 'canceled',
  timeout: 'timed_out',
  refused: 'failed',
  log_full: 'failed',
}

function statusOf(end: RunEnd): HandledEnd {
  return end.type === 'run_error' ? 'failed' : CANCELED_AS[end.data.reason]
}

function isHandled(end: RunEnd, { onTimeout, onCancel }: PlanErrorHandler): boolean {
  const status = statusOf(end)
  return status === 'failed' || (status === 'timed_out' ? onTimeout : onCancel) === true
}

/** Returns the input of the handler; `null` for a run that was canceled before it began. */
function inputOf(session: RunSession, end: RunEnd, at: number): Json | null {
  const { identity, version, index, beginning, plan, cancelActor } = session
  if (beginning === null) return null
  const failure =
    end.type === 'run_error'
      ? end.data.error
      : cancelFailure(end.data.reason, { actor: cancelActor, timeoutMs: plan.timeoutMs })
  const nodeRunId = end.type === 'run_error' ? end.data.nodeRunId : null
  const node = nodeRunId === null ? undefined : index.nodeOf(nodeIdOf(nodeRunId))
  const { input, startedAt } = beginning
  const content = {
    workflow: { id: identity.workflowId, version },
    run: {
      id: identity.runId,
      status: statusOf(end),
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date(at).toISOString(),
      parentId: identity.parent?.runId ?? null,
    },
    error: errorOf(failure),
    node:
      node === undefined || nodeRunId === null ? null : { id: node.id, name: node.name, type: node.type, nodeRunId },
    input: { value: input.inline ?? null, size: input.size },
  } satisfies HandlerInput
  // A failure is handled whatever the tenant stores: the input of the handler is in its log, and counts as no stored value.
  const isSmall = makeValueRef(content).size <= MAX_INLINE_BYTES
  return isSmall ? content : { ...content, input: { ...content.input, value: null } }
}

function errorOf({ code, message, remedy }: RunFailure): HandlerInput['error'] {
  return { code, message, remedy: remedy ?? null }
}

/** Returns the entry of the run in the queue. A key without a value must not keep a failure from being handled. */
function entryOf(plan: Parameters<typeof queueEntryOf>[0], input: Json): QueueEntry {
  try {
    return queueEntryOf(plan, input)
  } catch (error) {
    if (error instanceof TenonError) return UNLIMITED
    throw error
  }
}

/** Returns the id of the run: a UUID of version 7 with a hash in place of the random bits, as that of a child. */
function handlerRunIdOf(
  { tenantId, runId }: { readonly tenantId: string; readonly runId: string },
  at: number,
): string {
  const random = createHash('sha256')
    .update(JSON.stringify([tenantId, runId, 'error-handler']))
    .digest()
  return v7({ msecs: at, random, seq: random.readUInt32BE(16) })
}
