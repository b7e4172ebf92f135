import { type Decision, makeValueRef, nodeIdOf } from '@tenon/core/run'
import type { MachineFact } from '../interpreter/machine-types.ts'
import { approvalIdOf } from '../store/approval-id.ts'
import type { Draft } from './draft.ts'
import type { RunSession } from './run-session.ts'

/** Enters what a fact changes in the tables beside the log. */
export function addFactEffects(draft: Draft, { identity }: RunSession, fact: MachineFact): void {
  if (fact.type === 'run_started') draft.patch = { ...draft.patch, startedAt: fact.at }
  if (fact.type === 'timer_fired' && identity.engine === 'embedded') {
    draft.operations.push({ op: 'timer_clear', timerId: fact.data.timerId })
  }
}

/** Enters what a decision changes in the tables beside the log: timers, waits, the end of the run. */
export function addDecisionEffects(draft: Draft, session: RunSession, decision: Decision, at: number): void {
  const { identity } = session
  // On Temporal the shell's own timers are the clock.
  const hasTimers = identity.engine === 'embedded'
  switch (decision.type) {
    case 'timer_set': {
      const { timerId, dueAt } = decision.data
      if (hasTimers) draft.operations.push({ op: 'timer_set', timerId, dueAt })
      return
    }
    case 'timer_cleared':
      if (hasTimers) draft.operations.push({ op: 'timer_clear', timerId: decision.data.timerId })
      return
    case 'approval_needed': {
      const { waitId, waitFor } = decision.data
      const { nodeRunId } = decision
      draft.operations.push({
        op: 'wait_open',
        approvalId: approvalIdOf(identity.runId, waitId),
        waitId,
        nodeRunId,
        nodeId: nodeIdOf(nodeRunId),
        workflowId: identity.workflowId,
        waitFor: JSON.stringify(waitFor),
        openedAt: at,
        dueAt: waitFor.dueAt,
      })
      return
    }
    case 'wait_closed': {
      const { waitId, how } = decision.data
      draft.operations.push({ op: 'wait_close', approvalId: approvalIdOf(identity.runId, waitId), how, at })
      return
    }
    case 'run_completed': {
      const { outcome, endNodeRunId } = decision.data
      const end = endNodeRunId === null ? null : session.machine.scope.outputOf(nodeIdOf(endNodeRunId))
      addEnd(draft, at, { outcome, output: end?.output ?? makeValueRef({}) })
      return
    }
    case 'run_error':
      addEnd(draft, at, { error: decision.data.error })
      return
    case 'run_canceled':
      addEnd(draft, at, {})
  }
}

function addEnd(draft: Draft, finishedAt: number, patch: NonNullable<Draft['patch']>): void {
  draft.patch = { ...draft.patch, ...patch, finishedAt }
  draft.operations.push({ op: 'finish' })
}
