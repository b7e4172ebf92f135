import type { TenantId, WorkflowId } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import type { SecretRow } from '../tables/secret-tables.ts'
import { boundTo, type SealedConnection } from './bound-to.ts'
import { decrypt, FORMATS, openGcm, sealGcm } from './cipher.ts'
import type { DataKey, Keyring } from './keyring.ts'
import { createSecretStore } from './secret-store.ts'
import { staticKeyProvider } from './static-key-provider.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

/** Test cases 13 to 16 of the GCM submission to NIST (McGrew and Viega), those of AES-256. */
const KEY = 'feffe9928665731c6d6a8f9467308308'.repeat(2)
const PLAIN =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
const BODY =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad'
const VECTORS = [
  {
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plain: '',
    aad: '',
    body: '',
    tag: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    ...{ key: '00'.repeat(32), nonce: '00'.repeat(12), plain: '00'.repeat(16), aad: '' },
    ...{ body: 'cea7403d4d606b6e074ec5d3baf39d18', tag: 'd0d1c8a799996bf0265b98b5d48ab919' },
  },
  {
    ...{ key: KEY, nonce: 'cafebabefacedbaddecaf888', plain: PLAIN, aad: '' },
    ...{ body: BODY, tag: 'b094dac5d93471bdec1a502270e3cc6c' },
  },
  {
    ...{ key: KEY, nonce: 'cafebabefacedbaddecaf888', plain: PLAIN.slice(0, 120) },
    ...{ aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2' },
    ...{ body: BODY.slice(0, 120), tag: '76fc6ece0f4e1768cddf8853bb2d551b' },
  },
]

const TENANT = 'acme' as TenantId
const CONNECTION: SealedConnection = {
  ...{ tenant_id: TENANT, connection_id: 'con_1', connector: 'bearer' },
  ...{ field_values: '{"region":"eu"}', allowed_hosts: '["api.example.com"]' },
}

/** A keyring whose keys follow from their names. */
const keyOf = (tenantId: string, keyId: string) => Buffer.alloc(32, `${tenantId}/${keyId}`)
const keyringAt = (keyId: string, of: typeof keyOf): Keyring => ({
  canSeal: true,
  current: async (tenantId) => ({ keyId, key: of(tenantId, keyId) }),
  find: async (tenantId, id) => of(tenantId, id),
  all: async (tenantId): Promise<readonly DataKey[]> => [{ keyId, key: of(tenantId, keyId) }],
  first: async () => null,
  isFirstInMemory: () => true,
  create: () => Promise.reject(new Error('unused')),
  wrapAgain: () => Promise.reject(new Error('unused')),
})
const storeAt = (keyId: string, row?: SecretRow, of = keyOf) =>
  createSecretStore({ withTenant: async () => row ?? null } as never, keyringAt(keyId, of))

describe('the primitive', () => {
  test.each(VECTORS)(
    'gives the known answer $tag, and refuses a tag that was cut',
    ({ key, nonce, plain, aad, body, tag }) => {
      const sealed = sealGcm(hex(key), hex(nonce), hex(plain), hex(aad))
      expect([sealed.body, sealed.tag].map((part) => Buffer.from(part).toString('hex'))).toEqual([body, tag])
      const text = { nonce: hex(nonce), tag: hex(tag), body: hex(body) }
      expect(Buffer.from(openGcm(hex(key), text, hex(aad))).toString('hex')).toBe(plain)
      for (const bytes of [4, 8, 12, 15]) {
        expect(() => openGcm(hex(key), { ...text, tag: hex(tag).subarray(0, bytes) }, hex(aad))).toThrow()
      }
    },
  )
})

describe('stored rows', () => {
  // Rows of released versions: whatever changes, they must open. Never edit them; add a row for a new format.
  const common = { tenant_id: TENANT, secret_id: 'sec_1', set_at: 0, in_version: false }
  const ofParam = { ...common, workflow_id: 'wf-1' as WorkflowId, connection_id: null, field: 'acme/mail.apiKey' }
  const ofConnection = { ...common, workflow_id: null, connection_id: 'con_1', field: 'token' }
  const STORED = [
    {
      ...ofParam,
      data_key_id: '1',
      sealed: '01605b2648736f354bfb7dc1ac0198213fcbb54a656c496a747725aaf28b597de2f4738710a4cf',
    },
    {
      ...ofConnection,
      data_key_id: '1',
      sealed: '010c7ffd865c18ba209aa97a949641eb45ec8461cf8e692f283a467b83b0d2641ca18fb046298b',
    },
    {
      ...ofParam,
      data_key_id: '2',
      sealed: '02be6fa08c94dbb86c19e1b8346876a495c362a341a8127dc0d2584434945f5b1747fb853a010f',
    },
    {
      ...ofConnection,
      data_key_id: '2',
      sealed: '0241235745f1b23f9fd4930de07cebac845fa7b3fa538b30ed3c89c709704684ce5265f92af55a',
    },
  ].map((row) => ({ ...row, sealed: new Uint8Array(hex(row.sealed)) }))

  test('of every format open, and are encrypted again in the latest one', async () => {
    for (const row of STORED) {
      const connection = row.connection_id === null ? null : CONNECTION
      const again = await storeAt('3').sealAgain(row, connection, { keyId: '3', key: keyOf(TENANT, '3') })
      expect(again?.sealed[0]).toBe(FORMATS.bound)
      const moved = { ...row, ...again }
      const opened =
        connection === null
          ? storeAt('3', moved).reveal(TENANT, row.secret_id, row.field)
          : storeAt('3')
              .revealRows(connection, [moved])
              .then((values) => values[row.field])
      expect(await opened).toBe('pässwörd')
    }
  })

  test('of a data key that the static provider has encrypted open', async () => {
    const provider = staticKeyProvider({
      keys: [
        { id: 'now', key: '02'.repeat(32) },
        { id: '2026', key: '01'.repeat(32) },
      ],
    })
    const wrapped = {
      keyId: '2026',
      bytes: hex(
        '01f1c475804114553a1a91434af78fcac7ab9b99a1d2044b1a9dda184310ad3c9705e4209ee7cf7fb01b7d216632836b59c01e68bbe2e2901e7778a11161b57ddddad1e77008aa8062',
      ),
    }
    expect(await provider.unwrapKey(wrapped, { tenantId: TENANT })).toEqual(Buffer.alloc(32, 7))
    const unreadable = { code: 'SECRET_NOT_FOUND' }
    await expect(provider.unwrapKey(wrapped, { tenantId: 'globex' as TenantId })).rejects.toMatchObject(unreadable)
    await expect(provider.unwrapKey({ ...wrapped, keyId: 'now' }, { tenantId: TENANT })).rejects.toMatchObject(
      unreadable,
    )
    await expect(provider.unwrapKey({ ...wrapped, keyId: 'gone' }, { tenantId: TENANT })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })
})

describe('ciphertexts', () => {
  test('that are swapped, any two of them, cannot be decrypted, nor can those of a connection that was changed', async () => {
    const connections = [
      CONNECTION,
      { ...CONNECTION, connection_id: 'con_2' },
      { ...CONNECTION, connector: 'crm' },
      { ...CONNECTION, allowed_hosts: '["attacker.example"]' },
      { ...CONNECTION, field_values: '{"region":"us"}' },
      { ...CONNECTION, tenant_id: 'globex' as TenantId },
    ]
    // Of all names, so that only what a value is bound to keeps them apart.
    const oneKey = () => Buffer.alloc(32, 7)
    const author = { setBy: 'Ada', at: 0 }
    const owners = [
      ...connections.map((connection) => ({ connection })),
      ...['wf-1', 'wf-2'].map((id) => ({ workflowId: id as WorkflowId })),
    ]
    const rows: { readonly row: SecretRow; readonly connection: SealedConnection | null }[] = []
    for (const keyId of ['1', '2']) {
      for (const owner of owners) {
        for (const tenantId of 'connection' in owner ? [owner.connection.tenant_id] : [TENANT, 'globex' as TenantId]) {
          const seal = await storeAt(keyId, undefined, oneKey).openSeal(tenantId)
          for (const field of ['token', 'other']) {
            const { row } = seal({ tenantId, owner, field, ...author }, 'secret')
            rows.push({ row, connection: 'connection' in owner ? owner.connection : null })
          }
        }
      }
    }
    const opens = (into: (typeof rows)[number], sealed: Uint8Array) => {
      try {
        return decrypt(oneKey(), sealed, boundTo(into.row, into.connection, sealed[0])) === 'secret'
      } catch {
        return false
      }
    }
    expect(rows).toHaveLength(40)
    for (const into of rows) {
      expect(rows.filter(({ row }) => opens(into, row.sealed)).map(({ row }) => row)).toEqual([into.row])
      // Neither as a value of the first format, which is bound to less.
      expect(
        opens(
          into,
          Uint8Array.from(into.row.sealed, (byte, at) => (at === 0 ? FORMATS.first : byte)),
        ),
      ).toBe(false)
    }
    // Under the same names: only what the connection is differs.
    const [first] = rows
    for (const connection of connections.slice(1)) {
      expect(opens({ row: first?.row as SecretRow, connection }, first?.row.sealed as Uint8Array)).toBe(false)
    }
    // The order of its fields is no change.
    const seal = await storeAt('1', undefined, oneKey).openSeal(TENANT)
    const two = { ...CONNECTION, field_values: '{"a":"1","b":"2"}' }
    const { row } = seal({ tenantId: TENANT, owner: { connection: two }, field: 'token', ...author }, 'secret')
    expect(opens({ row, connection: { ...two, field_values: '{"b":"2","a":"1"}' } }, row.sealed)).toBe(true)
  })
})
