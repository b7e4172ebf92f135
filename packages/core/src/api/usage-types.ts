import type { WorkflowId } from '../ids.ts'
import type { ModelSpend } from '../node/model-budget.ts'

/** Use of models in a month. */
export interface ModelUsageOfMonth extends ModelSpend {
  /** Month in UTC, as `2026-12`. */
  readonly month: string
  /** Use by the runs of each workflow, the most expensive first; at most 100. */
  readonly workflows: readonly (ModelSpend & {
    /** Id of the workflow, which may be deleted. */
    readonly workflowId: WorkflowId
    /** Name of the workflow; empty if it is deleted. */
    readonly workflowName: string
  })[]
}

/** Data of a tenant: how long its runs are kept, and how much it stores. */
export interface Usage {
  /** Days for which an ended run is kept; `null` if runs are kept until they are deleted. A workflow may have fewer. */
  readonly runsKeptDays: number | null
  /** Bytes of the values above 16 kB that the tenant has stored. Measured at most a minute ago. */
  readonly payloadBytes: number
  /** Limit of `payloadBytes`; `null` without one. */
  readonly payloadBytesLimit: number | null
  /** Bytes of the files that the tenant has stored, with those of uploads in progress. Measured at most a minute ago. */
  readonly fileBytes: number
  /** Bytes of the rows of data tables, and of the values under keys. Measured at most a minute ago. */
  readonly dataBytes: number
  /** Approvals, failed node runs, events and callbacks that runs wait for. */
  readonly openWaits: number
  /** Limit of `openWaits`; `null` without one. */
  readonly openWaitsLimit: number | null
  /** Use of models in this month. */
  readonly models: ModelUsageOfMonth
}
