import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { durationToMs, isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { webhookParams } from '@tenon/core/node'
import { importSPKI, jwtVerify } from 'jose'
import type { z } from 'zod'
import { STANDARD_SECRET, standardKey } from '../triggers/standard-key.ts'

/** Params of a webhook, checked, with defaults. */
export type WebhookParams = z.output<typeof webhookParams>

/** A message with all that a signature covers. */
export interface SignedMessage {
  readonly headers: Headers
  /** Address to which the sender has sent it, with the query. */
  readonly url: string
  /** The body as it was sent. */
  readonly bytes: Uint8Array
  /** Reads the body as a value; called only after the signature was verified, since anyone can send a costly body. */
  readonly readBody: () => Json
}

/** Settings by which a message is verified. */
export interface Verification {
  readonly params: Omit<WebhookParams, 'secret'>
  /** `null` if none is set. */
  readonly secret: string | null
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/** Verifies a message by one scheme. @returns Its id by that scheme; `null` if the scheme has none. */
type Verify = (
  message: SignedMessage,
  verification: Verification & { readonly secret: string },
) => Promise<string | null>

/**
 * Verifies that a message comes from the sender that a webhook is for.
 *
 * @returns The id by which the scheme of the sender recognizes a message that is sent again; `null` if it has none.
 * @throws {@link TenonError} `WEBHOOK_SIGNATURE_INVALID`, `WEBHOOK_TIMESTAMP_INVALID`.
 * @see docs/adr/0071-webhooks-are-verified-by-their-bytes.md
 */
export async function verifyWebhook(message: SignedMessage, verification: Verification): Promise<string | null> {
  const { params, secret } = verification
  if (params.signature === 'none') return null
  if (secret === null || secret === '') throw invalid('The webhook has no secret, so no message is accepted')
  try {
    return await SCHEMES[params.signature](message, { ...verification, secret })
  } catch (error) {
    throw withScheme(error, params.signature)
  }
}

/** Names the scheme of HTTP by which a sender that knows only HTTP can authenticate (RFC 9110, section 11). */
function withScheme(error: unknown, signature: WebhookParams['signature']): unknown {
  const scheme = signature === 'basic' ? 'Basic' : signature === 'bearer' || signature === 'jwt' ? 'Bearer' : null
  if (scheme === null || !(error instanceof TenonError) || error.code !== 'WEBHOOK_SIGNATURE_INVALID') return error
  const { code, message, remedy, cause } = error
  return new TenonError(code, message, { remedy, cause, details: { ...error.details, scheme } })
}

const SCHEMES: { readonly [Scheme in Exclude<WebhookParams['signature'], 'none'>]: Verify } = {
  'standard-webhooks': async ({ headers, bytes }, { params, secret, now }) => {
    const id = headerOf(headers, 'webhook-id')
    const timestamp = headerOf(headers, 'webhook-timestamp')
    const signatures = headerOf(headers, 'webhook-signature').split(' ')
    checkTime(timestamp, params.tolerance, now)
    const key = standardKey(secret)
    if (key === null) throw invalid(`The secret of the webhook is not valid: ${STANDARD_SECRET}`)
    const expected = hmac(key, `${id}.${timestamp}.`, bytes)
    checkAny(
      expected,
      signatures.flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice(3), 'base64')] : [])),
    )
    return id
  },
  stripe: async ({ headers, bytes, readBody }, { params, secret, now }) => {
    const fields = headerOf(headers, 'stripe-signature')
      .split(',')
      .map((field) => field.trim())
    const timestamp = fields.find((field) => field.startsWith('t='))?.slice(2) ?? ''
    checkTime(timestamp, params.tolerance, now)
    const given = fields.flatMap((field) => (field.startsWith('v1=') ? [Buffer.from(field.slice(3), 'hex')] : []))
    checkAny(hmac(secret, `${timestamp}.`, bytes), given)
    return textIn(readBody(), 'id')
  },
  github: async ({ headers, bytes }, { secret }) => {
    const signature = headerOf(headers, 'x-hub-signature-256')
    checkAny(hmac(secret, '', bytes), [Buffer.from(signature.replace(/^sha256=/, ''), 'hex')])
    return headers.get('x-github-delivery')?.trim() || null
  },
  slack: async ({ headers, bytes, readBody }, { params, secret, now }) => {
    const timestamp = headerOf(headers, 'x-slack-request-timestamp')
    checkTime(timestamp, params.tolerance, now)
    const signature = headerOf(headers, 'x-slack-signature')
    checkAny(hmac(secret, `v0:${timestamp}:`, bytes), [Buffer.from(signature.replace(/^v0=/, ''), 'hex')])
    return textIn(readBody(), 'event_id')
  },
  twilio: async ({ headers, url, bytes, readBody }, { secret }) => {
    const signature = Buffer.from(headerOf(headers, 'x-twilio-signature'), 'base64')
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '')
    const signed = `${url}${isForm ? sortedForm(bytes) : ''}`
    checkAny(createHmac('sha1', secret).update(signed).digest(), [signature])
    // The address has the hash of any other body, and the signature covers the address.
    const hash = new URL(url).searchParams.get('bodySHA256') ?? ''
    if (!isForm && bytes.byteLength > 0) checkText(hashOf(bytes).toString('hex'), hash.toLowerCase())
    if (!isForm) return null
    const body = readBody()
    const [sid, status] = [textIn(body, 'MessageSid'), textIn(body, 'MessageStatus') ?? textIn(body, 'SmsStatus')]
    return sid === null ? null : `${sid} ${status ?? ''}`.trim()
  },
  hmac: async ({ headers, bytes }, { params, secret }) => {
    const signature = headerOf(headers, params.header).replace(/^sha256=/, '')
    const isHex = /^[0-9a-fA-F]{64}$/.test(signature)
    checkAny(hmac(secret, '', bytes), [Buffer.from(signature, isHex ? 'hex' : 'base64')])
    return null
  },
  basic: async ({ headers }, { params, secret }) => {
    const given = /^basic ([A-Za-z0-9+/]+=*)$/i.exec(headerOf(headers, 'authorization'))?.[1] ?? ''
    checkText(`${params.user}:${secret}`, Buffer.from(given, 'base64').toString('utf8'))
    return null
  },
  bearer: async ({ headers }, { secret }) => {
    checkText(secret, bearerOf(headers))
    return null
  },
  jwt: async ({ headers, bytes }, { params, secret, now }) => {
    const { algorithm, issuer, audience } = params
    try {
      const key = algorithm === 'HS256' ? Buffer.from(secret) : await importSPKI(secret.trim(), algorithm)
      const { payload } = await jwtVerify(bearerOf(headers), key, {
        algorithms: [algorithm],
        // A token without an end could be used forever.
        requiredClaims: ['exp'],
        clockTolerance: 60,
        currentDate: new Date(now),
        ...(issuer === undefined || issuer === '' ? {} : { issuer }),
        ...(audience === undefined || audience === '' ? {} : { audience }),
      })
      const { jti } = payload
      // A sender may use one token for several messages: only the same body is a repetition.
      return typeof jti === 'string' && jti !== '' ? `${jti} ${hashOf(bytes).toString('hex')}` : null
    } catch (cause) {
      throw new TenonError('WEBHOOK_SIGNATURE_INVALID', 'The token is not valid for this webhook', { cause })
    }
  },
}

