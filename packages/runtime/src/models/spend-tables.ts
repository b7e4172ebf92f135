/** Counts of one scope and period. */
export interface ModelSpendTable {
  readonly tenant_id: string
  /** `node` and `run` of a run, `workflow` of a day, `tenant` of a month. */
  readonly scope: string
  readonly scope_id: string
  /** Day or month in UTC, as `2026-12-01` or `2026-12`; the empty text for the scopes of a run. */
  readonly period: string
  /** Run that the row belongs to; null for the other scopes. */
  readonly run_id: string | null
  readonly calls: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  /** Billionths of a US dollar. */
  readonly cost_nano_usd: number
  readonly duration_ms: number
  /** Estimates of the calls that have not ended. */
  readonly reserved_tokens: number
  readonly reserved_nano_usd: number
}

/** A call that was begun and has not ended. */
export interface ModelReservationsTable {
  readonly tenant_id: string
  readonly run_id: string
  readonly call_id: string
  readonly workflow_id: string
  readonly node_id: string
  /** Time of its begin in milliseconds since the Unix epoch, by which its periods are counted. */
  readonly at: number
  readonly tokens: number
  readonly nano_usd: number
}
