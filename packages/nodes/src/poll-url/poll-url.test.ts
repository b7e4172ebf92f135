import type { Json, JsonObject } from '@tenon/core/document'
import { checkParams } from '@tenon/core/node'
import { createScriptedHttp, type ScriptedRequest } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { greatest, timeBefore } from './cursor.ts'
import { pollUrl } from './definition.ts'
import { pollUrlNode } from './implementation.ts'

const URL_OF_LIST = 'https://shop.test/orders?open=1'

async function poll(params: JsonObject, body: Json, { cursor = null as Json, status = 200 } = {}) {
  const requests: ScriptedRequest[] = []
  const http = createScriptedHttp(() => ({ status, body }), requests)
  const context = { tenantId: 'acme', cursor, http, connection: null, abortSignal: new AbortController().signal }
  const result = await pollUrlNode.poll({ ...context, params: checkParams(pollUrl, { url: URL_OF_LIST, ...params }) })
  return { ...result, url: requests[0]?.url }
}

describe('poll-url', () => {
  test('finds the items of a list, and asks for it as it is', async () => {
    const items = [{ id: 7, total: 1 }, { id: 'b' }]
    expect(await poll({}, items, { cursor: 9 })).toEqual({
      items: [
        { id: '7', data: items[0] },
        { id: 'b', data: items[1] },
      ],
      cursor: null,
      url: URL_OF_LIST,
    })
    const nested = await poll({ itemsIn: 'body.data.list', idIn: 'key.id' }, { data: { list: [{ key: { id: 'k' } }] } })
    expect(nested.items).toEqual([{ id: 'k', data: { key: { id: 'k' } } }])
  })

  test('ids and cursors of 64 bits are exact: the client reads them as texts', async () => {
    const list = '[{"id":1234567890123456789,"seq":9007199254740993},{"id":1234567890123456790,"seq":9007199254740991}]'
    expect(await poll({ cursor: 'items', cursorIn: 'seq' }, list)).toMatchObject({
      items: [{ id: '1234567890123456789' }, { id: '1234567890123456790' }],
      cursor: '9007199254740993',
    })
  })

  test('asks for what is after the greatest value of its items, with an overlap', async () => {
    const params = { cursor: 'items', cursorIn: 'at', cursorParam: 'after', overlap: '2m' }
    const items = [
      { id: 1, at: '2026-11-30T12:00:00+02:00' },
      { id: 2, at: '2026-11-30T11:00:00Z' },
    ]
    const first = await poll(params, items)
    expect(first).toMatchObject({ cursor: '2026-11-30T11:00:00Z', url: URL_OF_LIST })
    const next = await poll(params, [], { cursor: first.cursor })
    expect(next.cursor).toBe(first.cursor)
    expect(new URL(next.url ?? '').searchParams.get('after')).toBe('2026-11-30T10:58:00.000Z')
  })

  test('asks by the cursor of the response, and keeps it if there is none', async () => {
    const params = { cursor: 'response', cursorIn: 'next', itemsIn: 'body.items' }
    expect(await poll(params, { items: [], next: 'n2' }, { cursor: 'n1' })).toMatchObject({
      cursor: 'n2',
      url: `${URL_OF_LIST}&since=n1`,
    })
    expect(await poll(params, { items: [] }, { cursor: 'n1' })).toMatchObject({ cursor: 'n1' })
    expect(await poll(params, { items: [], next: '' }, { cursor: 'n1' })).toMatchObject({ cursor: 'n1' })
  })

  test.each<[JsonObject, Json, number, string, string]>([
    [{}, [], 503, 'HTTP_STATUS', '503'],
    [{}, { items: [] }, 200, 'HTTP_RESPONSE_INVALID', 'body is not a list'],
    [{}, [{ id: 1 }, { name: 'b' }], 200, 'HTTP_RESPONSE_INVALID', 'item 2 has no text or number as id'],
    [{ cursor: 'items', cursorIn: 'at' }, [{ id: 1 }], 200, 'HTTP_RESPONSE_INVALID', 'no text or number as at'],
  ])('says why a response is no list of items', async (params, body, status, code, message) => {
    await expect(poll(params, body, { status })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
  })

  test('compares cursors as numbers, times and texts, and moves only times', () => {
    expect([greatest(null, 3), greatest(9, 10), greatest(10, 9), greatest('b', 'a')]).toEqual([3, 10, 10, 'b'])
    expect([greatest('9', '10'), greatest('010', '9'), greatest('10.5', '10.25'), greatest(9, '10')]).toEqual([
      ...['10', '010', '10.5', '10'],
    ])
    expect(greatest('1234567890123456790', '1234567890123456789')).toBe('1234567890123456790')
    expect([timeBefore(5, '1m'), timeBefore('x', '1m'), timeBefore('2026-11-30T00:00:00Z', '0s')]).toEqual([
      ...[5, 'x', '2026-11-30T00:00:00Z'],
    ])
  })

  test('reads a time without a zone as UTC in a process of any zone, and asks in the same form', () => {
    const zone = process.env.TZ
    process.env.TZ = 'America/Los_Angeles'
    try {
      expect(['T12:00:00', 'T12:00:00.250', 'T12:00'].map((time) => timeBefore(`2026-11-30${time}`, '2m'))).toEqual(
        ['T11:58:00', 'T11:58:00.250', 'T11:58'].map((time) => `2026-11-30${time}`),
      )
      expect(greatest('2026-11-30T12:00:00', '2026-11-30T12:30:00Z')).toBe('2026-11-30T12:30:00Z')
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})
