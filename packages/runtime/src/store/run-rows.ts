import type { Vote } from '@tenon/core/node'
import type { RunFailure, RunStatus, ValueRef } from '@tenon/core/run'
import type { Selectable } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { StoredRun, StoredWait } from '../run-store.ts'

/** Reads a row of `runs`. */
export function runOfRow(row: Selectable<RuntimeTables['runs']>): StoredRun {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    workflowId: row.workflow_id,
    version: row.version,
    mode: row.mode as StoredRun['mode'],
    engine: row.engine as StoredRun['engine'],
    status: row.status as RunStatus,
    turn: row.turn,
    nextSeq: row.next_seq,
    planHash: row.plan_hash,
    semantics: row.semantics,
    traceId: row.trace_id,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    output: row.output === null ? null : (JSON.parse(row.output) as ValueRef),
    error: row.error === null ? null : (JSON.parse(row.error) as RunFailure),
  }
}

/** Reads a row of `waits` with the votes that belong to it. */
export function waitOfRow(row: Selectable<RuntimeTables['waits']>, votes: readonly Vote[]): StoredWait {
  return {
    tenantId: row.tenant_id,
    runId: row.run_id,
    waitId: row.wait_id,
    approvalId: row.approval_id,
    nodeRunId: row.node_run_id,
    nodeId: row.node_id,
    workflowId: row.workflow_id,
    waitFor: JSON.parse(row.wait_for) as StoredWait['waitFor'],
    votes,
    status: row.status as StoredWait['status'],
    openedAt: row.opened_at,
    dueAt: row.due_at,
  }
}
