import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { drainPoll } from '../testing/drain-poll.ts'
import { testConnector } from '../testing/index.ts'
import { salesforce } from './salesforce.ts'
import { bindSoql } from './soql.ts'

const text = z.string()
const client = { clientId: 'host', clientSecret: 'secret' }
const account = { apiUrl: 'https://acme.my.salesforce.com' }
const AT = '/services/data/v62.0'
const attributes = { type: 'Contact', url: `${AT}/sobjects/Contact/003` }
const fields = z.record(z.string(), z.unknown())
const queried = z.strictObject({ q: text })

describe('salesforce', () => {
  test('follows https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest', async () => {
    const service = testConnector(salesforce(client), {
      account,
      routes: [
        {
          ...{ request: `GET ${AT}/query`, query: queried },
          reply: ({ query }) => {
            expect(query.q).toBe("SELECT Id, Name FROM Contact WHERE Email = 'o\\'neil@acme.example' AND Age > 7")
            const records = [{ attributes, Id: '003A', Name: 'Ada' }]
            return { body: { totalSize: 2, done: false, records, nextRecordsUrl: `${AT}/query/01g-2000` } }
          },
        },
        {
          request: `GET ${AT}/query/{locator}`,
          reply: { body: { totalSize: 2, done: true, records: [{ attributes, Id: '003B', Name: 'Bo' }] } },
        },
        {
          ...{
            request: `GET ${AT}/sobjects/{object}/{id}`,
            query: z.strictObject({ fields: z.literal('Id,Name,Owner.Name') }),
          },
          reply: { body: { attributes, Id: '003A', Name: 'Ada', Owner: { Name: 'Bo' } } },
        },
        {
          ...{ request: `POST ${AT}/sobjects/{object}`, body: fields },
          reply: { status: 201, body: { id: '003C', success: true, errors: [] } },
        },
        { ...{ request: `PATCH ${AT}/sobjects/{object}/{id}`, body: fields }, reply: { status: 204 } },
        {
          ...{ request: `PATCH ${AT}/sobjects/{object}/{field}/{id}`, body: fields },
          reply: { status: 201, body: { id: '003D', success: true, errors: [], created: true } },
        },
      ],
    })
    const soql = 'SELECT Id, Name FROM Contact WHERE Email = :email AND Age > :age'
    const found = await service.run('query', { soql, values: '{"email": "o\'neil@acme.example", "age": 7}', limit: 5 })
    expect(found.output).toEqual({
      items: [
        { Id: '003A', Name: 'Ada' },
        { Id: '003B', Name: 'Bo' },
      ],
      hasMore: false,
    })
    const read = await service.run('get-record', { object: 'Contact', record: '003A', fields: 'Name, Owner.Name' })
    expect(read.output).toEqual({ Id: '003A', Name: 'Ada', Owner: { Name: 'Bo' } })
    const at = { object: 'Contact', fields: '{"LastName": "Lovelace"}' }
    expect((await service.run('create-record', at)).output).toEqual({ id: '003C', success: true })
    expect((await service.run('update-record', { ...at, record: '003A' })).output).toEqual({ id: '003A' })
    const upsert = { ...at, externalField: 'Number__c', externalId: 'A/7' }
    expect((await service.run('upsert-record', upsert)).output).toMatchObject({ created: true })
    expect(service.requests.at(-1)?.url).toBe(`${account.apiUrl}${AT}/sobjects/Contact/Number__c/A%2F7`)
    await expect(service.run('create-record', { ...at, object: 'Contact/x' })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
    })
    expect(service.unusedRoutes()).toEqual([])
  })

  test('sends nothing without the URL of the organization, or to another one', async () => {
    const routes = [{ request: `POST ${AT}/sobjects/{object}`, body: fields, reply: { status: 201, body: {} } }]
    const params = { object: 'Contact', fields: '{}' }
    const unknown = testConnector(salesforce(client), { routes })
    await expect(unknown.run('create-record', params)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    const other = testConnector(salesforce(client), { routes, account: { apiUrl: 'https://evil.example' } })
    await expect(other.run('create-record', params)).rejects.toThrow('is not allowed')
    expect(salesforce({ ...client, apiUrl: 'http://127.0.0.1:8080' }).allowedHosts).toEqual(['http://127.0.0.1:8080'])
  })
})

