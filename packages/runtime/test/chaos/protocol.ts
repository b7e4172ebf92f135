import type { WorkflowDocument } from '@tenon/core/document'
import type { CancelResult, DecideResult, MigrateResult, PauseResult, StartedRunRow } from '../../src/engine.ts'
import type { EmbeddedEngineOptions } from '../../src/engines/embedded/embedded-options.ts'
import type { ProcessCrash } from './crashing-pool.ts'

/** Setup of a worker process, as JSON on its command line. */
export interface WorkerOrder {
  /** Database of the process: a Postgres (or a proxy in front of one), or a PGlite in a directory. */
  readonly source: { readonly url: string } | { readonly directory: string }
  /** File to which node bodies append one line for each begin, end and abort. */
  readonly effects: string
  /** Connections of the pool. */
  readonly poolMax: number
  /** False for a process that starts runs and executes none. */
  readonly doesWork: boolean
  /** Difference of the clock of the process to that of the machine, in milliseconds. */
  readonly clockSkewMs: number
  /** Node types that the process knows; `null` for all. */
  readonly nodeTypes: readonly string[] | null
  /** Moment at which the process kills itself; `null` for never. */
  readonly crash: ProcessCrash | null
  /** Most runs of a tenant in progress; `null` without a limit. */
  readonly runsAtOnce: number | null
  readonly engine: Omit<EmbeddedEngineOptions, 'now'>
}

/** Memory and connections of a worker process after a garbage collection. */
export interface WorkerUse {
  readonly heapBytes: number
  readonly connections: number
}

/** Run of a chaos test. */
export interface RunAddress {
  readonly tenantId: string
  readonly runId: string
}

/** An open wait of a run, which a person or another system answers. */
export interface OpenWait extends RunAddress {
  readonly approvalId: string
  readonly kind: 'approval' | 'parked' | 'event'
}

/** Calls that a test makes in a worker process. */
export interface WorkerCalls {
  start(run: RunAddress, document: WorkflowDocument): Promise<StartedRunRow>
  decide(run: RunAddress, nodeRunId: string, userId: string, choice: string): Promise<DecideResult>
  /** Approves, retries with params that succeed, or sends the event that the run waits for; the same again changes nothing. */
  answer(wait: OpenWait): Promise<{ readonly outcome: string }>
  /** Sends the event for a run, which may not wait for it yet. */
  sendEvent(run: RunAddress): Promise<{ readonly outcome: string }>
  cancel(run: RunAddress): Promise<CancelResult>
  /** Moves a run to version 2. */
  migrate(run: RunAddress, document: WorkflowDocument): Promise<MigrateResult>
  pause(run: RunAddress): Promise<PauseResult>
  resume(run: RunAddress): Promise<PauseResult>
  /** Resolves when all of these runs have ended. */
  ended(runs: readonly RunAddress[]): Promise<void>
  /** Lets every gated body of the process end, and those that begin later. */
  openGates(): Promise<void>
  use(): Promise<WorkerUse>
  /** Closes engine and database as a host that shuts down does. */
  close(): Promise<void>
}

/** Message of a test to a worker process. */
export interface WorkerRequest {
  readonly id: number
  readonly call: keyof WorkerCalls
  readonly args: readonly unknown[]
}

/** Message of a worker process to its test. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly code: string; readonly message: string }

/** One line of the effects file: a body of an attempt has begun, ended or been aborted in a process. */
export interface Effect {
  readonly what: 'begin' | 'end' | 'abort'
  readonly runId: string
  readonly nodeRunId: string
  readonly attempt: number
  readonly key: string
  readonly pid: number
}
