import type { JsonObject } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { validateWorkflow } from '@tenon/core/validate'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { builtInDefinitions } from './index.ts'

const manifest = toManifest(builtInDefinitions)

/** Errors of a node with these params, by code and field. */
function errorsOf(type: string, params: JsonObject): string[] {
  const document = workflow([node('start', 'start'), node('a', type, params)], ['start>a'])
  return validateWorkflow(document, manifest)
    .filter(({ nodeId, severity }) => nodeId === 'a' && severity === 'error')
    .map(({ code, field }) => `${code} ${field}`)
}

describe('a required param that was emptied cannot be published', () => {
  test.each<[string, JsonObject, string]>([
    ['if-else', { left: '', operator: '==', right: 1 }, 'left'],
    ['switch', { value: '' }, 'value'],
    ['guardrails', { policy: '' }, 'policy'],
    ['guardrails', { policy: ' \n' }, 'policy'],
    ['guardrails', { policy: 'x', text: '' }, 'text'],
    ['llm-transform', { prompt: '' }, 'prompt'],
    ['end', { outcome: ' ' }, 'outcome'],
    ['approval', { title: '' }, 'title'],
    ['fail', { message: ' ' }, 'message'],
  ])('%s %j', (type, params, param) => {
    expect(errorsOf(type, params)).toEqual([`PARAM_REQUIRED params.${param}`])
  })

  test('a URL, which is also no URL then', () => {
    expect(errorsOf('http-call', { url: ' ' })).toContain('PARAM_REQUIRED params.url')
  })

  test('an empty text to compare with, and an expression, are values', () => {
    expect(errorsOf('if-else', { left: '{{ 1 }}', operator: '==', right: '' })).toEqual([])
    expect(errorsOf('switch', { value: '{{ "" }}' })).toEqual([])
  })
})

test('an approval that needs more votes than there are people is offered their number', () => {
  const params = { required: 3, approvers: { userIds: ['a', 'b', 'a'] } }
  const document = workflow([node('start', 'start'), node('a', 'approval', params)], ['start>a'])
  const issue = validateWorkflow(document, manifest).find(({ code }) => code === 'APPROVAL_IMPOSSIBLE')
  expect(issue?.fix).toEqual({
    code: 'APPROVAL_IMPOSSIBLE',
    values: { value: '2' },
    title: 'Set to 2',
    operations: [{ op: 'set_param', nodeId: 'a', path: ['required'], value: 2 }],
  })
})

describe('what a definition refuses by code, the validator refuses', () => {
  test.each<[string, JsonObject, string]>([
    ['llm-transform', { prompt: 'x', schema: { type: 'string' } }, 'params.schema.type'],
    ['llm-transform', { prompt: 'x', schema: {} }, 'params.schema.type'],
    ['delay', { mode: 'until', until: '2030-02-31T09:00:00Z' }, 'params.until'],
    ['delay', { mode: 'until', until: '2030-01-31T09:00:00' }, 'params.until'],
    ['delay', { duration: '100000000d' }, 'params.duration'],
    ['approval', { timeout: '0s' }, 'params.timeout'],
    ['approval', { timeout: '100000000d' }, 'params.timeout'],
    ['approval', { required: 3, approvers: { userIds: ['a', 'b', 'a'] } }, 'params.required'],
    ['aggregate', { items: '{{ [] }}', values: [{ name: 'a' }, { name: 'a' }] }, 'params.values'],
    ['aggregate', { items: '{{ [] }}', values: [{ name: 'a' }], groupBy: [{ name: 'a' }] }, 'params.values'],
    ['merge', { first: '{{ [] }}', second: '{{ [] }}', mode: 'match', as: 'item' }, 'params.as'],
    ['fork', { branches: [{ id: 'a' }, { id: 'a' }] }, 'params.branches.1.id'],
    ['switch', { value: 1, cases: [{ id: 'default', operator: '==', value: 1 }] }, 'params.cases.0.id'],
  ])('%s %j', (type, params, field) => {
    expect(errorsOf(type, params).map((error) => error.split(' ')[1])).toEqual([field])
  })

  test.each<[string, JsonObject]>([
    ['delay', { mode: 'until', until: '2028-02-29T09:00:00Z' }],
    ['delay', { mode: 'until', until: '2030-01-31T09:00+02:00' }],
    ['approval', { timeout: '0.5h' }],
    ['approval', { required: 3 }],
    ['approval', { required: 3, approvers: { userIds: ['a', 'b'], roles: ['admin'] } }],
  ])('takes %s %j', (type, params) => {
    expect(errorsOf(type, params)).toEqual([])
  })

  test('texts that are trimmed and required say so by a pattern, since spaces alone have a length', () => {
    for (const { type, params } of builtInDefinitions) {
      for (const [name, param] of Object.entries(params.shape)) {
        const kinds = checksOf(param)
        if (kinds.includes('overwrite')) expect(kinds, `${type}.${name}`).not.toContain('min_length')
      }
    }
  })
})

function checksOf(schema: z.core.$ZodType): string[] {
  const { checks = [], ...def } = schema._zod.def
  const inner = 'innerType' in def ? checksOf(def.innerType as z.core.$ZodType) : []
  return [...checks.map((check) => check._zod.def.check), ...inner]
}
