import { ROUTES } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { readBody as readBodyInTime } from './read-body.ts'

const readBody = (request: Request, of: typeof route & { bodyOptional?: true }, timeoutMs = 20_000) =>
  readBodyInTime(request, of, timeoutMs)

const route = { ...ROUTES.createWorkflow, maxBodyBytes: 100 }

function post(
  body: BodyInit | null,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Request {
  return new Request('http://x/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
}

function streamOf(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

describe('readBody', () => {
  test('reads JSON of any charset spelling', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect(await readBody(post('{"a":1}', headers), route)).toEqual({ a: 1 })
  })

  test('puts characters together that were cut by the network', async () => {
    const bytes = new TextEncoder().encode('"ü😀"')
    const chunks = [...bytes].map((byte) => new Uint8Array([byte]))
    expect(await readBody(post(streamOf(...chunks)), route)).toBe('ü😀')
  })

  test.each([
    ['a large body that says so', post('"x"', { 'content-type': 'application/json', 'content-length': '101' })],
    ['a large body that streams', post(streamOf(new Uint8Array(60).fill(32), new Uint8Array(60).fill(32)))],
  ])('refuses %s', async (_title, request) => {
    await expect(readBody(request, route)).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/json-seq', ''])(
    'refuses %j, which a foreign page could send with cookies',
    async (type) => {
      const request = post('{}', type === '' ? {} : { 'content-type': type })
      await expect(readBody(request, route)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    },
  )

  test('size goes before media type, media type before syntax', async () => {
    await expect(readBody(post('x'.repeat(200), {}), route)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    const large = post('x'.repeat(200), { 'content-length': '200' })
    await expect(readBody(large, route)).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' })
  })

  test('refuses a compressed body', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    await expect(readBody(post('{}', headers), route)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
  })

  test('refuses what is no UTF-8', async () => {
    const body = streamOf(new Uint8Array([0x22, 0xff, 0x22]))
    await expect(readBody(post(body), route)).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' })
  })

  test('cuts a body off that stalls, and lets its source go', async () => {
    let reason: unknown
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a"')),
      cancel: (given) => {
        reason = given
      },
    })
    await expect(readBody(post(stalled), route, 5)).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    expect(reason).toMatchObject({ code: 'REQUEST_TIMEOUT' })
  })

  test('one byte now and then is no body, however long it lasts', async () => {
    let sent = 0
    const trickle = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        sent += 1
        controller.enqueue(new Uint8Array([0x20]))
      },
    })
    await expect(readBody(post(trickle), { ...route, maxBodyBytes: 1_000_000 }, 50)).rejects.toMatchObject({
      code: 'REQUEST_TIMEOUT',
    })
    expect(sent).toBeLessThan(1_000)
  })

  test('passes on why a body cannot be read', async () => {
    const error = new TenonError('REQUEST_BODY_CONSUMED', 'Read before')
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(error) })
    await expect(readBody(post(broken), route)).rejects.toBe(error)
  })

  test('an absent body is {} where the route says so', async () => {
    expect(await readBody(post(null), { ...route, bodyOptional: true })).toEqual({})
    await expect(readBody(post(null), route)).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' })
  })
})
