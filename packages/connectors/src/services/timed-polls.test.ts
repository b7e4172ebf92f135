import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { drainPoll } from '../testing/drain-poll.ts'
import { type ConnectorTest, type SimulatedRequest, testConnector } from '../testing/index.ts'
import { airtable } from './airtable.ts'
import { hubspot } from './hubspot.ts'
import { jira } from './jira.ts'
import { notion } from './notion.ts'

const NOW = Date.parse('2026-12-01T12:00:00.000Z')
const MINUTE = 60_000
const text = z.string()
const iso = (at: number) => new Date(at).toISOString()

interface Thing {
  readonly id: string
  at: number
}

/** Things of a service, which lists them as its documentation says. */
interface World {
  readonly things: Thing[]
  /** Called before each page, as other people work meanwhile. */
  beforePage: () => void
  /** Answer to the next page instead of its things. */
  failure: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | null
}

interface Listing {
  readonly from: number
  readonly size: number
  readonly offset: string | undefined
}

/** Lists as a service with numbered pages does: a page begins at a position of the present order. */
function list(world: World, { from, size, offset }: Listing) {
  world.beforePage()
  const sorted = world.things.filter(({ at }) => at >= from).sort((one, other) => one.at - other.at)
  const start = Number(offset ?? 0)
  return {
    page: sorted.slice(start, start + size),
    next: start + size < sorted.length ? String(start + size) : undefined,
  }
}

function answerOf(world: World, body: (request: SimulatedRequest) => unknown) {
  return (request: SimulatedRequest) => {
    const { failure } = world
    world.failure = null
    return failure === null ? { body: body(request) } : { ...failure, body: {} }
  }
}

const since = /^NOT\(IS_BEFORE\(\{Changed\},DATETIME_PARSE\('(.+)'\)\)\)$/
const hubspotSearch = z.strictObject({
  filterGroups: z.tuple([
    z.strictObject({
      filters: z.tuple([
        z.strictObject({ propertyName: text, operator: z.literal('GTE'), value: text.regex(/^\d+$/) }),
      ]),
    }),
  ]),
  sorts: z.tuple([z.strictObject({ propertyName: text, direction: z.literal('ASCENDING') })]),
  ...{ properties: z.array(text), limit: z.number().max(200), after: text.regex(/^\d+$/).optional() },
})
const notionQuery = z.strictObject({
  filter: z
    .strictObject({
      timestamp: z.literal('last_edited_time'),
      last_edited_time: z.strictObject({ on_or_after: z.iso.datetime() }),
    })
    .optional(),
  sorts: z.tuple([z.strictObject({ timestamp: z.literal('last_edited_time'), direction: z.literal('ascending') })]),
  ...{ page_size: z.number().max(100), start_cursor: text.optional() },
})
const JQL = /^(?:\(project = SHOP\) AND )?updated >= "-(\d+)m" ORDER BY updated ASC, key ASC$/

