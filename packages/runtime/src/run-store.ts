import type { RunFilter } from '@tenon/core/api'
import type { Json } from '@tenon/core/document'
import type { Vote, WaitFor } from '@tenon/core/node'
import type { RunEvent, RunFailure, RunStatus, ValueRef } from '@tenon/core/run'
import type { Plan } from './interpreter/plan.ts'

/** A run row with what belongs to it in the tables of the store. */
export interface StoredRun {
  readonly tenantId: string
  readonly runId: string
  readonly workflowId: string
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly engine: 'embedded' | 'temporal'
  readonly status: RunStatus
  readonly turn: number
  /** `seq` of the next event; the log has 1 to `nextSeq - 1`. */
  readonly nextSeq: number
  readonly planHash: string
  readonly semantics: number
  readonly traceId: string
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly outcome: string | null
  readonly output: ValueRef | null
  readonly error: RunFailure | null
}

/** An approval of a run as it is stored, with the votes so far. Instants are milliseconds since the Unix epoch. */
export interface StoredWait {
  readonly tenantId: string
  readonly runId: string
  /** Names the wait within its run, as the run log does: `review/1/0`. */
  readonly waitId: string
  /** Names the wait within its tenant; what `getWait`, `Engine.decide` and the approvals API take. URL-safe. */
  readonly approvalId: string
  readonly nodeRunId: string
  readonly nodeId: string
  readonly workflowId: string
  readonly waitFor: Extract<WaitFor, { kind: 'approval' }>
  readonly votes: readonly Vote[]
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  readonly openedAt: number
  readonly dueAt: number | null
}

/** Which page of a list is asked for: `cursor` of the page before, and 1 to 200 items. */
export interface PageRequest {
  readonly cursor?: string
  readonly limit?: number
}

/**
 * What the server reads of runs. Every call is bound to one tenant; another tenant's id answers as an
 * unknown one: `null`, or an empty page.
 */
export interface RunReader {
  getRun(tenantId: string, runId: string): Promise<StoredRun | null>
  listRuns(
    tenantId: string,
    filter: RunFilter,
  ): Promise<{ readonly items: readonly StoredRun[]; readonly nextCursor: string | null }>
  /** Events with `seq` > `after`, ascending, at most `limit` (default 1,000). */
  readEvents(tenantId: string, runId: string, after: number, limit?: number): Promise<readonly RunEvent[]>
  loadValue(tenantId: string, ref: ValueRef): Promise<Json>
  /**
   * Many values with one query, in the order of `refs`. Look at their sizes before: all are in memory at once.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND` if one of them is gone.
   */
  loadValues(tenantId: string, refs: readonly ValueRef[]): Promise<readonly Json[]>
  getPlan(tenantId: string, planHash: string): Promise<Plan | null>
  listWaits(
    tenantId: string,
    filter: { readonly status?: 'open' | 'closed'; readonly runId?: string } & PageRequest,
  ): Promise<{ readonly items: readonly StoredWait[]; readonly nextCursor: string | null }>
  getWait(tenantId: string, approvalId: string): Promise<StoredWait | null>
}
