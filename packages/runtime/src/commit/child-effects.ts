import { randomUUID } from 'node:crypto'
import { type ChildEnd, type Decision, type Fact, factId } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { PendingAppend } from './pending-append.ts'
import type { RunSession } from './session.ts'

type DecisionOf<Type extends Decision['type']> = Extract<Decision, { readonly type: Type }>

/** Time in milliseconds after which the shell of a new child on Temporal is checked the first time. */
const FIRST_WATCH_MS = 30_000

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
  const { childRunId: runId, workflowId, version, planHash, trigger, input, timeoutMs, isAwaited } = waitFor
  const semantics = CURRENT_SEMANTICS
  const started: Fact = {
    type: 'run_started',
    data: {
      planHash,
      semantics,
      seed: randomUUID(),
      trigger,
      input,
      deadlineAt: timeoutMs === null ? null : at + timeoutMs,
      actor: null,
      parent: { runId: parentRunId, nodeRunId },
    },
  }
  const startWeek = weekOf(at)
  const { operations } = pending
  operations.push({
    op: 'child_create',
    ...{ runId, nodeRunId, waitId: isAwaited ? waitId : null },
    ...{ startWeek, workflowId, version, planHash, semantics, queuedAt: at },
  })
  if (input.inline === undefined) operations.push({ op: 'payload_ref', runId, hash: input.hash })
  addMessage(pending, runId, started, at)
  if (engine === 'embedded') {
    const requires = pending.childRequirements.get(runId) ?? ''
    operations.push({ op: 'ready', workerId: null, requires, runId })
    return
  }
  operations.push(
    { op: 'outbox', kind: 'start', delayMs: 0, runId },
    { op: 'outbox', kind: 'watch', delayMs: FIRST_WATCH_MS, runId },
  )
}

/** Adds the request to cancel a child. */
export function addChildCancel(
  pending: PendingAppend,
  session: RunSession,
  { data: { childRunId: runId } }: DecisionOf<'child_cancel_requested'>,
  at: number,
): void {
  pending.operations.push({ op: 'waits_lock', runId })
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