/** Each service with its trigger for changes, whose times have a precision. */
const SERVICES: readonly {
  readonly name: string
  readonly trigger: string
  readonly params: Readonly<Record<string, string>>
  readonly precision: number
  readonly open: (world: World) => ConnectorTest
}[] = [
  {
    // https://airtable.com/developers/web/api/list-records
    ...{ name: 'airtable', trigger: 'new-record', precision: 1_000 },
    params: { base: 'app1', table: 'Orders', field: 'Changed' },
    open: (world) =>
      testConnector(airtable(), {
        routes: [
          {
            request: 'GET /v0/{base}/{table}',
            query: z.strictObject({
              ...{ filterByFormula: text.regex(since).optional(), pageSize: z.literal('100'), offset: text.optional() },
              ...{ 'sort[0][field]': z.literal('Changed'), 'sort[0][direction]': z.literal('asc') },
            }),
            reply: answerOf(world, ({ query }) => {
              const [, time] = since.exec(String(query.filterByFormula ?? '')) ?? []
              const from = time === undefined ? 0 : Date.parse(time)
              const offset = query.offset === undefined ? undefined : String(query.offset)
              const { page, next } = list(world, { from, size: 100, offset })
              const records = page.map(({ id, at }) => ({ id, createdTime: iso(0), fields: { Changed: iso(at) } }))
              return { records, ...(next === undefined ? {} : { offset: next }) }
            }),
          },
        ],
      }),
  },
  {
    // https://developers.hubspot.com/docs/api-reference/crm-search-v3/guide
    ...{ name: 'hubspot', trigger: 'new-record', precision: 1, params: { object: 'deals', on: 'updated' } },
    open: (world) =>
      testConnector(hubspot(), {
        routes: [
          {
            ...{ request: 'POST /crm/v3/objects/{object}/search', body: hubspotSearch },
            reply: answerOf(world, ({ body }) => {
              const { filterGroups, sorts, limit, after } = hubspotSearch.parse(body)
              const [filter] = filterGroups[0].filters
              expect([filter.propertyName, sorts[0].propertyName]).toEqual([
                'hs_lastmodifieddate',
                'hs_lastmodifieddate',
              ])
              const { page, next } = list(world, { from: Number(filter.value), size: limit, offset: after })
              const results = page.map(({ id, at }) => ({
                ...{ id, createdAt: iso(at), updatedAt: iso(at) },
                properties: { createdate: iso(at), hs_lastmodifieddate: iso(at) },
              }))
              return {
                total: world.things.length,
                results,
                paging: next === undefined ? {} : { next: { after: next } },
              }
            }),
          },
        ],
      }),
  },
  {
    // https://developers.notion.com/reference/post-database-query
    ...{ name: 'notion', trigger: 'new-page', precision: MINUTE, params: { database: 'db1', on: 'updated' } },
    open: (world) =>
      testConnector(notion(), {
        routes: [
          {
            ...{ request: 'POST /v1/databases/{id}/query', headers: { 'notion-version': '2022-06-28' } },
            body: notionQuery,
            reply: answerOf(world, ({ body }) => {
              const { filter, page_size: size, start_cursor: offset } = notionQuery.parse(body)
              const from = filter === undefined ? 0 : Date.parse(filter.last_edited_time.on_or_after)
              const { page, next } = list(world, { from: Math.floor(from / MINUTE) * MINUTE, size, offset })
              const results = page.map(({ id, at }) => ({
                ...{
                  id,
                  url: `https://notion.so/${id}`,
                  properties: {},
                  created_time: iso(0),
                  last_edited_time: iso(at),
                },
              }))
              return { results, next_cursor: next ?? null, has_more: next !== undefined }
            }),
          },
        ],
      }),
  },
  {
    // https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search
    ...{ name: 'jira', trigger: 'new-issue', precision: 1 },
    params: { site: 'acme', on: 'updated', jql: 'project = SHOP' },
    open: (world) =>
      testConnector(jira(), {
        routes: [
          {
            request: 'GET /rest/api/3/search/jql',
            query: z.strictObject({
              ...{ jql: text.regex(JQL), fields: text, maxResults: z.literal('100'), nextPageToken: text.optional() },
            }),
            reply: answerOf(world, ({ query }) => {
              const [, minutes = ''] = JQL.exec(String(query.jql)) ?? []
              // JQL knows whole minutes, and a token belongs to its query.
              const from = Math.floor((Date.now() - Number(minutes) * MINUTE) / MINUTE) * MINUTE
              const [jql, offset] = query.nextPageToken === undefined ? [] : String(query.nextPageToken).split('@')
              expect(jql ?? minutes).toBe(minutes)
              const { page, next } = list(world, { from, size: 100, offset })
              const time = (at: number) => iso(at).replace('Z', '+0000')
              const issues = page.map(({ id, at }) => ({
                ...{
                  id,
                  key: `SHOP-${id}`,
                  fields: { summary: id, status: null, created: time(0), updated: time(at) },
                },
              }))
              return { issues, ...(next === undefined ? { isLast: true } : { nextPageToken: `${minutes}@${next}` }) }
            }),
          },
        ],
      }),
  },
]

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

