import type { NodeId, NodeRunId, WaitId } from '../ids.ts'
import type { Fact } from './facts.ts'
import type { Observation } from './observations.ts'

/** Returns the node id of a node run, of a called one that of its caller in the document: `charge#3.0` → `charge`. */
export function nodeIdOf(nodeRunId: NodeRunId): NodeId {
  return isPlain(nodeRunId) ? `${nodeRunId}` : nodeRunId.replace(/[#.].*$/, '')
}

/** Checks whether a node run is in no iteration and was not called, as most: its id is that of its node. */
function isPlain(nodeRunId: NodeRunId): boolean {
  return !nodeRunId.includes('#') && !nodeRunId.includes('.')
}

/** Returns the id of a called node run: `agent#3`, pass 2 and `c1` → `agent#3.2-c1`. */
export function calledNodeRunIdOf(callerId: NodeRunId, pass: number, callId: string): NodeRunId {
  return `${callerId}.${pass}-${callId}`
}

/** Node run that has called another one. */
export interface CallOrigin {
  /** Node run that has called. */
  readonly callerId: NodeRunId
  /** Pass of the caller that ended with the call. */
  readonly pass: number
  /** Id of the call, unique in that pass. */
  readonly callId: string
}

const CALL = /^(.+)\.([1-9][0-9]{0,8})-([A-Za-z0-9_-]{1,64})$/

/** Returns the origin of a called node run; `null` for one that no other has called. */
export function callOriginOf(nodeRunId: NodeRunId): CallOrigin | null {
  // Cheaper than the pattern, which most ids do not have.
  if (!nodeRunId.includes('.')) return null
  const [, callerId, pass, callId] = CALL.exec(nodeRunId) ?? []
  return callerId === undefined || callId === undefined ? null : { callerId, pass: Number(pass), callId }
}

/** Returns the node run in the document that a called one works for, also through others; another one is its own. */
export function outermostCallerOf(nodeRunId: NodeRunId): NodeRunId {
  let caller = nodeRunId
  for (let origin = callOriginOf(caller); origin !== null; origin = callOriginOf(caller)) caller = origin.callerId
  return caller
}

/** Returns the number of callers around a node run; 0 for one that no other has called. */
export function callDepthOf(nodeRunId: NodeRunId): number {
  const origin = callOriginOf(nodeRunId)
  return origin === null ? 0 : callDepthOf(origin.callerId) + 1
}

/** Returns the id of the run of a node in an iteration: `charge` and `[3, 0]` → `charge#3.0`. */
export function nodeRunIdOf(nodeId: NodeId, path: readonly number[]): NodeRunId {
  return path.length === 0 ? `${nodeId}` : `${nodeId}#${path.join('.')}`
}

const NO_ITERATIONS: readonly number[] = []
const ITERATION_PATH = /^(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8}))*$/

/**
 * Returns the indexes of the iterations around a node run, outermost first: `charge#3.0` → `[3, 0]`, `charge` → `[]`; of a
 * called one those around its caller.
 *
 * @returns `null` for a text that is not the id of a node run.
 */
export function iterationPathOf(nodeRunId: NodeRunId): readonly number[] | null {
  if (isPlain(nodeRunId)) return NO_ITERATIONS
  const caller = outermostCallerOf(nodeRunId)
  const at = caller.indexOf('#')
  if (at === -1) return NO_ITERATIONS
  const path = caller.slice(at + 1)
  return ITERATION_PATH.test(path) ? path.split('.').map(Number) : null
}

/** Returns the node run of a wait: `review#2/1/0` → `review#2`. */
export function nodeRunIdOfWait(waitId: WaitId): NodeRunId {
  return waitId.replace(/\/\d+\/\d+$/, '')
}

/** Id of the fact that ends a run without undoing what it has done: only one is stored. */
const SKIP_COMPENSATION_ID = 'skip_compensation'

/**
 * Returns the deterministic id of a fact within its run, so that a fact cannot be recorded twice: `charge/1/outcome`,
 * `start`, `reused`, `timer/<timer id>`, `vote/<wait id>/<user id>`, `event/<wait id>`, `child/<wait id>`, `cancel`,
 * `pause/<request id>`, `resume/<request id>`, `migrate/<request id>`, `withdraw/<request id>`, `parked/<wait id>`, `skip_compensation`.
 */
export function factId(fact: Fact): string {
  switch (fact.type) {
    case 'run_started':
      return 'start'
    case 'outcomes_reused':
      return 'reused'
    case 'timer_fired':
      return `timer/${fact.data.timerId}`
    case 'approval_decided':
      return `vote/${fact.data.waitId}/${fact.data.vote.actor.userId}`
    case 'event_received':
      return `event/${fact.data.waitId}`
    case 'child_finished':
      return `child/${fact.data.waitId}`
    case 'cancel_requested':
      return 'cancel'
    case 'pause_requested':
      return `pause/${fact.data.requestId}`
    case 'resume_requested':
      return `resume/${fact.data.requestId}`
    case 'migrate_requested':
      return `migrate/${fact.data.requestId}`
    case 'migration_withdrawn':
      return `withdraw/${fact.data.requestId}`
    case 'engine_change_requested':
      return `engine/${fact.data.requestId}`
    case 'parked_resolved':
      return `parked/${fact.data.waitId}`
    case 'compensation_skip_requested':
      return SKIP_COMPENSATION_ID
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
