import type { SecretMarker } from '@tenon/core/document'
import type { SealedConnection } from '../secrets/bound-to.ts'
import type { Seal } from '../secrets/secret-store.ts'
import type { SecretRow } from '../tables/secret-tables.ts'

/** Encrypted fields of a connection. */
export interface SealedFields {
  readonly markers: Readonly<Record<string, SecretMarker>>
  readonly rows: readonly SecretRow[]
}

/**
 * Encrypts fields of a connection. They are bound to its connector, hosts and other fields: call it with the row as it is
 * stored in the same transaction.
 *
 * @param author.at - Milliseconds since the Unix epoch.
 */
export function sealFields(
  seal: Seal,
  connection: SealedConnection,
  texts: Readonly<Record<string, string>>,
  author: { readonly setBy: string; readonly at: number },
): SealedFields {
  const sealed = Object.entries(texts).map(([field, value]) => {
    return { field, ...seal({ tenantId: connection.tenant_id, owner: { connection }, field, ...author }, value) }
  })
  return {
    rows: sealed.map(({ row }) => row),
    markers: Object.fromEntries(sealed.map(({ field, marker }) => [field, marker])),
  }
}
