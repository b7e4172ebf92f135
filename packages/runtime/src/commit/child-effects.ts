import { randomUUID } from 'node:crypto'
import { type ChildEnd, type Decision, type Fact, factId } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { QueueEntry, RateEntry } from '../store/queue-entry.ts'
import type { PendingAppend } from './pending-append.ts'
import type { RunSession } from './session.ts'

type DecisionOf<Type extends Decision['type']> = Extract<Decision, { readonly type: Type }>

/**
 * Adds the start of a child: its row, and its first fact as a message that its first commit applies. Both are stored
 * with the decision of the parent, or not at all.
 */
export function addChildStart(
  pending: PendingAppend,
  { identity: { runId: parentRunId, engine } }: RunSession,
  { nodeRunId, data: { waitId, waitFor } }: DecisionOf<'child_requested'>,
  at: number,
): void {
  const { childRunId: runId, workflowId, version, planHash, trigger, input, isAwaited } = waitFor
  const semantics = CURRENT_SEMANTICS
  const { requires = '', entry = UNLIMITED } = pending.children.get(runId) ?? {}
  const started: Fact = {
    type: 'run_started',
    data: {
      planHash,
      semantics,
      seed: randomUUID(),
      trigger,
      input,
      // Set when the child begins: it may wait to start.
      deadlineAt: null,
      actor: null,
      parent: { runId: parentRunId, nodeRunId },
      ...(entry.limit === null && entry.rate === null ? {} : { requestedAt: at }),
    },
  }
  const startWeek = weekOf(at)
  const { operations } = pending
  operations.push({
    op: 'child_create',
    ...{ runId, nodeRunId, waitId: isAwaited ? waitId : null },
    ...{ startWeek, workflowId, version, planHash, semantics, queuedAt: at, concurrencyKey: entry.key },
    rateKey: entry.rate?.key ?? null,
  })
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

/** Entry of a child that waits for no limit. */
const UNLIMITED: QueueEntry = { limit: null, key: null, group: '', rate: null, priority: 0 }

/** Adds the request to cancel a child. */
export function addChildCancel(
  pending: PendingAppend,
  session: RunSession,
  { data: { childRunId: runId } }: DecisionOf<'child_cancel_requested'>,
  at: number,
): void {
  const { engine } = session.identity
  pending.operations.push({ op: 'waits_lock', runId }, { op: 'child_unqueue', runId, engine })
  addMessage(pending, runId, { type: 'cancel_requested', data: { reason: 'parent', actor: null } }, at)
  addWake(pending, session, { runId, isCancel: true })
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
  addWake(pending, session, { runId, isCancel: false })
}

function addMessage({ operations }: PendingAppend, runId: string, fact: Fact, at: number): void {
  operations.push({ op: 'message', runId, messageId: factId(fact), fact: JSON.stringify(fact), at })
}

function addWake(
  { operations }: PendingAppend,
  { identity: { engine } }: RunSession,
  { runId, isCancel }: { readonly runId: string; readonly isCancel: boolean },
): void {
  operations.push(
    engine === 'embedded' ? { op: 'wake', runId, isCancel } : { op: 'outbox', kind: 'wake', delayMs: 0, runId },
  )
}
