import { expect, test } from 'vitest'
import { fillParamDefaults } from './fill-param-defaults.ts'

const schema = {
  properties: { output: { default: '{{input}}' }, outcome: { type: 'string' }, keep: { default: 1 }, any: true },
}

test('fills in what is missing and keeps present values, null too', () => {
  expect(fillParamDefaults(schema, { keep: null })).toEqual({ keep: null, output: '{{input}}' })
})

test('gives the same object when nothing is missing', () => {
  const params = { output: 1, keep: 2 }
  expect(fillParamDefaults(schema, params)).toBe(params)
  expect(fillParamDefaults(true, params)).toBe(params)
  expect(fillParamDefaults({ type: 'object' }, params)).toBe(params)
})
