import type { Json } from '@tenon/core/document'
import type { AnyNodeImplementation, Resume } from '@tenon/core/node'
import type { Fact, Observation, RunEvent, RunStatus, ValueRef } from '@tenon/core/run'
import type { PlanNode } from '../interpreter/plan.ts'
import type { AppendOperation, Payload } from '../store/append-types.ts'
import type { Command } from './commands.ts'

/** Something that happened, on its way into the log. */
export interface FactToCommit {
  readonly fact: Fact
  /** Its message in the run's inbox, which is marked as taken in the same transaction. */
  readonly messageId?: string
}

/** An observation with its place, from which its id follows. */
export interface ObservationToCommit {
  readonly observation: Observation
  readonly pass: number
  readonly attempt: number
  /** From 0, for tool calls, log lines and journaled calls of one attempt. */
  readonly index?: number
  readonly at: number
}

/** Leave for one body to run, of as many as may run at once; given back when the body has ended. */
export interface Slot {
  release(): void
}

/** A dispatched node run whose params are resolved and whose attempt is in the log: its body may begin. */
export interface StartedNode {
  readonly tenantId: string
  readonly runId: string
  readonly node: PlanNode
  readonly nodeRunId: string
  readonly pass: number
  readonly attempt: number
  readonly implementation: AnyNodeImplementation
  /** As zod gives them; of a node with secret params, as they are resolved, with markers. */
  readonly params: unknown
  readonly resume: Resume | null
  readonly idempotencyKey: string
  /** Attempts of this pass that ended with an error, and that were lost, before this one. */
  readonly failedBefore: number
  readonly lostBefore: number
  readonly startedAt: number
  /** What earlier attempts have journaled. */
  readonly journal: ReadonlyMap<string, ValueRef>
  readonly slot: Slot
}

/** Says whether this process begins a node run at once; the commit then carries its start, too. */
export type TakeNode = (node: {
  readonly nodeRunId: string
  readonly pass: number
  readonly queue: string | null
  readonly node: PlanNode
}) => Slot | null

export interface CommitRequest {
  readonly tenantId: string
  readonly runId: string
  readonly facts: readonly FactToCommit[]
  /** Stored before the facts. */
  readonly observations?: readonly ObservationToCommit[]
  /**
   * An earlier commit of these observations failed, and whether it was stored is open: those that are in the log are
   * left out. Facts need no such word, the machine knows them.
   */
  readonly isRepeated?: boolean
  /** Values of the facts and observations that are too large for the log. */
  readonly payloads?: readonly Payload[]
  /** Carried out with the first append; also when no fact mattered. */
  readonly operations?: readonly AppendOperation[]
  /** Reads the tail of the log first: for runs that other processes may have moved. */
  readonly isStale?: boolean
  /** Adds a `timer_fired` for each timer that is due at this instant. */
  readonly fireTimersDueAt?: number
  /** @defaultValue none is taken */
  readonly take?: TakeNode
  readonly worker?: string
}

export interface CommitResult {
  /** `unchanged`: no fact mattered. `missing`: the tenant has no such run. */
  readonly outcome: 'committed' | 'unchanged' | 'missing'
  readonly status: RunStatus
  /** What this commit has stored. */
  readonly events: readonly RunEvent[]
  /** What follows from it, in order. */
  readonly commands: readonly Command[]
  /** The node runs that {@link CommitRequest.take} took. */
  readonly started: readonly StartedNode[]
  /** The session met events of another process: look at every open node run, not at `commands` alone. */
  readonly metOthers: boolean
  /**
   * The slice is full and inline node runs are left: commit again, after reading the inbox, so that a cancelation does
   * not wait for the end of a long chain and other runs get their turn.
   */
  readonly hasMore: boolean
}

/** What it takes to begin a run. */
export interface CreateRunRequest {
  readonly tenantId: string
  readonly runId: string
  readonly workflowId: string
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly engine: 'embedded' | 'temporal'
  readonly trigger: string
  readonly input: Json
  readonly actor: { readonly userId: string; readonly displayName: string } | null
  readonly operations?: readonly AppendOperation[]
  readonly take?: TakeNode
  readonly worker?: string
}
