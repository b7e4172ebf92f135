import type { RunId, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeRunId } from '@tenon/core/run'
import { callbackProof, type RunReader, type SecretReader } from '@tenon/runtime'
import type { SecretStore } from '../secrets/secret-store.ts'
import { createSignedTokens, isEqualText } from '../secrets/signed-tokens.ts'

/** Node run that a callback URL belongs to. */
export interface CallbackTarget {
  readonly tenantId: TenantId
  readonly runId: RunId
  readonly nodeRunId: NodeRunId
}

/**
 * Makes and reads the URLs at which other systems continue runs. The last part of a URL is a signed token that names the
 * node run.
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
  readonly secrets: Pick<SecretStore, 'deriveKey' | 'deriveFirstKey' | 'isFirstKeyInMemory'>
  readonly reader: Pick<RunReader, 'readEvents'>
  /** Without a slash at the end; `null` in a worker that does not know it. */
  readonly apiUrl: string | null
}

const PURPOSE = 'tenon callback URL 1'

export function createCallbackUrls({ secrets, reader, apiUrl }: CallbackUrlsDeps): CallbackUrls {
  const tokens = createSignedTokens(secrets, PURPOSE)
  return {
    async callbackUrl(tenantId, { runId, nodeRunId, proof }) {
      const [first] = await reader.readEvents(tenantId, runId, 0, 1)
      if (first?.type !== 'run_started') return null
      if (!isEqualText(callbackProof(first.data.seed, nodeRunId), proof)) return null
      if (apiUrl === null) {
        throw new TenonError('CALLBACK_URL_UNKNOWN', 'This worker does not know the public URL of the server')
      }
      return `${apiUrl}/callbacks/${await tokens.make(tenantId, [runId, nodeRunId])}`
    },
    async read(token, beforeLookup) {
      const named = await tokens.read(token, 2, beforeLookup)
      if (named === null) return null
      const [runId = '', nodeRunId = ''] = named.names
      return { tenantId: named.tenantId, runId, nodeRunId }
    },
  }
}
