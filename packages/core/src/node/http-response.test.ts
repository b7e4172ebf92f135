import { describe, expect, test } from 'vitest'
import { createHttpResponse } from './http-response.ts'

function answer(body: string | readonly number[], contentType?: string, status = 200) {
  return createHttpResponse({
    status,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    url: 'https://shop.test/',
    bytes: typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body),
  })
}

describe('createHttpResponse', () => {
  test('reads text, JSON and bytes as often as they are asked for', async () => {
    const response = answer('{"a":"ü"}', 'application/json')
    expect(await response.text()).toBe('{"a":"ü"}')
    expect(await response.json()).toEqual({ a: 'ü' })
    expect(await response.text()).toBe('{"a":"ü"}')
    expect((await response.bytes()).byteLength).toBe(10)
    expect([response.ok, answer('', undefined, 404).ok]).toEqual([true, false])
  })

  test('JSON keeps its integers and needs no content type', async () => {
    expect(await answer('{"id":7615917337495251231}', 'application/octet-stream').json()).toEqual({
      id: '7615917337495251231',
    })
  })

  test('an empty body of any type is an empty text', async () => {
    expect(await answer('', 'application/pdf').text()).toBe('')
    expect(await answer('').text()).toBe('')
  })

  test.each([
    [[0x47, 0xfc], 'text/plain', 'The response is not valid utf-8', 'Read the response as bytes, or correct'],
    [
      [0x61],
      'text/plain; charset=klingon',
      'The response has the unknown charset "klingon"',
      'Read the response as bytes',
    ],
    [[0x25], 'application/pdf', 'The response is not text but application/pdf', 'Read the response as bytes'],
  ])('text of %j as %s is refused: %s', async (bytes, contentType, message, remedy) => {
    await expect(answer(bytes, contentType).text()).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_INVALID',
      message,
      remedy: expect.stringContaining(remedy),
      details: { status: 200, contentType },
    })
  })

  test('JSON that is not valid is refused', async () => {
    await expect(answer('oops').json()).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_INVALID',
      details: { contentType: null },
    })
    await expect(answer('{"__proto__":1}').json()).rejects.toMatchObject({
      message: 'The response cannot be accepted: The key "__proto__" is not allowed',
    })
    await expect(answer([0x22, 0xff, 0x22]).json()).rejects.toMatchObject({ code: 'HTTP_RESPONSE_INVALID' })
  })
})
