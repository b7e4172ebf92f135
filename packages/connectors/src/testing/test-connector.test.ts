import { type ConnectorAuth, defineConnector } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { lookupOf } from '../kit/lookups.ts'
import type { ServiceRequest } from '../kit/service.ts'
import { testConnector } from './test-connector.ts'

const service = { id: 'crm', title: 'CRM', icon: 'M4 12h16', apiUrl: 'https://api.crm.example' }
const seen = z.strictObject({ tag: z.array(z.string()), one: z.string() })

function crm(request: ServiceRequest, auth: ConnectorAuth = { kind: 'bearer' }) {
  const send = actionsOf(service)({
    ...{ name: 'send', title: 'Send', description: 'Send it', params: {}, output: z.object({}), summary: 'Sends' },
    ...{ effect: 'write', run: ({ call }) => call(request) },
  })
  const connector = defineConnector({
    ...{ id: 'crm', title: 'CRM', auth, allowedHosts: ['api.crm.example'], nodes: [send] },
    lookups: {
      lists: lookupOf(service, async () => {
        await fetch('data:text/plain,x').catch(() => null)
        return []
      }),
    },
  })
  const reply = { body: {} }
  const routes = [
    { request: 'GET /a', query: z.looseObject({}), reply },
    { request: 'POST /a', query: seen, body: seen, contentType: 'application/x-www-form-urlencoded', reply },
  ]
  return testConnector(connector, { routes })
}

test('a lookup that calls the global fetch fails, also if it catches the error', async () => {
  await expect(crm({ path: '/a' }).lookUp('lists')).rejects.toMatchObject({ code: 'EGRESS_REFUSED' })
})

test.each<[ServiceRequest, ConnectorAuth]>([
  [{ path: '/a', headers: { authorization: 'x' } }, { kind: 'bearer' }],
  [{ path: '/a', headers: { cookie: 'x' } }, { kind: 'bearer' }],
  [
    { path: '/a', headers: { 'x-key': 'x' } },
    { kind: 'apiKey', position: { in: 'header', name: 'X-Key' } },
  ],
  [
    { path: '/a', query: { key: 'x' } },
    { kind: 'apiKey', position: { in: 'query', name: 'key' } },
  ],
])('a request with credentials of its own fails: %j', async (request, auth) => {
  await expect(crm(request, auth).run('send', {})).rejects.toThrow('the connection adds the credentials')
  await crm({ path: '/a', query: { other: 'x' } }, auth).run('send', {})
})

test('a parameter that is there more than once is a list', async () => {
  const values = { tag: ['a', 'b'], one: '1' }
  await crm({ method: 'POST', path: '/a', query: values, form: values }).run('send', {})
})
