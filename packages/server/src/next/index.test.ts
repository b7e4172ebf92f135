import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_URL, openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { toNext } from './index.ts'

/** A request as Next hands it to a route handler: with more than the web standard has. */
class NextRequestLike extends Request {
  readonly user = as
}

const as = testIdentity()
let server: TestServer

beforeAll(async () => {
  server = await openTestServer({
    authenticate: (_request, { req }) => (req instanceof NextRequestLike ? req.user : null),
  })
})
afterAll(() => server.close())

describe('toNext', () => {
  test.each([
    ['a server', () => server.automation],
    ['a function that opens one', () => async () => server.automation],
  ])('answers by %s, with the request of Next', async (_title, source) => {
    const handlers = toNext(source())
    const headers = { 'content-type': 'application/json' }
    const url = `${BASE_URL}/workflows`
    const created = await handlers.POST(new NextRequestLike(url, { method: 'POST', headers, body: '{"name":"Next"}' }))
    const { id } = (await created.json()) as { id: string }
    expect(created.status).toBe(201)
    expect((await handlers.GET(new NextRequestLike(`${url}/${id}`))).status).toBe(200)
    expect((await handlers.HEAD(new NextRequestLike(url, { method: 'HEAD' }))).status).toBe(200)
    expect((await handlers.OPTIONS(new NextRequestLike(url, { method: 'OPTIONS' }))).status).toBe(204)
    const patch = { method: 'PATCH', headers, body: '{"name":"Newer"}' }
    expect(await (await handlers.PATCH(new NextRequestLike(`${url}/${id}`, patch))).json()).toMatchObject({
      name: 'Newer',
    })
    const put = { method: 'PUT', headers, body: '{}' }
    expect((await handlers.PUT(new NextRequestLike(`${url}/${id}/draft`, put))).status).toBe(422)
    expect((await handlers.DELETE(new NextRequestLike(`${url}/${id}`, { method: 'DELETE' }))).status).toBe(204)
    expect((await handlers.GET(new Request(url))).status).toBe(401)
  })

  test('opens nothing before the first request', () => {
    let opened = 0
    toNext(() => {
      opened += 1
      return server.automation
    })
    expect(opened).toBe(0)
  })
})
