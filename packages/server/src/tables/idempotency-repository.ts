import type { IdempotencyKeyRow, ServerTx } from './server-tables.ts'

/** Time for which a key is remembered. */
export const IDEMPOTENCY_MS: number = 24 * 60 * 60 * 1_000

type Claim = Pick<IdempotencyKeyRow, 'tenant_id' | 'route' | 'key' | 'request_hash' | 'resource_id' | 'created_at'>

/**
 * Claims a key for a request, or finds the claim that came first.
 *
 * @returns The row that holds now: the caller's own, or an earlier one, which may carry an answer.
 */
export async function claimKey(tx: ServerTx, claim: Claim): Promise<IdempotencyKeyRow> {
  await tx
    .deleteFrom('idempotency_keys')
    .where('tenant_id', '=', claim.tenant_id)
    .where('created_at', '<', claim.created_at - IDEMPOTENCY_MS)
    .execute()
  await tx
    .insertInto('idempotency_keys')
    .values({ ...claim, answer: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'route', 'key']).doNothing())
    .execute()
  return tx
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('tenant_id', '=', claim.tenant_id)
    .where('route', '=', claim.route)
    .where('key', '=', claim.key)
    .executeTakeFirstOrThrow()
}

/** Checks whether a key is remembered, without claiming it. */
export async function isKeyKnown(
  tx: ServerTx,
  { tenant_id, route, key }: Pick<IdempotencyKeyRow, 'tenant_id' | 'route' | 'key'>,
  now: number,
): Promise<boolean> {
  const row = await tx
    .selectFrom('idempotency_keys')
    .select('key')
    .where('tenant_id', '=', tenant_id)
    .where('route', '=', route)
    .where('key', '=', key)
    .where('created_at', '>=', now - IDEMPOTENCY_MS)
    .executeTakeFirst()
  return row !== undefined
}

/** Keeps the answer of the first request that has one; @returns the answer that holds. */
export async function keepAnswer(
  tx: ServerTx,
  claimed: Pick<IdempotencyKeyRow, 'tenant_id' | 'route' | 'key'>,
  answer: string,
): Promise<string> {
  const row = await tx
    .updateTable('idempotency_keys')
    .set((column) => ({ answer: column.fn.coalesce('answer', column.val(answer)) }))
    .where('tenant_id', '=', claimed.tenant_id)
    .where('route', '=', claimed.route)
    .where('key', '=', claimed.key)
    .returning('answer')
    .executeTakeFirst()
  return row?.answer ?? answer
}
