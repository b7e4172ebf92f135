import { hkdfSync, randomBytes } from 'node:crypto'
import { SECRET_SET_BY_MAX_LENGTH, type SecretMarker, type TenantId, type WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import type { SecretReader } from '@tenon/runtime'
import { toInstant } from '../http/instant.ts'
import { inTime } from '../in-time.ts'
import { findSecret, findTenantKey, keepTenantKey } from '../tables/secret-repository.ts'
import type { SecretRow, ServerDatabase } from '../tables/server-tables.ts'
import { DATA_KEY_BYTES, decrypt, encrypt } from './cipher.ts'

/** Owner of a secret (tenant, workflow or connection, field), and the user who sets it. */
export interface SecretTarget {
  readonly tenantId: TenantId
  readonly owner: { readonly workflowId: WorkflowId } | { readonly connectionId: string }
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
   * Decrypts rows of one tenant.
   *
   * @returns The values by field.
   * @throws {@link TenonError} `SECRET_NOT_FOUND` for one that cannot be decrypted, `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  revealRows(tenantId: TenantId, rows: readonly SecretRow[]): Promise<Readonly<Record<string, string>>>
  /**
   * Without a key provider, the returned function throws `KEY_PROVIDER_REQUIRED`.
   *
   * @throws {@link TenonError} `UNAVAILABLE` when the key provider fails.
   */
  openSeal(tenantId: TenantId): Promise<Seal>
  /**
   * Derives a key from the data key of a tenant.
   *
   * @param purpose - Keys of different purposes do not reveal each other.
   * @param mayCreate - Creates the data key of a tenant that has none.
   * @returns 32 bytes; `null` for a tenant without a data key that may not be created.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  deriveKey(tenantId: TenantId, purpose: string, mayCreate: boolean): Promise<Uint8Array | null>
  /** Checks whether the data key of a tenant is in memory, so that {@link SecretStore.deriveKey} asks no one. */
  isKeyInMemory(tenantId: TenantId): boolean
}

/** The one data key of a tenant; a next one joins it when keys are rotated. */
const DATA_KEY_ID = '1'
/** Data keys that are kept in memory. */
const MAX_KEYS = 1_000

/** A provider that does not answer holds up neither requests nor runs for longer. */
const PROVIDER_MS = 10_000

/** @param providerMs - Longest wait for one answer of the key provider. @defaultValue 10_000 */
export function createSecretStore(
  database: ServerDatabase,
  provider: KeyProvider | null,
  now: () => number,
  providerMs: number = PROVIDER_MS,
): SecretStore {
  const keys = new Map<string, Promise<Uint8Array>>()
  const isKeyInMemory = (tenantId: TenantId) => keys.has(`${tenantId}\n${DATA_KEY_ID}`)

  function dataKey(tenantId: TenantId, keyId: string, mayCreate: boolean): Promise<Uint8Array> {
    const name = `${tenantId}\n${keyId}`
    const known = keys.get(name)
    if (known !== undefined) return known
    const loading = loadKey(tenantId, keyId, mayCreate)
    loading.catch(() => keys.delete(name))
    keys.set(name, loading)
    for (const oldest of keys.keys()) {
      if (keys.size <= MAX_KEYS) break
      keys.delete(oldest)
    }
    return loading
  }

  async function loadKey(tenantId: TenantId, keyId: string, mayCreate: boolean): Promise<Uint8Array> {
    const found = await database.withTenant(tenantId, (tx) => findTenantKey(tx, tenantId, keyId))
    const row = found ?? (mayCreate ? await createKey(tenantId, keyId) : null)
    if (row === null) throw unreadable()
    const wrapped = { keyId: row.wrapping_key_id, bytes: row.wrapped }
    return callProvider((keyProvider) => keyProvider.unwrapKey(wrapped, { tenantId }))
  }

  async function createKey(tenantId: TenantId, keyId: string) {
    const fresh = randomBytes(DATA_KEY_BYTES)
    // Before the transaction: a provider may be a service across the network.
    const wrapped = await callProvider((keyProvider) => keyProvider.wrapKey(fresh, { tenantId }))
    const row = {
      tenant_id: tenantId,
      key_id: keyId,
      wrapping_key_id: wrapped.keyId,
      wrapped: wrapped.bytes,
      created_at: now(),
    }
    return database.withTenant(tenantId, (tx) => keepTenantKey(tx, row))
  }

  async function callProvider<Value>(call: (keyProvider: KeyProvider) => Promise<Value>): Promise<Value> {
    if (provider === null) refuseWithoutProvider()
    try {
      return await inTime(call(provider), providerMs, tooSlow)
    } catch (cause) {
      if (cause instanceof TenonError) throw cause
      throw new TenonError('UNAVAILABLE', 'The key provider failed', { cause })
    }
  }

  async function decryptRow(row: SecretRow): Promise<string> {
    const key = await dataKey(row.tenant_id, row.data_key_id, false)
    try {
      return decrypt(key, row.sealed, boundTo(row))
    } catch {
      throw unreadable()
    }
  }

  return {
    async openSeal(tenantId) {
      // Documents without secrets can be stored without a key.
      if (provider === null) return () => refuseWithoutProvider()
      const key = await dataKey(tenantId, DATA_KEY_ID, true)
      return (target, value) => sealUnder(key, target, value)
    },
    isKeyInMemory,
    async deriveKey(tenantId, purpose, mayCreate) {
      const hasKey = async () =>
        (await database.withTenant(tenantId, (tx) => findTenantKey(tx, tenantId, DATA_KEY_ID))) !== null
      if (!mayCreate && !isKeyInMemory(tenantId) && !(await hasKey())) return null
      const key = await dataKey(tenantId, DATA_KEY_ID, mayCreate)
      return new Uint8Array(hkdfSync('sha256', key, '', purpose, DATA_KEY_BYTES))
    },
    async reveal(tenantId, secretId, field) {
      const row = await database.withTenant(tenantId, (tx) => findSecret(tx, tenantId, secretId))
      if (row === null || row.field !== field || row.workflow_id === null) throw notFound(field)
      return decryptRow(row)
    },
    async revealRows(_tenantId, rows) {
      const values: Record<string, string> = {}
      for (const row of rows) values[row.field] = await decryptRow(row)
      return values
    },
  }
}

function sealUnder(key: Uint8Array, target: SecretTarget, value: string): SealedSecret {
  const secretId = `sec_${randomBytes(16).toString('base64url')}`
  const { owner } = target
  const named = {
    tenant_id: target.tenantId,
    secret_id: secretId,
    workflow_id: 'workflowId' in owner ? owner.workflowId : null,
    connection_id: 'connectionId' in owner ? owner.connectionId : null,
    field: target.field,
    data_key_id: DATA_KEY_ID,
  }
  return {
    marker: {
      $secret: secretId,
      setAt: toInstant(target.at),
      setBy: cutText(target.setBy, SECRET_SET_BY_MAX_LENGTH),
    },
    row: {
      ...named,
      sealed: encrypt(key, value, boundTo(named)),
      set_at: target.at,
      in_version: false,
    },
  }
}

/** A value that was moved to another tenant, workflow, connection, id, field or key cannot be decrypted. */
function boundTo(row: Omit<SecretRow, 'sealed' | 'set_at' | 'in_version'>): readonly string[] {
  const { tenant_id, workflow_id, connection_id, secret_id, field, data_key_id } = row
  // Values of workflows were bound before there was a second key.
  if (workflow_id !== null) return [tenant_id, workflow_id, secret_id, field]
  return ['connection', tenant_id, `${connection_id}`, secret_id, field, data_key_id]
}

function tooSlow(): TenonError {
  return new TenonError('UNAVAILABLE', 'The key provider did not answer in time')
}

function refuseWithoutProvider(): never {
  throw new TenonError('KEY_PROVIDER_REQUIRED', 'This server has no key provider, so it cannot store secrets')
}

function notFound(field: string): TenonError {
  return new TenonError('SECRET_NOT_FOUND', `No secret is stored for ${field}`, { details: { field } })
}

function unreadable(): TenonError {
  return new TenonError('SECRET_NOT_FOUND', 'The secret cannot be decrypted', {
    remedy: 'Set the secret again, or restore the key that encrypted it.',
  })
}
