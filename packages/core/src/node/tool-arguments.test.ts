import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineNode } from './define-node.ts'
import { toManifest } from './manifest.ts'
import { faultOfFixedParam, faultOfOpenParam, toolArguments } from './tool-arguments.ts'

const address = z.object({ city: z.string().meta({ title: 'City', control: 'text' }) }).meta({ id: 'Address' })
const send = defineNode({
  type: 'acme/send',
  version: 1,
  title: 'Send',
  description: 'Send a parcel',
  icon: 'M4 12h16',
  category: 'action',
  tool: { name: 'send', description: 'Sends a parcel' },
  params: z.object({
    to: address,
    from: address.optional(),
    kind: z.union([z.literal('parcel'), z.literal('letter')]).meta({ title: 'Kind', control: 'select' }),
    labels: z.record(z.string(), z.string().meta({ sink: 'header' })).default({}),
    tags: z.array(z.string().meta({ control: 'text' })).optional(),
    pair: z.tuple([z.string(), z.number()]).optional(),
    anything: z.unknown().optional(),
    account: z.string().optional().meta({ control: 'connection', literal: true }),
    key: z.string().optional().meta({ control: 'password', secret: true }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  summary: 'Sends',
  effect: 'write',
})
const [entry] = toManifest([send]).nodes
const type = entry as NonNullable<typeof entry>
const open = (...names: readonly string[]) => ({
  open: Object.fromEntries(names.map((name) => [name, { description: '' }])),
})

describe('toolArguments', () => {
  test('has the params that are left to the model, without what only the editor reads', () => {
    expect(toolArguments(type, open('to', 'kind', 'labels', 'tags', 'pair', 'anything'))).toEqual({
      type: 'object',
      properties: {
        to: { $ref: '#/$defs/Address' },
        kind: {
          title: 'Kind',
          anyOf: [
            { type: 'string', const: 'parcel' },
            { type: 'string', const: 'letter' },
          ],
        },
        labels: {
          type: 'object',
          propertyNames: { type: 'string' },
          additionalProperties: { type: 'string' },
          default: {},
        },
        tags: { type: 'array', items: { type: 'string' } },
        pair: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { type: 'number' }],
          items: false,
          minItems: 2,
          maxItems: 2,
        },
        anything: {},
      },
      required: ['to', 'kind'],
      additionalProperties: false,
      $defs: {
        Address: {
          type: 'object',
          properties: { city: { type: 'string', title: 'City' } },
          required: ['city'],
        },
      },
    })
  })

  test('uses the description and the schema of the author', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const { properties, required } = toolArguments(type, {
      open: { anything: { description: 'Where to', schema }, tags: { description: 'Words' } },
    }) as { readonly properties: unknown; readonly required: unknown }
    expect(properties).toEqual({
      anything: { ...schema, description: 'Where to' },
      tags: { type: 'array', items: { type: 'string' }, description: 'Words' },
    })
    expect(required).toEqual(['anything'])
  })

  test('leaves out secrets, connections and unknown params', () => {
    expect(toolArguments(type, open('account', 'key', 'none'))).toMatchObject({ properties: {}, required: [] })
    expect(toolArguments({ params: true }, open('none'))).toEqual({
      ...{ type: 'object', properties: {}, required: [], additionalProperties: false },
    })
  })

  test('keeps each limit that the author sets on a param', () => {
    const schema = {
      type: 'object',
      properties: {
        kind: { type: 'string' },
        amount: { type: 'number' },
        tags: { type: 'array', contains: { const: 'x' } },
      },
      ...JSON.parse(
        '{"if": {"required": ["kind"]}, "then": {"maxProperties": 2}, "else": {"dependentRequired": {"a": ["b"]}}}',
      ),
      dependentSchemas: { amount: { minProperties: 2 } },
      unevaluatedProperties: false,
    }
    const params = { type: 'object', properties: { body: true } } as const
    const open = { body: { description: '', schema } }
    expect(toolArguments({ params }, { open })).toMatchObject({ properties: { body: schema } })
  })

  test('accepts a param of any value', () => {
    const params = { type: 'object', properties: { any: true } } as const
    expect(toolArguments({ params }, open('any'))).toMatchObject({ properties: { any: true } })
    const described = { open: { any: { description: 'Something' } } }
    expect(toolArguments({ params }, described)).toMatchObject({ properties: { any: true } })
  })
})

describe('faultOfOpenParam', () => {
  test.each([
    ['to', null],
    ['account', 'only you can set it'],
    ['key', 'it is a secret'],
    ['none', 'the node type has no such param'],
  ])('%s: %s', (param, fault) => {
    expect(faultOfOpenParam(type, param)).toBe(fault)
  })
})

describe('faultOfFixedParam', () => {
  test('refuses secrets', () => {
    expect(faultOfFixedParam(type, 'key')).toContain('no secrets')
    expect(faultOfFixedParam(type, 'to')).toBeNull()
  })
})
