import type { ResolutionRequest } from '@tenon/core/api'
import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { ALL_PORTS, PARK_RESOLUTION_KINDS } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nodeTypesOf } from '../commit/node-types.ts'
import { compile } from '../interpreter/compile.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import { inlineNodes } from '../testing/test-nodes.ts'
import { checkResolution } from './check-resolution.ts'

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
  }),
  ports: [{ name: 'success', title: 'Sent' }],
  outputs: { success: z.object({ id: z.string() }) },
  summary: 'Mail',
  effect: 'write',
})
const registry = createNodeRegistry([
  ...inlineNodes(),
  implementNode(mail, async () => ({ port: 'success', output: { id: 'm' } })),
])
const findType = nodeTypesOf(registry)
const PLAN = compile(
  workflow(
    [
      node('start', 'start'),
      node('mail', 'acme/mail', { to: '{{ input.to }}', apiKey: { $secret: 's1' } }),
      node('split', 'fork', { branches: [{ id: 'a' }] }),
      node('end', 'end'),
    ],
    ['start>mail', 'mail>split', 'split:a>end'],
  ),
  registry.manifest,
)

function check(nodeId: string, request: ResolutionRequest, resolutions = PARK_RESOLUTION_KINDS.slice()) {
  const found = PLAN.nodes.find(({ id }) => id === nodeId) as PlanNode
  return checkResolution({ resolutions }, found, request, findType)
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
})

test('a resolution that the node run does not list is refused with those that it lists', () => {
  expect(() => check('mail', { kind: 'route' }, ['retry', 'fail'])).toThrow(
    expect.objectContaining({ code: 'RESOLUTION_REFUSED', message: expect.stringContaining('retry, fail') }),
  )
  expect(check('mail', { kind: 'retry' })).toEqual({ resolution: { kind: 'retry' }, payloads: [] })
})
