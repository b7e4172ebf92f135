import type { Json } from '@tenon/core/document'
import type { AnyNodeImplementation, CallsResume, Resume } from '@tenon/core/node'
import type { Fact, Observation, RunEngine, RunEvent, RunPrincipal, RunStatus, ValueRef } from '@tenon/core/run'
import type { Plan, PlanNode } from '../interpreter/plan.ts'
import type { RerunStart } from '../rerun/prepare-rerun.ts'
import type { AppendOperation, Payload } from '../store/append.ts'
import type { PassOfRun, PassRef, RunRef } from '../store/run-ref.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Command } from './commands.ts'
import type { RunSession } from './session.ts'
import type { ValueLoader } from './value-loader.ts'

/** A fact to store. */
export interface FactToCommit {
  readonly fact: Fact
  /** Its message in the run's inbox, which is deleted in the same transaction. */
  readonly messageId?: string
}

/** An observation to store, with the parts of its id. */
export interface ObservationToCommit {
  readonly observation: Observation
  readonly pass: number
  readonly attempt: number
  /** From 0, for tool calls, log lines and journaled calls of one attempt. */
  readonly index?: number
  readonly at: number
}

/** Permission for one body to run, of as many as may run at once; released when the body has ended. */
export interface Slot {
  release(): void
}

/** A dispatched node run whose params are resolved and whose attempt is in the log: its body may begin. */
export interface StartedNode extends PassRef {
  readonly node: PlanNode
  readonly attempt: number
  readonly implementation: AnyNodeImplementation
  /** Params parsed by zod; for a node with secret params, resolved but not parsed, with markers. */
  readonly params: unknown
  readonly resume: Resume | CallsResume | null
  /** Node types that nodes of the plan may call. */
  readonly callable: NonNullable<Plan['callable']>
  readonly idempotencyKey: string
  /** Person for whom the run acts. */
  readonly principal: RunPrincipal | null
  /** Earlier attempts of this pass that failed or were lost. */
  readonly failedBefore: number
  readonly lostBefore: number
  /** Earlier attempts of this pass whose secrets could not be read; they do not count. */
  readonly heldBefore: number
  readonly startedAt: number
  /** Instant of the fact that scheduled the pass, ms since the Unix epoch. */
  readonly scheduledAt: number
  /** Results of `durable` calls of earlier attempts, by key. */
  readonly journal: ReadonlyMap<string, ValueRef>
  readonly slot: Slot
}

/**
 * Acquires a slot for a node run, so that it begins with the commit that schedules it: its start is in the same append.
 *
 * @returns Null to leave the node run to a later commit.
 */
export type AcquireSlot = (pass: PassOfRun & { readonly queue: string | null; readonly node: PlanNode }) => Slot | null

/** Facts and observations to commit to a run. */
export interface CommitRequest extends RunRef {
  readonly facts: readonly FactToCommit[]
  /** Stored before the facts. */
  readonly observations?: readonly ObservationToCommit[]
  /**
   * True after a failed commit of the same observations whose result is unknown: those in the log are omitted. Facts
   * need no such flag, since the machine ignores repeated ones. @defaultValue false
   */
  readonly isRepeated?: boolean
  /** Values of the facts and observations that are too large for the log. */
  readonly payloads?: readonly Payload[]
  /** Operations of the first append; also executed if no fact had an effect. */
  readonly operations?: readonly AppendOperation[]
  /** Reads the tail of the log first: for runs that other processes may have changed. */
  readonly isStale?: boolean
  /** As in {@link RunToRead}. */
  readonly nextSeq?: number | null
  /** Adds a `timer_fired` for each timer that is due at this instant. */
  readonly fireTimersDueAt?: number
  /** @defaultValue no node run begins with the commit */
  readonly acquireSlot?: AcquireSlot | undefined
  /** Worker that the log names for starts; a worker's id. @defaultValue empty */
  readonly worker?: string | undefined
}

