import { createHmac } from 'node:crypto'
import type { WebhookAttempt } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { createRedactor, maskText } from '@tenon/core/mask'
import { cutText, repairText } from '@tenon/core/text'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../tables/webhook-tables.ts'
import { type AttemptResult, isReceived } from './delivery-rules.ts'

const TIMEOUT_MS = 15_000
/** Characters of an answer that the log of deliveries keeps. */
const MAX_ANSWER = 2_000
/** Bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 16_384

/** Result of one attempt. */
export interface SentDelivery {
  readonly result: AttemptResult
  readonly attempt: WebhookAttempt
  /** Beginning of the answer, with secrets masked; null without one. */
  readonly answer: string | null
}

/**
 * Sends a delivery once, by the guarded client. An answer of any status is no error.
 *
 * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE` if the secret cannot be derived: nothing was sent.
 */
export async function sendDelivery(
  server: ServerContext,
  endpoint: WebhookEndpointRow,
  { event_id: id, body }: Pick<WebhookDeliveryRow, 'event_id' | 'body'>,
): Promise<SentDelivery> {
  const at = server.now()
  const { secret, previous } = await server.webhookSecrets.secretsOf(endpoint, at)
  const secrets = previous === null ? [secret] : [secret, previous]
  const hidden = createRedactor(secrets)
  const begunAt = performance.now()
  const end = (result: AttemptResult, error: string | null, answer: string | null): SentDelivery => ({
    result,
    attempt: { at: toInstant(at), durationMs: Math.round(performance.now() - begunAt), status: result.status, error },
    answer: answer === null ? null : repairText(cutText(maskText(hidden.text(answer)), MAX_ANSWER)),
  })
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), server.closing])
    const headers = signDelivery({ id, seconds: Math.floor(at / 1_000), body }, secrets)
    const response = await server.egress.fetch(endpoint.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal,
    })
    const answer = await beginningOf(response)
    const result = { status: response.status, retryAfter: response.headers.get('retry-after') }
    return end(result, isReceived(result) ? null : `The receiver answered ${response.status}`, answer)
  } catch (error) {
    if (server.closing.aborted) throw error
    return end({ status: null, retryAfter: null }, reasonFor(error), null)
  }
}

/** Reads as much of an answer as the log keeps; the rest is not waited for. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const parts: Uint8Array[] = []
  let bytes = 0
  // The status has arrived, and an answer that breaks off changes nothing about it.
  try {
    while (bytes < MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      bytes += value.byteLength
    }
    await reader.cancel()
  } catch {
    // As above.
  }
  return Buffer.concat(parts).toString('utf8')
}

function reasonFor(error: unknown): string {
  if (error instanceof TenonError) return error.message
  const isLate = error instanceof DOMException && error.name === 'TimeoutError'
  return isLate ? `The receiver did not answer within ${TIMEOUT_MS / 1_000} s` : 'The request could not be sent'
}

/** Parts of a delivery that a signature covers. */
interface DeliveryToSign {
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
function signDelivery(
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
