import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KMSClient } from '@aws-sdk/client-kms'
import type { TenantId } from '@tenon/core/document'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { awsKmsKeyProvider } from './aws-kms-key-provider.ts'

const SECRET = 'canary-secret-access-key'
const ARN = 'arn:aws:kms:eu-1:111122223333:key/1'
const context = z.strictObject({ 'tenon:tenant': z.string().min(1) })
const encryptRequest = z.strictObject({ KeyId: z.string(), Plaintext: z.base64(), EncryptionContext: context })
const decryptRequest = z.strictObject({ KeyId: z.string(), CiphertextBlob: z.base64(), EncryptionContext: context })

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Checks Signature Version 4 of a request, as AWS documents it. */
function isSigned({ headers, method, url }: IncomingMessage, body: string): boolean {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=key\/(\d{8})\/eu-1\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, day = '', names = '', signature] = parts.exec(headers.authorization ?? '') ?? []
  const date = String(headers['x-amz-date'])
  if (!date.startsWith(day) || Math.abs(Date.now() - Date.parse(isoOf(date))) > 300_000) return false
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => names.split(';').includes(name))) return false
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, url, '', lines.join(''), names, sha256(body)].join('\n')
  const scope = `${day}/eu-1/kms/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const key = ['eu-1', 'kms', 'aws4_request'].reduce((last, part) => hmac(last, part), hmac(`AWS4${SECRET}`, day))
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
}

const isoOf = (date: string) => date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')

/** A local KMS with one key: refuses what is not signed or not of the documented shape. */
let failure: { readonly status: number; readonly name: string } | null = null
let isSilent = false
const kms = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  if (isSilent) return void request.socket.destroy()
  const send = (status: number, answer: object) =>
    void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  const refuse = (name: string, status = 400) => send(status, { __type: name, message: `${SECRET} ${name}` })
  if (failure !== null) return refuse(failure.name, failure.status)
  if (!isSigned(request, body)) return refuse('InvalidSignatureException')
  if (request.headers['content-type'] !== 'application/x-amz-json-1.1') return refuse('UnknownOperationException')
  const isKnown = (keyId: string) => ['alias/tenon', ARN].includes(keyId)
  if (request.headers['x-amz-target'] === 'TrentService.Encrypt') {
    const given = encryptRequest.safeParse(JSON.parse(body))
    if (!given.success) return refuse('ValidationException')
    if (!isKnown(given.data.KeyId)) return refuse('NotFoundException')
    const sealed = Buffer.from(JSON.stringify([given.data.Plaintext, given.data.EncryptionContext])).toString('base64')
    return send(200, { CiphertextBlob: sealed, KeyId: ARN, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
  }
  if (request.headers['x-amz-target'] !== 'TrentService.Decrypt') return refuse('UnknownOperationException')
  const given = decryptRequest.safeParse(JSON.parse(body))
  if (!given.success) return refuse('ValidationException')
  if (!isKnown(given.data.KeyId)) return refuse('IncorrectKeyException')
  const [plain, bound] = JSON.parse(Buffer.from(given.data.CiphertextBlob, 'base64').toString())
  if (JSON.stringify(bound) !== JSON.stringify(given.data.EncryptionContext))
    return refuse('InvalidCiphertextException')
  return send(200, { Plaintext: plain, KeyId: ARN, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
})

let endpoint = ''
const clients: KMSClient[] = []
const providerFor = (secretAccessKey = SECRET, keyId = 'alias/tenon') => {
  const credentials = { accessKeyId: 'key', secretAccessKey }
  const client = new KMSClient({ region: 'eu-1', endpoint, credentials, maxAttempts: 1 })
  clients.push(client)
  return awsKmsKeyProvider({ client, keyId })
}
beforeAll(async () => {
  await new Promise<void>((resolve) => kms.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(kms.address() as AddressInfo).port}`
})
afterAll(() => {
  for (const client of clients) client.destroy()
  kms.close()
})

const acme = { tenantId: 'acme' as TenantId }

test('encrypts data keys for a tenant, and decrypts them for it alone', async () => {
  const provider = providerFor()
  const dataKey = randomBytes(32)
  const wrapped = await provider.wrapKey(dataKey, acme)
  expect(wrapped.keyId).toBe(ARN)
  expect(Buffer.from(await provider.unwrapKey(wrapped, acme))).toEqual(dataKey)
  const other = provider.unwrapKey(wrapped, { tenantId: 'globex' as TenantId })
  await expect(other).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND', retryable: false })
  await expect(provider.unwrapKey({ ...wrapped, keyId: 'alias/other' }, acme)).rejects.toMatchObject({
    code: 'SECRET_NOT_FOUND',
  })
})

test('is unavailable for a while when KMS refuses, fails or does not answer, without its message', async () => {
  const wrapped = await providerFor().wrapKey(randomBytes(32), acme)
  const failing = [
    ['InvalidSignatureException', () => providerFor('wrong').unwrapKey(wrapped, acme)],
    ['NotFoundException', () => providerFor(SECRET, 'alias/none').wrapKey(randomBytes(32), acme)],
  ] as const
  for (const [name, call] of failing) {
    const error: unknown = await call().then(undefined, (thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, message: `AWS KMS failed (${name})` })
    expect(JSON.stringify([error, String(error)])).not.toContain('canary')
  }
  for (const next of [
    { status: 400, name: 'ThrottlingException' },
    { status: 500, name: 'KMSInternalException' },
    { status: 400, name: 'DisabledException' },
    { status: 400, name: 'AccessDeniedException' },
  ]) {
    failure = next
    await expect(providerFor().unwrapKey(wrapped, acme)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  }
  failure = null
  isSilent = true
  await expect(providerFor().unwrapKey(wrapped, acme)).rejects.toMatchObject({ message: 'AWS KMS failed (no answer)' })
  isSilent = false
})

test('reads the name of an error of a client from another copy of the SDK', async () => {
  const answer = { name: 'InvalidCiphertextException', $fault: 'client' }
  const errors = [Object.assign(new Error(SECRET), answer), Object.assign(new Error(SECRET), { name: 'TimeoutError' })]
  const codes = errors.map((error) => {
    const client = Object.assign(Object.create(KMSClient.prototype) as KMSClient, { send: () => Promise.reject(error) })
    const wrapped = { keyId: ARN, bytes: new Uint8Array(1) }
    return awsKmsKeyProvider({ client, keyId: ARN })
      .unwrapKey(wrapped, acme)
      .then(undefined, (thrown) => thrown.code)
  })
  expect(await Promise.all(codes)).toEqual(['SECRET_NOT_FOUND', 'UNAVAILABLE'])
})
