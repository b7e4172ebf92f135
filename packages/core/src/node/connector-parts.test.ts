import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet } from '../../test/node-definitions.ts'
import { type Connector, defineConnector } from './connector.ts'
import { type ConnectorParts, choicesFor, requireConnectionTo } from './connector-parts.ts'
import type { NodeDefinition } from './definition.ts'
import { implementNode } from './implement-node.ts'

const base: Connector = { id: 'crm', title: 'CRM', auth: { kind: 'bearer' }, allowedHosts: ['api.crm.example'] }
const nodeOf = (change: Partial<NodeDefinition>) =>
  implementNode({ ...(greet as NodeDefinition), ...change }, async () => ({ port: 'success', output: {} }))
const withLookup = (lookup: string) =>
  z.object({
    name: z.string().meta({ control: 'lookup', lookup }),
    other: z.string().meta({ title: 'Other' }),
    n: z.number(),
  })
const noChoices = { list: async () => [] }

describe('parts of a connector', () => {
  test('are node types of the service, lookups that these name, and a rate', () => {
    const parts: ConnectorParts = {
      nodes: [nodeOf({ type: 'crm/add', params: withLookup('people') })],
      lookups: { people: noChoices },
      rateLimit: { perSecond: 0.5, burst: 2 },
    }
    expect(defineConnector({ ...base, ...parts })).toMatchObject({ rateLimit: { perSecond: 0.5, burst: 2 } })
  })

  test.each<[string, ConnectorParts]>([
    ['nodes', { nodes: [nodeOf({ type: 'other/add' })] }],
    ['nodes', { nodes: [nodeOf({ type: 'crm/add', params: withLookup('people') })] }],
    ['nodes', { nodes: [nodeOf({ type: 'crm/add', params: withLookup('toString') })], lookups: {} }],
    ['lookups', { lookups: { 'All people': noChoices } }],
    ['lookups', { lookups: { ['a'.repeat(61)]: noChoices } }],
    ['rateLimit', { rateLimit: { perSecond: 0, burst: 1 } }],
    ['rateLimit', { rateLimit: { perSecond: Number.NaN, burst: 1 } }],
    ['rateLimit', { rateLimit: { perSecond: 1_001, burst: 1 } }],
    ['rateLimit', { rateLimit: { perSecond: 1, burst: 0 } }],
    ['rateLimit', { rateLimit: { perSecond: 1, burst: 1.5 } }],
    ['rateLimit', { rateLimit: { perSecond: 1, burst: 1_001 } }],
  ])('are refused with a fault in %s', (field, parts) => {
    expect(() => defineConnector({ ...base, ...parts })).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_INVALID', details: { connector: 'crm', field } }),
    )
  })
})

test('a node runs with a connection of its service only', () => {
  const connection = { connectionId: 'c', provider: 'crm', values: {} }
  expect(requireConnectionTo('crm', connection)).toBe(connection)
  for (const other of [null, { ...connection, provider: 'shop' }]) {
    expect(() => requireConnectionTo('crm', other)).toThrow(expect.objectContaining({ code: 'CONNECTION_REFUSED' }))
  }
})

test('choicesFor shows those that contain a text, unless the service searches', () => {
  const choices = [
    { value: 'C1', title: '#Sales' },
    { value: 'C2', title: '#random', detail: 'sales and more' },
    { value: 'C3', title: '#other' },
  ]
  const values = (searches: boolean | undefined, search: string) =>
    choicesFor({ list: async () => choices, ...(searches === undefined ? {} : { searches }) }, choices, search).map(
      ({ value }) => value,
    )
  expect([values(undefined, ' SALES '), values(undefined, ''), values(false, 'c3'), values(true, 'x')]).toEqual([
    ['C1', 'C2'],
    ['C1', 'C2', 'C3'],
    ['C3'],
    ['C1', 'C2', 'C3'],
  ])
})
