import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { gmail } from './gmail.ts'
import { googleSheets } from './google-sheets.ts'
import { jira } from './jira.ts'
import { microsoftMail } from './microsoft-mail.ts'

const text = z.string()
const client = { clientId: 'host', clientSecret: 'secret' }
const anything = z.record(text, z.unknown())

describe('jira', () => {
  test('follows https://developer.atlassian.com/cloud/jira/platform/rest/v3', async () => {
    const doc = z.strictObject({ type: z.literal('doc'), version: z.literal(1), content: z.array(anything) })
    const service = testConnector(jira(), {
      routes: [
        {
          request: 'POST /rest/api/3/issue',
          body: z.strictObject({
            fields: z.strictObject({
              ...{ project: z.strictObject({ key: text }), issuetype: z.strictObject({ name: text }) },
              ...{ summary: text, description: doc.optional(), labels: z.array(text).optional() },
            }),
          }),
          reply: { status: 201, body: { id: '1', key: 'SHOP-1', self: 'https://acme.atlassian.net/1' } },
        },
        {
          request: 'POST /rest/api/3/issue/{issue}/comment',
          body: z.strictObject({ body: doc }),
          reply: { status: 201, body: { id: '2', self: 'https://acme.atlassian.net/2' } },
        },
        {
          request: 'GET /rest/api/3/issue/{issue}/transitions',
          reply: { body: { transitions: [{ id: '31', name: 'Done' }] } },
        },
        {
          request: 'POST /rest/api/3/issue/{issue}/transitions',
          body: z.strictObject({ transition: z.strictObject({ id: text }) }),
          reply: { status: 204 },
        },
        {
          request: 'GET /rest/api/3/search/jql',
          query: z.strictObject({ jql: text, fields: text, maxResults: text, nextPageToken: text.optional() }),
          reply: ({ query }) => ({
            body: {
              issues: [{ id: '1', key: 'SHOP-1', fields: { summary: 'Broken', status: { name: 'Open' } } }],
              ...(query.nextPageToken === undefined ? { nextPageToken: 'p2' } : {}),
            },
          }),
        },
      ],
    })
    const site = 'acme'
    const created = await service.run('create-issue', {
      ...{ site, project: 'SHOP', type: 'Task', summary: 'Broken', description: 'One\n\nTwo', labels: 'a' },
    })
    expect(created.output).toMatchObject({ key: 'SHOP-1' })
    await service.run('create-issue', { site, project: 'SHOP', type: 'Task', summary: 'Broken' })
    await service.run('add-comment', { site, issue: 'SHOP-1', body: 'Hi' })
    const moved = await service.run('transition-issue', { site, issue: 'SHOP-1', transition: 'done' })
    expect(moved.output).toEqual({ transition: 'Done' })
    expect(service.requests.at(-1)?.body).toBe('{"transition":{"id":"31"}}')
    await service.run('transition-issue', { site, issue: 'SHOP-1', transition: '99' })
    expect(service.requests.at(-1)?.body).toBe('{"transition":{"id":"99"}}')
    const found = await service.run('search-issues', { site, jql: 'project = SHOP', limit: 2 })
    expect(found.output).toMatchObject({ items: [{ key: 'SHOP-1' }, { key: 'SHOP-1' }], hasMore: false })
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('google sheets', () => {
  test('follows https://developers.google.com/workspace/sheets/api/reference/rest', async () => {
    const written = z.strictObject({ valueInputOption: z.literal('USER_ENTERED'), insertDataOption: text.optional() })
    const body = z.strictObject({ values: z.array(z.array(z.unknown())) })
    const updated = { spreadsheetId: 's', updatedRange: 'Orders!A2:B2', updatedRows: 1 }
    const service = testConnector(googleSheets(client), {
      routes: [
        {
          request: 'GET /v4/spreadsheets/{id}/values/{range}',
          query: z.strictObject({ valueRenderOption: text, dateTimeRenderOption: text }),
          reply: { body: { range: 'Orders!A1:B2', majorDimension: 'ROWS', values: [['Ada', 7, true]] } },
        },
        {
          ...{ request: 'POST /v4/spreadsheets/{id}/values/{range}', query: written, body },
          reply: ({ path }) => ({ body: path.range?.endsWith(':append') ? { updates: updated } : {} }),
        },
        {
          ...{ request: 'PUT /v4/spreadsheets/{id}/values/{range}', query: written, body },
          reply: { body: updated },
        },
      ],
    })
    const at = { spreadsheet: 's1', range: 'Orders!A1:B' }
    expect((await service.run('read-rows', at)).output).toEqual({ range: 'Orders!A1:B2', values: [['Ada', 7, true]] })
    const added = await service.run('append-rows', { ...at, rows: '[["Ada", 7, null]]' })
    expect(added.output).toEqual({ updatedRange: 'Orders!A2:B2', updatedRows: 1 })
    expect(service.requests.at(-1)?.url).toContain('/values/Orders!A1%3AB:append?valueInputOption=USER_ENTERED')
    await service.run('update-rows', { ...at, rows: [['Bo']] })
    await expect(service.run('update-rows', { ...at, rows: '["Bo"]' })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('gmail', () => {
  test('follows https://developers.google.com/workspace/gmail/api/reference/rest', async () => {
    const sent = { id: 'm1', threadId: 't1', labelIds: [] }
    const at = '/gmail/v1/users/me/messages'
    const headers = [
      { name: 'From', value: 'ada@acme.example' },
      { name: 'subject', value: 'Hi' },
    ]
    const service = testConnector(gmail(client), {
      routes: [
        {
          request: `POST ${at}/send`,
          body: z.strictObject({ raw: text.regex(/^[A-Za-z0-9_-]+$/), threadId: text.optional() }),
          reply: { body: sent },
        },
        {
          request: `GET ${at}`,
          query: z.strictObject({ q: text, maxResults: text, pageToken: text.optional() }),
          reply: ({ query }) => ({
            body: query.q === 'none' ? { resultSizeEstimate: 0 } : { messages: [sent], nextPageToken: 'p2' },
          }),
        },
        {
          request: `GET ${at}/{id}`,
          query: z.strictObject({ format: z.literal('metadata'), metadataHeaders: z.array(text) }),
          reply: { body: { ...sent, snippet: 'Hello', payload: { headers } } },
        },
        {
          request: `POST ${at}/{id}/modify`,
          body: z.strictObject({ removeLabelIds: z.array(text) }),
          reply: { body: sent },
        },
      ],
    })
    const subject = `Überfällig: ${'ä'.repeat(60)}`
    const mail = { to: 'ada@acme.example', cc: 'bo@acme.example', subject, body: 'Grüße' }
    expect((await service.run('send-email', mail)).output).toEqual({ id: 'm1', threadId: 't1' })
    const { raw } = JSON.parse(service.requests[0]?.body ?? '') as { readonly raw: string }
    const source = Buffer.from(raw, 'base64url').toString('utf8')
    expect(source).toContain('To: ada@acme.example\r\nCc: bo@acme.example\r\nSubject: =?UTF-8?B?')
    expect(source.split('\r\n').every((line) => line.length <= 78)).toBe(true)
    const words = [...source.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([, word = '']) => Buffer.from(word, 'base64'))
    expect(Buffer.concat(words).toString('utf8')).toBe(subject)
    expect(source.endsWith(`\r\n\r\n${Buffer.from('Grüße').toString('base64')}`)).toBe(true)
    await expect(service.run('send-email', { ...mail, cc: 'a@b.example\r\nBcc: x@y.example' })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
    expect((await service.run('search-emails', { query: 'is:unread', limit: 1 })).output).toMatchObject({
      hasMore: true,
    })
    expect((await service.run('search-emails', { query: 'none' })).output).toEqual({ items: [], hasMore: false })
    expect((await service.run('get-email', { message: 'm1' })).output).toEqual({
      ...{ id: 'm1', threadId: 't1', snippet: 'Hello', from: 'ada@acme.example', to: '', subject: 'Hi', date: '' },
    })
    await service.run('mark-read', { message: 'm1' })
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('microsoft mail', () => {
  test('follows https://learn.microsoft.com/graph/api/resources/message', async () => {
    const message = {
      ...{ id: 'm1', subject: 'Hi', bodyPreview: 'Hello', receivedDateTime: '2026-01-01T00:00:00Z', isRead: false },
      from: { emailAddress: { address: 'ada@acme.example', name: 'Ada' } },
    }
    const recipients = z.array(z.strictObject({ emailAddress: z.strictObject({ address: z.email() }) }))
    const next = 'https://graph.microsoft.com/v1.0/me/messages?$skip=1'
    const service = testConnector(microsoftMail(client), {
      routes: [
        {
          request: 'POST /v1.0/me/sendMail',
          body: z.strictObject({
            message: z.strictObject({
              ...{ subject: text, toRecipients: recipients, ccRecipients: recipients.optional() },
              body: z.strictObject({ contentType: z.literal('Text'), content: text }),
            }),
            saveToSentItems: z.boolean(),
          }),
          reply: { status: 202 },
        },
        {
          request: 'POST /v1.0/me/messages/{id}/reply',
          body: z.strictObject({ comment: text }),
          reply: { status: 202 },
        },
        {
          request: 'PATCH /v1.0/me/messages/{id}',
          body: z.strictObject({ isRead: z.literal(true) }),
          reply: { body: { ...message, isRead: true } },
        },
        {
          request: 'GET /v1.0/me/messages',
          query: z.strictObject({
            ...{ $top: text.optional(), $select: text.optional(), $filter: text.optional(), $skip: text.optional() },
          }),
          reply: ({ query }) => ({
            body: { value: [message], ...(query.$skip === undefined ? { '@odata.nextLink': next } : {}) },
          }),
        },
      ],
    })
    const mail = { to: 'ada@acme.example, bo@acme.example', subject: 'Hi', body: 'Hello' }
    expect((await service.run('send-email', mail)).output).toEqual({})
    await service.run('reply', { message: 'm1', body: 'Thanks' })
    expect((await service.run('mark-read', { message: 'm1' })).output).toMatchObject({ isRead: true })
    const listed = await service.run('list-emails', { filter: 'isRead eq false', limit: 2 })
    expect(listed.output).toMatchObject({ items: [{ id: 'm1' }, { id: 'm1' }], hasMore: false })
    expect(service.unusedRoutes()).toEqual([])
  })
})