describe('values in SOQL', () => {
  test.each<[string, unknown, string]>([
    ['A = :a', { a: `\\' OR ''='` }, `A = '\\\\\\' OR \\'\\'=\\''`],
    ['A IN :list AND B = :b', { list: ['x', 2, null], b: true }, `A IN ('x', 2, null) AND B = true`],
    [
      'A > :day AND B < :at',
      { day: { date: '2026-12-01' }, at: { datetime: '2026-12-01T12:00:00Z' } },
      'A > 2026-12-01 AND B < 2026-12-01T12:00:00Z',
    ],
    [`A = ':a \\' :b' AND B = :b`, { b: 'line\nfeed' }, `A = ':a \\' :b' AND B = 'line\\nfeed'`],
    ['A > 2026-12-01T12:00:00Z', undefined, 'A > 2026-12-01T12:00:00Z'],
  ])('%s', (soql, values, expected) => expect(bindSoql(soql, values)).toBe(expected))

  test.each<[string, unknown]>([
    ['A = :missing', {}],
    ['A = :toString', {}],
    ['A = :a', { a: { b: 1 } }],
    ['A = :a', { a: [] }],
    ['A = :a', { a: { date: '2026-12-01 OR A != null' } }],
    ["A = 'open AND B = :b", { b: ' OR A != ' }],
  ])('%s with %j is refused', (soql, values) => {
    expect(() => bindSoql(soql, values)).toThrow(expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }))
  })
})

describe('new records of Salesforce', () => {
  const NOW = Date.parse('2026-12-01T12:00:00.000Z')
  const QUERY =
    /^SELECT Id, CreatedDate, SystemModstamp, Name FROM Contact WHERE SystemModstamp > (\S+) OR \(SystemModstamp = \1(?: AND Id > '(\w+)')?\) ORDER BY SystemModstamp ASC, Id ASC LIMIT 200$/
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
  afterEach(() => void vi.useRealTimers())

  test('are found by their time and id, each once, also hundreds of one second', async () => {
    const world: { Id: string; at: number }[] = []
    const add = (prefix: string, count: number, at: number) => {
      for (let index = 0; index < count; index += 1)
        world.push({ Id: `${prefix}${String(index).padStart(4, '0')}`, at })
    }
    const service = testConnector(salesforce(client), {
      account,
      routes: [
        {
          ...{ request: `GET ${AT}/query`, query: z.strictObject({ q: text.regex(QUERY) }) },
          reply: ({ query }) => {
            const [, time = '', id = ''] = QUERY.exec(String(query.q)) ?? []
            const from = Date.parse(time)
            const records = world
              .filter((each) => each.at > from || (each.at === from && each.Id > id))
              .sort((one, other) => one.at - other.at || (one.Id < other.Id ? -1 : 1))
              .slice(0, 200)
              .map(({ Id, at }) => {
                const date = new Date(at).toISOString().replace('Z', '+0000')
                return { attributes, Id, CreatedDate: date, SystemModstamp: date, Name: Id }
              })
            return { body: { totalSize: records.length, done: true, records } }
          },
        },
      ],
    })
    const params = { object: 'Contact', fields: 'Name', on: 'updated' }
    add('old', 3, NOW - 90_000_000)
    const seen = new Set<string>()
    const first = await drainPoll(service, 'new-record', params, { seen })
    expect(first.items).toEqual([])
    add('many', 900, NOW + 60_000)
    add('later', 2, NOW + 120_000)
    const found = await drainPoll(service, 'new-record', params, { cursor: first.cursor, seen })
    expect(new Set(found.items.map(({ id }) => id.split(' ')[0])).size).toBe(902)
    expect(found.items[0]?.data).toEqual({
      ...{ Id: 'many0000', Name: 'many0000' },
      ...{ CreatedDate: '2026-12-01T12:01:00.000+0000', SystemModstamp: '2026-12-01T12:01:00.000+0000' },
    })
    // A transaction of 4 minutes.
    add('slow', 1, NOW - 120_000)
    const next = await drainPoll(service, 'new-record', params, { cursor: found.cursor, seen })
    expect(next.items.map(({ id }) => id.split(' ')[0])).toEqual(['slow0000'])
    expect((await drainPoll(service, 'new-record', params, { cursor: next.cursor, seen })).items).toEqual([])
    const all = await drainPoll(service, 'new-record', { ...params, begin: 'all' })
    expect(all.items).toHaveLength(906)
    // Each page but the first begins with the last record of the one before.
    for (let minute = 0; minute < 600; minute += 1) add(`own${minute}x`, 1, NOW + (10 + minute) * 60_000)
    const spread = await drainPoll(service, 'new-record', params, { cursor: { at: NOW + 15 * 60_000 } })
    expect(spread.items).toHaveLength(600)
  })
})
