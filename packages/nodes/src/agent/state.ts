import type { Json } from '@tenon/core/document'
import type { CallerState, CallsResume, ChatMessage, ModelToolCall, ModelUsage } from '@tenon/core/node'

/** Tool call of the model that waits for its message. */
export interface PendingCall {
  readonly toolCall: ModelToolCall
  /** Id of the call of a node; `null` for a call that was refused. */
  readonly callId: string | null
  /** Reason why the call was refused, for the model; `null` for a call of a node. */
  readonly refusal: string | null
}

/** Data that an agent keeps from one request to the model to the next. */
export interface AgentState {
  /** Conversation so far, oldest first. */
  readonly messages: readonly ChatMessage[]
  /** Number of messages, from the first one on, that the run log has. */
  readonly sent: number
  /** Tool calls of the last message. */
  readonly pending: readonly PendingCall[]
  /** Requests to the model so far. */
  readonly round: number
  /** Tools that the model has called so far. */
  readonly toolCalls: number
  /** Answers so far that did not match the schema, one after another. */
  readonly repairs: number
  /** Tokens and cost so far; `null` before the first answer. */
  readonly usage: ModelUsage | null
}

/** State of an agent whose model has answered. */
export interface AskedState extends AgentState {
  readonly usage: ModelUsage
}

const VERSION = 1

/** Returns the state for the next pass. */
export function keepState(state: AgentState): CallerState {
  return { version: VERSION, value: state as unknown as Json }
}

/** Returns the state that the previous pass has kept. */
export function keptState({ state }: CallsResume): AgentState {
  // Each pass of an agent that calls tools keeps one, and this is the first version of it.
  return state?.value as unknown as AgentState
}
