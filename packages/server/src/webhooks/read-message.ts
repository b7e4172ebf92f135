import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'
import type { WebhookSignature } from '@tenon/core/node'
import { MAX_VALUE_DEPTH } from '@tenon/core/run'
import { parseJson } from '@tenon/core/text'
import { toInstant } from '../http/instant.ts'

/** A request to the address of a webhook, before it is verified. */
export interface Message {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number
}

/** Headers that hold credentials or signatures, which are no part of the input of a run: viewers of runs see it. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  ...['authorization', 'proxy-authorization', 'cookie'],
  ...['webhook-signature', 'stripe-signature', 'x-hub-signature', 'x-hub-signature-256', 'x-slack-signature'],
  'x-twilio-signature',
])
const MAX_KEY_LENGTH = 400
/** Levels of objects and lists in a body, which is one level below the input of the run. */
const MAX_DEPTH = MAX_VALUE_DEPTH - 1

/**
 * Reads the body of a message by its media type: JSON as a value, a form as an object, other text as a text, and bytes
 * that are no text in Base64. An empty body is `null`.
 *
 * @throws {@link TenonError} `WEBHOOK_BODY_INVALID` for a body that does not fit its media type.
 */
export function readMessageBody({ headers, bytes }: Pick<Message, 'headers' | 'bytes'>): Json {
  if (bytes.byteLength === 0) return null
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const text = textOf(bytes)
  if (/^application\/(json|.+\+json)$/.test(mediaType)) return jsonOf(text)
  if (text === null) return Buffer.from(bytes).toString('base64')
  return mediaType === 'application/x-www-form-urlencoded' ? grouped(new URLSearchParams(text)) : text
}

/**
 * Makes the input of the run that a message starts. Headers with the address of the webhook are left out, such as those
 * that proxies add: anyone who has the address can start runs.
 *
 * @param signatureHeader - Header with the signature of a webhook that names its own; `null` if it names none.
 */
export function inputOf(
  { method, url, headers, receivedAt }: Omit<Message, 'bytes'>,
  body: Json,
  signatureHeader: string | null = null,
): JsonObject {
  const { pathname, searchParams } = new URL(url)
  const token = pathname.slice(pathname.lastIndexOf('/') + 1)
  const isShown = (name: string, value: string) =>
    !CREDENTIALS.has(name) && name !== signatureHeader?.toLowerCase() && !value.includes(token)
  return {
    method,
    query: grouped(searchParams),
    headers: Object.fromEntries([...headers].filter(([name, value]) => isShown(name, value))),
    body,
    received_at: toInstant(receivedAt),
  }
}

/**
 * Returns the key of a message or an event by an expression over `trigger`, the input of the run.
 *
 * @throws {@link TenonError} `WEBHOOK_KEY_INVALID`, or `code`, if it gives neither a text nor a number.
 */
export function keyByExpression(
  expression: string,
  trigger: JsonObject,
  code: 'WEBHOOK_KEY_INVALID' | 'TRIGGER_KEY_INVALID' = 'WEBHOOK_KEY_INVALID',
): string {
  const what = code === 'WEBHOOK_KEY_INVALID' ? 'message' : 'event'
  let value: Json
  try {
    value = evaluateExpression(expression, createPlainScope({ trigger }))
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw new TenonError(code, `The ${what} has no key: ${cause.message}`, { cause })
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
    throw new TenonError(code, `The key must be a text or a number; it is ${found}`)
  }
  const text = String(value)
  if (text === '' || text.length > MAX_KEY_LENGTH) {
    const message = `The key must have 1 to ${MAX_KEY_LENGTH} characters; it has ${text.length}`
    throw new TenonError(code, message, { details: { limit: MAX_KEY_LENGTH } })
  }
  return text
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/** Numbers that JavaScript would round become texts, so that ids stay what they are. */
function jsonOf(text: string | null): Json {
  if (text === null) throw new TenonError('WEBHOOK_BODY_INVALID', 'The body is not valid JSON: it is not UTF-8')
  const reading = parseJson(text, { onLoss: 'keep', maxDepth: MAX_DEPTH })
  if (reading.ok) return reading.value
  const reason = reading.issues[0]?.message ?? ''
  throw new TenonError('WEBHOOK_BODY_INVALID', `The body is not valid JSON: ${reason}`)
}

/** A name that occurs several times has a list. One pass: anyone can send many names. */
function grouped(params: URLSearchParams): JsonObject {
  const groups = new Map<string, string[]>()
  for (const [name, value] of params) {
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [value])
    else group.push(value)
  }
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length === 1 ? (group[0] ?? '') : group]))
}

/**
 * Returns the answer to the message by which a service tries an address that was entered: the challenge of Slack, the ping of
 * GitHub. `null` for every other message. One that tries an address starts no run.
 */
export function challengeOf(signature: WebhookSignature, headers: Headers, body: Json): string | null {
  if (!isJsonObject(body)) return null
  if (signature === 'github') return headers.get('x-github-event') === 'ping' ? 'pong' : null
  if (signature !== 'slack' || body.type !== 'url_verification') return null
  return typeof body.challenge === 'string' ? body.challenge : null
}
