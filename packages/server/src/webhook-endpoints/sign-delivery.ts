import { createHmac } from 'node:crypto'

/** Parts of a delivery that a signature covers. */
export interface DeliveryToSign {
  /** Id of the event. */
  readonly id: string
  /** Time of the attempt in seconds since the Unix epoch. */
  readonly seconds: number
  readonly body: string
}

/**
 * Returns the headers by which a receiver verifies a delivery, by Standard Webhooks.
 *
 * @param secrets - Each begins with `whsec_`; during a rotation both sign.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signDelivery(
  { id, seconds, body }: DeliveryToSign,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`
  })
  return {
    'content-type': 'application/json',
    'user-agent': 'Tenon-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  }
}