/** Returns the fields of a form as Twilio signs them: by name, each name followed by its value, without anything between. */
function sortedForm(bytes: Uint8Array): string {
  const form = new URLSearchParams(Buffer.from(bytes).toString('utf8'))
  const names = [...new Set(form.keys())].sort()
  return names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => `${name}${value}`)).join('')
}

function hmac(key: string | Uint8Array, prefix: string, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key).update(prefix).update(bytes).digest()
}

function checkAny(expected: Buffer, given: readonly Buffer[]): void {
  if (given.some((each) => each.length === expected.length && timingSafeEqual(each, expected))) return
  throw invalid('The signature does not fit the message')
}

function hashOf(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest()
}

/** Compares hashes, whose lengths do not depend on the texts. */
function checkText(expected: string, given: string): void {
  if (!timingSafeEqual(hashOf(expected), hashOf(given))) throw invalid('The credentials are not those of this webhook')
}

function checkTime(seconds: string, tolerance: string, now: number): void {
  if (!/^[0-9]{1,12}$/.test(seconds)) throw invalid('The message has no time in seconds')
  const differenceMs = Math.abs(now - Number(seconds) * 1_000)
  if (differenceMs <= durationToMs(tolerance)) return
  throw new TenonError(
    'WEBHOOK_TIMESTAMP_INVALID',
    `The time of the message differs by ${Math.round(differenceMs / 1_000)} s, and at most ${tolerance} is accepted`,
  )
}

function bearerOf(headers: Headers): string {
  return /^bearer (\S+)$/i.exec(headerOf(headers, 'authorization'))?.[1] ?? ''
}

function headerOf(headers: Headers, name: string): string {
  const value = headers.get(name)
  if (value === null || value === '') throw invalid(`The header ${name} is missing`)
  return value
}

function textIn(body: Json, name: string): string | null {
  const value = isJsonObject(body) ? body[name] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

function invalid(message: string): TenonError {
  return new TenonError('WEBHOOK_SIGNATURE_INVALID', message)
}
