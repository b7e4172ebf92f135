import type { RuntimeLog, TransactionHook } from '../engine.ts'
import { collectObjects } from '../payloads/collect-objects.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { createStoredObjects } from '../payloads/stored-objects.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import { type DeleteRunResult, deleteRootRun, deleteSomeOfTrees } from '../store/delete-tree.ts'
import type { RunRef } from '../store/run-ref.ts'
import { collectPayloads } from '../store/unused-payloads.ts'
import { noteRest } from './delete-rests.ts'

/** Dependencies of {@link deleteRun}. */
export interface DeleteRunDeps {
  /** Database with the tables of the runtime. */
  readonly database: RuntimeDatabase
  /** Receives a line if the rest of the run is left to a worker. */
  readonly log: RuntimeLog
  /** Store of the host for large values, as the engine has it. @defaultValue none */
  readonly payloadStore?: PayloadStore
  /**
   * Tracks the deletion of the rest, which continues after {@link deleteRun} has returned. @defaultValue it returns after all
   */
  readonly background?: BackgroundDeletions
}

/** Deletions that continue in this process after their requests were answered. */
export interface BackgroundDeletions {
  /** True once {@link close} was called: a worker deletes the rest. */
  readonly isClosed: () => boolean
  /** Adds a deletion, which never rejects. */
  add(deletion: Promise<void>): void
  /** Ends the deletions between two of their transactions; resolves when none is in flight. */
  close(): Promise<void>
}

/** Creates the background deletions of one process. */
export function createBackgroundDeletions(): BackgroundDeletions {
  const running = new Set<Promise<void>>()
  let isClosed = false
  return {
    isClosed: () => isClosed,
    add: (deletion) => {
      running.add(deletion)
      void deletion.then(() => running.delete(deletion))
    },
    close: async () => {
      isClosed = true
      await Promise.all(running)
    },
  }
}

/**
 * Deletes a run that has ended, with the runs that it has started, their logs and the values that no other run refers to.
 * When the first transaction is stored, the run is gone for readers, and `hook` with it; if the process dies then, any
 * worker deletes the rest.
 *
 * @param hook - Called in the transaction that deletes the run, only if it does.
 * @returns `open` while the run or one below it has not ended, `has_parent` for a run that another one has started.
 */
export async function deleteRun(deps: DeleteRunDeps, run: RunRef, hook?: TransactionHook): Promise<DeleteRunResult> {
  const { database, background } = deps
  const result = await database.withTenant(run.tenantId, async (tx) => {
    const outcome = await deleteRootRun(tx, run)
    if (outcome === 'deleted') {
      await noteRest(tx, run.tenantId)
      await hook?.(tx)
    }
    return outcome
  })
  if (result !== 'deleted') return result
  const rest = deleteRest(deps, run)
  if (background === undefined) await rest
  else background.add(rest)
  return result
}

/** Deletes the rest of a deleted run; never rejects. */
async function deleteRest(
  { database, payloadStore, log, background }: DeleteRunDeps,
  { tenantId, runId }: RunRef,
): Promise<void> {
  const isStopped = background?.isClosed ?? (() => false)
  try {
    while (!isStopped() && (await deleteSomeOfTrees(database, tenantId, runId)));
    await collectPayloads(database, tenantId, isStopped)
    if (payloadStore === undefined) return
    await collectObjects(database, createStoredObjects(payloadStore), tenantId, isStopped)
  } catch (error) {
    log('warn', 'run.delete_failed: a worker deletes the rest', { tenantId, runId, reason: reasonOf(error) })
  }
}
