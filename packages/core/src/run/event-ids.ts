import type { NodeId, NodeRunId } from '../ids.ts'
import type { Fact, Observation } from './events.ts'

/** Returns the node id of a node run: `charge#3.0` → `charge`. */
export function nodeIdOf(nodeRunId: NodeRunId): NodeId {
  return nodeRunId.replace(/#.*$/, '')
}

/**
 * Returns the deterministic id of a fact within its run, so that a fact cannot be recorded twice: `charge/1/outcome`,
 * `start`, `timer/<timer id>`, `vote/<wait id>/<user id>`, `cancel`, `pause/<request id>`, `resume/<request id>`.
 */
export function factId(fact: Fact): string {
  switch (fact.type) {
    case 'run_started':
      return 'start'
    case 'timer_fired':
      return `timer/${fact.data.timerId}`
    case 'approval_decided':
      return `vote/${fact.data.waitId}/${fact.data.vote.actor.userId}`
    case 'cancel_requested':
      return 'cancel'
    case 'pause_requested':
      return `pause/${fact.data.requestId}`
    case 'resume_requested':
      return `resume/${fact.data.requestId}`
    default:
      return `${fact.nodeRunId}/${fact.data.pass}/outcome`
  }
}

/** Returns the id of the decision at `index` (from 0) among those of one fact. */
export function decisionId(idOfFact: string, index: number): string {
  return `${idOfFact}:${index}`
}

const OBSERVATION_NAMES = {
  node_started: 'started',
  node_error: 'error',
  attempt_lost: 'lost',
  tool_call: 'tool',
  node_log: 'log',
  node_journaled: 'journal',
} as const

/**
 * Returns the id of an observation: `charge/1/2/started` for pass 1, attempt 2.
 *
 * @param origin - Pass and attempt that it belongs to, and for tool calls and log lines the index (from 0)
 * within that attempt.
 */
export function observationId(
  observation: Observation,
  origin: { readonly pass: number; readonly attempt: number; readonly index?: number },
): string {
  const id = `${observation.nodeRunId}/${origin.pass}/${origin.attempt}/${OBSERVATION_NAMES[observation.type]}`
  return origin.index === undefined ? id : `${id}/${origin.index}`
}
