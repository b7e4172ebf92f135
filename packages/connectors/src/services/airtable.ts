import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { jsonParam, objectOf } from '../kit/json-param.ts'
import { lookupOf } from '../kit/lookups.ts'
import { limitParam, lookedUp, optionalText, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollByTime } from '../kit/poll-by-time.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type ServiceOptions } from '../kit/service-options.ts'

const record = z.object({ id: z.string(), createdTime: z.string(), fields: z.record(z.string(), z.unknown()) })
const basesPage = z.object({
  bases: z.array(z.object({ id: z.string(), name: z.string() })),
  offset: z.string().optional(),
})
const recordsPage = z.object({ records: z.array(record), offset: z.string().optional() })
const PAGE_SIZE = 100
/** Name of a field in a formula, which has no way to write braces in all cases. */
const FIELD = /^[^{}\\]+$/
const MOST_BASES = 1_000

/** Airtable, by a personal access token with the scopes `data.records:read`, `data.records:write` and `schema.bases:read`. */
export function airtable(options: ServiceOptions = {}): Connector {
  const { apiUrl, host } = apiOf('airtable', options.apiUrl ?? 'https://api.airtable.com')
  const service: Service = {
    ...{ id: 'airtable', title: 'Airtable', apiUrl },
    icon: 'M4 5h16v14H4zM4 10h16M9.5 10v9',
  }
  const action = actionsOf(service)
  const base = lookedUp('Base', 'bases', { placeholder: 'appXXXXXXXXXXXXXX' })
  const table = requiredText('Table', { description: 'Name or id of the table.' }, 255)
  const recordId = requiredText('Record', { placeholder: 'recXXXXXXXXXXXXXX' }, 100)
  const fields = jsonParam('Fields', {
    description: 'Values by the names of the columns.',
    placeholder: '{"Name": "Ada"}',
  })
  return defineConnector({
    ...{ id: 'airtable', title: 'Airtable', auth: { kind: 'bearer' }, allowedHosts: [host] },
    test: { url: `${apiUrl}/v0/meta/whoami` },
    // Of 5 in a second for a base.
    rateLimit: { perSecond: 4, burst: 4 },
    lookups: {
      bases: lookupOf(service, async (call) => {
        const { items } = await readPages(MOST_BASES, async (next) => {
          const body = basesPage.parse(await call({ path: '/v0/meta/bases', query: { offset: next } }))
          return { items: body.bases, next: body.offset ?? null }
        })
        return items.map(({ id, name }) => ({ value: id, title: name }))
      }),
    },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-record', title: 'New Airtable record', description: 'Begin with a row' },
        params: {
          base: lookedUp('Base', 'bases', { placeholder: 'appXXXXXXXXXXXXXX', literal: true }),
          table: requiredText('Table', { description: 'Name or id of the table.', literal: true }, 255),
          field: requiredText(
            'Time field',
            {
              description:
                'Field of the type "Created time" or "Last modified time"; the latter starts at changes too.',
              ...{ placeholder: 'Created', literal: true, pattern: FIELD.source },
            },
            255,
          ).regex(FIELD, 'Enter the name of a field, without braces'),
        },
        item: record,
        summary: 'Starts at a new row of {table}',
        poll: ({ params: { base: baseId, table: name, field }, cursor, begin, call }) =>
          pollByTime({
            ...{ cursor, begin, overlapMs: 60_000, precisionMs: 1_000, expiredStatus: 422 },
            readPage: async (from, token) => {
              // The times of Airtable have no milliseconds.
              const since = new Date(Math.floor(from / 1_000) * 1_000).toISOString()
              const query = {
                filterByFormula: from === 0 ? undefined : `NOT(IS_BEFORE({${field}},DATETIME_PARSE('${since}')))`,
                ...{ 'sort[0][field]': field, 'sort[0][direction]': 'asc', pageSize: PAGE_SIZE, offset: token },
              }
              const body = recordsPage.parse(await call({ path: pathOf`/v0/${baseId}/${name}`, query }))
              const items = body.records.map((data) => {
                const time = data.fields[field]
                return { id: `${data.id} ${String(time)}`, data: data as JsonObject, at: timeOf(time, field) }
              })
              return { items, next: body.offset ?? null }
            },
          }),
      }),
      action({
        ...{ name: 'list-records', title: 'List Airtable records', description: 'Rows of a table', effect: 'read' },
        params: {
          ...{ base, table },
          formula: optionalText('Filter', { description: 'A formula of Airtable.', placeholder: '{Status} = "Open"' }),
          limit: limitParam(5_000, 100),
        },
        output: z.object({ items: z.array(record), hasMore: z.boolean() }),
        summary: 'Lists {table}',
        run: ({ params, call }) =>
          readPages(params.limit, async (next) => {
            const pageSize = Math.min(params.limit, PAGE_SIZE)
            const query = { filterByFormula: params.formula, pageSize, offset: next }
            const body = recordsPage.parse(await call({ path: pathOf`/v0/${params.base}/${params.table}`, query }))
            return { items: body.records, next: body.offset ?? null }
          }),
      }),
      action({
        ...{ name: 'create-record', title: 'Create Airtable record', description: 'Add a row', effect: 'write' },
        params: { base, table, fields },
        output: record,
        summary: 'Adds a row to {table}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: pathOf`/v0/${params.base}/${params.table}` },
            json: { fields: objectOf(params.fields, 'fields'), typecast: true },
          }),
      }),
      action({
        ...{ name: 'update-record', title: 'Update Airtable record', description: 'Change a row' },
        ...{ effect: 'write', isIdempotent: true },
        params: { base, table, record: recordId, fields },
        output: record,
        summary: 'Changes {record} in {table}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'PATCH', path: pathOf`/v0/${params.base}/${params.table}/${params.record}` },
            json: { fields: objectOf(params.fields, 'fields'), typecast: true },
          }),
      }),
    ],
  })
}

function timeOf(value: unknown, field: string): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new TenonError('HTTP_RESPONSE_INVALID', `Airtable: the field "${field}" has no time in each row`, {
    remedy: 'Choose a field of the type "Created time" or "Last modified time".',
    retryable: false,
  })
}
