import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet } from '../../test/node-definitions.ts'
import { connectionParamOf } from '../document/connection-param.ts'
import { checkDefinition } from './check-definition.ts'
import {
  asksForHosts,
  awsHosts,
  type Connector,
  connectorFields,
  defineConnector,
  GENERIC_CONNECTORS,
  hasHttpCredentials,
} from './connector.ts'
import type { NodeDefinition } from './definition.ts'

const crm: Connector = {
  id: 'acme-crm',
  title: 'Acme CRM',
  auth: { kind: 'apiKey', position: { in: 'header', name: 'x-api-key' } },
  allowedHosts: ['api.crm.example'],
  test: { url: 'https://api.crm.example/me' },
}
const oauth = {
  kind: 'oauth2',
  authorizationUrl: 'https://crm.example/authorize',
  tokenUrl: 'https://crm.example/token',
  scopes: [],
  clientId: 'host',
} as const

describe('defineConnector', () => {
  test('freezes what it is given, and gives each kind of authentication its fields', () => {
    const defined = defineConnector({ ...crm, auth: oauth })
    expect([defined, defined.auth, defined.allowedHosts].every(Object.isFrozen)).toBe(true)
    const names = (connector: Connector) => connectorFields(connector).map(({ name }) => name)
    expect(names(defined)).toEqual([])
    expect(names(defineConnector(crm))).toEqual(['apiKey'])
    expect(GENERIC_CONNECTORS.map((connector) => [connector.id, names(connector)])).toEqual([
      ['api-key', ['in', 'name', 'apiKey']],
      ['aws', ['accessKeyId', 'secretAccessKey', 'region']],
      ['basic', ['username', 'password']],
      ['bearer', ['token']],
      ['postgres', ['host', 'port', 'database', 'username', 'password', 'access', 'tls', 'ca']],
      ['smtp', ['host', 'port', 'tls', 'username', 'password', 'ca']],
    ])
    expect(GENERIC_CONNECTORS.map(({ auth }) => hasHttpCredentials(auth))).toEqual([
      ...[true, true, true, true, false, false],
    ])
    expect(GENERIC_CONNECTORS.map(({ auth }) => asksForHosts(auth))).toEqual([true, false, true, true, false, false])
    expect([
      awsHosts('eu-central-1'),
      awsHosts('cn-north-1'),
      awsHosts('us-gov-east-1'),
      awsHosts('a.example'),
    ]).toEqual([
      ...[['*.eu-central-1.amazonaws.com'], ['*.cn-north-1.amazonaws.com.cn'], ['*.us-gov-east-1.amazonaws.com'], []],
    ])
    expect(defineConnector({ ...crm, auth: { kind: 'apiKey', position: { in: 'query', name: 'key' } } })).toBeTruthy()
  })

  test.each<[string, Partial<Connector>]>([
    ['id', { id: 'Acme' }],
    ['id', { id: 'a'.repeat(61) }],
    ['title', { title: ' ' }],
    ['title', { title: 'x'.repeat(61) }],
    ['allowedHosts', { allowedHosts: ['https://api.crm.example'] }],
    ['allowedHosts', { allowedHosts: ['api.crm.example:22'] }],
    ['auth.position', { auth: { kind: 'apiKey', position: { in: 'header', name: 'x key' } } }],
    ['auth.position', { auth: { kind: 'apiKey', position: { in: 'header', name: 'Host' } } }],
    ['auth.position', { auth: { kind: 'apiKey', position: { in: 'query', name: '' } } }],
    ['auth.authorizationUrl', { auth: { ...oauth, authorizationUrl: 'crm.example' } }],
    ['auth.tokenUrl', { auth: { ...oauth, tokenUrl: 'ftp://crm.example' } }],
    ['auth.clientId', { auth: { ...oauth, clientId: '' } }],
    ['allowedHosts', { auth: { kind: 'postgres' }, allowedHosts: ['db.example'] }],
    ['allowedHosts', { auth: { kind: 'smtp' }, allowedHosts: [] }],
    ['test.url', { test: { url: '/me' } }],
    ['test.url', { test: { url: 'https://other.example/me' } }],
    ['test.url', { allowedHosts: [] }],
  ])('refuses a faulty %s', (field, change) => {
    expect(() => defineConnector({ ...crm, ...change })).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_INVALID', details: expect.objectContaining({ field }) }),
    )
  })
})

describe('params that name a connection', () => {
  const connection = () => z.string().optional().meta({ control: 'connection', literal: true })
  const check = (params: z.ZodObject, change: Partial<NodeDefinition> = {}) =>
    checkDefinition({ ...(greet as NodeDefinition), params, ...change })
  const withName = (shape: z.core.$ZodLooseShape) => z.object({ name: z.string(), ...shape })

  test('are found in the schema of a node type', () => {
    const params = withName({ account: connection() })
    check(params)
    expect(connectionParamOf(z.toJSONSchema(params) as never)).toBe('account')
    expect(connectionParamOf(z.toJSONSchema(withName({})) as never)).toBeNull()
    for (const schema of [true, {}, { properties: { a: true } }]) expect(connectionParamOf(schema)).toBeNull()
  })

  test.each<[string, z.core.$ZodLooseShape, Partial<NodeDefinition>]>([
    ['one connection', { account: connection(), other: connection() }, {}],
    ['literal', { account: z.string().meta({ control: 'connection' }) }, {}],
    ['inline', { account: connection() }, { inline: true }],
  ])('are refused: %s', (reason, shape, change) => {
    expect(() => check(withName(shape), change)).toThrow(reason)
  })
})
