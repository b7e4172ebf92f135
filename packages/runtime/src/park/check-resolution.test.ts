import type { ResolutionRequest } from '@tenon/core/api'
import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { ALL_PORTS } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nodeTypesOf } from '../commit/node-types.ts'
import { compile } from '../interpreter/compile.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import { inlineNodes } from '../testing/test-nodes.ts'
import { checkGivenParams, checkKind, checkResolution } from './check-resolution.ts'

const mail = defineNode({
  type: 'acme/mail',
  version: 1,
  title: 'Mail',
  description: 'Sends a mail',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    to: z.string().min(3),
    apiKey: z.string().min(20).meta({ secret: true }),
    list: z.array(z.object({ text: z.string() })).default([]),
    account: z.string().default('').meta({ control: 'connection', literal: true }),
  }),
  ports: [{ name: 'success', title: 'Sent' }],
  outputs: { success: z.object({ id: z.string() }) },
  summary: 'Mail',
  effect: 'write',
})
const choice = defineNode({
  type: 'acme/choice',
  version: 1,
  title: 'Choice',
  description: 'Chooses',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    cases: z.array(z.object({ id: z.string(), when: z.unknown() })).default([]),
    fields: z.record(z.string(), z.unknown()).default({}),
    schema: z.unknown().default({ type: 'object' }),
    items: z.array(z.unknown()).default([]),
    value: z
      .string()
      .default('')
      .refine((value) => {
        if (value === 'throw') throw new Error('a fault of the host')
        return true
      })
      .meta({ not: { const: 'throw' } }),
  }),
  ports: [
    { name: 'default', title: 'Default' },
    { name: 'typed', title: 'Typed' },
    { name: 'listed', title: 'Listed' },
    { each: 'params.cases', id: 'id', title: 'id' },
  ],
  outputs: {
    default: { fromParam: 'fields', as: 'values' },
    typed: { fromParam: 'schema' },
    listed: { fromParam: 'items', as: 'list' },
    '*': z.object({ by: z.string() }).refine(({ by }) => {
      if (by === 'throw') throw new Error('a fault of the host')
      return true
    }),
  },
  summary: 'Choice',
  effect: 'none',
})
const CASES = [
  { id: 'x', when: '{{ input.x }}' },
  { id: 'y', when: true },
]
const registry = createNodeRegistry([
  ...inlineNodes(),
  implementNode(choice, async () => ({ port: 'default', output: {} })),
  implementNode(mail, async () => ({ port: 'success', output: { id: 'm' } })),
])
const findType = nodeTypesOf(registry)
const PLAN = compile(
  workflow(
    [
      node('start', 'start'),
      node('mail', 'acme/mail', { to: '{{ input.to }}', apiKey: { $secret: 's1' } }),
      node('owned', 'acme/mail', { to: '{{ input.to }}', apiKey: { $secret: 's1' }, account: 'con_1' }),
      node('split', 'fork', { branches: [{ id: 'a' }] }),
      node('pick', 'acme/choice', { cases: CASES, fields: { a: '{{ input.a }}' } }),
      node('free', 'acme/choice', { fields: '{{ input }}' }),
      node('end', 'end'),
      node('late', 'end', { outcome: '{{ input.outcome }}' }),
    ],
    ['start>mail', 'start>owned', 'mail>split', 'split:a>end', 'start>pick', 'start>free', 'free:default>late'],
  ),
  registry.manifest,
)

function check(nodeId: string, request: ResolutionRequest) {
  const found = PLAN.nodes.find(({ id }) => id === nodeId) as PlanNode
  return checkResolution(found, request, findType)
}

function refusalOf(nodeId: string, request: ResolutionRequest): unknown {
  try {
    return check(nodeId, request)
  } catch (error) {
    return error
  }
}

