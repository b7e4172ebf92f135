import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { objectOf, optionalJsonParam } from '../kit/json-param.ts'
import { limitParam, optionalText, partsOf, pollsFor, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollByTime } from '../kit/poll-by-time.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type ServiceOptions } from '../kit/service-options.ts'

const object = z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })
const searchPage = z.object({
  results: z.array(object),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional(),
})
const polledObject = object.extend({ createdAt: z.string(), updatedAt: z.string() })
const polledObjects = searchPage.extend({ results: z.array(polledObject) })
const POLLED: Readonly<Record<string, readonly string[]>> = {
  contacts: ['email', 'firstname', 'lastname'],
  companies: ['name', 'domain'],
  deals: ['dealname', 'amount', 'dealstage'],
  tickets: ['subject', 'content', 'hs_pipeline_stage'],
}
const CONTACTS = '/crm/v3/objects/contacts'
const PAGE_SIZE = 100

/** HubSpot, by the token of a private app with access to contacts and deals. */
export function hubspot(options: ServiceOptions = {}): Connector {
  const { apiUrl, host } = apiOf('hubspot', options.apiUrl ?? 'https://api.hubapi.com')
  const service: Service = {
    ...{ id: 'hubspot', title: 'HubSpot', apiUrl },
    icon: 'M12 8.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 8.5V4M8.8 14.8 5.5 18M15.2 14.8l3.3 3.2',
  }
  const action = actionsOf(service)
  const more = optionalJsonParam('Other properties', { placeholder: '{"phone": "+47 …"}' })
  const names = { firstname: optionalText('First name', {}, 200), lastname: optionalText('Last name', {}, 200) }
  return defineConnector({
    ...{ id: 'hubspot', title: 'HubSpot', auth: { kind: 'bearer' }, allowedHosts: [host] },
    test: { url: `${apiUrl}${CONTACTS}?limit=1` },
    // Of 100 in ten seconds.
    rateLimit: { perSecond: 9, burst: 20 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-record', title: 'New HubSpot record', description: 'Begin with a record' },
        params: {
          object: z
            .enum(['contacts', 'companies', 'deals', 'tickets'])
            .default('contacts')
            .meta({ title: 'Records', control: 'select', literal: true }),
          on: pollsFor('record'),
          properties: optionalText('Properties', {
            description: 'Names of further properties to read.',
            ...{ placeholder: 'phone, lifecyclestage', literal: true },
          }),
        },
        item: polledObject,
        summary: 'Starts at new {object}',
        poll: ({ params: { object: type, on, properties }, cursor, begin, call }) => {
          const changedAt = type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'
          const propertyName = on === 'created' ? 'createdate' : changedAt
          return pollByTime({
            // HubSpot finds a record some time after its change.
            ...{ cursor, begin, overlapMs: 300_000 },
            readPage: async (from, token) => {
              const json = {
                filterGroups: [{ filters: [{ propertyName, operator: 'GTE', value: String(from) }] }],
                sorts: [{ propertyName, direction: 'ASCENDING' }],
                properties: [...(POLLED[type] ?? []), ...['createdate', changedAt], ...(partsOf(properties) ?? [])],
                ...{ limit: PAGE_SIZE, after: token ?? undefined },
              }
              const body = polledObjects.parse(
                await call({ method: 'POST', path: `/crm/v3/objects/${type}/search`, json }),
              )
              const items = body.results.map((data) => {
                const at = Date.parse(data.properties[propertyName] ?? '')
                return { id: on === 'created' ? data.id : `${data.id} ${at}`, data, at }
              })
              return { items, next: body.paging?.next?.after ?? null }
            },
          })
        },
      }),
      action({
        ...{ name: 'create-contact', title: 'Create HubSpot contact', description: 'Add a contact', effect: 'write' },
        params: { email: requiredText('Email', {}, 400), ...names, properties: more },
        output: object,
        summary: 'Adds {email}',
        run: ({ params: { email, firstname, lastname, properties }, call }) =>
          call({
            ...{ method: 'POST', path: CONTACTS },
            json: { properties: { ...others(properties), email, firstname, lastname } },
          }),
      }),
      action({
        ...{ name: 'update-contact', title: 'Update HubSpot contact', description: 'Change a contact' },
        ...{ effect: 'write', isIdempotent: true },
        params: { contact: requiredText('Contact', { description: 'Its id.' }, 100), ...names, properties: more },
        output: object,
        summary: 'Changes {contact}',
        run: ({ params: { contact, firstname, lastname, properties }, call }) =>
          call({
            ...{ method: 'PATCH', path: `${CONTACTS}${pathOf`/${contact}`}` },
            json: { properties: { ...others(properties), firstname, lastname } },
          }),
      }),
      action({
        ...{ name: 'find-contacts', title: 'Find HubSpot contacts', description: 'Find by email', effect: 'read' },
        params: { email: requiredText('Email', {}, 400), limit: limitParam(1_000, 10) },
        output: z.object({ items: z.array(object), hasMore: z.boolean() }),
        summary: 'Finds {email}',
        run: ({ params: { email, limit }, call }) =>
          readPages(limit, async (next) => {
            const filters = [{ propertyName: 'email', operator: 'EQ', value: email }]
            const json = { filterGroups: [{ filters }], limit: Math.min(limit, PAGE_SIZE), after: next ?? undefined }
            const body = searchPage.parse(await call({ method: 'POST', path: `${CONTACTS}/search`, json }))
            return { items: body.results, next: body.paging?.next?.after ?? null }
          }),
      }),
      action({
        ...{ name: 'create-deal', title: 'Create HubSpot deal', description: 'Add a deal', effect: 'write' },
        params: {
          name: requiredText('Name', {}, 400),
          amount: z.number().optional().meta({ title: 'Amount', control: 'number' }),
          stage: optionalText('Stage', { description: 'Id of the stage.', placeholder: 'appointmentscheduled' }, 100),
          properties: more,
        },
        output: object,
        summary: 'Adds the deal {name}',
        run: ({ params: { name, amount, stage, properties }, call }) =>
          call({
            ...{ method: 'POST', path: '/crm/v3/objects/deals' },
            json: {
              properties: { ...others(properties), dealname: name, amount: amount?.toString(), dealstage: stage },
            },
          }),
      }),
    ],
  })
}

function others(properties: unknown) {
  return properties === undefined || properties === '' ? {} : objectOf(properties, 'properties')
}
