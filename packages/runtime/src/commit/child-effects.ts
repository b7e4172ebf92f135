import { randomUUID } from 'node:crypto'
import { type ChildEnd, type Decision, type Fact, factId, type RunPrincipal, type ValueRef } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { QueueEntry, RateEntry } from '../store/queue-entry.ts'
import type { HandlerStart } from './error-handler.ts'
import type { PendingAppend } from './pending-append.ts'
import type { RunSession } from './session.ts'

type DecisionOf<Type extends Decision['type']> = Extract<Decision, { readonly type: Type }>

/**
 * Adds the start of a child: its row, and its first fact as a message that its first commit applies. Both are stored
 * with the decision of the parent, or not at all.
 */
export function addChildStart(
  pending: PendingAppend,
  { identity: { runId: parentRunId }, beginning }: RunSession,
  { nodeRunId, data: { waitId, waitFor } }: DecisionOf<'child_requested'>,
  at: number,
): void {
  const { childRunId: runId, workflowId, version, planHash, trigger, input, isAwaited } = waitFor
  const semantics = CURRENT_SEMANTICS
  const { requires = '', entry = UNLIMITED } = pending.children.get(runId) ?? {}
  pending.operations.push({
    op: 'child_create',
    ...{ runId, nodeRunId, waitId: isAwaited ? waitId : null },
    ...{ startWeek: weekOf(at), workflowId, version, planHash, semantics, queuedAt: at, concurrencyKey: entry.key },
    rateKey: entry.rate?.key ?? null,
  })
  const link = { parent: { runId: parentRunId, nodeRunId }, principal: principalOf(beginning) }
  addBegin(pending, { runId, workflowId, planHash, trigger, input, link }, { requires, entry }, at)
}

/** Adds the start of the run that handles the failure of a run, as that of a child. */
export function addHandlerStart(
  pending: PendingAppend,
  { identity: { runId: handles }, beginning }: RunSession,
  { runId, workflowId, pinned: { version, planHash }, trigger, input, payloads, requires, entry }: HandlerStart,
  at: number,
): void {
  pending.operations.push({
    op: 'handler_create',
    ...{ runId, startWeek: weekOf(at), workflowId, version, planHash, semantics: CURRENT_SEMANTICS, queuedAt: at },
    ...{ concurrencyKey: entry.key, rateKey: entry.rate?.key ?? null },
  })
  // It is deleted by itself, so it keeps the files of its input by itself.
  for (const { hash, isFile } of payloads) {
    if (isFile === true) pending.operations.push({ op: 'payload_ref', runId, hash })
  }
  const link = { handles, principal: principalOf(beginning) }
  addBegin(pending, { runId, workflowId, planHash, trigger, input, link }, { requires, entry }, at)
}

/** A run that an append starts. */
interface RunToBegin {
  readonly runId: string
  readonly workflowId: string
  readonly planHash: string
  readonly trigger: string
  readonly input: ValueRef
  /** Reason of the start, and the person for whom the earlier run acts. */
  readonly link: Pick<Extract<Fact, { readonly type: 'run_started' }>['data'], 'parent' | 'handles' | 'principal'>
}

function principalOf(beginning: RunSession['beginning']): RunPrincipal | null {
  return beginning?.principal ?? null
}

/** Adds the first fact of a run, its values, and its readiness or its row in the queue. */
function addBegin(
  pending: PendingAppend,
  { runId, workflowId, planHash, trigger, input, link }: RunToBegin,
  { requires, entry }: Pick<HandlerStart, 'requires' | 'entry'>,
  at: number,
): void {
  const started: Fact = {
    type: 'run_started',
    data: {
      planHash,
      semantics: CURRENT_SEMANTICS,
      seed: randomUUID(),
      trigger,
      input,
      // Set when the run begins: it may wait to start.
      deadlineAt: null,
      actor: null,
      ...link,
      ...(entry.limit === null && entry.rate === null ? {} : { requestedAt: at }),
    },
  }
  const { operations, engine } = pending
  if (input.inline === undefined) operations.push({ op: 'payload_ref', runId, hash: input.hash })
  addMessage(pending, runId, started, at)
  const { limit, group, priority } = entry
  const rate = entry.rate === null ? null : keyless(entry.rate)
  operations.push({ op: 'child_begin', runId, workflowId, engine, requires, limit, group, rate, priority })
}

/** Leaves the key out, which no dispatch table has. */
function keyless({ limit, intervalMs, group }: RateEntry): Omit<RateEntry, 'key'> {
  return { limit, intervalMs, group }
}

/** Entry of a run that waits for no limit. */
export const UNLIMITED: QueueEntry = { limit: null, key: null, group: '', rate: null, priority: 0 }

/** Adds the request to cancel a child. */
export function addChildCancel(
  pending: PendingAppend,
  { data: { childRunId: runId } }: DecisionOf<'child_cancel_requested'>,
  at: number,
): void {
  pending.operations.push({ op: 'waits_lock', runId }, { op: 'child_unqueue', runId })
  addMessage(pending, runId, { type: 'cancel_requested', data: { reason: 'parent', actor: null } }, at)
  pending.operations.push({ op: 'wake', runId, isCancel: true })
}

/** Adds the end of a run to the messages of its parent, if that waits for it. */
export function addChildEnd(pending: PendingAppend, session: RunSession, end: ChildEnd, at: number): void {
  const { parent, runId: childRunId } = session.identity
  if (parent === null || parent.waitId === null) return
  const { runId, waitId } = parent
  const { output } = end
  if (output !== null && output.inline === undefined) {
    pending.operations.push({ op: 'payload_ref', runId, hash: output.hash })
  }
  addMessage(pending, runId, { type: 'child_finished', data: { waitId, childRunId, ...end } }, at)
  pending.operations.push({ op: 'wake', runId, isCancel: false })
}

function addMessage({ operations }: PendingAppend, runId: string, fact: Fact, at: number): void {
  operations.push(
    { op: 'engine_lock', isExclusive: false },
    { op: 'message', runId, messageId: factId(fact), fact: JSON.stringify(fact), at },
  )
}
