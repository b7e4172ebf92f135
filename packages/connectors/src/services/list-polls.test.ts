import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { drainPoll } from '../testing/drain-poll.ts'
import { testConnector } from '../testing/index.ts'
import { googleSheets } from './google-sheets.ts'
import { zendesk } from './zendesk.ts'

const NOW = Date.parse('2026-12-01T12:00:00.000Z')
const MINUTE = 60_000
const text = z.string()
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

/** A sheet of a grid of 26 columns. https://developers.google.com/workspace/sheets/api/reference/rest */
function openSheet(rows: readonly (readonly (string | number)[])[], gridRows = 1_000) {
  const sheet = { rows: [...rows], gridRows }
  const requested = /^'It''s orders'!R(\d+)C1:R(\d+)C26$/
  const service = testConnector(googleSheets({ clientId: 'host', clientSecret: 'secret' }), {
    routes: [
      {
        request: 'GET /v4/spreadsheets/{id}',
        query: z.strictObject({ fields: z.literal('sheets.properties(title,gridProperties(rowCount,columnCount))') }),
        reply: () => ({
          body: {
            sheets: [
              { properties: { title: 'Chart' } },
              { properties: { title: "It's orders", gridProperties: { rowCount: sheet.gridRows, columnCount: 26 } } },
            ],
          },
        }),
      },
      {
        request: 'GET /v4/spreadsheets/{id}/values:batchGet',
        query: z.strictObject({
          ranges: z.union([text, z.array(text)]),
          ...{ valueRenderOption: z.literal('UNFORMATTED_VALUE'), dateTimeRenderOption: text },
        }),
        reply: ({ query }) => {
          const valueRanges = [query.ranges ?? []].flat().map((name) => {
            const [, first, last] = requested.exec(String(name)) ?? []
            // "Range exceeds grid limits"
            if (Number(first) > sheet.gridRows || Number(last) > sheet.gridRows) return null
            const values = sheet.rows.slice(Number(first) - 1, Number(last))
            return { range: name, majorDimension: 'ROWS', ...(values.length === 0 ? {} : { values }) }
          })
          return valueRanges.includes(null) ? { status: 400, body: {} } : { body: { valueRanges } }
        },
      },
    ],
  })
  const params = { spreadsheet: 's1', sheet: "It's orders" }
  const poll = (cursor: Parameters<typeof service.poll>[2], more: object = {}) =>
    drainPoll(service, 'new-row', { ...params, ...more }, { cursor })
  const rowsOf = async (cursor: Parameters<typeof service.poll>[2]) => {
    const { items, cursor: next } = await poll(cursor)
    return { values: items.map(({ data }) => (data as { values: Record<string, unknown> }).values.Name), cursor: next }
  }
  return { sheet, service, params, poll, rowsOf }
}
const HEAD = ['Name', 'Total', '', 'Name']

