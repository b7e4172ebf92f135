import type { Decision } from '@tenon/core/run'

/** Decisions of one turn as the oracle expects them, without their order. */
export interface Expected {
  readonly scheduled: string[]
  readonly skipped: string[]
  readonly canceled: string[]
  readonly dropped: string[]
  readonly closedWaits: string[]
  readonly openedWaits: string[]
  readonly waited: string[]
  readonly fired: string[]
  readonly unsatisfied: string[]
  readonly handled: string[]
  readonly parked: string[]
  readonly pauses: string[]
  terminal: string | null
}

/** Converts the decisions of the machine to the form of the oracle. */
export function observe(decisions: readonly Decision[]): Expected {
  const seen = nothing()
  for (const decision of decisions) {
    switch (decision.type) {
      case 'node_scheduled':
        seen.scheduled.push(`${decision.nodeRunId}/${decision.data.pass}:${decision.data.resume?.kind ?? null}`)
        break
      case 'nodes_skipped':
        seen.skipped.push(...decision.data.nodeRunIds.map((id) => `${id}:${decision.data.reason}`))
        break
      case 'node_cancel_requested':
        seen.canceled.push(`${decision.nodeRunId}:${decision.data.reason}`)
        break
      case 'node_dropped':
        seen.dropped.push(`${decision.nodeRunId}/${decision.data.pass}:${decision.data.reason}`)
        break
      case 'run_paused':
      case 'run_resumed':
        seen.pauses.push(decision.type)
        break
      case 'wait_closed':
        seen.closedWaits.push(`${decision.data.waitId}:${decision.data.how}`)
        break
      case 'approval_needed':
      case 'wait_opened':
        seen.openedWaits.push(decision.data.waitId)
        break
      case 'join_waiting':
        seen.waited.push(`${decision.nodeRunId}:${decision.data.arrived}/${decision.data.need}`)
        break
      case 'join_fired':
        seen.fired.push(`${decision.nodeRunId}<${[...decision.data.losers].sort().join()}`)
        break
      case 'join_unsatisfied':
        seen.unsatisfied.push(decision.nodeRunId)
        break
      case 'node_parked':
        seen.parked.push(`${decision.data.waitId}:${decision.data.resolutions.join()}`)
        break
      case 'failure_handled':
        seen.handled.push(`${decision.nodeRunId}:${decision.data.port}`)
        break
      case 'run_completed':
        seen.terminal = `completed:${decision.data.outcome}:${decision.data.endNodeRunId}`
        break
      case 'run_error':
        seen.terminal = `failed:${decision.data.nodeRunId}`
        break
      case 'run_canceled':
        seen.terminal = `canceled:${decision.data.reason}`
        break
    }
  }
  return sorted(seen)
}

/** Returns the form of a turn without decisions. */
export function nothing(): Expected {
  return {
    scheduled: [],
    skipped: [],
    canceled: [],
    dropped: [],
    closedWaits: [],
    openedWaits: [],
    waited: [],
    fired: [],
    unsatisfied: [],
    handled: [],
    parked: [],
    pauses: [],
    terminal: null,
  }
}

/** Sorts the lists of a turn, and returns it. */
export function sorted(expected: Expected): Expected {
  const { terminal, ...lists } = expected
  for (const list of Object.values(lists)) list.sort()
  return expected
}