describe.each(SERVICES)('polls of $name', ({ trigger, params, precision, open }) => {
  const openWorld = (things: Thing[] = []) => {
    const world: World = { things, beforePage: () => undefined, failure: null }
    return { world, service: open(world) }
  }
  const rounded = (at: number) => Math.floor(at / precision) * precision
  const many = (count: number, at: (index: number) => number, prefix = '') =>
    Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, at: rounded(at(index)) }))
  const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms)
  const thingsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id.split(' ')[0])

  test('a new trigger passes over what is there, and finds what comes after it once', async () => {
    const { world, service } = openWorld(many(5, (index) => NOW - (5 - index) * 9 * MINUTE))
    const seen = new Set<string>()
    const first = await drainPoll(service, trigger, params, { seen })
    expect(first).toMatchObject({ polls: 1 })
    pass(5 * MINUTE)
    expect((await drainPoll(service, trigger, params, { cursor: first.cursor, seen })).items).toEqual([])
    world.things.push({ id: 'new', at: rounded(Date.now() - 4 * MINUTE) })
    const next = await drainPoll(service, trigger, params, { cursor: first.cursor, seen })
    expect(thingsOf(next.items)).toEqual(['new'])
    const again = await drainPoll(service, trigger, params, { cursor: next.cursor, seen })
    expect(again.items).toEqual([])
  })

  test('an empty source stays empty, and its first item is found', async () => {
    const { world, service } = openWorld()
    const first = await drainPoll(service, trigger, params)
    expect(first.items).toEqual([])
    pass(60 * MINUTE)
    world.things.push({ id: 'first', at: rounded(NOW + 30 * MINUTE) })
    const next = await drainPoll(service, trigger, params, { cursor: first.cursor })
    expect(thingsOf(next.items)).toEqual(['first'])
  })

  test('all that is there is found, also 1,500 items of one time', async () => {
    const same = NOW - 600 * MINUTE
    const { service } = openWorld([
      ...many(150, (index) => same - (200 - index) * 5 * MINUTE, 'a'),
      ...many(1_500, () => same, 'b'),
      ...many(150, (index) => same + index * MINUTE, 'c'),
    ])
    const found = await drainPoll(service, trigger, { ...params, begin: 'all' })
    expect(new Set(thingsOf(found.items)).size).toBe(1_800)
    expect(found.items).toHaveLength(1_800)
    expect(found.polls).toBeGreaterThan(3)
  })

  test('items that are changed while pages are read move others, and none is missed', async () => {
    const { world, service } = openWorld(many(900, (index) => NOW - (3_000 - index) * 4 * MINUTE))
    let changes = 0
    world.beforePage = () => {
      // The first ones of the list get the newest time, so that the others move to the front.
      for (const thing of [...world.things].sort((one, other) => one.at - other.at).slice(0, 3)) {
        if (changes < 30) thing.at = rounded(NOW - 30 * MINUTE + changes)
        changes += 1
      }
    }
    const found = await drainPoll(service, trigger, { ...params, begin: 'all' })
    expect(changes).toBeGreaterThan(20)
    expect(new Set(thingsOf(found.items)).size).toBe(900)
  })

  test('an item that is listed late is found', async () => {
    const { world, service } = openWorld(many(1, () => NOW - 10 * MINUTE))
    const seen = new Set<string>()
    const first = await drainPoll(service, trigger, params, { seen })
    world.things.push({ id: 'late', at: rounded(NOW - 10 * MINUTE - 30_000) })
    const next = await drainPoll(service, trigger, params, { cursor: first.cursor, seen })
    expect(thingsOf(next.items)).toEqual(['late'])
  })

  test('a limit of the service keeps what was found, and the next poll continues', async () => {
    const { world, service } = openWorld(many(300, (index) => NOW - (400 - index) * 5 * MINUTE))
    let pages = 0
    world.beforePage = () => {
      pages += 1
      if (pages === 2) world.failure = { status: 429, headers: { 'retry-after': '30' } }
    }
    const all = { ...params, begin: 'all' }
    const limited = await service.poll(trigger, all, null)
    expect(limited.items.length).toBeGreaterThanOrEqual(100)
    expect([limited.items.length < 300, limited.hasMore]).toEqual([true, undefined])
    const seen = new Set(limited.items.map(({ id }) => id))
    await drainPoll(service, trigger, all, { cursor: limited.cursor, seen })
    expect(seen.size).toBe(300)
    world.failure = { status: 429 }
    await expect(service.poll(trigger, all, limited.cursor)).rejects.toMatchObject({ code: 'HTTP_STATUS' })
  })
})

