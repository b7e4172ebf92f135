import type { JoinMode, OnError } from '@tenon/core/document'
import type { ControlKind, NodeEffect } from '@tenon/core/node'

/** A retry policy with its durations in milliseconds and its defaults filled in. */
export interface CompiledRetryPolicy {
  /** Wait before the second attempt, in milliseconds; ≥ 100. @defaultValue 1_000 */
  readonly initialIntervalMs: number
  /** Factor by which the wait grows with each attempt; ≥ 1. @defaultValue 2 */
  readonly backoffCoefficient: number
  /** Longest wait between two attempts, in milliseconds. @defaultValue 100 × initialIntervalMs */
  readonly maximumIntervalMs: number
  /** Attempts in all, the first included; 1 to 100. @defaultValue 3 */
  readonly maximumAttempts: number
  /** Error codes that end the attempts at once. @defaultValue none */
  readonly nonRetryableErrorTypes: readonly string[]
}

/** A node as the machine reads it: policies filled in from its type, edges as indexes. */
export interface PlanNode {
  readonly id: string
  readonly type: string
  readonly typeVersion: number
  readonly name: string
  /** As in the document, templates unresolved. */
  readonly params: Readonly<Record<string, unknown>>
  readonly control: ControlKind | null
  readonly mode: 'inline' | 'dispatch'
  readonly effect: NodeEffect
  readonly ports: readonly string[]
  readonly disabled: boolean
  readonly skipIf: string | null
  readonly join: JoinMode
  readonly onError: OnError
  /** Whether an edge leaves the `error` port: without one, `route` is `fail`. */
  readonly hasErrorEdge: boolean
  readonly retry: CompiledRetryPolicy
  readonly timeoutMs: number | null
  readonly heartbeatMs: number | null
  readonly taskQueue: string | null
  readonly idempotency: string | null
  /** Indexes into `edges`. */
  readonly incoming: readonly number[]
  readonly outgoing: readonly number[]
}

/** An edge as the machine reads it, with its ends as indexes into the nodes of the plan. */
export interface PlanEdge {
  readonly id: string
  /** Index into `nodes`. */
  readonly source: number
  readonly sourceHandle: string
  readonly target: number
  readonly targetHandle: string
}

/** A document as the machine runs it: nodes in document order, adjacency by index. Plain JSON. */
export interface Plan {
  readonly planVersion: 1
  readonly planHash: string
  readonly nodes: readonly PlanNode[]
  readonly edges: readonly PlanEdge[]
  readonly timeoutMs: number | null
  readonly durability: 'normal' | 'strict'
  readonly variables: Readonly<Record<string, unknown>>
}
