import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { workflowManifest } from '../../test/workflow-types.ts'
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
    query: z.record(z.string(), z.unknown().meta({ sink: 'query' })).default({}),
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

describe('values that a sink needs', () => {
  const others = workflowManifest().nodes.filter(({ type }) => type !== 'acme/call')
  const all = { ...manifest, nodes: [...manifest.nodes, ...others] }
  const properties = { id: { type: 'string' }, email: { type: 'string' }, phone: { type: ['string', 'null'] } }
  const start = node('start', 'start', { inputSchema: { type: 'object', properties, required: ['id', 'phone'] } })

  function unsureIn(params: JsonObject, policy = {}) {
    const variables = [{ name: 'desk', value: 'https://desk.test' }]
    const of = workflow([start, node('call', 'acme/call', params, { policy })], ['start>call'], { variables })
    return validateWorkflow(of, all).filter(({ code }) => code === 'EXPRESSION_PATH_UNSURE')
  }

  test.each<[params: JsonObject, path: string]>([
    [{ url: 'https://shop.test/orders/{{input.email}}' }, 'input.email'],
    [{ url: 'https://shop.test/orders/{{nodes.start.output?.email}}/x' }, 'nodes.start.output?.email'],
    [{ url: 'https://shop.test/{{input?.email}}/{{input.id}}' }, 'input?.email'],
    [{ url: 'https://shop.test/.{{input?.email}}' }, 'input?.email'],
    [{ url: '{{vars.desk}}/{{input.phone}}?a=b' }, 'input.phone'],
    [{ url: '{{input?.email}}' }, 'input?.email'],
    [{ url: 'https://shop.test/{{input.id == "a" ? null : input.id}}' }, 'input.id == "a" ? null : input.id'],
    [{ headers: { 'x-a': '{{input.email}}' } }, 'input.email'],
    [{ query: { a: '{{input?.email}}' } }, 'input?.email'],
  ])('%j warns of null without offering it', (params, path) => {
    const [issue, ...others] = unsureIn(params)
    expect(others).toEqual([])
    expect(issue).toMatchObject({ severity: 'warning', values: { reason: 'needed', path } })
    expect(issue?.message).toContain(`${path} may be null or missing, but a value is needed here. Add a fallback`)
    expect(issue?.fix).toBeUndefined()
  })

  test.each<[params: JsonObject]>([
    [{ url: 'https://shop.test/orders/{{input?.email ?? "none"}}' }],
    [{ url: 'https://shop.test/orders/{{input.id}}' }],
    [{ url: 'https://shop.test/orders?email={{input?.email}}' }],
    [{ url: 'https://shop.test/orders/id-{{input?.email}}' }],
    [{ url: 'https://shop.test/{{input?.email}}{{input.id}}' }],
    [{ url: '{{vars.absent}}/{{input?.email}}' }],
    [{ url: '{{input.id}}/{{input?.email}}' }],
    [{ headers: { 'x-a': 'a {{input?.email}}' } }],
    [{ body: '{{input?.email}}' }],
    [{ body: '{"a": {{input?.email}}}' }],
  ])('%j may be null', (params) => {
    expect(unsureIn(params)).toEqual([])
  })

  test('null is still offered where it helps', () => {
    const [inQuery] = unsureIn({ url: 'https://shop.test/orders?email={{input.email}}' })
    expect(inQuery?.fix?.code).toBe('USE_NULL')
    const [inCondition] = unsureIn({ url: 'https://shop.test/{{input.email == "a" ? "b" : "c"}}' })
    expect(inCondition?.fix?.code).toBe('USE_NULL')
    const [inPolicy] = unsureIn({ url: 'https://shop.test/' }, { skipIf: '{{ input.email }}' })
    expect(inPolicy?.fix?.code).toBe('USE_NULL')
  })
})

test('the sink of a text is the one that its names have for the value of another param', () => {
  const schema = {
    type: 'object',
    properties: {
      format: { type: 'string', default: 'form' },
      body: { type: 'string', sink: { fromParam: 'format', names: { form: 'json' } } },
    },
  }
  const sinks = [{}, { format: 'form' }, { format: 'query' }, { format: 'none' }, { format: 1 }].map((params) =>
    paramSink(schema, params, ['body']),
  )
  expect(sinks).toEqual(['json', 'json', 'query', null, null])
})
