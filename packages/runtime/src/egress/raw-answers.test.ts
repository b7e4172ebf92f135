import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { TenonError } from '@tenon/core/errors'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startLocalServer } from '../../test/local-server.ts'
import { type RawServer, rawAnswer, startRawServer } from '../../test/raw-server.ts'
import { createEgress, type EgressOptions } from './egress.ts'

const egressTo = ({ port }: { readonly port: number }, options: EgressOptions = {}) =>
  createEgress({ allow: [`127.0.0.1:${port}`], ...options })

const failureOf = async (call: Promise<unknown>): Promise<TenonError> =>
  (await call.then(
    () => new Error('It was answered'),
    (error: unknown) => error,
  )) as TenonError

const answering = (status: string, headers: readonly string[], body?: Uint8Array | string): Promise<RawServer> =>
  startRawServer(() => rawAnswer(status, headers, body))

describe('bodies', () => {
  test.each<[string, Uint8Array | string]>([
    ['gzip', gzipSync('packed')],
    ['x-gzip', gzipSync('packed')],
    ['GZIP', gzipSync('packed')],
    ['br', brotliCompressSync('packed')],
    ['deflate', deflateSync('packed')],
    ['deflate', deflateRawSync('packed')],
    ['gzip, br', brotliCompressSync(gzipSync('packed'))],
    ['br,gzip', gzipSync(brotliCompressSync('packed'))],
    ['deflate, gzip', gzipSync(deflateRawSync('packed'))],
    ['identity', 'packed'],
    ['gzip, identity', gzipSync('packed')],
    ['', 'packed'],
  ])('encoded by "%s"', async (encoding, body) => {
    await using server = await answering('200 OK', [`content-encoding: ${encoding}`], body)
    expect(await (await egressTo(server).request(server.origin)).text()).toBe('packed')
  })

  test.each(['gzip', 'br', 'deflate', 'gzip, br'])(
    'without a byte and with encoding %s are empty',
    async (encoding) => {
      await using server = await answering('200 OK', [`content-encoding: ${encoding}`, 'content-length: 0'])
      const response = await egressTo(server).request(server.origin, { method: 'POST' })
      expect([response.status, await response.text()]).toEqual([200, ''])
    },
  )

  test.each<[string, 'POST' | 'HEAD', string[]]>([
    ['204 No Content', 'POST', []],
    ['205 Reset Content', 'POST', ['content-length: 0']],
    ['304 Not Modified', 'POST', []],
    ['200 OK', 'HEAD', ['content-length: 20']],
  ])('%s to %s has none, whatever its encoding says', async (status, method, headers) => {
    for (const encoding of ['gzip', 'zstd']) {
      await using server = await answering(status, [`content-encoding: ${encoding}`, ...headers])
      const response = await egressTo(server).request(server.origin, { method })
      expect([response.status, (await response.bytes()).byteLength]).toEqual([Number.parseInt(status, 10), 0])
      expect(server.requests).toHaveLength(1)
    }
  })

  test.each([
    ['zstd', 'x', 'an unknown content encoding'],
    ['gzip, zstd', 'x', 'an unknown content encoding'],
    ['gzip, gzip, gzip, gzip, gzip', 'x', 'more than 4 content encodings'],
    ['gzip', 'not gzip', 'answered 200 with a body that cannot be decompressed'],
    ['br', 'not brotli', 'answered 200 with a body that cannot be decompressed'],
    ['deflate', '\xff\xff', 'answered 200 with a body that cannot be decompressed'],
    ['gzip', gzipSync('packed').subarray(0, 15), 'answered 200 with a body that cannot be decompressed'],
  ])('encoded by "%s" that do not fit are an answer that cannot be read', async (encoding, body, message) => {
    const length = `content-length: ${Buffer.from(body).length}`
    await using server = await answering('200 OK', [`content-encoding: ${encoding}`, length], body)
    const error = await failureOf(egressTo(server).request(server.origin))
    expect(error).toMatchObject({ code: 'HTTP_RESPONSE_INVALID', retryable: false })
    expect(error.message).toContain(message)
  })

  test('layers of a bomb are cut off while they unpack', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(200_000_000)))
    await using server = await answering('200 OK', ['content-encoding: gzip, gzip'], bomb)
    expect((await failureOf(egressTo(server).request(server.origin))).code).toBe('HTTP_RESPONSE_TOO_LARGE')
  })

  test('the host limits what a node may ask for', async () => {
    await using server = await answering('200 OK', [], 'x'.repeat(2_000))
    const egress = egressTo(server, { maxResponseBytes: 1_000 })
    expect(await failureOf(egress.request(server.origin, { maxResponseBytes: 5_000 }))).toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
      details: { maxBytes: 1_000 },
      remedy: expect.stringContaining('Raise the size limit'),
    })
  })

  test('keep their bytes, also of another charset', async () => {
    await using server = await answering('200 OK', ['content-type: text/plain; charset=latin1'], Buffer.from([0xfc]))
    const response = await egressTo(server).request(server.origin)
    expect([await response.text(), [...(await response.bytes())]]).toEqual(['ü', [0xfc]])
  })
})

test('headers beyond the limit of the parser are an answer that is too large', async () => {
  await using server = await answering('200 OK', [`x-large: ${'x'.repeat(100_000)}`])
  expect(await failureOf(egressTo(server).request(server.origin))).toMatchObject({
    code: 'HTTP_RESPONSE_TOO_LARGE',
    retryable: false,
  })
  expect(server.requests).toHaveLength(1)
})

