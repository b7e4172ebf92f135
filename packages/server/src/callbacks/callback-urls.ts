import { createHmac, timingSafeEqual } from 'node:crypto'
import { type RunId, TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeRunId } from '@tenon/core/run'
import { callbackProof, type RunReader, type SecretReader } from '@tenon/runtime'
import type { SecretStore } from '../secrets/secret-store.ts'

/** Node run that a callback URL belongs to. */
export interface CallbackTarget {
  readonly tenantId: TenantId
  readonly runId: RunId
  readonly nodeRunId: NodeRunId
}

/**
 * Makes and reads the URLs at which other systems continue runs. The last part of a URL names its node run and has its
 * signature, under a key that is derived from the data key of the tenant: nothing is stored, and it cannot be guessed.
 *
 * @see docs/adr/0044-events-find-their-waits-by-a-key.md
 */
export interface CallbackUrls extends Pick<SecretReader, 'callbackUrl'> {
  /**
   * Reads the last part of a URL.
   *
   * @param beforeLookup - Called before the key of a tenant is read, which anyone can cause; it may throw.
   * @returns `null` if this server has not made it.
   * @throws {@link TenonError} `UNAVAILABLE`, `KEY_PROVIDER_REQUIRED`; the error of `beforeLookup`.
   */
  read(token: string, beforeLookup?: () => Promise<void>): Promise<CallbackTarget | null>
}

interface CallbackUrlsDeps {
  readonly secrets: Pick<SecretStore, 'deriveKey' | 'isKeyInMemory'>
  readonly reader: Pick<RunReader, 'readEvents'>
  /** Without a slash at the end; `null` in a worker that does not know it. */
  readonly apiUrl: string | null
}

const PURPOSE = 'tenon callback URL 1'
const TOKEN = /^([A-Za-z0-9_-]{1,1800})\.([A-Za-z0-9_-]{43})$/

export function createCallbackUrls({ secrets, reader, apiUrl }: CallbackUrlsDeps): CallbackUrls {
  return {
    async callbackUrl(tenantId, { runId, nodeRunId, proof }) {
      const [first] = await reader.readEvents(tenantId, runId, 0, 1)
      if (first?.type !== 'run_started' || !isEqual(callbackProof(first.data.seed, nodeRunId), proof)) return null
      if (apiUrl === null) {
        throw new TenonError('CALLBACK_URL_UNKNOWN', 'This worker does not know the public URL of the server')
      }
      const key = await secrets.deriveKey(tenantId, PURPOSE, true)
      if (key === null) return null
      const target = Buffer.from(JSON.stringify([tenantId, runId, nodeRunId])).toString('base64url')
      return `${apiUrl}/callbacks/${target}.${sign(key, target)}`
    },
    async read(token, beforeLookup) {
      const [, target = '', signature = ''] = TOKEN.exec(token) ?? []
      const named = readTarget(target)
      if (named === null) return null
      if (!secrets.isKeyInMemory(named.tenantId)) await beforeLookup?.()
      const key = await secrets.deriveKey(named.tenantId, PURPOSE, false)
      return key !== null && isEqual(sign(key, target), signature) ? named : null
    },
  }
}

function sign(key: Uint8Array, target: string): string {
  return createHmac('sha256', key).update(target).digest('base64url')
}

function isEqual(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given))
}

function readTarget(target: string): CallbackTarget | null {
  try {
    const parts = JSON.parse(Buffer.from(target, 'base64url').toString('utf8')) as readonly unknown[]
    const [tenantId, runId, nodeRunId] = parts
    if (typeof tenantId !== 'string' || typeof runId !== 'string' || typeof nodeRunId !== 'string') return null
    return TENANT_ID_PATTERN.test(tenantId) ? { tenantId, runId, nodeRunId } : null
  } catch {
    return null
  }
}
