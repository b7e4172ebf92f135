import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Payload } from './append.ts'
import type { RunRef } from './run-ref.ts'
import { lockStoredPayload } from './stored-payload.ts'
import { deleteUnusedPayloads } from './unused-payloads.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Stores values of a run outside of an append, with its references to them. The caller has locked the row of the run. */
export async function storePayloads(tx: RuntimeTx, run: RunRef, payloads: readonly Payload[]): Promise<void> {
  const { tenantId } = run
  for (const { hash, size, text } of payloads) {
    // Runs that are resolved by one value all have it: its text is sent once.
    const stored = await tx
      .selectFrom('payloads')
      .select('hash')
      .where('tenant_id', '=', tenantId)
      .where('hash', '=', hash)
      .forKeyShare()
      .executeTakeFirst()
    if (stored === undefined) {
      await tx
        .insertInto('payloads')
        .values({ tenant_id: tenantId, hash, size, data: text })
        .onConflict(lockStoredPayload)
        .execute()
    }
    await referTo(tx, run, hash)
  }
}

/** Stores a reference of a run to a value that is stored already. */
export async function referTo(tx: RuntimeTx, { tenantId, runId }: RunRef, hash: string): Promise<void> {
  await tx
    .insertInto('payload_refs')
    .values({ tenant_id: tenantId, run_id: runId, hash })
    // The input of a rerun may be the outcome of a node as well.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Deletes the reference of a run to a value, and the value if nothing else refers to it. */
export async function deleteReference(tx: RuntimeTx, { tenantId, runId }: RunRef, hash: string): Promise<void> {
  await tx
    .deleteFrom('payload_refs')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('hash', '=', hash)
    .execute()
  await deleteUnusedPayloads(tx, tenantId, [hash])
}
