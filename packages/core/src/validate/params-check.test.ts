import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonSchema } from '../json.ts'
import { prepareJsonSchema } from '../node/json-schema/check-json-schema.ts'
import { prepareParamsCheck } from './params-check.ts'

const MEMBERS = {
  url: { type: 'string', minLength: 1 },
  method: { enum: ['GET', 'POST'] },
  limit: { type: 'integer', minimum: 1 },
  headers: { type: 'object', additionalProperties: { type: 'string' } },
  body: {},
}
const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  'of members': { type: 'object', properties: MEMBERS, required: ['url'], additionalProperties: false, title: 'Call' },
  'with other members': { properties: MEMBERS },
  'whose other members have a schema': { properties: MEMBERS, additionalProperties: { type: 'number' } },
  'that relates members': { properties: MEMBERS, dependentRequired: { body: ['method'] } },
  'with a member that is never allowed': { properties: { ...MEMBERS, body: false } },
  'with a reference': { properties: { ...MEMBERS, body: { $ref: '#/properties/url' } } },
  'without members': { type: 'object' },
  'that is true': true,
}

const value = fc.oneof(
  fc.constantFrom<Json>('', 'x', 'GET', 'POST', 0, 1, 2.5, null, true),
  fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom<Json>('x', 1)),
)
const params = fc.dictionary(fc.constantFrom(...Object.keys(MEMBERS), 'other'), value) as fc.Arbitrary<Json>

describe.each(Object.entries(SCHEMAS))('prepareParamsCheck of a schema %s', (_, schema) => {
  test('finds what the whole schema finds, in each of many params', () => {
    const check = prepareParamsCheck(schema)
    const whole = prepareJsonSchema(schema)
    fc.assert(
      fc.property(
        fc.oneof({ arbitrary: params, weight: 9 }, { arbitrary: value as fc.Arbitrary<Json>, weight: 1 }),
        (given) => {
          expect(check(given)).toEqual(whole(given))
        },
      ),
    )
  })
})

describe('prepareParamsCheck', () => {
  const schema = SCHEMAS['of members'] as JsonSchema
  const given = { url: 'https://api.example/', method: 'GET', headers: { 'x-a': '1' } }

  test('does not check again what has fitted', () => {
    const check = prepareParamsCheck(schema)
    let steps = 0
    const count = () => {
      steps += 1
    }
    expect(check(given, count)).toEqual([])
    const before = steps
    expect(check({ ...given }, count)).toEqual([])
    expect(steps).toBe(before)
    expect(check({ ...given, url: 'https://api.example/2' }, count)).toEqual([])
    expect(steps).toBe(before + 1)
  })

  test('refuses a schema that cannot be applied when it is used', () => {
    const check = prepareParamsCheck({ properties: { url: { pattern: '(?=x)' } } })
    expect(() => check({ url: 'x' })).toThrow(expect.objectContaining({ code: 'JSON_SCHEMA_INVALID' }))
  })
})
