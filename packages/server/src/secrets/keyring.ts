import { randomBytes } from 'node:crypto'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider, WrappedKey } from '@tenon/core/node'
import { inTime } from '../in-time.ts'
import { keepTenantKey, listTenantKeys } from '../tables/secret-repository.ts'
import type { TenantKeyRow } from '../tables/secret-tables.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'
import { DATA_KEY_BYTES } from './cipher.ts'

/** A data key of a tenant. */
export interface DataKey {
  /** `1` for the first one of a tenant, and the next number with each rotation. */
  readonly keyId: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Data keys of the tenants, which the key provider encrypts. They are in memory for at most some minutes. */
export interface Keyring {
  /** True if there is a key provider. */
  readonly canSeal: boolean
  /**
   * Returns the latest key of a tenant, for new values, and creates the first one.
   *
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  current(tenantId: TenantId): Promise<DataKey>
  /** Returns a key; `null` if the tenant has no such key. @throws {@link TenonError} as {@link Keyring.current}. */
  find(tenantId: TenantId, keyId: string): Promise<Uint8Array | null>
  /** Returns all keys of a tenant, the latest first. @throws {@link TenonError} as {@link Keyring.current}. */
  all(tenantId: TenantId): Promise<readonly DataKey[]>
  /** Returns the first key of a tenant; `null` if it has none. @throws {@link TenonError} as {@link Keyring.current}. */
  first(tenantId: TenantId): Promise<DataKey | null>
  /** Checks whether the first key of a tenant is in memory, so that {@link Keyring.first} asks no one. */
  isFirstInMemory(tenantId: TenantId): boolean
  /**
   * Creates a key by its id, if the tenant has none with it; from now on this process uses it for new values.
   *
   * @throws {@link TenonError} as {@link Keyring.current}.
   */
  create(tenantId: TenantId, keyId: string): Promise<TenantKeyRow>
  /** Encrypts a stored data key again, under the key that the provider uses now. */
  wrapAgain(tenantId: TenantId, row: TenantKeyRow): Promise<WrappedKey>
}

/** Times of a keyring, in milliseconds; tests use shorter ones. */
export interface KeyringTimes {
  /** Longest wait for one answer of the key provider: one that does not answer holds up neither requests nor runs. */
  readonly providerMs: number
  /** Time for which the keys of a tenant are in memory. */
  readonly cacheMs: number
  /** Shortest time between two looks for the same key that a tenant does not have: values whose key is lost cost no query each. */
  readonly readAgainMs: number
}

export const KEYRING_TIMES: KeyringTimes = { providerMs: 10_000, cacheMs: 300_000, readAgainMs: 1_000 }

/** Tenants whose keys are kept in memory. */
const MAX_TENANTS = 1_000
const FIRST_KEY_ID = '1'

/** Keys of one tenant, the latest first; each is decrypted when it is first needed. */
interface Ring {
  rows: readonly TenantKeyRow[]
  /** Ids that the tenant did not have, with the time of the last look in milliseconds since the Unix epoch. */
  readonly missing: Map<string, number>
  readonly keys: Map<string, { readonly key: Promise<Uint8Array>; isReady: boolean }>
}

export function createKeyring(
  database: ServerDatabase,
  provider: KeyProvider | null,
  now: () => number,
  times: Partial<KeyringTimes> = {},
): Keyring {
  const { providerMs, cacheMs, readAgainMs } = { ...KEYRING_TIMES, ...times }
  const rings = new Map<string, { readonly loading: Promise<Ring>; ring: Ring | null }>()

  function ringOf(tenantId: TenantId): Promise<Ring> {
    const known = rings.get(tenantId)
    if (known !== undefined) return known.loading
    const entry: { loading: Promise<Ring>; ring: Ring | null } = { loading: loadRing(tenantId), ring: null }
    const forget = (): void => {
      if (rings.get(tenantId) === entry) rings.delete(tenantId)
    }
    rings.set(tenantId, entry)
    entry.loading.then((ring) => {
      entry.ring = ring
      // A tenant without a key may get its first one in another process.
      if (ring.rows.length === 0) forget()
    }, forget)
    // By a timer, so that keys which are not used leave the memory as well.
    setTimeout(forget, cacheMs).unref()
    for (const oldest of rings.keys()) {
      if (rings.size <= MAX_TENANTS) break
      rings.delete(oldest)
    }
    return entry.loading
  }

  async function loadRing(tenantId: TenantId): Promise<Ring> {
    const rows = await database.withTenant(tenantId, (tx) => listTenantKeys(tx, tenantId))
    return { rows, missing: new Map(), keys: new Map() }
  }

  /** Decrypts a key once for all who need it. */
  function open(ring: Ring, row: TenantKeyRow): Promise<Uint8Array> {
    const known = ring.keys.get(row.key_id)
    if (known !== undefined) return known.key
    const opening = { key: unwrap(row), isReady: false }
    ring.keys.set(row.key_id, opening)
    opening.key.then(
      () => {
        opening.isReady = true
      },
      () => ring.keys.delete(row.key_id),
    )
    return opening.key
  }

  function unwrap(row: TenantKeyRow): Promise<Uint8Array> {
    const wrapped = { keyId: row.wrapping_key_id, bytes: row.wrapped }
    return callProvider((keys) => keys.unwrapKey(wrapped, { tenantId: row.tenant_id }))
  }

  async function callProvider<Value>(call: (keys: KeyProvider) => Promise<Value>): Promise<Value> {
    if (provider === null) throw withoutProvider()
    try {
      return await inTime(call(provider), providerMs, tooSlow)
    } catch (cause) {
      throw providerFailure(cause)
    }
  }

  async function create(tenantId: TenantId, keyId: string): Promise<TenantKeyRow> {
    const known = (await loadRing(tenantId)).rows.find((row) => row.key_id === keyId)
    if (known !== undefined) {
      rings.delete(tenantId)
      return known
    }
    const fresh = randomBytes(DATA_KEY_BYTES)
    // Before the transaction: a provider may be a service across the network.
    const wrapped = await callProvider((keys) => keys.wrapKey(fresh, { tenantId }))
    const named = { tenant_id: tenantId, key_id: keyId, wrapping_key_id: wrapped.keyId }
    const row = { ...named, wrapped: wrapped.bytes, created_at: now() }
    const kept = await database.withTenant(tenantId, (tx) => keepTenantKey(tx, row))
    rings.delete(tenantId)
    return kept
  }

  return {
    canSeal: provider !== null,
    create,
    async current(tenantId) {
      const [latest] = (await ringOf(tenantId)).rows
      const row = latest ?? (await create(tenantId, FIRST_KEY_ID))
      return { keyId: row.key_id, key: await open(await ringOf(tenantId), row) }
    },
    async find(tenantId, keyId) {
      const rowIn = ({ rows }: Ring) => rows.find((row) => row.key_id === keyId)
      const ring = await ringOf(tenantId)
      if (rowIn(ring) === undefined && now() - (ring.missing.get(keyId) ?? 0) >= readAgainMs) {
        // Another process may have created the key since. The keys that are decrypted stay so.
        ring.missing.set(keyId, now())
        ring.rows = (await loadRing(tenantId)).rows
      }
      const row = rowIn(ring)
      return row === undefined ? null : open(ring, row)
    },
    async all(tenantId) {
      const ring = await ringOf(tenantId)
      return Promise.all(ring.rows.map(async (row) => ({ keyId: row.key_id, key: await open(ring, row) })))
    },
    async first(tenantId) {
      const ring = await ringOf(tenantId)
      const row = ring.rows.at(-1)
      return row === undefined ? null : { keyId: row.key_id, key: await open(ring, row) }
    },
    isFirstInMemory(tenantId) {
      const ring = rings.get(tenantId)?.ring
      const row = ring?.rows.at(-1)
      return row !== undefined && ring?.keys.get(row.key_id)?.isReady === true
    },
    async wrapAgain(tenantId, row) {
      const key = await unwrap(row)
      return callProvider((keys) => keys.wrapKey(key, { tenantId }))
    },
  }
}

/** Error of a server that has no key provider. */
export function withoutProvider(): TenonError {
  return new TenonError('KEY_PROVIDER_REQUIRED', 'This server has no key provider, so it cannot store secrets')
}

/** Names the provider as the one that an attempt waits for, also in an error of its own. */
function providerFailure(cause: unknown): TenonError {
  const details = { waitsFor: 'key_provider' }
  if (!(cause instanceof TenonError))
    return new TenonError('UNAVAILABLE', 'The key provider failed', { cause, details })
  const { code, message, retryable, remedy } = cause
  if (code !== 'UNAVAILABLE' || !retryable) return cause
  return new TenonError(code, message, { cause, remedy, details: { ...cause.details, ...details } })
}

function tooSlow(): TenonError {
  return new TenonError('UNAVAILABLE', 'The key provider did not answer in time')
}
