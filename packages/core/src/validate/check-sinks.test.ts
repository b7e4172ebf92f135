import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Json, JsonObject } from '../json.ts'
import { defineNode } from '../node/define-node.ts'
import { toManifest } from '../node/manifest.ts'
import { node, workflow } from '../testing/document-builder.ts'
import { isParamUsed, paramSink } from './param-sink.ts'
import { validateWorkflow } from './validate-workflow.ts'

const call = defineNode({
  type: 'acme/call',
  version: 1,
  title: 'Call',
  description: 'Call something',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    method: z.enum(['GET', 'POST']).default('POST').meta({ literal: true }),
    url: z.string().default('').meta({ title: 'URL', sink: 'url' }),
    headers: z
      .record(z.string(), z.string().meta({ sink: 'header' }))
      .default({})
      .meta({ title: 'Headers' }),
    format: z.enum(['json', 'text']).default('json').meta({ literal: true }),
    fixed: z.string().default('').meta({ literal: true, sink: 'json' }),
    body: z
      .unknown()
      .optional()
      .meta({ title: 'Body', sink: { fromParam: 'format' }, dependsOn: { param: 'method', in: ['POST'] } }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  summary: '{url}',
  effect: 'write',
})
const manifest = toManifest([call])

function problemsOf(params: JsonObject) {
  const document = workflow([node('call', 'acme/call', params)], [], {
    variables: [{ name: 'desk', value: 'https://desk.test' }],
  })
  return validateWorkflow(document, manifest).filter(({ code }) => code === 'TEMPLATE_INVALID')
}

describe('checkSinks', () => {
  test.each<[JsonObject, string | undefined]>([
    [{ body: '{"name": }' }, 'params.body'],
    [{ body: '{"name": "{{input.n}}' }, 'params.body'],
    [{ body: 'hello' }, 'params.body'],
    [{ body: '{"name": {{input.n}}}' }, undefined],
    [{ body: '{{input}}' }, undefined],
    [{ body: { name: '{ "' } }, undefined],
    [{ body: '' }, undefined],
    [{ body: '{"name": }', format: 'text' }, undefined],
    [{ body: '{"name": }', method: 'GET' }, undefined],
    [{ fixed: '{' }, undefined],
    [{ url: 'https://{{input.region}}.shop.test/' }, 'params.url'],
    [{ url: '{{vars.desk}}/orders/{{input.n}}' }, undefined],
    [{ url: '{{vars.desk}}{{input.n}}/a' }, 'params.url'],
    [{ url: '{{vars.absent}}/orders' }, undefined],
    [{ url: '{{input.' }, undefined],
    [{ headers: { 'x-a': 'b\r\nc' } }, 'params.headers.x-a'],
    [{ headers: { 'x-a': '{{input.n}}' } }, undefined],
  ])('%j: %s', (params, field) => {
    expect(problemsOf(params).map((problem) => problem.field)).toEqual(field === undefined ? [] : [field])
  })

  test('names the node, the param and the position', () => {
    expect(problemsOf({ url: 'https://{{input.region}}.shop.test/' })).toEqual([
      {
        code: 'TEMPLATE_INVALID',
        severity: 'error',
        nodeId: 'call',
        field: 'params.url',
        path: ['params', 'url'],
        range: { start: 8, end: 24 },
        values: { param: 'URL', fault: expect.stringMatching(/^Scheme, host and port must be text/) },
        message: expect.stringMatching(/"URL": Scheme, host and port must be text/),
      },
    ])
  })

  test('a node type that is not there has no sinks', () => {
    const document = workflow([node('call', 'acme/other', { url: 'x y' })])
    expect(validateWorkflow(document, manifest).map(({ code }) => code)).not.toContain('TEMPLATE_INVALID')
  })

  test('an unknown sink is plain text', () => {
    const schema = { properties: { a: { sink: 'sql' }, b: { sink: { fromParam: 'c' } } } }
    expect(paramSink(schema, {}, ['a'])).toBeNull()
    expect(paramSink(schema, { c: 'json' }, ['b'])).toBe('json')
    expect(paramSink(schema, {}, ['b'])).toBeNull()
    expect(paramSink(true, {}, ['b'])).toBeNull()
    expect(paramSink({ properties: { a: { sink: { fromParam: 1 } } } }, {}, ['a'])).toBeNull()
  })

  test('a param is used unless what it depends on says otherwise', () => {
    const dependsOn = { param: 'm', in: ['x'] }
    const schema = (of: Json) => ({ properties: { a: { dependsOn: of }, m: { default: 'x' } } })
    expect(isParamUsed(schema(dependsOn), {}, 'a')).toBe(true)
    expect(isParamUsed(schema(dependsOn), { m: 'y' }, 'a')).toBe(false)
    for (const unreadable of [1, {}, { param: 1, in: [] }, { param: 'm', in: 1 }]) {
      expect(isParamUsed(schema(unreadable), { m: 'y' }, 'a')).toBe(true)
    }
    expect(isParamUsed({ properties: { a: { dependsOn } } }, {}, 'a')).toBe(false)
  })
})
