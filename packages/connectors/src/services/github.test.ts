import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { github } from './github.ts'

const issue = (number: number, change: object = {}) => ({
  ...{ number, title: `Issue ${number}`, state: 'open', html_url: `https://github.com/acme/shop/issues/${number}` },
  ...{ user: { login: 'octocat' }, ...change },
})
const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
const PAGE = z.strictObject({ per_page: z.literal('100'), page: z.string() })

/** https://docs.github.com/en/rest/issues */
const service = () =>
  testConnector(github(), {
    routes: [
      {
        ...{ request: 'POST /repos/{owner}/{repo}/issues', headers },
        body: z.strictObject({
          ...{ title: z.string(), body: z.string().optional() },
          ...{ labels: z.array(z.string()).optional(), assignees: z.array(z.string()).optional() },
        }),
        reply: ({ path }) => (path.repo === 'limited' ? LIMITED : { status: 201, body: issue(7) }),
      },
      {
        ...{ request: 'POST /repos/{owner}/{repo}/issues/{number}/comments', headers },
        body: z.strictObject({ body: z.string() }),
        reply: { status: 201, body: { id: 1, html_url: 'https://github.com/acme/shop/issues/7#c', body: 'x' } },
      },
      {
        ...{ request: 'PATCH /repos/{owner}/{repo}/issues/{number}', headers },
        body: z.strictObject({ state: z.enum(['open', 'closed']).optional(), labels: z.array(z.string()).optional() }),
        reply: { body: issue(7, { state: 'closed' }) },
      },
      {
        ...{ request: 'GET /repos/{owner}/{repo}/issues', headers },
        query: PAGE.extend({ state: z.string(), labels: z.string().optional() }),
        reply: ({ query }) => ({
          body:
            query.page === '1'
              ? Array.from({ length: 100 }, (_, index) => issue(index + 1, index === 0 ? { pull_request: {} } : {}))
              : [issue(101)],
        }),
      },
      {
        ...{ request: 'GET /user/repos', headers, query: PAGE.extend({ sort: z.literal('pushed') }) },
        reply: {
          body: [
            { full_name: 'acme/shop', private: true },
            { full_name: 'acme/site', private: false },
          ],
        },
      },
    ],
  })
const LIMITED = {
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
  body: { message: 'API rate limit exceeded' },
}

describe('github', () => {
  test('opens, comments, closes and lists as its documentation says', async () => {
    const hub = service()
    const params = { repository: 'acme/shop', title: 'Broken', body: 'It is.', labels: 'bug, urgent', assignees: '' }
    expect((await hub.run('create-issue', params)).output).toEqual(
      expect.objectContaining({ number: 7, html_url: 'https://github.com/acme/shop/issues/7' }),
    )
    expect(JSON.parse(hub.requests[0]?.body ?? '')).toEqual({
      title: 'Broken',
      body: 'It is.',
      labels: ['bug', 'urgent'],
    })
    await hub.run('add-comment', { repository: 'acme/shop', issue: 7, body: 'Done' })
    expect(
      (await hub.run('update-issue', { repository: 'acme/shop', issue: 7, state: 'closed' })).output,
    ).toMatchObject({
      state: 'closed',
    })
    await hub.run('update-issue', { repository: 'acme/shop', issue: 7, labels: 'bug' })
    expect(hub.requests.at(-1)?.body).toBe('{"labels":["bug"]}')
    const listed = (await hub.run('list-issues', { repository: 'acme/shop' })).output as {
      items: unknown[]
      hasMore: boolean
    }
    expect([listed.items.length, listed.hasMore]).toEqual([100, false])
    expect(await hub.lookUp('repositories', 'shop')).toEqual([
      { value: 'acme/shop', title: 'acme/shop', detail: 'private' },
    ])
    expect(hub.unusedRoutes()).toEqual([])
  })

  test.each(['acme', 'acme/', '../shop', 'acme/shop/issues'])('refuses the repository %j', async (repository) => {
    const hub = service()
    await expect(hub.run('create-issue', { repository, title: 'x' })).rejects.toMatchObject({
      code: 'TEMPLATE_VALUE_INVALID',
    })
    expect(hub.requests).toEqual([])
  })

  test('a limit that is used up is waited for, also for a write', async () => {
    await expect(service().run('create-issue', { repository: 'acme/limited', title: 'x' })).rejects.toMatchObject({
      ...{ code: 'HTTP_STATUS', retryable: true, details: { status: 403, retryAfterMs: 0 } },
    })
  })

  test('a server of its own is the allowed host', () => {
    expect(github({ apiUrl: 'https://git.acme.example/api/v3/' }).allowedHosts).toEqual(['git.acme.example'])
    expect(github({ apiUrl: 'http://127.0.0.1:8080' }).allowedHosts).toEqual(['http://127.0.0.1:8080'])
    expect(() => github({ apiUrl: 'git.acme.example' })).toThrow(expect.objectContaining({ code: 'CONNECTOR_INVALID' }))
  })

  test('connects accounts by OAuth if the host has a client, also on a server of its own', () => {
    expect(github().auth).toEqual({ kind: 'bearer' })
    const client = { clientId: 'host', clientSecret: 'secret' }
    expect(github(client).auth).toEqual({
      ...{ kind: 'oauth2', ...client, scopes: ['repo'] },
      authorizationUrl: 'https://github.com/login/oauth/authorize',
      tokenUrl: 'https://github.com/login/oauth/access_token',
    })
    expect(github({ ...client, apiUrl: 'https://git.acme.example/api/v3' }).auth).toMatchObject({
      tokenUrl: 'https://git.acme.example/login/oauth/access_token',
    })
  })
})