describe('new rows of Google Sheets', () => {
  test('are those below the last one, by the names of the columns', async () => {
    const { sheet, poll } = openSheet([HEAD, ['Ada', 1], ['Bo', 2]])
    const first = await poll(null)
    expect(first).toMatchObject({ polls: 1, items: [{ data: { row: 2 } }, { data: { row: 3 } }] })
    expect((await poll(first.cursor)).items).toEqual([])
    sheet.rows.push(['Cy', 3, 'x', 'Second'], [], ['Di'])
    const { items, cursor } = await poll(first.cursor)
    expect(items.map(({ data }) => data)).toEqual([
      { row: 4, values: { Name: 'Cy', Total: 3, 'Column 3': 'x', 'Name (4)': 'Second' } },
      { row: 6, values: { Name: 'Di' } },
    ])
    // The same poll again, as after the end of a process.
    expect((await poll(first.cursor)).items.map(({ id }) => id)).toEqual(items.map(({ id }) => id))
    expect((await poll(cursor)).items).toEqual([])
  })

  test('are found after rows above were deleted, inserted or changed', async () => {
    const { sheet, rowsOf, poll } = openSheet([HEAD, ...range(100).map((index) => [`r${index}`])])
    let { cursor } = await poll(null)
    sheet.rows.splice(10, 20)
    sheet.rows.push(['after deleting'])
    const deleted = await rowsOf(cursor)
    expect(deleted.values).toEqual(['after deleting'])
    sheet.rows.splice(5, 0, ['inserted'])
    sheet.rows[30] = ['changed']
    sheet.rows.push(['after inserting'])
    const inserted = await rowsOf(deleted.cursor)
    expect(inserted.values).toEqual(['after inserting'])
    // The last row is changed: it is not new.
    sheet.rows[sheet.rows.length - 1] = ['corrected']
    const corrected = await rowsOf(inserted.cursor)
    expect(corrected.values).toEqual([])
    sheet.rows.splice(2, 70)
    sheet.rows.push(['after much deleting'])
    const most = await rowsOf(corrected.cursor)
    expect(most.values).toEqual(['after much deleting'])
    cursor = most.cursor
    // The row gets the number of one that was deleted.
    sheet.rows.pop()
    const shorter = await rowsOf(cursor)
    sheet.rows.push(['after much deleting'])
    const again = await poll(shorter.cursor)
    expect(again.items.map(({ id }) => id.split(' ')[0])).toEqual(['3'])
  })

  test('are all rows of a sheet that was replaced by a shorter one', async () => {
    const { sheet, rowsOf, poll } = openSheet([HEAD, ...range(100).map((index) => [`r${index}`])])
    const { cursor } = await poll(null)
    sheet.rows.splice(1)
    const empty = await rowsOf(cursor)
    expect(empty.values).toEqual([])
    sheet.rows.push(['x'], ['y'])
    expect((await rowsOf(cursor)).values).toEqual(['x', 'y'])
    expect((await rowsOf(empty.cursor)).values).toEqual(['x', 'y'])
  })

  test.each([
    [10, 5],
    [100, 60],
  ])('are all rows of a sheet of %d rows that was filled anew with %d', async (before, after) => {
    const { sheet, rowsOf, poll } = openSheet([HEAD, ...range(before).map((index) => [`r${index}`])])
    const { cursor } = await poll(null)
    const names = range(after).map((index) => `n${index}`)
    sheet.rows = [HEAD, ...names.map((name) => [name])]
    const filled = await rowsOf(cursor)
    expect(filled.values).toEqual(names)
    sheet.rows.push(['next'])
    expect((await rowsOf(filled.cursor)).values).toEqual(['next'])
  })

  test('are those below the number of the last one, if all known rows were changed', async () => {
    const { sheet, rowsOf, poll } = openSheet([HEAD, ['a'], ['b']])
    const { cursor } = await poll(null)
    sheet.rows = [HEAD, ['c'], ['d'], ['e']]
    expect((await rowsOf(cursor)).values).toEqual(['e'])
  })

  test('may be thousands, and the grid may end with the last one', async () => {
    const rows = [HEAD, ...range(5_000).map((index) => [`r${index}`])]
    const { sheet, poll } = openSheet(rows, rows.length)
    const all = await poll(null, { begin: 'all' })
    expect([all.items.length, all.polls]).toEqual([5_000, 13])
    const first = await poll(null)
    expect(first.items.map(({ id }) => id.split(' ')[1]).at(-1)).toBe('5001')
    expect((await poll(first.cursor)).items).toEqual([])
    sheet.rows.push(['new'])
    sheet.gridRows += 1
    expect((await poll(first.cursor)).items).toHaveLength(1)
    expect((await poll(all.cursor)).items).toHaveLength(1)
  })

  test('need a sheet that is there, with a length that can be read', async () => {
    const { service, params } = openSheet([HEAD])
    const missing = service.poll('new-row', { ...params, sheet: 'Other' }, null)
    await expect(missing).rejects.toThrow('the spreadsheet has no such sheet')
    const long = openSheet([HEAD, ...range(20_000).map((index) => [`r${index}`])], 30_000)
    await expect(long.poll(null)).rejects.toThrow('it has more than 20000 rows')
  })
})

