import type { TenantId } from '@tenon/core/document'
import type { RateLimits } from './rate-limits.ts'

/** Reads a token; calls `beforeLookup` before it reads the key of a tenant that it does not know yet. */
export type ReadToken<Target> = (token: string, beforeLookup: () => Promise<void>) => Promise<Target | null>

/**
 * Finds the tenant of a request whose URL is its permission, and takes the request from the rate of that tenant. Tokens that
 * this server has not made share balances of their own: one for those that need no look-up, and one for tenants whose keys
 * were read in vain, since anyone can name a tenant. So a flood of the first kind stops no tenant, and one of the second
 * kind only tenants that have sent nothing valid to this process yet.
 *
 * @param balance - Prefix of these balances; not the id of a tenant, such as `~hooks`.
 * @param partOf - Names a part of the tenant, which is limited before the tenant is.
 * @returns `null` for a token that this server has not made.
 * @throws {@link TenonError} `RATE_LIMITED`; the errors of `read`.
 */
export async function admitToken<Target extends { readonly tenantId: TenantId }>(
  rates: RateLimits,
  balance: string,
  token: string,
  read: ReadToken<Target>,
  partOf: ((target: Target) => string) | null = null,
): Promise<Target | null> {
  let found = balance
  const target = await read(token, async () => {
    found = `${balance}-lookups`
    // Only looks whether the balance is used up: a look-up that succeeds takes nothing.
    await rates.take(found, 'callback', 0)
  })
  if (target !== null && partOf !== null) await rates.takePart(partOf(target), 'callback')
  await rates.take(target === null ? found : target.tenantId, 'callback')
  return target
}
