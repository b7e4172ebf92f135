import type { Generated } from 'kysely'
import type { Database } from './types.ts'

interface RunsTable {
  readonly tenant_id: string
  readonly run_id: string
  readonly start_week: number
  readonly trace_id: string
  readonly workflow_id: string
  readonly version: string
  readonly mode: string
  readonly engine: string
  readonly plan_hash: string
  readonly semantics: number
  readonly priority: Generated<number>
  readonly status: string
  readonly turn: number
  readonly next_seq: number
  readonly head_hash: string
  readonly queued_at: number
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly outcome: string | null
  /** A `ValueRef` as JSON text. */
  readonly output: string | null
  /** A `RunFailure` as JSON text. */
  readonly error: string | null
}

interface RunEventsTable {
  readonly tenant_id: string
  readonly run_id: string
  readonly seq: number
  readonly start_week: number
  readonly turn: number
  readonly class: string
  readonly event_id: string
  readonly type: string
  readonly node_run_id: string | null
  readonly at: number
  readonly cause: number | null
  readonly data: string
  /** On the last event of each append: the hash chain up to here. */
  readonly link: string | null
}

interface WaitsTable {
  readonly tenant_id: string
  readonly approval_id: string
  readonly run_id: string
  readonly wait_id: string
  readonly node_run_id: string
  readonly node_id: string
  readonly workflow_id: string
  readonly status: string
  readonly wait_for: string
  readonly opened_at: number
  readonly due_at: number | null
  readonly closed_at: number | null
}

/**
 * Rows of the runtime's tables; the migrations beside this file create them. Instants are milliseconds since the Unix
 * epoch, values are JSON text.
 */
export interface RuntimeTables {
  readonly runs: RunsTable
  readonly run_events: RunEventsTable
  readonly run_snapshots: {
    readonly tenant_id: string
    readonly run_id: string
    readonly seq: number
    readonly data: string
  }
  readonly payloads: {
    readonly tenant_id: string
    readonly hash: string
    readonly size: number
    readonly data: string
  }
  readonly payload_refs: { readonly tenant_id: string; readonly run_id: string; readonly hash: string }
  /** The pads of HMAC-SHA-256 under the tenant's key, 64 bytes each; the append function makes them. */
  readonly tenant_keys: { readonly tenant_id: string; readonly inner_pad: Uint8Array; readonly outer_pad: Uint8Array }
  readonly plans: { readonly tenant_id: string; readonly plan_hash: string; readonly data: string }
  readonly waits: WaitsTable
  readonly wait_votes: {
    readonly tenant_id: string
    readonly approval_id: string
    readonly user_id: string
    readonly vote: string
    readonly at: number
  }
  readonly run_inbox: {
    readonly tenant_id: string
    readonly run_id: string
    readonly message_id: string
    readonly position: Generated<number>
    readonly fact: string
    readonly at: number
    readonly consumed_turn: number | null
  }
  readonly run_ready: {
    readonly tenant_id: string
    readonly run_id: string
    readonly shard: Generated<number>
    readonly priority: Generated<number>
    readonly ready_at: number
    readonly worker_id: string | null
    readonly poked: Generated<boolean>
  }
  readonly timers: {
    readonly tenant_id: string
    readonly run_id: string
    readonly timer_id: string
    readonly due_at: number
    readonly fire_at: number
  }
  readonly outbox: {
    readonly tenant_id: string
    readonly outbox_id: Generated<number>
    readonly run_id: string
    readonly kind: string
    readonly ready_at: number
    readonly attempts: Generated<number>
  }
  readonly workers: { readonly worker_id: string; readonly started_at: number; readonly lease_until: number }
}

/** The runtime sees its own tables; a server passes its database as `database.view<RuntimeTables>()`. */
export type RuntimeDatabase = Database<RuntimeTables>
