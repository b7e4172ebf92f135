import type { Json } from '@tenon/core/document'
import type { RunEvent, ValueRef } from '@tenon/core/run'
import { sql } from 'kysely'
import { itemAt } from '../interpreter/lookup.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createPayloadReader } from '../payloads/read-payloads.ts'
import type { StoredObjects } from '../payloads/stored-objects.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { StoredRun } from '../run-store.ts'
import type { AppendOperation } from './append.ts'
import { findEvents } from './find-events.ts'
import { selectPlan, selectRun } from './run-reader.ts'
import type { RunRef } from './run-ref.ts'
import { selectEvents } from './select-events.ts'

/** A run with the snapshot of its session, to rebuild it from. */
export interface RunToLoad {
  readonly run: StoredRun
  readonly snapshot: { readonly seq: number; readonly data: string } | undefined
}

/** Reads what a commit needs to know of a run. Appends go through an {@link Appender}. */
export interface RunLogs {
  /** Reads a run and its snapshot; null for a run that the tenant does not have. */
  load(run: RunRef): Promise<RunToLoad | null>
  /** Reads events with `seq` > `after`, ascending, at most `limit`. */
  readEvents(run: RunRef, after: number, limit: number): Promise<readonly RunEvent[]>
  /** Finds events by their ids, after an append in flight. Returns a superset. */
  findEvents(run: RunRef, ids: readonly string[]): Promise<readonly RunEvent[]>
  /**
   * Executes the operations of messages without effect, which have no append.
   *
   * @param operations - In the order of locks.
   */
  apply(run: RunRef, operations: readonly AppendOperation[]): Promise<void>
  /** Reads a plan; null if the tenant has none with the hash. */
  readPlan(tenantId: string, planHash: string): Promise<Plan | null>
  /**
   * Reads a value that is stored beside the log.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`, `PAYLOAD_UNAVAILABLE`.
   */
  readValue(tenantId: string, ref: ValueRef): Promise<Json>
}

/**
 * Opens the run logs of a database.
 *
 * @param objects - Store of the host for large values. @defaultValue none
 */
export function createRunLogs(database: RuntimeDatabase, objects: StoredObjects | null = null): RunLogs {
  const payloads = createPayloadReader(database, objects)
  return {
    load: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        const run = await selectRun(tx, tenantId, runId)
        if (run === null) return null
        const snapshot = await tx
          .selectFrom('run_snapshots')
          .select(['seq', 'data'])
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .executeTakeFirst()
        return { run, snapshot }
      }),
    readEvents: ({ tenantId, runId }, after, limit) =>
      database.withTenant(tenantId, (tx) => selectEvents(tx, tenantId, runId, after, limit)),
    findEvents: ({ tenantId, runId }, ids) =>
      database.withTenant(tenantId, async (tx) => {
        // Waits for an append in flight, which locks this row.
        await tx
          .selectFrom('runs')
          .select('run_id')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .forUpdate()
          .execute()
        return findEvents(tx, { tenantId, runId }, ids)
      }),
    apply: async ({ tenantId, runId }, operations) => {
      const texts = operations.map((operation) => JSON.stringify(operation))
      const call = sql`select ${sql.id(database.schema, 'append_operation_v1')}(${tenantId}, ${runId}, o::json)
        from unnest(${texts}::text[]) as o`
      await database.withTenant(tenantId, (tx) => call.execute(tx))
    },
    readPlan: (tenantId, planHash) => database.withTenant(tenantId, (tx) => selectPlan(tx, tenantId, planHash)),
    readValue: async (tenantId, ref) => itemAt(await payloads.read(tenantId, [ref]), 0),
  }
}
