import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { drainPoll } from '../testing/drain-poll.ts'
import { testConnector } from '../testing/index.ts'
import { gmail } from './gmail.ts'
import { microsoftMail } from './microsoft-mail.ts'

const NOW = Date.parse('2026-12-01T12:00:00.000Z')
const HOUR = 3_600_000
const text = z.string()
const client = { clientId: 'host', clientSecret: 'secret' }
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

/** A mailbox of Gmail: each message is a record of its history. https://developers.google.com/workspace/gmail/api/guides/sync */
function openGmail() {
  const mailbox = { messages: [] as { id: string; at: number; deleted?: boolean }[], oldestHistory: 0 }
  const at = '/gmail/v1/users/me'
  const current = () => String(1_000 + mailbox.messages.length)
  const listQuery = z.strictObject({
    ...{ labelIds: z.literal('INBOX'), maxResults: text, pageToken: text.optional() },
    q: text.regex(/^after:\d+$/).optional(),
  })
  const service = testConnector(gmail(client), {
    routes: [
      { request: `GET ${at}/profile`, reply: () => ({ body: { emailAddress: 'a@b.example', historyId: current() } }) },
      {
        request: `GET ${at}/messages`,
        query: listQuery,
        reply: ({ query }) => {
          const { q, maxResults, pageToken = '0' } = listQuery.parse(query)
          const after = Number(q?.slice(6) ?? 0) * 1_000
          const found = mailbox.messages.filter((each) => each.at >= after && !each.deleted).toReversed()
          const end = Number(pageToken) + Number(maxResults)
          const messages = found.slice(Number(pageToken), end).map(({ id }) => ({ id, threadId: id }))
          return { body: { messages, ...(end < found.length ? { nextPageToken: String(end) } : {}) } }
        },
      },
      {
        request: `GET ${at}/history`,
        query: z.strictObject({
          ...{ startHistoryId: text.regex(/^\d+$/), historyTypes: z.literal('messageAdded') },
          ...{ labelId: z.literal('INBOX'), maxResults: text.regex(/^\d+$/) },
        }),
        reply: ({ query }) => {
          const start = Number(query.startHistoryId)
          if (start < mailbox.oldestHistory) return { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } }
          const records = mailbox.messages
            .map(({ id }, index) => ({ id: String(1_001 + index), messagesAdded: [{ message: { id, threadId: id } }] }))
            .filter(({ id }) => Number(id) > start)
          const page = records.slice(0, Number(query.maxResults))
          return {
            body: {
              ...(page.length === 0 ? {} : { history: page }),
              ...(page.length < records.length ? { nextPageToken: 'more' } : {}),
              historyId: current(),
            },
          }
        },
      },
      {
        request: `GET ${at}/messages/{id}`,
        query: z.strictObject({ format: z.literal('metadata'), metadataHeaders: z.array(text) }),
        reply: ({ path }) => {
          const found = mailbox.messages.find(({ id }) => id === path.id)
          if (found === undefined || found.deleted) return { status: 404, body: { error: { code: 404 } } }
          const headers = [{ name: 'Subject', value: `Mail ${found.id}` }]
          const body = { id: found.id, threadId: found.id, labelIds: ['INBOX'], internalDate: String(found.at) }
          return { body: { ...body, snippet: 'Hello', payload: { headers } } }
        },
      },
    ],
  })
  const receive = (id: string, time = Date.now()) => void mailbox.messages.push({ id, at: time })
  return { mailbox, service, receive }
}

describe('new emails of Gmail', () => {
  test('are found by the history, oldest first and each once, 25 in a poll', async () => {
    const { service, receive } = openGmail()
    for (const index of range(40)) receive(`old${index}`, NOW - HOUR)
    const first = await service.poll('new-email', {}, null)
    // Shown to people; the first poll passes over them.
    expect(first.items.map(({ id }) => id)).toEqual(['old35', 'old36', 'old37', 'old38', 'old39'])
    for (const index of range(60)) receive(`m${index}`)
    const found = await drainPoll(service, 'new-email', {}, { cursor: first.cursor })
    expect(found.items.map(({ id }) => id)).toEqual(range(60).map((index) => `m${index}`))
    expect(found.items[0]?.data).toEqual({
      ...{ id: 'm0', threadId: 'm0', snippet: 'Hello', labelIds: ['INBOX'], from: '', to: '', subject: 'Mail m0' },
      ...{ date: '', receivedAt: '2026-12-01T12:00:00.000Z' },
    })
    expect(found.polls).toBe(3)
    expect((await drainPoll(service, 'new-email', {}, { cursor: found.cursor })).items).toEqual([])
    expect(service.unusedRoutes()).toEqual([])
  })

  test('begin with the last 25 if all are wanted', async () => {
    const { service, receive } = openGmail()
    for (const index of range(40)) receive(`m${index}`)
    const { items } = await service.poll('new-email', { begin: 'all' }, null)
    expect([items.length, items.at(-1)?.id]).toEqual([25, 'm39'])
  })

  test('that are deleted before they are read are left out', async () => {
    const { mailbox, service, receive } = openGmail()
    const { cursor } = await service.poll('new-email', {}, null)
    receive('kept')
    mailbox.messages.push({ id: 'gone', at: NOW, deleted: true })
    expect((await service.poll('new-email', {}, cursor)).items.map(({ id }) => id)).toEqual(['kept'])
  })

  test('are listed when the history has expired, none missed and none from before the trigger', async () => {
    const { mailbox, service, receive } = openGmail()
    for (const index of range(30)) receive(`old${index}`, NOW - HOUR / 2)
    const { cursor: first } = await service.poll('new-email', {}, null)
    receive('before')
    const seen = new Set<string>()
    const { cursor } = await drainPoll(service, 'new-email', {}, { cursor: first, seen })
    vi.setSystemTime(NOW + 20 * 24 * HOUR)
    for (const index of range(70)) receive(`m${index}`, NOW + index * HOUR)
    mailbox.oldestHistory = 1_050
    const found = await drainPoll(service, 'new-email', {}, { cursor, seen })
    expect(new Set(found.items.map(({ id }) => id))).toEqual(new Set(range(70).map((index) => `m${index}`)))
    receive('later')
    const next = await drainPoll(service, 'new-email', {}, { cursor: found.cursor, seen })
    expect(next.items.map(({ id }) => id)).toEqual(['later'])
  })

  test('fail for other answers of Gmail', async () => {
    const failing = testConnector(gmail(client), {
      routes: [
        { request: 'GET /gmail/v1/users/me/history', query: z.looseObject({}), reply: { status: 403, body: {} } },
      ],
    })
    const cursor = { historyId: '1', begunAt: NOW, polledAt: NOW }
    await expect(failing.poll('new-email', {}, cursor)).rejects.toMatchObject({ details: { status: 403 } })
  })
})

