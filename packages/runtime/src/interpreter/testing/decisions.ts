import type { Decision } from '@tenon/core/run'

function briefly(decision: Decision): string {
  switch (decision.type) {
    case 'node_scheduled': {
      const { pass, mode } = decision.data
      return `schedule ${decision.nodeRunId}/${pass} ${mode}`
    }
    case 'node_reused':
      return `reuse ${decision.nodeRunId} ${decision.data.how} ${decision.data.port}`
    case 'nodes_skipped':
      return `skip ${decision.data.nodeRunIds.join()} (${decision.data.reason})`
    case 'join_waiting':
      return `wait ${decision.nodeRunId} ${decision.data.arrived}/${decision.data.need}`
    case 'join_fired': {
      const { arrived, need, losers } = decision.data
      return `fire ${decision.nodeRunId} ${arrived}/${need}${losers.length > 0 ? ` over ${losers.join()}` : ''}`
    }
    case 'join_unsatisfied':
      return `unsatisfied ${decision.nodeRunId} ${decision.data.arrived}/${decision.data.need}`
    case 'node_cancel_requested':
      return `cancel ${decision.nodeRunId}/${decision.data.pass} (${decision.data.reason})`
    case 'node_dropped':
      return `drop ${decision.nodeRunId}/${decision.data.pass} (${decision.data.reason})`
    case 'node_parked':
      return `park ${decision.data.waitId} ${decision.data.error.code}: ${decision.data.resolutions.join()}`
    case 'failure_handled':
      return `handled ${decision.nodeRunId} ${decision.data.how} ${decision.data.port}`
    case 'timer_set':
      return `timer ${decision.data.timerId} ${decision.data.purpose} at ${decision.data.dueAt}`
    case 'timer_cleared':
      return `clear ${decision.data.timerId}`
    case 'approval_needed':
      return `approval ${decision.data.waitId}`
    case 'wait_opened':
      return `open ${decision.data.waitId}`
    case 'wait_closed':
      return `close ${decision.data.waitId} (${decision.data.how})`
    case 'child_requested':
      return `child ${decision.data.waitId}${decision.data.waitFor.isAwaited ? '' : ' unawaited'}`
    case 'child_cancel_requested':
      return `cancel child ${decision.data.waitId}`
    case 'call_ended':
      return `called ${decision.nodeRunId} ${decision.data.how}`
    case 'iteration_started':
      return `begin ${decision.nodeRunId}[${decision.data.index}]`
    case 'iteration_ended':
      return `end ${decision.nodeRunId}[${decision.data.index}] (${decision.data.how})`
    case 'compensation_started':
      return `undo ${decision.data.count} (${decision.data.because})`
    case 'node_compensated':
      return `${decision.data.how} ${decision.nodeRunId} by ${decision.data.by}`
    case 'compensation_ended': {
      const { undone, skipped, left } = decision.data
      return `undone ${undone}, skipped ${skipped}, left ${left}`
    }
    case 'run_paused':
      return `paused by ${decision.data.actor?.userId}`
    case 'run_resumed':
      return decision.data.actor === null ? 'resumed' : `resumed by ${decision.data.actor.userId}`
    case 'run_migrated':
      return `moved ${decision.data.from} to ${decision.data.version}`
    case 'migration_refused': {
      const { version, reason, blockers } = decision.data
      return `not moved to ${version} (${reason}: ${blockers.map((each) => `${each.nodeId} ${each.reason}`).join()})`
    }
    case 'engine_changed':
      return `engine ${decision.data.from} to ${decision.data.to}`
    case 'engine_change_refused':
      return `engine not ${decision.data.to} (${decision.data.reason})`
    case 'run_completed':
      return `completed ${decision.data.outcome} by ${decision.data.endNodeRunId}`
    case 'run_error':
      return `error ${decision.data.error.code} in ${decision.data.nodeRunId}`
    case 'run_canceled':
      return `canceled (${decision.data.reason})`
  }
}

/** Formats the decisions of a turn as short texts, in order. */
export function brief(decisions: readonly Decision[]): string[] {
  return decisions.map(briefly)
}