/** Exports of Zendesk. https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/ */
function openZendesk() {
  const world = { tickets: [] as { id: number; created: number; updated: number }[], failAt: 0, requests: 0 }
  const shared = { per_page: z.literal('100'), exclude_deleted: z.literal('true') }
  const query = z.union([
    z.strictObject({ start_time: text.regex(/^\d+$/), ...shared }),
    z.strictObject({ cursor: text, ...shared }),
  ])
  const service = testConnector(zendesk(), {
    routes: [
      {
        ...{ request: 'GET /api/v2/incremental/tickets/cursor.json', query },
        reply: ({ query: given }) => {
          world.requests += 1
          if (world.requests === world.failAt) return { status: 429, headers: { 'retry-after': '30' }, body: {} }
          const start = Number(given.start_time ?? 0) * 1_000
          if (start > Date.now() - MINUTE) return { status: 422, body: { error: 'StartTimeTooRecent' } }
          const [time = start, last = 0] = given.cursor === undefined ? [] : String(given.cursor).split('-').map(Number)
          // The last minute is left out.
          const sorted = world.tickets
            .filter(({ id, updated }) => updated > time || (updated === time && id > last))
            .filter(({ updated }) => updated <= Date.now() - MINUTE)
            .sort((one, other) => one.updated - other.updated || one.id - other.id)
          const page = sorted.slice(0, 100)
          const end = page.at(-1)
          const tickets = page.map(({ id, created, updated }) => ({
            ...{ id, url: `https://acme.zendesk.com/api/v2/tickets/${id}.json`, subject: 'Help', status: 'new' },
            ...{ priority: null, description: 'Please', requester_id: 1, generated_timestamp: updated / 1_000 },
            ...{ created_at: new Date(created).toISOString(), updated_at: new Date(updated).toISOString() },
          }))
          const cursor = end === undefined ? (given.cursor ?? null) : `${end.updated}-${end.id}`
          return { body: { tickets, after_cursor: cursor, end_of_stream: page.length === sorted.length } }
        },
      },
    ],
  })
  return { world, service }
}

describe('tickets of Zendesk', () => {
  const params = { subdomain: 'acme' }
  const ticketsOf = (count: number, at: number, from = 1) =>
    range(count).map((index) => ({ id: from + index, created: at, updated: at }))

  test('that are new are found once, and not those that change', async () => {
    const { world, service } = openZendesk()
    world.tickets.push(...ticketsOf(5, NOW - 60 * MINUTE))
    const first = await drainPoll(service, 'new-ticket', params)
    expect([first.items, first.polls]).toEqual([[], 1])
    world.tickets.push(...ticketsOf(2, NOW + MINUTE, 10))
    for (const ticket of world.tickets.slice(0, 3)) ticket.updated = NOW + MINUTE
    expect((await drainPoll(service, 'new-ticket', params, { cursor: first.cursor })).items).toEqual([])
    vi.setSystemTime(NOW + 5 * MINUTE)
    const found = await drainPoll(service, 'new-ticket', params, { cursor: first.cursor })
    expect(found.items.map(({ id }) => id)).toEqual(['10', '11'])
    expect((await drainPoll(service, 'new-ticket', params, { cursor: found.cursor })).items).toEqual([])
  })

  test('that change are found at each change, if they are wanted', async () => {
    const { world, service } = openZendesk()
    const on = { ...params, on: 'updated' }
    world.tickets.push(...ticketsOf(2, NOW - 60 * MINUTE))
    const { cursor } = await drainPoll(service, 'new-ticket', on)
    Object.assign(world.tickets[0] ?? {}, { updated: NOW + MINUTE })
    vi.setSystemTime(NOW + 5 * MINUTE)
    const found = await drainPoll(service, 'new-ticket', on, { cursor })
    expect(found.items.map(({ id }) => id)).toEqual(['1 2026-12-01T12:01:00.000Z'])
  })

  test('are all found, with one time and by few requests in a poll', async () => {
    const { world, service } = openZendesk()
    world.tickets.push(...ticketsOf(750, NOW - 60 * MINUTE))
    const found = await drainPoll(service, 'new-ticket', { ...params, begin: 'all' })
    expect([new Set(found.items.map(({ id }) => id)).size, found.polls]).toEqual([750, 3])
  })

  test('that were read before a limit are kept, and the next poll has the others', async () => {
    const { world, service } = openZendesk()
    world.tickets.push(...ticketsOf(250, NOW - 60 * MINUTE))
    world.failAt = 2
    const limited = await service.poll('new-ticket', { ...params, begin: 'all' }, null)
    expect(limited).toMatchObject({ items: { length: 100 } })
    const rest = await drainPoll(service, 'new-ticket', params, { cursor: limited.cursor })
    expect(rest.items).toHaveLength(150)
    world.failAt = world.requests + 1
    await expect(service.poll('new-ticket', params, rest.cursor)).rejects.toMatchObject({ retryable: true })
  })
})
