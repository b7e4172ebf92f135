import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { bodyOf } from './request-body.ts'

/** A request whose body has been read, with what a parser left on it. */
async function consumed(left: object, headers: Record<string, string> = { 'content-length': '3' }) {
  const incoming = Object.assign(new IncomingMessage(new Socket()), left)
  Object.assign(incoming.headers, headers)
  incoming.push('{ }')
  incoming.push(null)
  incoming.resume()
  await new Promise((resolve) => incoming.once('end', resolve))
  return incoming
}

const text = async (body: BodyInit | null) => new Response(body).text()

describe('bodyOf', () => {
  test.each([
    ['a value', { body: { a: 1 } }, '{"a":1}'],
    ['a text', { body: '{"a":2}' }, '{"a":2}'],
    ['bytes', { body: Buffer.from('{"a":3}') }, '{"a":3}'],
    [
      'raw bytes beside a value that lost something',
      { rawBody: Buffer.from('{"a":4.0}'), body: { a: 4 } },
      '{"a":4.0}',
    ],
    ['null', { body: null }, 'null'],
    ['false', { body: false }, 'false'],
  ])('takes %s that a parser has left', async (_title, left, expected) => {
    const { body, isAsSent, isRewritten } = bodyOf(await consumed(left))
    const isValue = !('rawBody' in left) && JSON.stringify(left.body) === expected
    expect([await text(body), isAsSent, isRewritten]).toEqual([expected, false, isValue])
  })

  test('reads the stream where a parser has left an empty object and no byte', async () => {
    const incoming = Object.assign(new IncomingMessage(new Socket()), { body: {} })
    incoming.push('{"a":1}')
    incoming.push(null)
    const { body, isAsSent } = bodyOf(incoming)
    expect([await text(body), isAsSent]).toEqual(['{"a":1}', true])
  })

  test('a request without a body has none, though its stream has ended', () => {
    return consumed({}, {}).then((incoming) => expect(bodyOf(incoming)).toMatchObject({ body: null, isAsSent: false }))
  })

  test.each([
    ['nothing', {}],
    ['a circle', { body: circle() }],
    ['a function', { body: () => undefined }],
  ])('a body that was read and left %s cannot be read', async (_title, left) => {
    await expect(text(bodyOf(await consumed(left)).body)).rejects.toMatchObject({ code: 'REQUEST_BODY_CONSUMED' })
  })
})

function circle(): object {
  const value: { self?: object } = {}
  value.self = value
  return value
}
