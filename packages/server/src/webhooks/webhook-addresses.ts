import type { TenantId } from '@tenon/core/document'
import type { SecretStore } from '../secrets/secret-store.ts'
import { createSignedTokens } from '../secrets/signed-tokens.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'

/** Runs that messages to an address start: of the published version, or test runs of the draft. */
export type AddressMode = 'live' | 'test'

/** The webhook or form that an address belongs to. */
export interface AddressTarget extends TriggerRef {
  readonly mode: AddressMode
  /** Number of times that the address had been replaced when it was made. */
  readonly generation: number
}

/**
 * Makes and reads the addresses of webhooks, or those of forms. An address follows from the workflow and the node, so that it is known before
 * a version is published and stays the same afterwards; a copy of the workflow or of the node has another one.
 *
 * @see docs/adr/0070-the-address-of-a-trigger-is-signed.md
 */
export interface WebhookAddresses {
  /** @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`. */
  urlOf(target: AddressTarget): Promise<string>
  /**
   * Reads the last part of an address.
   *
   * @param beforeLookup - Called before the key of a tenant is read, which anyone can cause; it may throw.
   * @returns `null` if this server has not made it.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`; the error of `beforeLookup`.
   */
  read(token: string, beforeLookup?: () => Promise<void>): Promise<AddressTarget | null>
}

const KINDS = {
  webhook: { path: 'hooks', purpose: 'tenon webhook address 1' },
  form: { path: 'forms', purpose: 'tenon form address 1' },
} as const

/** @param kind - The addresses of one kind are none of the other. */
export function createWebhookAddresses(
  secrets: Pick<SecretStore, 'deriveKey' | 'deriveFirstKey' | 'isFirstKeyInMemory'>,
  apiUrl: string,
  kind: keyof typeof KINDS = 'webhook',
): WebhookAddresses {
  const { path, purpose } = KINDS[kind]
  const tokens = createSignedTokens(secrets, purpose)
  return {
    async urlOf({ tenantId, workflowId, nodeId, mode, generation }) {
      const token = await tokens.make(tenantId, [workflowId, nodeId, mode, String(generation)])
      return `${apiUrl}/${path}/${token}`
    },
    async read(token, beforeLookup) {
      const named = await tokens.read(token, 4, beforeLookup)
      return named === null ? null : targetOf(named.tenantId, named.names)
    },
  }
}

/** The names were signed by this server. */
function targetOf(tenantId: TenantId, names: readonly string[]): AddressTarget {
  const [workflowId = '', nodeId = '', mode, generation] = names
  return { tenantId, workflowId, nodeId, mode: mode === 'test' ? 'test' : 'live', generation: Number(generation) }
}