/** Result of a commit. */
export interface CommitResult {
  /**
   * `unchanged`: no fact had an effect. `missing`: the tenant has no such run. `held`: the run was not created, since its
   * workflow or its tenant is paused.
   */
  readonly outcome: 'committed' | 'unchanged' | 'missing' | 'held'
  readonly status: RunStatus
  /** Stored events, ascending by `seq`. */
  readonly events: readonly RunEvent[]
  /** Commands that follow from the events, in order. */
  readonly commands: readonly Command[]
  /** The node runs for which {@link CommitRequest.acquireSlot} gave a slot. */
  readonly started: readonly StartedNode[]
  /** True if another process has written as well: check every open node run, not `commands` alone. */
  readonly metOthers: boolean
  /**
   * True if the slice is full and inline node runs are left. Commit again after reading the inbox, so that a cancelation
   * does not wait for the end of a long chain and other runs get their turn.
   */
  readonly hasMore: boolean
}

/** A run to create. */
export interface CreateRunRequest extends RunRef {
  readonly workflowId: string
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly engine: RunEngine
  readonly trigger: string
  readonly input: Json
  readonly actor: { readonly userId: string; readonly displayName: string } | null
  /** True if a transaction of the host has requested the run. @defaultValue false */
  readonly isByHost?: boolean | undefined
  /** Outcomes that the run takes from an earlier one; absent if it repeats none. */
  readonly rerun?: RerunStart
  readonly operations?: readonly AppendOperation[]
  readonly acquireSlot?: AcquireSlot | undefined
  readonly worker?: string | undefined
}

/** Contents of one commit in a loaded session. */
export type CommitWork = Omit<CommitRequest, 'tenantId' | 'runId' | 'isStale' | 'nextSeq' | 'isRepeated'>

/** A run whose session is to be read. */
export interface RunToRead extends RunRef {
  /** Reads the tail of the log first: for runs that other processes may have changed. @defaultValue false */
  readonly isStale?: boolean
  /**
   * `seq` of the next event of the run, if it was just read from the database: a stale run whose session has come as far
   * is not read again. @defaultValue null
   */
  readonly nextSeq?: number | null
}

/** Writes to the logs of runs. All events are stored by it, on both engines. */
export interface Committer {
  /** Engine of this process, which begins attempts for runs that it executes; `null` for every engine. */
  readonly engine: RunEngine | null
  /**
   * Stores facts and observations with the resulting decisions: the machine applies them at turn t, inline nodes are
   * evaluated, and the append expects turn t. On a mismatch the tail of the log is read, and the commit starts over.
   * Commits that wait for the same run share an append, with the same result.
   *
   * @throws {@link TenonError} `UNAVAILABLE`, `FACT_INVALID`, and the database's own errors. Whether the append was
   * stored is then open: commit the same again, with `isRepeated` if there are observations.
   */
  commit(request: CommitRequest): Promise<CommitResult>
  /**
   * Decides from a run's state what to store, and stores it only if no other process has written meanwhile; otherwise it
   * decides again. The run is locked in this process meanwhile. Decisions that wait for the same run share an append, also
   * with commits; `decide` then sees the work before it applied to the machine, but not to the rest of the session.
   *
   * @param decide - Returns its decision, with the work to store; without work nothing is stored.
   * @returns Null for a run that the tenant does not have; `result` is null if there was no work.
   * @throws {@link TenonError} as {@link Committer.commit}.
   */
  commitDecision<Value>(
    run: RunToRead,
    decide: (session: RunSession) => Promise<Decided<Value>>,
  ): Promise<{ readonly value: Value; readonly result: CommitResult | null } | null>
  /**
   * Creates a run and commits its first turns. A run that exists is left as it is (`unchanged`), and none is created while
   * new runs wait (`held`).
   *
   * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input.
   */
  create(request: CreateRunRequest, plan: Plan): Promise<CommitResult>
  /** Reads the session of a run under its lock; null for a run that the tenant does not have. */
  withSession<Value>(run: RunToRead, read: (session: RunSession) => Promise<Value> | Value): Promise<Value | null>
  /** Loads values of the runs; keeps recent ones in memory. */
  readonly values: ValueLoader
  /** Memory budget of outcomes of bodies until they are stored; reserve before encoding one. */
  readonly outcomes: ByteBudget
}

/** Decision of {@link Committer.commitDecision}. */
export interface Decided<Value> {
  readonly value: Value
  readonly work: CommitWork | null
}
