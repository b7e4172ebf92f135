import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet } from '../../test/node-definitions.ts'
import { node, workflow } from '../testing/index.ts'
import { validateWorkflow } from '../validate/index.ts'
import { checkDefinition } from './check-definition.ts'
import { defineNode } from './define-node.ts'
import type { NodeDefinition } from './definition.ts'
import { toManifest } from './manifest.ts'

const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
const secret = () => z.string().min(8).meta({ title: 'API key', secret: true })

const pay = defineNode({
  ...greet,
  type: 'acme/pay',
  params: z.object({ name: z.string(), apiKey: secret(), backup: secret().optional() }),
  ports: [{ name: 'success', title: 'Done' }],
})

function check(change: Partial<NodeDefinition>): void {
  checkDefinition({ ...(greet as NodeDefinition), ...change })
}

describe('secret params', () => {
  test('are markers in the manifest, drawn as a password', () => {
    const params = toManifest([pay]).nodes[0]?.params as { properties: Record<string, unknown>; required: string[] }
    expect(params.properties.apiKey).toMatchObject({
      title: 'API key',
      control: 'password',
      secret: true,
      literal: true,
      type: 'object',
      required: ['$secret', 'setAt', 'setBy'],
    })
    expect(params.properties.name).toMatchObject({ type: 'string' })
    expect(params.required).toEqual(['name', 'apiKey'])
  })

  test.each<[string, unknown, string[]]>([
    ['a marker', marker, []],
    ['nothing', undefined, ['PARAM_REQUIRED']],
    ['the value itself', 'sk-in-the-clear', ['PARAM_INVALID']],
    ['a reference', '{{input.key}}', ['PARAM_INVALID', 'PARAM_LITERAL']],
  ])('with %s validation reports %j', (_title, apiKey, codes) => {
    const params = { name: 'Ada', ...(apiKey === undefined ? {} : { apiKey: apiKey as string }) }
    const document = workflow([node('pay', 'acme/pay', params)], [])
    const issues = validateWorkflow(document, toManifest([pay])).filter((issue) => issue.field?.includes('apiKey'))
    expect(issues.map((issue) => issue.code).sort()).toEqual(codes)
  })

  test.each<[string, Partial<NodeDefinition>, string]>([
    ['a number', { params: z.object({ name: z.string(), pin: z.number().meta({ secret: true }) }) }, 'must be a text'],
    ['one with a default', { params: z.object({ name: secret().default('changeit') }) }, 'default'],
    [
      'a part of a param',
      { params: z.object({ name: z.object({ key: secret() }) }), summary: '' },
      'not a part of one',
    ],
    ['an item of a list', { params: z.object({ name: z.array(secret()) }), summary: '' }, 'not a part of one'],
    ['one in the summary', { params: z.object({ name: secret() }), summary: 'With {name}' }, 'shows the secret'],
    ['one of an inline node', { params: z.object({ name: secret() }), summary: '', inline: true }, 'inline'],
    [
      'one in a shared schema',
      {
        params: z.object({ name: z.string(), a: z.lazy(() => shared), b: z.lazy(() => shared) }),
      },
      'shared',
    ],
  ])('refuses %s', (_title, change, why) => {
    expect(() => check(change)).toThrow(expect.objectContaining({ code: 'NODE_DEFINITION_INVALID' }))
    expect(() => check(change)).toThrow(why)
  })
})

const shared = z.object({ key: z.string().meta({ secret: true }) }).meta({ id: 'SharedWithSecret' })
