import { createHash } from 'node:crypto'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { encodeValue, isRunOver, type RunStatus } from '@tenon/core/run'
import { textFault } from '@tenon/core/text'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from '../store/run-ref.ts'

const MAX_KEY = 500

/** A change that a node run makes once. */
export interface ChangeOnce<Result> {
  readonly run: RunRef
  readonly completionKey: string
  /** Describes the change, to recognize another one under the same key. */
  readonly change: unknown
  /** Aborts with the attempt: nothing is changed afterwards. */
  readonly abortSignal: AbortSignal
  /** Makes the change; its result is stored with it. */
  readonly make: () => Promise<Result>
}

/**
 * Makes a change once for each key of a run. The change, its result and the key are committed together: whatever happens to
 * the process afterwards, the next attempt gets the result. A second transaction with the key waits for the first one.
 *
 * @throws {@link TenonError} `DATA_COMPLETION_REUSED`; `NODE_CANCELED` for a run that has ended; the reason of the signal;
 * the error of `make`.
 */
export async function changeOnce<Result>(
  tx: Tx<RuntimeTables>,
  { run, completionKey, change, abortSignal, make }: ChangeOnce<Result>,
): Promise<Result & { readonly isRepeated: boolean }> {
  if (completionKey === '' || completionKey.length > MAX_KEY || textFault(completionKey) !== null) {
    throw new TenonError(
      'DATA_QUERY_INVALID',
      `A completion key has 1 to ${MAX_KEY} characters, and none of them is NUL`,
    )
  }
  const { tenantId, runId } = run
  await keepRun(tx, run)
  const hash = `1:${createHash('sha256').update(encodeValue(change).text).digest('hex')}`
  const added = await tx
    .insertInto('data_completions')
    .values({ tenant_id: tenantId, run_id: runId, completion_key: completionKey, change_hash: hash, result: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('run_id')
    .executeTakeFirst()
  if (added === undefined) {
    return { ...(await storedResult<Result>(tx, run, completionKey, hash)), isRepeated: true }
  }
  const result = await make()
  await tx
    .updateTable('data_completions')
    .set({ result: JSON.stringify(result) })
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('completion_key', '=', completionKey)
    .execute()
  // After all waits for other changes, during which the run may have ended.
  await holdOpen(tx, run)
  abortSignal.throwIfAborted()
  return { ...result, isRepeated: false }
}

/** Keeps the run from being deleted, with its completions, until the change is committed. */
async function keepRun(tx: Tx<RuntimeTables>, run: RunRef): Promise<void> {
  checkOpen(await statusOf(tx, run).forKeyShare().executeTakeFirst())
}

/**
 * Keeps the run from ending until the change is committed. Appends to the run wait for it, so nothing but the commit may
 * follow.
 */
async function holdOpen(tx: Tx<RuntimeTables>, run: RunRef): Promise<void> {
  checkOpen(await statusOf(tx, run).forShare().executeTakeFirst())
}

function statusOf(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef) {
  return tx.selectFrom('runs').select('status').where('tenant_id', '=', tenantId).where('run_id', '=', runId)
}

function checkOpen(run: { readonly status: string } | undefined): void {
  if (run !== undefined && !isRunOver(run.status as RunStatus)) return
  throw new TenonError('NODE_CANCELED', 'The run has ended, so it changes no data')
}

async function storedResult<Result>(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  completionKey: string,
  hash: string,
): Promise<Result> {
  const row = await tx
    .selectFrom('data_completions')
    .select(['change_hash', 'result'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('completion_key', '=', completionKey)
    .executeTakeFirst()
  // Hashes of another version cannot be compared: the key alone says that it is the same change.
  const isSame = row !== undefined && (row.change_hash === hash || !row.change_hash.startsWith('1:'))
  if (!isSame || row.result === null) {
    throw new TenonError('DATA_COMPLETION_REUSED', 'The run has made another change under this completion key')
  }
  return JSON.parse(row.result) as Result & Json
}
