import { hkdfSync, randomBytes } from 'node:crypto'
import { SECRET_SET_BY_MAX_LENGTH, type SecretMarker, type TenantId, type WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'
import type { SecretReader } from '@tenon/runtime'
import { toInstant } from '../http/instant.ts'
import { hasRotated } from '../tables/key-rotation-repository.ts'
import { findSecret } from '../tables/secret-repository.ts'
import type { SecretRow } from '../tables/secret-tables.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'
import { boundTo, type SealedConnection } from './bound-to.ts'
import { DATA_KEY_BYTES, decrypt, encrypt, FORMATS } from './cipher.ts'
import { type DataKey, type Keyring, withoutProvider } from './keyring.ts'

/** Owner of a secret (tenant, workflow or connection, field), and the user who sets it. */
export interface SecretTarget {
  readonly tenantId: TenantId
  readonly owner: { readonly workflowId: WorkflowId } | { readonly connection: SealedConnection }
  /** Node type and param, as `acme/mail.apiKey`; or the field of a connection. */
  readonly field: string
  /** Display name. */
  readonly setBy: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** An encrypted value, with the marker that replaces it in the document. */
interface SealedSecret {
  readonly marker: SecretMarker
  /** To be stored in the transaction that stores the marker. */
  readonly row: SecretRow
}

/** Encrypts a value; without I/O, so that it may be called inside a transaction. */
export type Seal = (target: SecretTarget, value: string) => SealedSecret

/** Encrypts and decrypts the secrets of tenants, each under the data key of its tenant. */
export interface SecretStore extends Pick<SecretReader, 'reveal'> {
  /**
   * Decrypts the rows of one connection.
   *
   * @returns The values by field.
   * @throws {@link TenonError} `SECRET_NOT_FOUND` for one that cannot be decrypted, `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  revealRows(connection: SealedConnection, rows: readonly SecretRow[]): Promise<Readonly<Record<string, string>>>
  /**
   * Without a key provider, the returned function throws `KEY_PROVIDER_REQUIRED`.
   *
   * @throws {@link TenonError} `UNAVAILABLE` when the key provider fails.
   */
  openSeal(tenantId: TenantId): Promise<Seal>
  /**
   * Derives a key from the latest data key of a tenant, for what is stored nowhere; creates the data key of a tenant that has
   * none.
   *
   * @param purpose - Keys of different purposes do not reveal each other.
   * @returns 32 bytes.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  deriveKey(tenantId: TenantId, purpose: string): Promise<Uint8Array>
  /**
   * Derives the same from every data key of a tenant, the latest first: for what was made before a rotation.
   *
   * @throws {@link TenonError} as {@link SecretStore.deriveKey}.
   */
  deriveKeys(tenantId: TenantId, purpose: string): Promise<readonly Uint8Array[]>
  /**
   * Derives the same from the first data key of a tenant, for what stays the same when keys are rotated.
   *
   * @returns `null` for a tenant without data keys.
   * @throws {@link TenonError} as {@link SecretStore.deriveKey}.
   */
  deriveFirstKey(tenantId: TenantId, purpose: string): Promise<Uint8Array | null>
  /** Checks whether the first data key of a tenant is in memory, so that {@link SecretStore.deriveFirstKey} asks no one. */
  isFirstKeyInMemory(tenantId: TenantId): boolean
  /**
   * Encrypts a stored value again, under another data key of its tenant.
   *
   * @param connection - The connection of the value; `null` for a secret param.
   * @returns The columns to change; `null` for a value that cannot be decrypted.
   * @throws {@link TenonError} as {@link SecretStore.deriveKey}.
   */
  sealAgain(
    row: SecretRow,
    connection: SealedConnection | null,
    to: DataKey,
  ): Promise<Pick<SecretRow, 'data_key_id' | 'sealed'> | null>
}

export function createSecretStore(database: ServerDatabase, keyring: Keyring): SecretStore {
  async function decryptRow(row: SecretRow, connection: SealedConnection | null): Promise<string> {
    const key = await keyring.find(row.tenant_id, row.data_key_id)
    if (key === null || (await isClosed(row))) throw unreadable()
    try {
      return decrypt(key, row.sealed, boundTo(row, connection, row.sealed[0]))
    } catch {
      throw unreadable()
    }
  }
  /**
   * Values of the first format are bound to less, and a rotation gives all values the present one: one that has it afterwards
   * was put there from an earlier copy of the database.
   */
  async function isClosed({ sealed, tenant_id: tenantId }: SecretRow): Promise<boolean> {
    return sealed[0] === FORMATS.first && (await database.withTenant(tenantId, (tx) => hasRotated(tx, tenantId)))
  }
  const derive = (key: Uint8Array, purpose: string) =>
    new Uint8Array(hkdfSync('sha256', key, '', purpose, DATA_KEY_BYTES))

  return {
    async openSeal(tenantId) {
      // Documents without secrets can be stored without a key.
      if (!keyring.canSeal) {
        return () => {
          throw withoutProvider()
        }
      }
      const key = await keyring.current(tenantId)
      return (target, value) => sealUnder(key, target, value)
    },
    isFirstKeyInMemory: keyring.isFirstInMemory,
    deriveKey: async (tenantId, purpose) => derive((await keyring.current(tenantId)).key, purpose),
    deriveKeys: async (tenantId, purpose) => (await keyring.all(tenantId)).map(({ key }) => derive(key, purpose)),
    async deriveFirstKey(tenantId, purpose) {
      const first = await keyring.first(tenantId)
      return first === null ? null : derive(first.key, purpose)
    },
    async reveal(tenantId, secretId, field) {
      const row = await database.withTenant(tenantId, (tx) => findSecret(tx, tenantId, secretId))
      if (row === null || row.field !== field || row.workflow_id === null) throw notFound(field)
      return decryptRow(row, null)
    },
    async revealRows(connection, rows) {
      const values: Record<string, string> = {}
      for (const row of rows) values[row.field] = await decryptRow(row, connection)
      return values
    },
    async sealAgain(row, connection, to) {
      let value: string
      try {
        value = await decryptRow(row, connection)
      } catch (error) {
        if (error instanceof TenonError && error.code === 'SECRET_NOT_FOUND') return null
        throw error
      }
      const moved = { ...row, data_key_id: to.keyId }
      return { data_key_id: to.keyId, sealed: sealRow(to.key, moved, connection, value) }
    },
  }
}

function sealUnder({ keyId, key }: DataKey, target: SecretTarget, value: string): SealedSecret {
  const secretId = `sec_${randomBytes(16).toString('base64url')}`
  const { owner } = target
  const connection = 'connection' in owner ? owner.connection : null
  const named = {
    tenant_id: target.tenantId,
    secret_id: secretId,
    workflow_id: 'workflowId' in owner ? owner.workflowId : null,
    connection_id: connection?.connection_id ?? null,
    field: target.field,
    data_key_id: keyId,
  }
  return {
    marker: {
      $secret: secretId,
      setAt: toInstant(target.at),
      setBy: cutText(target.setBy, SECRET_SET_BY_MAX_LENGTH),
    },
    row: { ...named, sealed: sealRow(key, named, connection, value), set_at: target.at, in_version: false },
  }
}

function sealRow(
  key: Uint8Array,
  row: Omit<SecretRow, 'sealed' | 'set_at' | 'in_version'>,
  connection: SealedConnection | null,
  value: string,
): Uint8Array {
  return encrypt(key, value, boundTo(row, connection, FORMATS.bound), FORMATS.bound)
}

function notFound(field: string): TenonError {
  return new TenonError('SECRET_NOT_FOUND', `No secret is stored for ${field}`, { details: { field } })
}

function unreadable(): TenonError {
  return new TenonError('SECRET_NOT_FOUND', 'The secret cannot be decrypted', {
    remedy: 'Set the secret again, or restore the key that encrypted it.',
  })
}
