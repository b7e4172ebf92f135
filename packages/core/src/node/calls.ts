import type { z } from 'zod'
import type { NodePolicy } from '../document/types.ts'
import type { NodeRunId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { NodeDefinition } from './definition.ts'
import type { Approvers } from './implementation.ts'

/** Version of a node type. */
export interface NodeTypeRef {
  /** Identifier of the node type. */
  readonly type: string
  /** Version of the type, an integer from 1. */
  readonly version: number
}

/** Choices of the approval of a call. */
export const CALL_CHOICES = Object.freeze(['approve', 'reject'] as const)

/** Most calls of one suspension. */
export const MAX_CALLS = 100
/** Most passes of a node run that calls others. */
export const MAX_CALL_PASSES = 200
/** Most called node runs inside each other. */
export const MAX_CALL_DEPTH = 4
/** Pattern of the id of a call. */
export const CALL_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

/** Policy of a call; each field overrides the default of the called node type. */
export interface CallPolicy extends Pick<NodePolicy, 'retry' | 'timeout' | 'heartbeat'> {
  /** Outcome after the last failed attempt: the caller gets the error, or a person resolves it. @defaultValue `fail` */
  readonly onError?: 'fail' | 'park'
}

/** Approval by people before a call begins. */
export interface CallApproval {
  /** Question to the approvers. @defaultValue the title of the call */
  readonly title?: string
  /** Text that helps to decide. @defaultValue none */
  readonly message?: string
  /** Users who may decide. @defaultValue every admin and editor */
  readonly approvers?: Approvers
  /** Votes for one choice, with the same params, that decide; at least 1. @defaultValue 1 */
  readonly required?: number
  /** Time limit in milliseconds since the Unix epoch; the call fails then. @defaultValue none */
  readonly dueAt?: number
  /** `true` if approvers may change the params of the call. @defaultValue false */
  readonly isEditable?: boolean
}

/** A node run that another one asks for. */
export interface NodeCall {
  /** Id of the call, unique in its suspension: 1 to 64 letters, digits, `_` and `-`. */
  readonly callId: string
  /** Type of the node to run, one of `calls` in the definition of the caller. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
  /** Params as values: no text in them is a template. */
  readonly params: JsonObject
  /** Name of the call for people; 1 to 200 characters. */
  readonly title: string
  /** Policy of the call. @defaultValue that of the node type */
  readonly policy?: CallPolicy
  /** Approval before the call begins. @defaultValue none */
  readonly approval?: CallApproval
}

/** Data that a node run keeps from one pass to the next. */
export interface CallerState {
  /** Version of the format of `value`, so that code of a later version can read it. */
  readonly version: number
  /** Data, as strict JSON. */
  readonly value: Json
}

/**
 * Returned by a node instead of a result: each call becomes a node run of its own, and the next pass of the node has their
 * results.
 */
export interface CallsSuspension {
  /** Node runs that the node waits for. */
  readonly suspend: {
    /** Distinguishes it from other waits. */
    readonly kind: 'calls'
    /** The calls, 1 to 100; they begin at the same time. */
    readonly calls: readonly NodeCall[]
    /**
     * `all` to continue when each call has ended; `any` to cancel the others once one has completed, and to continue when
     * they have ended.
     */
    readonly mode: 'all' | 'any'
    /** Data for the next pass. @defaultValue null */
    readonly state?: CallerState | null
  }
}

/** Result of a call, for its caller. */
export type CallResult = {
  /** Id of the call. */
  readonly callId: string
  /** Id of the node run of the call, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Params that people gave instead of those of the call; `null` if they changed none. */
  readonly editedParams: JsonObject | null
} & (
  | {
      /** The node run has completed. */
      readonly status: 'completed'
      /** Port by which it ended. */
      readonly port: string
      /** Output at that port. */
      readonly output: Json
    }
  | {
      /** `failed` after the last attempt, a rejection or the end of the time limit; `canceled` if another one was first. */
      readonly status: 'failed' | 'canceled'
      /** Failure, or the reason of the cancelation. */
      readonly error: { readonly code: string; readonly message: string; readonly details?: Json }
    }
)

/** Results of the calls of the previous pass; the node run continues with them. */
export interface CallsResume {
  /** Distinguishes it from the results of other waits. */
  readonly kind: 'calls'
  /** Results in the order of the calls. */
  readonly results: readonly CallResult[]
  /** Data that the previous pass has kept; `null` if it kept none. */
  readonly state: CallerState | null
}

/** Call of a node type whose definition is at hand; see {@link nodeCall}. */
export interface NodeCallInput<Definition extends NodeDefinition>
  extends Omit<NodeCall, 'nodeType' | 'typeVersion' | 'params'> {
  /** Params of the node, typed by its definition. */
  readonly params: z.input<Definition['params']>
}

/**
 * Makes a call of a node type, with params typed by its definition.
 *
 * @param definition - Node type to call; the definition of the caller lists it in `calls`.
 *
 * @example
 * ```ts
 * return {
 *   suspend: { kind: 'calls', mode: 'all', calls: [nodeCall(search, { callId: 'c1', title: 'Search', params: { q: 'x' } })] },
 * }
 * ```
 */
export function nodeCall<Definition extends NodeDefinition>(
  { type, version }: Definition,
  { params, ...call }: NodeCallInput<Definition>,
): NodeCall {
  // Params of a node type are JSON; what is none is refused when the call is stored.
  return { ...call, nodeType: type, typeVersion: version, params: params as JsonObject }
}
