import { durationToMs } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { slack } from './slack.ts'

const ok = (body: object) => ({ body: { ok: true, ...body } })
const member = (id: string, change: object = {}) => ({
  ...{ id, name: id.toLowerCase(), deleted: false, is_bot: false, profile: { real_name: `Name ${id}` } },
  ...change,
})
const PAGE = z.strictObject({ limit: z.string(), cursor: z.string().optional() })

/** https://docs.slack.dev/reference/methods */
const service = () =>
  testConnector(slack(), {
    routes: [
      {
        request: 'POST /api/chat.postMessage',
        body: z.strictObject({ channel: z.string(), text: z.string(), thread_ts: z.string().optional() }),
        reply: ({ body }) => {
          const { channel } = body as { readonly channel: string }
          if (channel === 'C404') return { body: { ok: false, error: 'channel_not_found' } }
          return ok({ channel, ts: '1503435956.000247', message: { text: 'x' } })
        },
      },
      {
        request: 'POST /api/chat.update',
        body: z.strictObject({ channel: z.string(), ts: z.string(), text: z.string() }),
        reply: ok({ channel: 'C1', ts: '1503435956.000247', text: 'x' }),
      },
      {
        request: 'GET /api/conversations.list',
        query: PAGE.extend({ types: z.literal('public_channel,private_channel'), exclude_archived: z.literal('true') }),
        reply: ({ query }) =>
          query.cursor === undefined
            ? ok({
                channels: [{ id: 'C1', name: 'general', is_private: false }],
                response_metadata: { next_cursor: 'p2' },
              })
            : ok({
                channels: [{ id: 'C2', name: 'secret', is_private: true }],
                response_metadata: { next_cursor: '' },
              }),
      },
      {
        request: 'GET /api/users.list',
        query: PAGE,
        reply: ok({
          members: [member('U1'), member('U2', { is_bot: true }), member('U3', { deleted: true })],
        }),
      },
      {
        request: 'GET /api/users.lookupByEmail',
        query: z.strictObject({ email: z.email() }),
        reply: ok({ user: member('U1') }),
      },
    ],
  })

describe('slack', () => {
  test('has time for two lists of all channels at once, at its rate', () => {
    const { rateLimit, nodes = [] } = slack()
    const list = nodes.find(({ definition }) => definition.type === 'slack/list-channels')
    const timeoutMs = durationToMs(`${list?.definition.policy?.timeout}`)
    const pages = 2 * (5_000 / 200)
    expect(timeoutMs).toBeGreaterThan((1_000 * pages) / (rateLimit?.perSecond ?? 0))
  })

  test('sends, changes, lists and finds as its documentation says', async () => {
    const slackTest = service()
    const sent = await slackTest.run('send-message', { channel: 'C1', text: 'Hello', threadTs: '1.2' })
    expect(sent.output).toEqual({ channel: 'C1', ts: '1503435956.000247' })
    await slackTest.run('update-message', { channel: 'C1', ts: '1.2', text: 'Changed' })
    expect((await slackTest.run('list-channels', { limit: 2 })).output).toEqual({
      items: [
        { id: 'C1', name: 'general', is_private: false },
        { id: 'C2', name: 'secret', is_private: true },
      ],
      hasMore: false,
    })
    expect((await slackTest.run('list-channels', { limit: 1 })).output).toMatchObject({ hasMore: true })
    const found = await slackTest.run('find-user', { email: 'u1@acme.example' })
    expect(found.output).toEqual({ id: 'U1', name: 'u1', real_name: 'Name U1' })
    expect(await slackTest.lookUp('users')).toEqual([{ value: 'U1', title: 'Name U1', detail: '@u1' }])
    expect(slackTest.unusedRoutes()).toEqual([])
    expect(slackTest.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test('offers the channels that contain the entered text', async () => {
    expect(await service().lookUp('channels', 'SEC')).toEqual([{ value: 'C2', title: '#secret', detail: 'private' }])
  })

  test('a failure in a good response is the failure of the node', async () => {
    await expect(service().run('send-message', { channel: 'C404', text: 'x' })).rejects.toMatchObject({
      code: 'SERVICE_REFUSED',
      retryable: false,
      details: { reason: 'channel_not_found' },
    })
  })

  test('the test of a connection reads the body', () => {
    const { test: check } = slack()
    const failing = ['invalid_auth', 'token_revoked', 'internal_error', 'ratelimited'].map((error) => ({
      ok: false,
      error,
    }))
    expect([{ ok: true }, ...failing].map((body) => check?.readBody?.(body))).toEqual([
      'accepted',
      ...['refused', 'refused'],
      ...['failed', 'failed'],
    ])
  })

  test('connects accounts by OAuth if the host has a client, with the scopes of its actions', () => {
    expect(slack().auth).toEqual({ kind: 'bearer' })
    const client = { clientId: 'host', clientSecret: 'secret' }
    expect(slack(client).auth).toEqual({
      ...{ kind: 'oauth2', ...client, scopeSeparator: ',' },
      ...{
        authorizationUrl: 'https://slack.com/oauth/v2/authorize',
        tokenUrl: 'https://slack.com/api/oauth.v2.access',
      },
      scopes: ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email'],
    })
    expect(slack({ ...client, scopes: ['chat:write'] }).auth).toMatchObject({ scopes: ['chat:write'] })
  })
})
