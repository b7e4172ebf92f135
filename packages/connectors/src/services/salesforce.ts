import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connection, type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { jsonOf, jsonParam, objectOf, optionalJsonParam } from '../kit/json-param.ts'
import { limitParam, partsOf, pollsFor, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollByTime } from '../kit/poll-by-time.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type OAuthOptions } from '../kit/service-options.ts'
import { bindSoql, quoteSoql } from './soql.ts'

/** Options of {@link salesforce}. */
export interface SalesforceOptions extends OAuthOptions {
  /**
   * Server on which people log in: `https://test.salesforce.com` for sandboxes, or the domain of one organization.
   *
   * @defaultValue 'https://login.salesforce.com'
   */
  readonly loginUrl?: string
}

const record = z.looseObject({ Id: z.string() })
const polledRecord = record.extend({ CreatedDate: z.string(), SystemModstamp: z.string() })
const queryPage = z.object({
  records: z.array(z.record(z.string(), z.unknown())),
  nextRecordsUrl: z.string().optional(),
})
const polledPage = z.object({ records: z.array(polledRecord) })
const saved = z.object({ id: z.string(), success: z.boolean() })
const VERSION = '/services/data/v62.0'
const PAGE_SIZE = 200
/** Salesforce ends an access token with a session, after two hours by default, and does not say when. */
const TOKEN_LIFETIME_MS = 3_600_000

/**
 * Salesforce, by a connected app of the host with the scopes `api` and `refresh_token`. Each account has its own server, whose
 * URL Salesforce returns with the tokens.
 *
 * @param options - With `apiUrl`, that server must have the host of this URL.
 */
