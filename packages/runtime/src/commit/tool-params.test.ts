import type { Json } from '@tenon/core/document'
import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nodeTypesOf } from './node-types.ts'
import { resolvableTools, toolSink, withResolvedTools } from './tool-params.ts'

const call = defineNode({
  type: 'acme/call',
  version: 1,
  title: 'Call',
  description: 'Call something',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({
    method: z.string().default('GET').meta({ literal: true }),
    url: z.string().meta({ sink: 'url' }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  summary: '{url}',
  effect: 'read',
})
const registry = createNodeRegistry([implementNode(call, async () => ({ port: 'success', output: {} }))])
const types = nodeTypesOf(registry)({ type: 'acme/call', typeVersion: 1 } as Parameters<
  ReturnType<typeof nodeTypesOf>
>[0])

const tools: Json = [
  { name: 'a', nodeType: 'acme/call', typeVersion: 1, params: { method: '{{x}}', url: '{{y}}' }, open: {} },
  { name: 'b', nodeType: 'acme/none', typeVersion: 1, description: '{{z}}', params: { url: '{{y}}' } },
  7,
]

describe('params of tools', () => {
  test('are evaluated as far as their types take expressions', () => {
    expect(resolvableTools(tools, types)).toEqual([
      { description: '', params: { url: '{{y}}' } },
      { description: '{{z}}', params: {} },
      { description: '', params: {} },
    ])
    expect(resolvableTools('{{input}}', types)).toEqual([])
  })

  test('are put back into their tools', () => {
    const resolved = [{ description: '', params: { url: 'u' } }, { description: 'd' }]
    expect(withResolvedTools(tools, resolved)).toMatchObject([
      { name: 'a', params: { method: '{{x}}', url: 'u' } },
      { name: 'b', description: 'd', params: { url: '{{y}}' } },
      { params: {} },
    ])
  })

  test('have the sinks of their types', () => {
    expect(toolSink(tools, ['tools', 0, 'params', 'url'], types)).toBe('url')
    expect(toolSink(tools, ['tools', 0, 'params', 'method'], types)).toBeNull()
    expect(toolSink(tools, ['tools', 0, 'description'], types)).toBeNull()
    expect(toolSink(tools, ['tools', 1, 'params', 'url'], types)).toBeNull()
    expect(toolSink(tools, ['tools', 9, 'params', 'url'], types)).toBeNull()
  })
})
