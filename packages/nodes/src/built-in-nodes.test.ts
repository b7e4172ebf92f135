import type { JsonObject } from '@tenon/core/document'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'
import { createNodeRegistry, toManifest } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { builtInDefinitions } from './index.ts'
import { createBuiltInNodes } from './server/index.ts'

const languageModel = {
  models: [{ id: 'small' }, { id: 'large' }],
  generate: async () => ({ text: '{}', model: 'small', usage: { inputTokens: 0, outputTokens: 0 } }),
}

const unused = async () => Promise.reject(new Error('never called'))
const documentReader = { start: unused, result: unused, discard: unused }

test('every definition has an implementation, and every implementation its definition', () => {
  const types = createBuiltInNodes({ languageModel, documentReader }).map(({ definition }) => definition.type)
  expect([...types].sort()).toEqual(builtInDefinitions.map(({ type }) => type).sort())
})

test('without a model and a reader the nodes that need one are not offered', () => {
  const types = createBuiltInNodes({}).map(({ definition }) => definition.type)
  expect(types).not.toContain('llm-transform')
  expect(types).not.toContain('guardrails')
  expect(types).not.toContain('agent')
  expect(types).not.toContain('textract-ocr')
  expect(types).toHaveLength(builtInDefinitions.length - 4)
})

test('the models of the host are in the manifest, the first as default', () => {
  const { manifest } = createNodeRegistry(createBuiltInNodes({ languageModel }))
  const params = manifest.nodes.find(({ type }) => type === 'llm-transform')?.params
  expect(params).toMatchObject({
    properties: { model: { enum: ['small', 'large'], default: 'small', control: 'select' } },
  })
  const none = createNodeRegistry(createBuiltInNodes({ languageModel: { ...languageModel, models: [] } }))
  expect(none.manifest.nodes.find(({ type }) => type === 'guardrails')?.params).toMatchObject({
    properties: { model: { type: 'string', default: '' } },
  })
})

test('every definition says in the palette what it is: a title, and at most four words', () => {
  for (const { title, description, type } of builtInDefinitions) {
    expect(title, type).toMatch(/^[A-Z]/)
    expect(description.split(' ').length, type).toBeLessThanOrEqual(4)
  }
})

test('every param has a title and a control that the editor knows', () => {
  for (const { type, params } of toManifest(builtInDefinitions).nodes) {
    const properties = (params as { properties: Record<string, { title?: string; control?: string }> }).properties
    for (const [name, property] of Object.entries(properties)) {
      expect(property.title, `${type}.${name}`).toBeTruthy()
      expect(property.control, `${type}.${name}`).toBeTruthy()
    }
  }
})

test('only nodes that go outside or use files or data are dispatched', () => {
  const dispatched = builtInDefinitions.filter(({ inline }) => inline !== true).map(({ type }) => type)
  expect([...dispatched].sort()).toEqual([
    ...['agent', 'data-table-query', 'data-table-write', 'guardrails', 'http-call', 'key-value', 'llm-transform'],
    ...['postgres-query', 'postgres-write', 'read-csv', 'send-email', 'textract-ocr', 'write-csv'],
  ])
})

test('a change of rows without values or a list is a fault, and a condition without a column is one, too', () => {
  const write = builtInDefinitions.find(({ type }) => type === 'data-table-write')
  const rule = write?.lint?.find(({ code }) => code === 'DATA_TABLE_WITHOUT_VALUES')
  const isFaulty = (params: JsonObject) => evaluateExpression(rule?.when ?? '', createPlainScope({ params }))
  for (const operation of ['insert', 'upsert', 'update']) expect(isFaulty({ operation, values: {} })).toBe(true)
  expect(isFaulty({})).toBe(true)
  expect(isFaulty({ operation: 'delete' })).toBe(false)
  expect(isFaulty({ values: { total: 1 } })).toBe(false)
  expect(isFaulty({ rows: [{ total: 1 }] })).toBe(false)
  const conditions = (...where: readonly JsonObject[]) => write?.params.safeParse({ table: { id: 't' }, where }).success
  expect(conditions({ column: 'total', operator: 'exists' })).toBe(true)
  expect([conditions({ column: '', operator: 'exists' }), conditions({ operator: 'exists' })]).toEqual([false, false])
})

test('the lint rules of delay hold where there is nothing to wait for, and only there', () => {
  const rules = builtInDefinitions.find(({ type }) => type === 'delay')?.lint ?? []
  const faultsOf = (params: JsonObject) =>
    rules.filter(({ when }) => evaluateExpression(when, createPlainScope({ params })) === true).map(({ code }) => code)
  expect(faultsOf({})).toEqual(['DELAY_WITHOUT_DURATION'])
  expect(faultsOf({ mode: 'duration', duration: '' })).toEqual(['DELAY_WITHOUT_DURATION'])
  expect(faultsOf({ mode: 'until', duration: '1m' })).toEqual(['DELAY_WITHOUT_INSTANT'])
  expect(faultsOf({ duration: '1m' })).toEqual([])
  expect(faultsOf({ mode: 'until', until: '2030-01-01T00:00:00Z' })).toEqual([])
})