/** An address where no server listens any more. */
async function deadOrigin(): Promise<string> {
  const server = await startRawServer(() => undefined)
  await server[Symbol.asyncDispose]()
  return server.origin
}

describe('failures say whether the service got the request', () => {
  test.each([
    ['a refused connection', deadOrigin],
    ['a name without address', async () => 'http://nothing.invalid/'],
  ])('%s: it did not', async (_what, urlOf) => {
    const egress = createEgress({ allow: ['127.0.0.1'] })
    const error = await failureOf(egress.request(await urlOf(), { method: 'POST', body: '{}' }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', retryable: true, details: { sent: false } })
  })

  test('a handshake that fails: it did not', async () => {
    await using server = await startLocalServer(() => undefined)
    const error = await failureOf(egressTo(server).request(`https://127.0.0.1:${server.port}/`, { method: 'POST' }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', retryable: true, details: { sent: false } })
  })

  test('a header that no line can carry: it did not, and the header is named', async () => {
    await using server = await answering('200 OK', [])
    const egress = egressTo(server)
    for (const value of ['a\r\nb: c', 'a\nb', 'a\0b', '漢']) {
      const error = await failureOf(egress.request(server.origin, { headers: { 'X-Trace': value } }))
      expect(error).toMatchObject({ code: 'HTTP_FAILED', retryable: false, details: { sent: false } })
      expect(error.message).toContain('"x-trace"')
    }
    expect(await failureOf(egress.request(server.origin, { headers: { 'a b': 'c' } }))).toMatchObject({
      retryable: false,
    })
    expect(server.requests).toEqual([])
  })

  test('silence after the request: it may have', async () => {
    await using server = await startRawServer((_line, socket) => void socket.destroy())
    const error = await failureOf(egressTo(server).request(server.origin, { method: 'POST', body: '{}' }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', details: { sent: true } })
    expect(error.message).toContain('did not respond')
  })

  test('an answer that breaks off: it did, and its status is named', async () => {
    await using server = await answering('201 Created', ['content-length: 100'], 'part')
    const error = await failureOf(egressTo(server).request(server.origin, { method: 'POST', body: '{}' }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', details: { sent: true, status: 201 } })
    expect(error.message).toContain('answered 201, then the response was cut off')
  })

  test('a redirect that leads nowhere: it did', async () => {
    await using server = await answering('303 See Other', [`location: ${await deadOrigin()}`, 'content-length: 0'])
    const egress = createEgress({ allow: ['127.0.0.1'] })
    const error = await failureOf(egress.request(server.origin, { method: 'POST', body: '{}' }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', details: { sent: true, status: 303 } })
    expect(server.requests).toHaveLength(1)
  })
})

test('a redirect to a service that says nothing: it did, and that service is named', async () => {
  await using silent = await startRawServer((_line, socket) => void socket.destroy())
  await using server = await answering('307 Temporary Redirect', [`location: ${silent.origin}`, 'content-length: 0'])
  const egress = createEgress({ allow: ['127.0.0.1'] })
  const error = await failureOf(egress.request(server.origin, { method: 'POST', body: '{}' }))
  expect(error).toMatchObject({ code: 'HTTP_FAILED', details: { sent: true, status: 307 } })
  expect(error.message).toContain(`127.0.0.1:${silent.port} did not respond`)
})

describe('redirects', () => {
  const redirecting = () => answering('302 Found', ['location: /next', 'content-length: 2'], 'go')

  test('can be given to the caller', async () => {
    await using server = await redirecting()
    const response = await egressTo(server).request(server.origin, { redirect: 'return' })
    expect([response.status, response.headers.location, await response.text()]).toEqual([302, '/next', 'go'])
    expect(server.requests).toHaveLength(1)
  })

  test('can be refused', async () => {
    await using server = await redirecting()
    expect(await failureOf(egressTo(server).request(server.origin, { redirect: 'refuse' }))).toMatchObject({
      code: 'HTTP_REDIRECT_REFUSED',
      retryable: false,
      details: { status: 302 },
    })
    expect(server.requests).toHaveLength(1)
  })

  test('a status of that class without an address is an answer', async () => {
    await using server = await answering('304 Not Modified', [])
    for (const redirect of ['follow', 'return', 'refuse'] as const) {
      expect((await egressTo(server).request(server.origin, { redirect })).status).toBe(304)
    }
  })
})

describe('the clock', () => {
  afterEach(() => void vi.useRealTimers())

  test('is the caller’s alone: an hour of silence before and within an answer is no failure', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] })
    await using server = await startLocalServer((_request, response) => {
      vi.advanceTimersByTime(3_600_000)
      response.write('a', () => {
        vi.advanceTimersByTime(3_600_000)
        response.end('b')
      })
    })
    const egress = egressTo(server)
    const { signal } = new AbortController()
    expect(await (await egress.request(server.origin, { abortSignal: signal })).text()).toBe('ab')
    expect(await (await egress.fetch(server.origin, { signal })).text()).toBe('ab')
  })

  test('ends a request that still connects', async () => {
    const egress = createEgress({ dns: () => new Promise<never>(() => undefined) })
    const controller = new AbortController()
    const reason = new Error('the time of the node is over')
    const call = egress.request('http://slow.example/', { abortSignal: controller.signal })
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await expect(egress.request('http://slow.example/', { abortSignal: controller.signal })).rejects.toBe(reason)
  })
})
