import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'
import { decrypt, encrypt } from './cipher.ts'

/** A key of {@link staticKeyProvider}. */
export interface StaticKey {
  /** Names the key, such as `2026-11`; 1 to 200 characters. It must not change while data keys are encrypted under it. */
  readonly id: string
  /** 32 bytes as 64 hexadecimal digits, from a secret of your deployment. */
  readonly key: string
}

/**
 * A {@link KeyProvider} with keys that the host gives, for a deployment without a key management service. Everyone who can read
 * both the keys and the database can read every secret: keep them apart.
 *
 * @param options.keys - The first one encrypts; the others decrypt what was encrypted under them. To rotate, put a new key in
 * front in every process, call `rotateKeys()`, and remove the earlier one when `keyRotation()` counts no data key under it.
 * @throws {@link TenonError} `OPTIONS_INVALID` for a key that is not valid, or an id that is used twice.
 *
 * @example
 * ```ts
 * createWorkflowServer({ ..., keyProvider: staticKeyProvider({ keys: [{ id: '2026-11', key: process.env.TENON_KEY ?? '' }] }) })
 * ```
 */
export function staticKeyProvider({ keys }: { readonly keys: readonly [StaticKey, ...StaticKey[]] }): KeyProvider {
  const byId = new Map(keys.map(({ id, key }) => [id, keyOf(id, key)]))
  if (byId.size !== keys.length) throw new TenonError('OPTIONS_INVALID', 'Two keys have the same id')
  const [{ id: currentId }] = keys
  const find = (id: string): Uint8Array => {
    const key = byId.get(id)
    if (key !== undefined) return key
    throw new TenonError('UNAVAILABLE', `The key provider has no key "${id}"`, {
      remedy: 'Give the earlier key again, after the current one, until no data key is under it.',
    })
  }
  return {
    async wrapKey(dataKey, { tenantId }) {
      const text = Buffer.from(dataKey).toString('base64')
      return { keyId: currentId, bytes: encrypt(find(currentId), text, boundTo(currentId, tenantId)) }
    },
    async unwrapKey({ keyId, bytes }, { tenantId }) {
      const key = find(keyId)
      try {
        return Buffer.from(decrypt(key, bytes, boundTo(keyId, tenantId)), 'base64')
      } catch {
        throw new TenonError('SECRET_NOT_FOUND', `The key "${keyId}" cannot decrypt the data key of the tenant`, {
          remedy: 'Restore the stored data key of the tenant, or set its secrets again.',
        })
      }
    },
  }
}

function keyOf(id: string, key: string): Uint8Array {
  if (id === '' || id.length > 200)
    throw new TenonError('OPTIONS_INVALID', 'The id of a key must have 1 to 200 characters')
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, 'hex')
  throw new TenonError('OPTIONS_INVALID', `The key "${id}" must be 32 bytes as 64 hexadecimal digits`, {
    remedy: 'Create one with `openssl rand -hex 32`.',
  })
}

function boundTo(keyId: string, tenantId: string): readonly string[] {
  return ['static key 1', keyId, tenantId]
}