export function salesforce(options: SalesforceOptions): Connector {
  const { clientId, clientSecret, scopes = ['api', 'refresh_token'] } = options
  const { apiUrl: loginUrl } = apiOf('salesforce', options.loginUrl ?? 'https://login.salesforce.com')
  const allowedHosts =
    options.apiUrl === undefined ? ['*.my.salesforce.com'] : [apiOf('salesforce', options.apiUrl).host]
  const service: Service = {
    ...{ id: 'salesforce', title: 'Salesforce', apiUrl: loginUrl },
    icon: 'M7 17a4 4 0 0 1-.5-8A5 5 0 0 1 16 8.5a4.3 4.3 0 0 1 1 8.5z',
  }
  const action = actionsOf(service)
  const name = (title: string, meta: object) =>
    requiredText(title, { literal: true, ...meta }, 80).regex(NAME, NAME_FAULT)
  const object = name('Object', { placeholder: 'Contact' })
  const recordId = requiredText('Record', { description: 'Its id.', placeholder: '003…' }, 18)
  const fields = jsonParam('Fields', { placeholder: '{"LastName": "Lovelace"}' })
  const read = requiredText('Fields', { placeholder: 'Name, Email', literal: true }, 4_000).regex(NAMES, NAME_FAULT)
  return defineConnector({
    ...{ id: 'salesforce', title: 'Salesforce', allowedHosts },
    auth: {
      ...{ kind: 'oauth2', authorizationUrl: `${loginUrl}/services/oauth2/authorize` },
      ...{ tokenUrl: `${loginUrl}/services/oauth2/token`, clientId, clientSecret, scopes },
      ...{ apiUrlIn: 'instance_url', tokenLifetimeMs: TOKEN_LIFETIME_MS },
    },
    // Of 15,000 in a day in the smallest paid edition, with bursts.
    rateLimit: { perSecond: 5, burst: 20 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-record', title: 'New Salesforce record', description: 'Begin with a record' },
        params: { object, fields: read, on: pollsFor('record') },
        item: polledRecord,
        summary: 'Starts at a new {object}',
        poll: ({ params, cursor, begin, account, call }) =>
          pollByTime({
            // A record has the time at which its transaction has begun, and is seen when that has ended.
            ...{ cursor, begin, overlapMs: 300_000 },
            readPage: async (from, token) => {
              const time = params.on === 'created' ? 'CreatedDate' : 'SystemModstamp'
              const since = new Date(from).toISOString()
              const after = token === null ? '' : ` AND Id > ${quoteSoql(token)}`
              const names = new Set(['Id', 'CreatedDate', 'SystemModstamp', ...(partsOf(params.fields) ?? [])])
              const q = [
                `SELECT ${[...names].join(', ')} FROM ${params.object}`,
                `WHERE ${time} > ${since} OR (${time} = ${since}${after})`,
                `ORDER BY ${time} ASC, Id ASC LIMIT ${PAGE_SIZE}`,
              ].join(' ')
              const { records } = polledPage.parse(await call({ path: urlOf(account, '/query'), query: { q } }))
              const items = records.map(withoutAttributes).map((data) => ({
                id: params.on === 'created' ? data.Id : `${data.Id} ${data.SystemModstamp}`,
                ...{ data: data as JsonObject, at: Date.parse(data[time]) },
              }))
              return { items, next: items.length < PAGE_SIZE ? null : (records.at(-1)?.Id ?? null) }
            },
          }),
      }),
      action({
        ...{ name: 'query', title: 'Query Salesforce', description: 'Find by SOQL', effect: 'read', timeout: '5m' },
        params: {
          soql: requiredText(
            'SOQL',
            {
              ...{ control: 'code', literal: true, placeholder: 'SELECT Id FROM Contact WHERE Email = :email' },
              description: 'Values come from the next field, by their names.',
            },
            20_000,
          ),
          values: optionalJsonParam('Values', { placeholder: '{"email": {{input.email}}}' }),
          limit: limitParam(10_000, 100),
        },
        output: z.object({ items: z.array(z.record(z.string(), z.unknown())), hasMore: z.boolean() }),
        summary: 'Queries {soql}',
        run: async ({ params, account, call }) => {
          const values = params.values === undefined ? {} : jsonOf(params.values, 'values')
          const q = bindSoql(params.soql, values)
          return readPages(params.limit, async (next) => {
            const first = { path: urlOf(account, '/query'), query: { q } }
            const body = queryPage.parse(await call(next === null ? first : { path: nextOf(account, next) }))
            return { items: body.records.map(withoutAttributes), next: body.nextRecordsUrl ?? null }
          })
        },
      }),
      action({
        ...{ name: 'get-record', title: 'Get Salesforce record', description: 'Fields of a record', effect: 'read' },
        params: { object, record: recordId, fields: read },
        output: record,
        summary: 'Reads {record}',
        run: async ({ params, account, call }) => {
          const path = urlOf(account, pathOf`/sobjects/${params.object}/${params.record}`)
          const query = { fields: [...new Set(['Id', ...(partsOf(params.fields) ?? [])])].join(',') }
          return withoutAttributes(record.parse(await call({ path, query })))
        },
      }),
      action({
        ...{ name: 'create-record', title: 'Create Salesforce record', description: 'Add a record', effect: 'write' },
        params: { object, fields },
        output: saved,
        summary: 'Adds a {object}',
        run: ({ params, account, call }) =>
          call({
            ...{ method: 'POST', path: urlOf(account, pathOf`/sobjects/${params.object}`) },
            json: objectOf(params.fields, 'fields'),
          }),
      }),
      action({
        ...{ name: 'update-record', title: 'Update Salesforce record', description: 'Change a record' },
        ...{ effect: 'write', isIdempotent: true },
        params: { object, record: recordId, fields },
        output: z.object({ id: z.string() }),
        summary: 'Changes {record}',
        run: async ({ params, account, call }) => {
          const path = urlOf(account, pathOf`/sobjects/${params.object}/${params.record}`)
          await call({ method: 'PATCH', path, json: objectOf(params.fields, 'fields') })
          return { id: params.record }
        },
      }),
      action({
        ...{ name: 'upsert-record', title: 'Upsert Salesforce record', description: 'Create or change' },
        ...{ effect: 'write', isIdempotent: true },
        params: {
          object,
          externalField: name('External id field', { placeholder: 'Order_Number__c' }),
          externalId: requiredText('External id', { placeholder: '{{input.id}}' }, 255),
          fields,
        },
        output: saved.extend({ created: z.boolean() }),
        summary: 'Creates or changes {externalId}',
        run: ({ params, account, call }) =>
          call({
            method: 'PATCH',
            path: urlOf(account, pathOf`/sobjects/${params.object}/${params.externalField}/${params.externalId}`),
            json: objectOf(params.fields, 'fields'),
          }),
      }),
    ],
  })
}

const NAME = /^[A-Za-z]\w*$/
/** Fields by name, also those of related records: `Name, Owner.Name`. */
const NAMES = /^\s*[A-Za-z]\w*(\.[A-Za-z]\w*)*(\s*,\s*[A-Za-z]\w*(\.[A-Za-z]\w*)*)*\s*$/
const NAME_FAULT = 'Enter API names: letters, digits and underscores'

function urlOf(account: Connection['values'], path: string): string {
  return `${originOf(account)}${VERSION}${path}`
}

/** Returns the URL of a further page, which Salesforce names by its path. */
function nextOf(account: Connection['values'], path: string): string {
  return new URL(path, originOf(account)).href
}

/** @throws {@link TenonError} `CONNECTION_REFUSED` for an account that was connected without the URL of its API. */
function originOf({ apiUrl }: Connection['values']): string {
  if (typeof apiUrl === 'string') return apiUrl
  throw new TenonError('CONNECTION_REFUSED', 'The connection has no URL of its Salesforce organization', {
    remedy: 'Connect the account again.',
  })
}

/** Leaves out what Salesforce adds to the fields of a record: its type and address. */
function withoutAttributes<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'attributes')) as Fields
}
