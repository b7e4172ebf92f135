import { describe, expect, test } from 'vitest'
import { sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf, harnessOf } from '../../test/run-node.ts'
import { httpCallNode } from './implementation.ts'

const ALL = ['a', 'b', 'c', 'd', 'e']

/** A service with pages of two items. */
const service = () =>
  startLocalServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://service.test')
    const from = Number(url.searchParams.get('cursor') ?? (Number(url.searchParams.get('page') ?? 1) - 1) * 2)
    const items = ALL.slice(from, from + 2)
    const next = from + 2 < ALL.length ? from + 2 : null
    if (url.pathname === '/link') {
      const others = '<https://service.test/>; rel="first"'
      if (next !== null) response.setHeader('link', `${others}, </link?cursor=${next}&q=1>; rel="last next"`)
      return sendJson(response, items)
    }
    const nextUrl = next === null ? null : `http://${request.headers.host}${url.pathname}?cursor=${next}`
    sendJson(response, { data: { items }, paging: { next, nextUrl } })
  })

const reading = (params: object) => harnessOf(httpCallNode).run({ ...params })

describe('pages of a list', () => {
  test.each([
    ['a Link header', '/link?q=1', { pages: 'link' }, ['/link?q=1', '/link?cursor=2&q=1', '/link?cursor=4&q=1']],
    [
      'a cursor',
      '/list?q=1',
      { pages: 'cursor', cursorIn: 'body.paging.next', itemsIn: 'body.data.items' },
      ['/list?q=1', '/list?q=1&cursor=2', '/list?q=1&cursor=4'],
    ],
    [
      'the address of the next page',
      '/list',
      { pages: 'cursor', cursorIn: 'body.paging.nextUrl', itemsIn: 'body.data.items' },
      ['/list', '/list?cursor=2', '/list?cursor=4'],
    ],
    [
      'numbers',
      '/list?page=9',
      { pages: 'number', itemsIn: 'body.data.items' },
      ['/list?page=1', '/list?page=2', '/list?page=3', '/list?page=4'],
    ],
  ])('are read by %s', async (_by, path, params, urls) => {
    await using server = await service()
    const result = await reading({ url: `${server.origin}${path}`, ...params })
    expect(result).toMatchObject({ output: { items: ALL, pagesRead: urls.length, hasMore: false } })
    expect(server.requests.map(({ url }) => url)).toEqual(urls)
  })

  test('end at the limits, and say that there are more', async () => {
    await using server = await service()
    const params = { url: `${server.origin}/link`, pages: 'link' }
    expect(await reading({ ...params, maxPages: 2 })).toMatchObject({
      output: { items: ['a', 'b', 'c', 'd'], pagesRead: 2, hasMore: true },
    })
    expect(await reading({ ...params, maxItems: 3 })).toMatchObject({
      output: { items: ['a', 'b', 'c'], pagesRead: 2, hasMore: true },
    })
    expect(await reading({ ...params, maxItems: 5 })).toMatchObject({ output: { items: ALL, hasMore: false } })
  })

  test.each([
    ['another host', { link: '<https://evil.test/?page=2>; rel=next' }, [], /at another host: evil\.test/],
    ['a header that is broken', { link: '<never' }, [], /cannot be read/],
    ['the same page', { link: '</>; rel=next' }, [], /same page twice/],
    ['no list', {}, { items: [] }, /body is not a list/],
  ])('refuse %s', async (_what, headers, body, message) => {
    await using server = await startLocalServer((_request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string)
      sendJson(response, body)
    })
    const failure = await failureOf(reading({ url: `${server.origin}/`, pages: 'link' }))
    expect(failure).toMatchObject({ code: 'HTTP_RESPONSE_INVALID', message: expect.stringMatching(message) })
  })

  test('fail by the status of a later page, with its wait', async () => {
    await using server = await startLocalServer((request, response) => {
      if (request.url === '/') return sendJson(response.setHeader('link', '</2>; rel=next'), ['a'])
      sendJson(response.setHeader('retry-after', '7'), {}, 429)
    })
    const failure = await failureOf(reading({ url: `${server.origin}/`, pages: 'link' }))
    expect(failure).toMatchObject({ code: 'HTTP_STATUS', retryable: true, details: { retryAfterMs: 7_000 } })
  })

  test('are one page for other methods', async () => {
    await using server = await service()
    const result = await reading({ method: 'POST', url: `${server.origin}/link`, pages: 'link' })
    expect(result).toMatchObject({ output: { status: 200, body: ['a', 'b'] } })
  })
})
