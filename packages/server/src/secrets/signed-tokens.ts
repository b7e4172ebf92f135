import { createHmac, timingSafeEqual } from 'node:crypto'
import { TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import type { SecretStore } from './secret-store.ts'

/**
 * Makes and reads the last parts of URLs that are a permission by themselves. A token names what it is for and has its
 * signature, under a key that is derived from the first data key of the tenant: nothing is stored, it cannot be guessed, and
 * it stays the same when keys are rotated.
 */
export interface SignedTokens {
  /**
   * Makes the token of some names, always the same one.
   *
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  make(tenantId: TenantId, names: readonly string[]): Promise<string>
  /**
   * Reads a token.
   *
   * @param count - Number of names that it must have.
   * @param beforeLookup - Called before the key of a tenant is read that no token was valid for yet, which anyone can cause;
   * it may throw.
   * @returns `null` if this server has not made it.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`; the error of `beforeLookup`.
   */
  read(
    token: string,
    count: number,
    beforeLookup?: () => Promise<void>,
  ): Promise<{ readonly tenantId: TenantId; readonly names: readonly string[] } | null>
}

/** Tenants with a valid token that are remembered. */
const MAX_PROVEN = 10_000
const TOKEN = /^([A-Za-z0-9_-]{1,1800})\.([A-Za-z0-9_-]{43})$/

/** @param purpose - Tokens of one purpose are not valid for another one. */
export function createSignedTokens(
  secrets: Pick<SecretStore, 'deriveKey' | 'deriveFirstKey' | 'isFirstKeyInMemory'>,
  purpose: string,
): SignedTokens {
  const proven = new Set<TenantId>()

  /** Remembers a tenant for longer than its key is in memory, so that floods of made up tenants do not stop it. */
  function remember(tenantId: TenantId): void {
    proven.delete(tenantId)
    proven.add(tenantId)
    const [oldest] = proven
    if (proven.size > MAX_PROVEN && oldest !== undefined) proven.delete(oldest)
  }

  return {
    async make(tenantId, names) {
      const key = (await secrets.deriveFirstKey(tenantId, purpose)) ?? (await secrets.deriveKey(tenantId, purpose))
      const target = Buffer.from(JSON.stringify([tenantId, ...names])).toString('base64url')
      return `${target}.${sign(key, target)}`
    },
    async read(token, count, beforeLookup) {
      const [, target = '', signature = ''] = TOKEN.exec(token) ?? []
      const named = readNames(target, count)
      if (named === null) return null
      const { tenantId } = named
      if (!proven.has(tenantId) && !secrets.isFirstKeyInMemory(tenantId)) await beforeLookup?.()
      const key = await secrets.deriveFirstKey(tenantId, purpose)
      if (key === null || !isEqualText(sign(key, target), signature)) return null
      remember(tenantId)
      return named
    },
  }
}

/** Compares two texts in a time that does not depend on where they differ. */
export function isEqualText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function sign(key: Uint8Array, target: string): string {
  return createHmac('sha256', key).update(target).digest('base64url')
}

function readNames(target: string, count: number) {
  try {
    const parts = JSON.parse(Buffer.from(target, 'base64url').toString('utf8')) as readonly unknown[]
    if (parts.length !== count + 1 || !parts.every((part) => typeof part === 'string')) return null
    const [tenantId = '', ...names] = parts
    return TENANT_ID_PATTERN.test(tenantId) ? { tenantId, names } : null
  } catch {
    return null
  }
}
