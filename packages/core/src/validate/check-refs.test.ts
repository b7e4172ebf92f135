import { describe, expect, test } from 'vitest'
import { around, issueIn, manifest, only, validate } from '../../test/validation.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { node } from '../testing/index.ts'
import { faultyReferences } from './check-refs.ts'

const deep = ($ref: Json, more: JsonObject = {}) => ({
  type: 'object',
  properties: { a: { items: [{ $ref }] } },
  ...more,
})

describe('faultyReferences', () => {
  test.each<[string, Json, JsonObject?]>([
    ['the whole schema', '#'],
    ['a part under $defs', '#/$defs/a', { $defs: { a: true } }],
    ['a part with an escaped name', '#/$defs/a~1b~0c%20d', { $defs: { 'a/b~c d': {} } }],
    ['an item of a list', '#/prefixItems/1', { prefixItems: [{}, {}] }],
    ['an anchor', '#here', { $defs: { a: { $anchor: 'here' } } }],
    ['what is no text', 5],
  ])('takes a reference to %s', (_what, $ref, more) => {
    expect(faultyReferences(deep($ref, more))).toEqual([])
  })

  test.each([
    ['https://evil.test/schema.json', 'refers to another document'],
    ['other.json#/a', 'refers to another document'],
    ['#/$defs/gone', 'does not exist in the schema'],
    ['#/type/deeper', 'does not exist in the schema'],
    ['#nowhere', 'does not exist in the schema'],
    ['#/%zz', 'does not exist in the schema'],
  ])('finds %s', ($ref, why) => {
    expect(faultyReferences(deep($ref))).toEqual([expect.stringContaining(`"${$ref}" ${why}`)])
  })

  test('leaves data, and schemas of one word', () => {
    expect(faultyReferences({ const: { $ref: 'x' }, enum: [{ $ref: 'x' }], default: { $ref: 'x' } })).toEqual([])
    expect(faultyReferences(true)).toEqual([])
  })
})

describe('SCHEMA_INVALID', () => {
  test('names the params and the variables whose schema refers to nothing', () => {
    const ask = node('ask', 'acme/ask', { prompt: 'x', schema: deep('http://x/y') })
    expect(issueIn(around(ask), 'SCHEMA_INVALID')).toMatchObject({ nodeId: 'ask', field: 'params.schema' })
    const variables = [
      { name: 'region', schema: deep('#/gone'), value: 1 },
      { name: 'plain', value: 1 },
    ]
    expect(issueIn({ ...around(), variables }, 'SCHEMA_INVALID')).toMatchObject({
      field: 'variables.0.schema',
      message: 'The variable "region": $ref "#/gone" does not exist in the schema',
    })
  })

  test('the schemas of node types are sound', () => {
    for (const { params } of manifest.nodes) expect(isJsonObject(params) && faultyReferences(params)).toEqual([])
    expect(only(validate(around()), 'SCHEMA_INVALID')).toEqual([])
  })
})
