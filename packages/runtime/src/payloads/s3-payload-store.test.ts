import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from 'aws4'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { s3PayloadStore } from './s3-payload-store.ts'

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
const region = 'eu-1'
const signal = new AbortController().signal

/** Returns the signature that another library computes for a request that was received. */
function signatureOf(request: IncomingMessage, url: URL): string | undefined {
  const signed = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '')?.[1]?.split(';') ?? []
  const headers = Object.fromEntries(signed.map((name) => [name, String(request.headers[name])]))
  const path = `${url.pathname}${url.search}`
  const toSign = { service: 's3', region, method: String(request.method), host: url.host, path, headers }
  const authorization = sign(toSign, credentials).headers?.['Authorization']
  return authorization === undefined ? undefined : String(authorization)
}

/** Answers as S3 does, also to wrong signatures. Other answers first, if a test has any. */
const objects = new Map<string, string>()
let answers: { readonly status: number; readonly text: string }[] = []
let requests = 0

const server = createServer(async (request, response) => {
  requests += 1
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const url = new URL(request.url ?? '', `http://${request.headers.host}`)
  const authorization = signatureOf(request, url)
  const send = (status: number, text = '') => void response.writeHead(status).end(text)
  const answer = answers.shift()
  if (answer !== undefined) return send(answer.status, answer.text)
  const isIntact = request.headers['x-amz-content-sha256'] === createHash('sha256').update(body).digest('hex')
  if (!isIntact || request.headers.authorization !== authorization)
    return send(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>')
  const key = decodeURIComponent(url.pathname.slice('/bucket/'.length))
  if (request.method === 'PUT') {
    objects.set(key, body)
    return send(200)
  }
  if (request.method === 'DELETE') return send(objects.delete(key) ? 204 : 404)
  if (!url.searchParams.has('list-type')) {
    const stored = objects.get(key)
    return stored === undefined ? send(404, '<Error><Code>NoSuchKey</Code></Error>') : send(200, stored)
  }
  const keys = [...objects.keys()].filter((each) => each.startsWith(url.searchParams.get('prefix') ?? ''))
  const from = Number(url.searchParams.get('continuation-token') ?? '0')
  const contents = keys
    .slice(from, from + 2)
    .map(
      (each) =>
        `<Contents><Key>${encodeURIComponent(each)}</Key><LastModified>2026-01-05T00:00:00.000Z</LastModified></Contents>`,
    )
  const next = keys.length > from + 2 ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ''
  return send(200, `<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`)
})

let endpoint = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  objects.clear()
  answers = []
  requests = 0
})

const open = (options: { readonly secretAccessKey?: string; readonly prefix?: string } = {}) => {
  const { secretAccessKey = 'secret', prefix = 'tenon data/' } = options
  const current = async () => ({ ...credentials, secretAccessKey })
  return s3PayloadStore({ endpoint: `${endpoint}/`, bucket: 'bucket', region, prefix, credentials: current })
}

describe('s3PayloadStore', () => {
  test('stores, reads, lists and deletes texts below its prefix', async () => {
    const store = open()
    for (const name of ['t-a:b/1', 't-a:b/2', 't-a:b/3', 't-a:b2/1']) await store.put(name, `"${name} ü"`, signal)
    expect([...objects.keys()][0]).toBe('tenon data/t-a:b/1')
    expect(await store.get('t-a:b/2', signal)).toBe('"t-a:b/2 ü"')
    const first = await store.list('t-a:b/', null, signal)
    expect(first).toEqual({
      items: ['t-a:b/1', 't-a:b/2'].map((key) => ({ key, storedAt: Date.UTC(2026, 0, 5) })),
      nextCursor: '2',
    })
    const second = await store.list('t-a:b/', first.nextCursor, signal)
    expect([second.items.map(({ key }) => key), second.nextCursor]).toEqual([['t-a:b/3'], null])
    await store.delete('t-a:b/1', signal)
    // One that is gone is no error.
    await store.delete('t-a:b/1', signal)
    await expect(store.get('t-a:b/1', signal)).rejects.toMatchObject({
      code: 'PAYLOAD_UNAVAILABLE',
      message: 'The payload store answered 404 NoSuchKey',
    })
  })

  test('sends a request again while the service is busy, and no other', async () => {
    answers = [
      { status: 503, text: '<Error><Code>SlowDown</Code></Error>' },
      { status: 500, text: '' },
    ]
    await open().put('t-a/1', '1', signal)
    expect([requests, objects.size]).toEqual([3, 1])
    answers = Array.from({ length: 3 }, () => ({ status: 429, text: 'later' }))
    await expect(open().get('t-a/1', signal)).rejects.toThrow('The payload store answered 429')
    expect(requests).toBe(6)
    for (const send of [
      () => open({ secretAccessKey: 'other' }).put('t-a/1', '2', signal),
      () => open({ secretAccessKey: 'other' }).delete('t-a/1', signal),
      () => open({ secretAccessKey: 'other' }).list('t-a/', null, signal),
    ]) {
      await expect(send()).rejects.toThrow('The payload store answered 403 SignatureDoesNotMatch')
    }
    expect(requests).toBe(9)
    expect(objects.get('tenon data/t-a/1')).toBe('1')
  })

  test('fails when the service does not respond, and at once when it is aborted', async () => {
    const away = { endpoint: 'http://127.0.0.1:1', bucket: 'b', region, credentials }
    await expect(s3PayloadStore(away).get('a', signal)).rejects.toThrow('fetch failed')
    await expect(s3PayloadStore(away).get('a', AbortSignal.abort(new RangeError('stop')))).rejects.toThrow('stop')
  })

  test('refuses faulty options', () => {
    const faulty = { endpoint: 'here', bucket: '', region, credentials: { accessKeyId: 'a' } }
    expect(() => s3PayloadStore(faulty as never)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  })
})