/** A folder of Microsoft 365. https://learn.microsoft.com/graph/delta-query-messages */
function openFolder() {
  const folder = { messages: [] as { id: string; at: number }[], expired: false, status: 410 }
  const base = 'https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messages/delta'
  const firstQuery = z.strictObject({
    ...{ changeType: z.literal('created'), $select: text },
    $filter: text.regex(/^receivedDateTime ge \S+Z$/).optional(),
  })
  const linkQuery = z.union([z.strictObject({ $skiptoken: text }), z.strictObject({ $deltatoken: text })])
  const service = testConnector(microsoftMail(client), {
    routes: [
      {
        request: 'GET /v1.0/me/mailFolders/{folder}/messages/delta',
        headers: { prefer: 'odata.maxpagesize=50' },
        query: z.union([firstQuery, linkQuery]),
        reply: ({ query }) => {
          const token = query.$skiptoken ?? query.$deltatoken
          if (token !== undefined && folder.expired) {
            folder.expired = false
            return { status: folder.status, body: { error: { code: 'SyncStateNotFound' } } }
          }
          const [start = '0', after = '0'] =
            token === undefined
              ? [
                  '0',
                  String(
                    Date.parse(
                      String(query.$filter ?? 'x 1970')
                        .split(' ')
                        .at(-1) ?? '',
                    ),
                  ),
                ]
              : String(token).split('.')
          const found = folder.messages.slice(Number(start), Number(start) + 50)
          const end = Number(start) + found.length
          const value = found
            .filter(({ at }) => at >= (Number(after) || 0))
            .map(({ id, at }) => ({
              ...{ id, subject: id, bodyPreview: '', receivedDateTime: new Date(at).toISOString(), isRead: false },
              from: { emailAddress: { address: 'ada@acme.example', name: 'Ada' } },
            }))
          const link = end < folder.messages.length ? '@odata.nextLink' : '@odata.deltaLink'
          const name = end < folder.messages.length ? '$skiptoken' : '$deltatoken'
          const removed = { id: `removed${end}`, '@removed': { reason: 'deleted' } }
          return { body: { value: [...value, removed], [link]: `${base}?${name}=${end}.${Number(after) || 0}` } }
        },
      },
    ],
  })
  const receive = (id: string, at = Date.now()) => void folder.messages.push({ id, at })
  return { folder, service, receive }
}

describe('new emails of Microsoft 365', () => {
  test('are found by a delta query, each once, without those that were removed', async () => {
    const { service, receive } = openFolder()
    for (const index of range(120)) receive(`old${index}`, NOW - 30 * 60_000)
    const seen = new Set<string>()
    const first = await drainPoll(service, 'new-email', {}, { seen })
    expect(first.polls).toBe(1)
    for (const index of range(600)) receive(`m${index}`)
    const found = await drainPoll(service, 'new-email', {}, { cursor: first.cursor, seen })
    expect(found.items.map(({ id }) => id)).toEqual(range(600).map((index) => `m${index}`))
    expect(found.polls).toBe(2)
    expect((await drainPoll(service, 'new-email', {}, { cursor: found.cursor, seen })).items).toEqual([])
  })

  test('are all that are there, if they are wanted', async () => {
    const { service, receive } = openFolder()
    for (const index of range(450)) receive(`m${index}`, NOW - 1_000 * HOUR)
    expect((await drainPoll(service, 'new-email', { begin: 'all' })).items).toHaveLength(450)
  })

  test.each([410, 404])('are listed again when the link is answered with %i', async (status) => {
    const { folder, service, receive } = openFolder()
    receive('old', NOW - HOUR / 2)
    const seen = new Set<string>()
    const first = await drainPoll(service, 'new-email', {}, { seen })
    receive('known', NOW + HOUR)
    const before = await drainPoll(service, 'new-email', {}, { cursor: first.cursor, seen })
    vi.setSystemTime(NOW + 40 * 24 * HOUR)
    for (const index of range(80)) receive(`m${index}`, NOW + (index + 2) * HOUR)
    Object.assign(folder, { expired: true, status })
    const found = await drainPoll(service, 'new-email', {}, { cursor: before.cursor, seen })
    expect(found.items.map(({ id }) => id)).toEqual(range(80).map((index) => `m${index}`))
  })

  test('fail for a folder that is not there', async () => {
    const service = testConnector(microsoftMail(client), {
      routes: [
        {
          ...{ request: 'GET /v1.0/me/mailFolders/{folder}/messages/delta', query: z.looseObject({}) },
          reply: { status: 404, body: {} },
        },
      ],
    })
    await expect(service.poll('new-email', { folder: 'none' }, null)).rejects.toMatchObject({
      details: { status: 404 },
    })
  })
})
