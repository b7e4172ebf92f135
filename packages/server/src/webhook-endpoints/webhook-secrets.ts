import { createHmac } from 'node:crypto'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { WebhookEndpointRow } from '../tables/webhook-tables.ts'

/** Secrets of an endpoint, by which its receiver verifies deliveries. */
export interface EndpointSecrets {
  readonly secret: string
  /** Secret before the rotation; null if it is not used any more. */
  readonly previous: string | null
}

/**
 * Derives the secrets of endpoints from the first data key of their tenant: nothing is stored, so no copy of the tables and no
 * log can have them, and they stay the same when keys are rotated.
 */
export interface WebhookSecrets {
  /**
   * @param now - Milliseconds since the Unix epoch.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
   */
  secretsOf(row: WebhookEndpointRow, now: number): Promise<EndpointSecrets>
}

const PURPOSE = 'tenon webhook endpoint 1'

export function createWebhookSecrets(secrets: Pick<SecretStore, 'deriveKey' | 'deriveFirstKey'>): WebhookSecrets {
  return {
    async secretsOf({ tenant_id: tenantId, endpoint_id: endpointId, generation, previous_until }, now) {
      const key = (await secrets.deriveFirstKey(tenantId, PURPOSE)) ?? (await secrets.deriveKey(tenantId, PURPOSE))
      const secretOf = (each: number): string => {
        const names = JSON.stringify([tenantId, endpointId, each])
        return `whsec_${createHmac('sha256', key).update(names).digest('base64')}`
      }
      const isRotating = previous_until !== null && previous_until > now
      return { secret: secretOf(generation), previous: isRotating ? secretOf(generation - 1) : null }
    },
  }
}
