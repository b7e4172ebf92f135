import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testConnector } from '../testing/index.ts'
import { airtable } from './airtable.ts'
import { hubspot } from './hubspot.ts'
import { notion } from './notion.ts'
import { stripe } from './stripe.ts'
import { twilio } from './twilio.ts'
import { zendesk } from './zendesk.ts'

const FORM = 'application/x-www-form-urlencoded'
const text = z.string()
const properties = z.record(text, z.unknown())
const form = (shape: z.ZodRawShape) => ({ body: z.strictObject(shape), contentType: FORM })
const KEY = { 'idempotency-key': 'test-run/node_under_test' }

describe('stripe', () => {
  test('follows https://docs.stripe.com/api', async () => {
    const customer = (id: string) => ({ id, object: 'customer', email: 'ada@acme.example', name: null })
    const version = { 'stripe-version': '2024-06-20' }
    const service = testConnector(stripe(), {
      routes: [
        {
          ...{ request: 'POST /v1/customers', headers: { ...KEY, ...version } },
          ...form({ email: text, name: text.optional() }),
          reply: { body: customer('cus_1') },
        },
        {
          ...{ request: 'GET /v1/customers', headers: version },
          query: z.strictObject({ email: text, limit: text, starting_after: text.optional() }),
          reply: ({ query }) => ({
            body: {
              data: [customer(`cus_${query.starting_after ?? ''}x`)],
              has_more: query.starting_after === undefined,
            },
          }),
        },
        {
          request: 'GET /v1/payment_intents/{id}',
          reply: ({ path }) => ({ body: { id: path.id, amount: 700, currency: 'nok', status: 'succeeded' } }),
        },
        {
          ...{ request: 'POST /v1/refunds', headers: KEY },
          ...form({ payment_intent: text, amount: text, reason: text }),
          reply: { body: { id: 're_1', amount: 200, currency: 'nok', status: 'pending' } },
        },
      ],
    })
    const created = await service.run('create-customer', { email: 'ada@acme.example' })
    expect(created.output).toEqual({ id: 'cus_1', email: 'ada@acme.example', name: null })
    const found = await service.run('find-customers', { email: 'ada@acme.example' })
    expect(found.output).toMatchObject({ items: [{ id: 'cus_x' }, { id: 'cus_cus_xx' }], hasMore: false })
    expect((await service.run('get-payment', { payment: 'pi_1' })).output).toMatchObject({ id: 'pi_1' })
    await service.run('refund', { payment: 'pi_1', amount: 200 })
    expect(service.requests.at(-1)?.body).toBe('payment_intent=pi_1&amount=200&reason=requested_by_customer')
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('airtable', () => {
  test('follows https://airtable.com/developers/web/api', async () => {
    const record = { id: 'rec1', createdTime: '2026-01-01T00:00:00.000Z', fields: { Name: 'Ada' } }
    const body = z.strictObject({ fields: properties, typecast: z.literal(true) })
    const service = testConnector(airtable(), {
      routes: [
        {
          request: 'GET /v0/{base}/{table}',
          query: z.strictObject({ filterByFormula: text, pageSize: text, offset: text.optional() }),
          reply: ({ query }) => ({
            body: query.offset === undefined ? { records: [record], offset: 'p2' } : { records: [record] },
          }),
        },
        { request: 'POST /v0/{base}/{table}', body, reply: { body: record } },
        { request: 'PATCH /v0/{base}/{table}/{record}', body, reply: { body: record } },
        {
          request: 'GET /v0/meta/bases',
          query: z.strictObject({ offset: text.optional() }),
          reply: { body: { bases: [{ id: 'app1', name: 'Sales', permissionLevel: 'create' }] } },
        },
      ],
    })
    const at = { base: 'app1', table: 'Open orders' }
    const listed = await service.run('list-records', { ...at, formula: '{A} = 1', limit: 50 })
    expect(listed.output).toEqual({ items: [record, record], hasMore: false })
    await service.run('create-record', { ...at, fields: '{"Name": "Ada"}' })
    await service.run('update-record', { ...at, record: 'rec1', fields: { Name: 'Ada' } })
    expect(service.requests.at(-1)?.url).toBe('https://api.airtable.com/v0/app1/Open%20orders/rec1')
    for (const fields of ['[1]', '{', '']) {
      const refused = service.run('create-record', { ...at, fields })
      await expect(refused).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
    }
    expect(await service.lookUp('bases', 'sal')).toEqual([{ value: 'app1', title: 'Sales' }])
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('hubspot', () => {
  test('follows https://developers.hubspot.com/docs/api-reference', async () => {
    const contact = { id: '1', properties: { email: 'ada@acme.example' }, archived: false }
    const body = z.strictObject({ properties })
    const service = testConnector(hubspot(), {
      routes: [
        { request: 'POST /crm/v3/objects/contacts', body, reply: { status: 201, body: contact } },
        { request: 'PATCH /crm/v3/objects/contacts/{id}', body, reply: { body: contact } },
        { request: 'POST /crm/v3/objects/deals', body, reply: { status: 201, body: contact } },
        {
          request: 'POST /crm/v3/objects/contacts/search',
          body: z.strictObject({
            filterGroups: z.array(properties),
            limit: z.number().max(100),
            after: text.optional(),
          }),
          reply: ({ body: search }) => ({
            body:
              (search as { after?: string }).after === undefined
                ? { results: [contact], paging: { next: { after: '1' } } }
                : { results: [contact] },
          }),
        },
      ],
    })
    await service.run('create-contact', { email: 'ada@acme.example', properties: '{"phone": "1"}' })
    expect(JSON.parse(service.requests[0]?.body ?? '')).toEqual({
      properties: { phone: '1', email: 'ada@acme.example' },
    })
    await service.run('update-contact', { contact: '1', firstname: 'Ada' })
    await service.run('create-deal', { name: 'Big', amount: 5 })
    expect(JSON.parse(service.requests[2]?.body ?? '')).toEqual({ properties: { dealname: 'Big', amount: '5' } })
    const found = await service.run('find-contacts', { email: 'ada@acme.example', limit: 2 })
    expect(found.output).toMatchObject({ items: [{ id: '1' }, { id: '1' }], hasMore: false })
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('notion', () => {
  test('follows https://developers.notion.com/reference', async () => {
    const page = { object: 'page', id: 'p1', url: 'https://www.notion.so/p1', properties: {} }
    const headers = { 'notion-version': '2022-06-28' }
    const service = testConnector(notion(), {
      routes: [
        {
          ...{ request: 'POST /v1/pages', headers, reply: { body: page } },
          body: z.strictObject({ parent: z.strictObject({ database_id: text }), properties }),
        },
        { request: 'PATCH /v1/pages/{id}', headers, body: z.strictObject({ properties }), reply: { body: page } },
        {
          ...{ request: 'POST /v1/databases/{id}/query', headers },
          body: z.strictObject({ filter: properties.optional(), page_size: z.number(), start_cursor: text.optional() }),
          reply: { body: { results: [page], next_cursor: null } },
        },
        {
          ...{ request: 'PATCH /v1/blocks/{id}/children', headers },
          body: z.strictObject({ children: z.array(properties) }),
          reply: { body: { results: [{ id: 'b1' }] } },
        },
        {
          ...{ request: 'POST /v1/search', headers },
          body: z.strictObject({ query: text, filter: properties, page_size: z.number() }),
          reply: {
            body: {
              results: [
                { id: 'd1', title: [{ plain_text: 'Tasks' }] },
                { id: 'd2', title: [] },
              ],
              next_cursor: null,
            },
          },
        },
      ],
    })
    await service.run('create-page', { database: 'd1', properties: '{"Name": {"title": []}}' })
    await service.run('update-page', { page: 'p1', properties: {} })
    const queried = await service.run('query-database', { database: 'd1', filter: '{"property": "A"}' })
    expect(queried.output).toMatchObject({ items: [{ id: 'p1' }], hasMore: false })
    await service.run('query-database', { database: 'd1' })
    await service.run('append-text', { page: 'p1', text: 'Hello', link: 'https://acme.example' })
    expect(await service.lookUp('databases')).toEqual([
      { value: 'd1', title: 'Tasks' },
      { value: 'd2', title: 'd2' },
    ])
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('twilio', () => {
  test('follows https://www.twilio.com/docs/messaging/api', async () => {
    const message = { sid: 'SM1', status: 'queued', to: '+47', from: null, body: 'Hi', error_code: null }
    const service = testConnector(twilio(), {
      account: { username: 'AC1' },
      routes: [
        {
          request: 'POST /2010-04-01/Accounts/AC1/Messages.json',
          ...form({ To: text, Body: text, From: text.optional(), MessagingServiceSid: text.optional() }),
          reply: { status: 201, body: message },
        },
        { request: 'GET /2010-04-01/Accounts/AC1/Messages/SM1.json', reply: { body: message } },
        {
          request: 'GET /2010-04-01/Accounts/AC1/Messages.json',
          query: z.strictObject({ PageSize: text, To: text.optional(), Page: text.optional() }),
          reply: ({ query }) => ({
            body: {
              messages: [message],
              next_page_uri:
                query.Page === undefined ? '/2010-04-01/Accounts/AC1/Messages.json?PageSize=100&Page=1' : null,
            },
          }),
        },
      ],
    })
    await service.run('send-sms', { to: '+47', from: '+46', body: 'Hi' })
    await service.run('send-sms', { to: '+47', from: 'MG1', body: 'Hi' })
    expect(service.requests.map(({ body }) => body)).toEqual([
      'To=%2B47&Body=Hi&From=%2B46',
      'To=%2B47&Body=Hi&MessagingServiceSid=MG1',
    ])
    expect((await service.run('get-message', { message: 'SM1' })).output).toMatchObject({ status: 'queued' })
    const listed = await service.run('list-messages', { limit: 2 })
    expect(listed.output).toMatchObject({ items: [{ sid: 'SM1' }, { sid: 'SM1' }], hasMore: false })
    expect(service.unusedRoutes()).toEqual([])
  })
})

describe('zendesk', () => {
  test('follows https://developer.zendesk.com/api-reference', async () => {
    const ticket = { id: 7, url: 'https://acme.zendesk.com/7', subject: 'Broken', status: 'open', priority: null }
    const next = 'https://acme.zendesk.com/api/v2/search.json?query=x&per_page=100&page=2'
    const service = testConnector(zendesk(), {
      routes: [
        {
          ...{ request: 'POST /api/v2/tickets.json', headers: KEY, reply: { status: 201, body: { ticket } } },
          body: z.strictObject({ ticket: properties }),
        },
        {
          ...{ request: 'PUT /api/v2/tickets/{id}', reply: { body: { ticket } } },
          body: z.strictObject({ ticket: properties }),
        },
        {
          request: 'GET /api/v2/search.json',
          query: z.strictObject({ query: text, per_page: z.literal('100'), page: text.optional() }),
          reply: ({ query }) => ({ body: { results: [ticket], next_page: query.page === undefined ? next : null } }),
        },
      ],
    })
    const subdomain = 'acme'
    const params = { subdomain, subject: 'Broken', body: 'It is.', email: 'ada@acme.example', tags: 'a, b' }
    expect((await service.run('create-ticket', params)).output).toMatchObject({ id: 7 })
    expect(JSON.parse(service.requests[0]?.body ?? '')).toMatchObject({
      ticket: { tags: ['a', 'b'], requester: { email: 'ada@acme.example' }, comment: { body: 'It is.' } },
    })
    await service.run('create-ticket', { subdomain, subject: 'Broken', body: 'It is.' })
    await service.run('update-ticket', { subdomain, ticket: 7, comment: 'Done', status: 'solved' })
    await service.run('update-ticket', { subdomain, ticket: 7, priority: 'high' })
    const found = await service.run('search-tickets', { subdomain, query: 'x', limit: 2 })
    expect(found.output).toMatchObject({ items: [{ id: 7 }, { id: 7 }], hasMore: false })
    expect(service.unusedRoutes()).toEqual([])
    await expect(service.run('search-tickets', { subdomain: 'evil.example/', query: 'x' })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
  })
})
