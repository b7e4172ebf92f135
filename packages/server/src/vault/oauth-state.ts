import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { decrypt, encrypt } from '../secrets/cipher.ts'
import type { SecretStore } from '../secrets/secret-store.ts'

/** Purpose of an authorization: kept by the browser of the person, encrypted, so that no table has to be cleaned up. */
export interface OAuthState {
  readonly connectionId: string
  readonly codeVerifier: string
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

const PURPOSE = 'oauth-state'

/** Encrypts a state, bound to the tenant and the person who begins the authorization. */
export async function sealState(
  secrets: Pick<SecretStore, 'deriveKey'>,
  identity: Identity,
  state: OAuthState,
): Promise<string> {
  const key = await secrets.deriveKey(identity.tenantId, PURPOSE)
  return Buffer.from(encrypt(key, JSON.stringify(state), boundTo(identity))).toString('base64url')
}

/**
 * Decrypts a state.
 *
 * @throws {@link TenonError} `CONNECTION_AUTHORIZATION_INVALID` for one that is over, or that another person or connection
 * began.
 */
export async function openState(
  secrets: Pick<SecretStore, 'deriveKeys'>,
  identity: Identity,
  { state, connectionId, now }: { readonly state: string; readonly connectionId: string; readonly now: number },
): Promise<OAuthState> {
  // Keys may have been rotated while the person was on the page of the service.
  for (const key of await secrets.deriveKeys(identity.tenantId, PURPOSE)) {
    try {
      const opened: OAuthState = JSON.parse(decrypt(key, Buffer.from(state, 'base64url'), boundTo(identity)))
      if (opened.connectionId === connectionId && opened.expiresAt > now) return opened
    } catch {
      // The same answer for every fault.
    }
  }
  throw new TenonError('CONNECTION_AUTHORIZATION_INVALID', 'This authorization is over, or another person began it')
}

function boundTo({ tenantId, userId }: Identity): readonly string[] {
  return [PURPOSE, tenantId, userId]
}
