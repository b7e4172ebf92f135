import type { RuntimeLog, TransactionHook } from '../engine.ts'
import { collectObjects } from '../payloads/collect-objects.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { createStoredObjects } from '../payloads/stored-objects.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import { type EraseResult, eraseRoot, eraseSome } from '../store/erase-runs.ts'
import type { RunRef } from '../store/run-ref.ts'
import { collectPayloads } from '../store/unused-payloads.ts'

/** Dependencies of {@link deleteRun}. */
export interface DeleteRunDeps {
  /** Database with the tables of the runtime. */
  readonly database: RuntimeDatabase
  /** Receives a line if the rest of the run is left to a worker. */
  readonly log: RuntimeLog
  /** Store of the host for large values, as the engine has it. @defaultValue none */
  readonly payloadStore?: PayloadStore
}

/**
 * Deletes a run that has ended, with the runs that it has started, their logs and the values that no other run refers to.
 * When the first transaction is stored, the run is gone for readers, and `hook` with it; if the process dies then, any
 * worker deletes the rest.
 *
 * @param hook - Called in the transaction that deletes the run, only if it does.
 * @returns `open` while the run or one below it has not ended, `has_parent` for a run that another one has started.
 */
export async function deleteRun(
  { database, payloadStore, log }: DeleteRunDeps,
  run: RunRef,
  hook?: TransactionHook,
): Promise<EraseResult> {
  const { tenantId, runId } = run
  const result = await database.withTenant(tenantId, async (tx) => {
    const outcome = await eraseRoot(tx, run)
    if (outcome === 'deleted') await hook?.(tx)
    return outcome
  })
  if (result !== 'deleted') return result
  try {
    while (await eraseSome(database, tenantId, runId));
    await collectPayloads(database, tenantId)
    if (payloadStore !== undefined) await collectObjects(database, createStoredObjects(payloadStore), tenantId)
  } catch (error) {
    log('warn', 'run.erase_failed: a worker deletes the rest', { tenantId, runId, reason: reasonOf(error) })
  }
  return result
}