describe('given params', () => {
  test('need no secrets, which remain those of the document', () => {
    const params = { to: 'ada@x.test' }
    expect(check('mail', { kind: 'retry_with_params', params })).toMatchObject({
      resolution: { kind: 'retry_with_params', params: { inline: params } },
      payloads: [],
    })
  })

  test.each([
    [{ to: 'ada@x.test', apiKey: 'k'.repeat(30) }, ['apiKey']],
    [{ to: 'ada@x.test', list: [{ text: 'Bearer ••••••••' }] }, ['list', 0, 'text']],
    [{ to: 'x' }, ['to']],
    [{}, ['to']],
  ])('are refused with the path of the fault: %j', (params, path) => {
    expect(refusalOf('mail', { kind: 'retry_with_params', params })).toMatchObject({
      code: 'NODE_PARAMS_INVALID',
      details: { issues: [{ path }] },
    })
  })

  test('keep the connection of the document, and the node runs of calls have none', () => {
    const to = 'ada@x.test'
    const params = { to, account: 'con_1' }
    expect(check('owned', { kind: 'retry_with_params', params })).toMatchObject({
      resolution: { params: { inline: params } },
    })
    const refused = { code: 'NODE_PARAMS_INVALID', details: { issues: [{ path: ['account'] }] } }
    for (const other of [{ to }, { to, account: 'con_2' }, { to, account: '' }]) {
      expect(refusalOf('owned', { kind: 'retry_with_params', params: other })).toMatchObject(refused)
    }
    expect(refusalOf('mail', { kind: 'retry_with_params', params })).toMatchObject(refused)
    const called = { ...(PLAN.nodes.find(({ id }) => id === 'owned') as PlanNode), called: 'as_asked' } as const
    expect(() => checkGivenParams(params, called, findType)).toThrow(
      expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
    )
  })

  test.each([
    [{ cases: [{ id: 'x', when: 1 }], fields: { a: 1 } }, ['cases']],
    [{ fields: { a: 1 } }, ['cases']],
    [{ cases: CASES, fields: { b: 1 } }, ['fields']],
    [{ cases: CASES, fields: { a: 1 }, schema: { type: 'array' } }, ['schema']],
  ])('keep the exits and the fields of the document: not %j', (params, path) => {
    expect(refusalOf('pick', { kind: 'retry_with_params', params })).toMatchObject({
      code: 'NODE_PARAMS_INVALID',
      details: { issues: [{ path }] },
    })
  })

  test('may change values within exits and fields, and fields that the document does not know', () => {
    const params = { cases: [...CASES.slice(1), { id: 'x', when: 7 }], fields: { a: 2 }, items: [1] }
    expect(check('pick', { kind: 'retry_with_params', params })).toMatchObject({
      resolution: { params: { inline: params } },
    })
    const free = { fields: { any: 1 } }
    expect(check('free', { kind: 'retry_with_params', params: free })).toMatchObject({ payloads: [] })
  })

  test('are refused with the cause if the schema of the host throws', () => {
    const params = { cases: CASES, fields: { a: 1 }, value: 'throw' }
    expect(refusalOf('pick', { kind: 'retry_with_params', params })).toMatchObject({
      code: 'NODE_PARAMS_INVALID',
      remedy: expect.stringContaining('schema'),
      cause: { message: 'a fault of the host' },
    })
  })

  test('that are too large for the log become a payload', () => {
    const params = { to: 'a'.repeat(20_000) }
    const { payloads } = check('mail', { kind: 'retry_with_params', params })
    expect(payloads).toMatchObject([{ size: 20_009 }])
  })
})

describe('a supplied output', () => {
  test.each([
    ['mail', { id: 'm' }, 'success'],
    ['split', {}, ALL_PORTS],
    ['end', 'any value', 'end'],
  ])('of %s continues by its usual port', (nodeId, output, port) => {
    expect(check(nodeId, { kind: 'complete', output })).toMatchObject({ resolution: { kind: 'complete', port } })
  })

  test('is refused outside of its schema, and for a port that the node does not have', () => {
    expect(refusalOf('mail', { kind: 'complete', output: { id: 1 } })).toMatchObject({
      code: 'RESOLUTION_REFUSED',
      details: { issues: [{ path: ['id'] }] },
    })
    const other = refusalOf('mail', { kind: 'complete', output: { id: 'm' }, port: 'other' })
    expect(other).toMatchObject({ code: 'RESOLUTION_REFUSED', message: expect.stringContaining('"other"') })
  })

  test('is refused with the cause if the schema of the host throws', () => {
    expect(refusalOf('pick', { kind: 'complete', port: 'y', output: { by: 'throw' } })).toMatchObject({
      code: 'RESOLUTION_REFUSED',
      cause: { message: 'a fault of the host' },
    })
  })

  test('is refused for an end whose outcome is a template', () => {
    expect(refusalOf('late', { kind: 'complete', output: {} })).toMatchObject({
      code: 'RESOLUTION_REFUSED',
      remedy: expect.stringContaining('retry_with_params'),
    })
  })
})

test('a resolution that the node run does not list is refused with those that it lists', () => {
  expect(() => checkKind({ resolutions: ['retry', 'fail'] }, { kind: 'route' })).toThrow(
    expect.objectContaining({ code: 'RESOLUTION_REFUSED', message: expect.stringContaining('retry, fail') }),
  )
  expect(check('mail', { kind: 'retry' })).toEqual({ resolution: { kind: 'retry' }, payloads: [] })
})
