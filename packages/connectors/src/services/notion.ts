import type { JsonObject } from '@tenon/core/document'
import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { jsonOf, jsonParam, objectOf, optionalJsonParam } from '../kit/json-param.ts'
import { lookupOf } from '../kit/lookups.ts'
import { limitParam, lookedUp, optionalText, pollsFor, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollByTime, type TimedPage } from '../kit/poll-by-time.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type ServiceOptions } from '../kit/service-options.ts'

const page = z.object({ id: z.string(), url: z.string(), properties: z.record(z.string(), z.unknown()) })
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ results: z.array(item), next_cursor: z.string().nullable() })
const database = z.object({ id: z.string(), title: z.array(z.object({ plain_text: z.string() })) })
const polledPage = page.extend({ created_time: z.string(), last_edited_time: z.string() })
/** Time after the begin of a minute when Notion changes no page of that minute, also if its clock is late. */
const UNFINISHED_MS = 120_000
const PAGE_SIZE = 100
const MOST_LOOKED_UP = 500

/** Notion, by the secret of an internal integration that the pages are shared with. */
export function notion(options: ServiceOptions = {}): Connector {
  const { apiUrl, host } = apiOf('notion', options.apiUrl ?? 'https://api.notion.com')
  const service: Service = {
    ...{ id: 'notion', title: 'Notion', apiUrl, headers: { 'notion-version': '2022-06-28' } },
    icon: 'M6 4h9l4 4v12H6zM9.5 16v-6l5 6v-6',
  }
  const action = actionsOf(service)
  const databaseId = lookedUp('Database', 'databases')
  const properties = jsonParam('Properties', {
    description: 'As the API of Notion writes them.',
    placeholder: '{"Name": {"title": [{"text": {"content": "Ada"}}]}}',
  })
  return defineConnector({
    ...{ id: 'notion', title: 'Notion', auth: { kind: 'bearer' }, allowedHosts: [host] },
    // Without the header of its version, the API answers 400 for valid credentials, so the test needs none of it.
    rateLimit: { perSecond: 2.5, burst: 3 },
    lookups: {
      databases: lookupOf(
        service,
        async (call, search) => {
          const { items } = await readPages(MOST_LOOKED_UP, async (next) => {
            const filter = { property: 'object', value: 'database' }
            const json = { query: search, filter, page_size: PAGE_SIZE, start_cursor: next ?? undefined }
            const body = listOf(database).parse(await call({ method: 'POST', path: '/v1/search', json }))
            return { items: body.results, next: body.next_cursor }
          })
          return items.map(({ id, title }) => ({
            value: id,
            title: title.map((part) => part.plain_text).join('') || id,
          }))
        },
        { searches: true },
      ),
    },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-page', title: 'New Notion page', description: 'Begin with a page' },
        params: { database: lookedUp('Database', 'databases', { literal: true }), on: pollsFor('page') },
        item: polledPage,
        summary: 'Starts at a new page of {database}',
        poll: ({ params: { database: id, on }, cursor, begin, call }) => {
          const timestamp = on === 'created' ? 'created_time' : 'last_edited_time'
          const read = polledPages(on === 'created' ? null : Date.now() - UNFINISHED_MS)
          return pollByTime({
            ...{ cursor, begin, overlapMs: 180_000 },
            readPage: async (from, token) => {
              const json = {
                ...(from === 0
                  ? {}
                  : { filter: { timestamp, [timestamp]: { on_or_after: new Date(from).toISOString() } } }),
                sorts: [{ timestamp, direction: 'ascending' }],
                ...{ page_size: PAGE_SIZE, start_cursor: token ?? undefined },
              }
              return read(await call({ method: 'POST', path: pathOf`/v1/databases/${id}/query`, json }), timestamp)
            },
          })
        },
      }),
      action({
        ...{ name: 'create-page', title: 'Create Notion page', description: 'Add to a database', effect: 'write' },
        params: { database: databaseId, properties },
        output: page,
        summary: 'Adds a page to {database}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: '/v1/pages' },
            json: {
              parent: { database_id: params.database },
              properties: objectOf(params.properties, 'properties'),
            },
          }),
      }),
      action({
        ...{ name: 'update-page', title: 'Update Notion page', description: 'Change properties' },
        ...{ effect: 'write', isIdempotent: true },
        params: { page: requiredText('Page', { description: 'Its id.' }, 100), properties },
        output: page,
        summary: 'Changes {page}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'PATCH', path: pathOf`/v1/pages/${params.page}` },
            json: { properties: objectOf(params.properties, 'properties') },
          }),
      }),
      action({
        ...{ name: 'query-database', title: 'Query Notion database', description: 'Pages of a database' },
        effect: 'read',
        params: { database: databaseId, filter: optionalJsonParam('Filter'), limit: limitParam(2_000, 100) },
        output: z.object({ items: z.array(page), hasMore: z.boolean() }),
        summary: 'Queries {database}',
        run: ({ params, call }) =>
          readPages(params.limit, async (next) => {
            const filter = params.filter === undefined ? undefined : jsonOf(params.filter, 'filter')
            const json = { filter, page_size: Math.min(params.limit, PAGE_SIZE), start_cursor: next ?? undefined }
            const path = pathOf`/v1/databases/${params.database}/query`
            const body = listOf(page).parse(await call({ method: 'POST', path, json }))
            return { items: body.results, next: body.next_cursor }
          }),
      }),
      action({
        ...{ name: 'append-text', title: 'Append to Notion page', description: 'Add a paragraph', effect: 'write' },
        params: {
          page: requiredText('Page', { description: 'Its id.' }, 100),
          text: requiredText('Text', { control: 'prompt' }, 2_000),
          link: optionalText('Link', {}, 2_000),
        },
        output: z.object({ results: z.array(z.object({ id: z.string() })) }),
        summary: 'Appends to {page}',
        run: ({ params: { page: id, text, link }, call }) => {
          const content = { content: text, link: link === undefined ? undefined : { url: link } }
          const paragraph = { rich_text: [{ type: 'text', text: content }] }
          const json = { children: [{ object: 'block', type: 'paragraph', paragraph }] }
          return call({ method: 'PATCH', path: pathOf`/v1/blocks/${id}/children`, json })
        },
      }),
    ],
  })
}

/**
 * Creates the function that reads pages for a poll. Times of Notion are rounded down to the minute, so a page that is changed
 * twice within one has the same time: pages of a minute that is not over are left to a later poll.
 *
 * @param before - Pages at or after this time are left out, in milliseconds since the Unix epoch; `null` for none.
 */
function polledPages(before: number | null) {
  return (body: unknown, timestamp: 'created_time' | 'last_edited_time'): TimedPage => {
    const { results, next_cursor: next } = listOf(polledPage).parse(body)
    const items = results.map((data) => {
      const id = timestamp === 'created_time' ? data.id : `${data.id} ${data.last_edited_time}`
      return { id, data: data as JsonObject, at: Date.parse(data[timestamp]) }
    })
    const finished = before === null ? items : items.filter(({ at }) => at < before)
    return { items: finished, next: finished.length < items.length ? null : next }
  }
}