describe('polls', () => {
  const world = (things: Thing[]): World => ({ things, beforePage: () => undefined, failure: null })
  const openService = (name: string, state: World) => {
    const found = SERVICES.find((each) => each.name === name)
    if (found === undefined) throw new Error(name)
    return { ...found, service: found.open(state) }
  }

  test.each([
    ['airtable', 422],
    ['jira', 400],
  ])('a page token of %s that has expired begins its list again', async (name, status) => {
    const state = world(Array.from({ length: 900 }, (_, index) => ({ id: `${index}`, at: NOW - 60 * MINUTE })))
    const { trigger, params, service } = openService(name, state)
    const first = await service.poll(trigger, { ...params, begin: 'all' }, null)
    expect(first).toMatchObject({ hasMore: true, cursor: { walk: { token: expect.stringMatching(/400$/) } } })
    state.failure = { status }
    const seen = new Set(first.items.map(({ id }) => id))
    await drainPoll(service, trigger, params, { cursor: first.cursor, seen })
    expect(seen.size).toBe(900)
    state.failure = { status }
    await expect(service.poll(trigger, params, null)).rejects.toMatchObject({ details: { status } })
  })

  test('a page of Notion that is changed twice in a minute is read once that is over', async () => {
    const state = world([{ id: 'p', at: NOW }])
    const { trigger, params, service } = openService('notion', state)
    const { cursor } = await drainPoll(service, trigger, params)
    vi.setSystemTime(NOW + 40_000)
    expect((await drainPoll(service, trigger, params, { cursor })).items).toEqual([])
    vi.setSystemTime(NOW + 5 * MINUTE)
    const found = await drainPoll(service, trigger, params, { cursor })
    expect(found.items.map(({ id }) => id)).toEqual(['p 2026-12-01T12:00:00.000Z'])
  })

  test('a row of Airtable without a time is a failure that names the field', async () => {
    const service = testConnector(airtable(), {
      routes: [
        {
          ...{ request: 'GET /v0/{base}/{table}', query: z.looseObject({}) },
          reply: { body: { records: [{ id: 'rec1', createdTime: iso(0), fields: { Changed: 7 } }] } },
        },
      ],
    })
    const params = { base: 'app1', table: 'Orders', field: 'Changed' }
    await expect(service.poll('new-record', params, null)).rejects.toThrow(
      'the field "Changed" has no time in each row',
    )
    await expect(service.poll('new-record', { ...params, field: 'a}b' }, null)).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
  })

  test('a filter of Jira has no order of its own', async () => {
    const { service, params } = openService('jira', world([]))
    const ordered = { ...params, jql: 'project = SHOP ORDER BY created' }
    await expect(service.poll('new-issue', ordered, null)).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
  })

  test('records of HubSpot are found by their creation, with the properties that are wanted', async () => {
    const service = testConnector(hubspot(), {
      routes: [
        {
          ...{ request: 'POST /crm/v3/objects/contacts/search', body: hubspotSearch },
          reply: ({ body }) => {
            const { sorts, properties } = hubspotSearch.parse(body)
            expect([sorts[0].propertyName, properties]).toEqual([
              'createdate',
              ['email', 'firstname', 'lastname', 'createdate', 'lastmodifieddate', 'phone'],
            ])
            const record = { id: '7', createdAt: iso(NOW), updatedAt: iso(NOW), properties: { createdate: iso(NOW) } }
            return { body: { total: 1, results: [record] } }
          },
        },
      ],
    })
    expect((await service.poll('new-record', { properties: 'phone' }, null)).items).toMatchObject([{ id: '7' }])
  })
})
