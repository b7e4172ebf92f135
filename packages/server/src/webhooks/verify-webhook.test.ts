import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import type { Json } from '@tenon/core/document'
import { webhookParams } from '@tenon/core/node'
import { SignJWT } from 'jose'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { verifyWebhook, type WebhookParams } from './verify-webhook.ts'

const NOW = Date.UTC(2030, 0, 1, 12)
const SECONDS = NOW / 1_000
const text = '{"id":"evt_1","event_id":"Ev1","amount":"€ 5"}'
const bytes = new TextEncoder().encode(text)
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const hmac = (message: string, key = secret, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', key).update(message).digest(encoding)

function verify(
  params: Partial<WebhookParams>,
  headers: Record<string, string>,
  {
    now = NOW,
    given = bytes,
    key = secret as string | null,
    readBody = () => JSON.parse(text) as Json,
    url = 'https://app.example/automation/hooks/t',
  }: { url?: string; now?: number; given?: Uint8Array; key?: string | null; readBody?: () => Json } = {},
) {
  const verification = { params: webhookParams.parse(params), secret: key, now }
  return verifyWebhook({ headers: new Headers(headers), url, bytes: given, readBody }, verification)
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Headers of a message by each scheme, with the id that the scheme recognizes it by. */
const SIGNED: readonly (readonly [Partial<WebhookParams>, Record<string, string>, string | null])[] = [
  [
    { signature: 'standard-webhooks' },
    {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(SECONDS),
      // An old key is still sent beside the new one.
      'webhook-signature': `v1,AAAA ${new Webhook(secret).sign('msg_1', new Date(NOW), text)}`,
    },
    'msg_1',
  ],
  [
    { signature: 'stripe' },
    { 'stripe-signature': `t=${SECONDS},v1=00,v1=${hmac(`${SECONDS}.${text}`)},v0=1` },
    'evt_1',
  ],
  [{ signature: 'github' }, { 'x-hub-signature-256': `sha256=${hmac(text)}`, 'x-github-delivery': 'd1' }, 'd1'],
  [
    { signature: 'slack' },
    { 'x-slack-request-timestamp': String(SECONDS), 'x-slack-signature': `v0=${hmac(`v0:${SECONDS}:${text}`)}` },
    'Ev1',
  ],
  [{ signature: 'hmac', header: 'X-Sign' }, { 'x-sign': hmac(text) }, null],
  [{ signature: 'hmac', header: 'X-Sign' }, { 'x-sign': `sha256=${hmac(text, secret, 'base64')}` }, null],
  [{ signature: 'basic', user: 'shop' }, { authorization: basic('shop', secret) }, null],
  [{ signature: 'bearer' }, { authorization: `Bearer ${secret}` }, null],
]

describe('verifyWebhook', () => {
  test('knows messages of Twilio by its example, and is not misled by other fields, addresses or bodies', async () => {
    // From the documentation of Twilio, "Validating signatures from Twilio".
    const url = 'https://example.com/myapp.php?foo=1&bar=2'
    const key = '12345'
    const fields = {
      ...{ Digits: '1234', To: '+18005551212', From: '+14158675310', Caller: '+14158675310' },
      CallSid: 'CA1234567890ABCDE',
    }
    const form = 'application/x-www-form-urlencoded; charset=utf-8'
    const headers = { 'x-twilio-signature': 'L/OH5YylLD5NRKLltdqwSvS0BnU=', 'content-type': form }
    const given = new TextEncoder().encode(`${new URLSearchParams(fields)}`)
    const readBody = () => fields
    const of = { signature: 'twilio' } as const
    expect(await verify(of, headers, { url, key, given, readBody })).toBeNull()
    const invalid = { code: 'WEBHOOK_SIGNATURE_INVALID' }
    for (const change of [
      { url: `${url}&baz=3` },
      { key: '123456' },
      { given: new TextEncoder().encode(`${new URLSearchParams({ ...fields, More: '1' })}`) },
    ]) {
      await expect(verify(of, headers, { url, key, given, readBody, ...change })).rejects.toMatchObject(invalid)
    }
    await expect(verify(of, { 'content-type': form }, { url, key, given })).rejects.toMatchObject(invalid)
    // Any other body is covered by its hash in the address.
    const sign = (address: string) => createHmac('sha1', key).update(address).digest('base64')
    const hashed = `${url}&bodySHA256=${createHash('sha256').update(bytes).digest('hex')}`
    const json = { 'x-twilio-signature': sign(hashed), 'content-type': 'application/json' }
    expect(await verify(of, json, { url: hashed, key })).toBeNull()
    await expect(verify(of, json, { url: hashed, key, given: bytes.slice(1) })).rejects.toMatchObject(invalid)
    const without = { ...json, 'x-twilio-signature': sign(url) }
    await expect(verify(of, without, { url, key })).rejects.toMatchObject(invalid)
    // A message is sent again with its state; another state is another message.
    const sent = { MessageSid: 'SM1', MessageStatus: 'sent' }
    const signed = sign(`${url}MessageSidSM1MessageStatussent`)
    const body = { url, key, given: new TextEncoder().encode(`${new URLSearchParams(sent)}`), readBody: () => sent }
    expect(await verify(of, { 'x-twilio-signature': signed, 'content-type': form }, body)).toBe('SM1 sent')
  })

  test.each(SIGNED)('accepts a message by %o', async (params, headers, id) => {
    expect(await verify(params, headers)).toBe(id)
  })

  test.each(SIGNED)('refuses another body, secret or none by %o', async (params, headers) => {
    const invalid = expect.objectContaining({ code: 'WEBHOOK_SIGNATURE_INVALID' })
    const isOfBody = params.signature !== 'basic' && params.signature !== 'bearer'
    if (isOfBody) await expect(verify(params, headers, { given: bytes.slice(1) })).rejects.toEqual(invalid)
    await expect(verify(params, headers, { key: 'whsec_b3RoZXI=' })).rejects.toEqual(invalid)
    await expect(verify(params, headers, { key: null })).rejects.toEqual(invalid)
    const scheme = { basic: 'Basic', bearer: 'Bearer' }[String(params.signature)]
    const unsigned = { code: 'WEBHOOK_SIGNATURE_INVALID', ...(scheme === undefined ? {} : { details: { scheme } }) }
    await expect(verify(params, {})).rejects.toMatchObject(unsigned)
    const readBody = () => expect.unreachable('the body is read before it is verified')
    await expect(verify(params, headers, { key: 'whsec_b3RoZXI=', readBody })).rejects.toEqual(invalid)
  })

  test.each(SIGNED.slice(0, 2).concat(SIGNED.slice(3, 4)))(
    'refuses an old message and one from the future by %o',
    async (params, headers) => {
      for (const now of [NOW + 301_000, NOW - 301_000]) {
        await expect(verify(params, headers, { now })).rejects.toMatchObject({ code: 'WEBHOOK_TIMESTAMP_INVALID' })
      }
      expect(await verify({ ...params, tolerance: '10m' }, headers, { now: NOW + 301_000 })).toBeTypeOf('string')
    },
  )

  test.each(['whsec_', 'whsec_ \n', '%%%', 'whsec_c2hvcnQ=', `whsec_${'é'.repeat(40)}`])(
    'refuses every message by Standard Webhooks if the secret is %j',
    async (key) => {
      for (const forger of [Buffer.from(key.slice(6), 'base64'), '']) {
        const signature = createHmac('sha256', forger).update(`msg_1.${SECONDS}.${text}`).digest('base64')
        const headers = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(SECONDS),
          'webhook-signature': `v1,${signature}`,
        }
        const refused = verify({ signature: 'standard-webhooks' }, headers, { key })
        await expect(refused).rejects.toMatchObject({ code: 'WEBHOOK_SIGNATURE_INVALID' })
      }
    },
  )

  test('a secret of Standard Webhooks may have spaces around it', async () => {
    const [params, headers] = SIGNED[0] ?? expect.unreachable()
    expect(await verify(params, headers, { key: ` ${secret}\n` })).toBe('msg_1')
  })

  test('takes an empty id of a delivery for none, so that no message repeats another', async () => {
    for (const id of ['', ' ']) {
      const headers = { 'x-hub-signature-256': `sha256=${hmac(text)}`, 'x-github-delivery': id }
      expect(await verify({ signature: 'github' }, headers)).toBeNull()
    }
  })

  test('a time that is no number is refused before the signature is compared', async () => {
    const headers = { 'stripe-signature': `t=soon,v1=${hmac(`soon.${text}`)}` }
    await expect(verify({ signature: 'stripe' }, headers)).rejects.toMatchObject({ code: 'WEBHOOK_SIGNATURE_INVALID' })
  })

  test('accepts a token with the algorithm, issuer and audience of the webhook, and no other', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
    const token = (
      claims: { exp?: number; aud?: string; jti?: string } = {},
      key: Parameters<SignJWT['sign']>[0] = privateKey,
      alg = 'ES256',
    ) => {
      const jwt = new SignJWT(claims.jti === undefined ? {} : { jti: claims.jti })
        .setProtectedHeader({ alg })
        .setIssuer('shop')
        .setAudience(claims.aud ?? 'tenon')
      return (claims.exp === 0 ? jwt : jwt.setExpirationTime(claims.exp ?? SECONDS + 60)).sign(key)
    }
    const params = { signature: 'jwt', algorithm: 'ES256', issuer: 'shop', audience: 'tenon' } as const
    const check = async (given: string) => verify(params, { authorization: `Bearer ${given}` }, { key: pem })
    expect(await check(await token())).toBeNull()
    expect(await check(await token({ jti: '' }))).toBeNull()
    const named = await token({ jti: 'j1' })
    const id = await check(named)
    expect(id).toMatch(/^j1 [0-9a-f]{64}$/)
    expect(await check(await token({ jti: 'j1', exp: SECONDS + 90 }))).toBe(id)
    const headers = { authorization: `Bearer ${named}` }
    expect(await verify(params, headers, { key: pem, given: bytes.slice(1) })).not.toBe(id)
    const invalid = { code: 'WEBHOOK_SIGNATURE_INVALID' }
    await expect(token({ exp: SECONDS - 61 }).then(check)).rejects.toMatchObject(invalid)
    await expect(token({ exp: 0 }).then(check)).rejects.toMatchObject(invalid)
    await expect(token({ aud: 'other' }).then(check)).rejects.toMatchObject(invalid)
    // The public key is no shared secret.
    await expect(token({}, Buffer.from(pem), 'HS256').then(check)).rejects.toMatchObject(invalid)
    const shared = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(SECONDS + 60)
      .sign(Buffer.from('k'.repeat(32)))
    expect(
      await verify({ signature: 'jwt' }, { authorization: `Bearer ${shared}` }, { key: 'k'.repeat(32) }),
    ).toBeNull()
  })

  test('accepts any message if the webhook says so, and takes no id from a body that is no object', async () => {
    expect(await verify({ signature: 'none' }, {}, { key: null })).toBeNull()
    const given = new TextEncoder().encode('[1]')
    const headers = { 'stripe-signature': `t=${SECONDS},v1=${hmac(`${SECONDS}.[1]`)}` }
    expect(await verify({ signature: 'stripe' }, headers, { given, readBody: () => [1] })).toBeNull()
  })
})
