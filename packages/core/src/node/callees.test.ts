import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { faultOfTool } from './callees.ts'
import { defineNode, type NodeDefinitionInput } from './define-node.ts'
import { toManifest } from './manifest.ts'
import { toolsParam } from './tools.ts'

const common = {
  ...{ type: 'acme/node', version: 1, title: 'Node', description: 'For tests', icon: 'M4 12h16', category: 'action' },
  ...{ summary: 'A node', effect: 'none', ports: [{ name: 'success', title: 'done' }] },
  outputs: { success: z.object({}) },
  tool: { name: 'node', description: 'Works' },
  params: z.object({}),
} as const

function faultOf(fields: object): string | null {
  const definition = defineNode({ ...common, ...fields } as NodeDefinitionInput<z.ZodObject, typeof common.outputs>)
  const [entry] = toManifest([definition]).nodes
  return faultOfTool(entry as NonNullable<typeof entry>)
}

describe('faultOfTool', () => {
  const secret = z.string().meta({ control: 'password', secret: true })
  const workflow = z.string().meta({ literal: true })

  test.each<[string, object, string | null]>([
    ['a node with `run`', {}, null],
    [
      'one that needs a connection',
      { params: z.object({ a: z.string().meta({ control: 'connection', literal: true }) }) },
      null,
    ],
    ['one with a secret that is optional', { params: z.object({ key: secret.optional() }) }, null],
    ['one that needs a secret', { params: z.object({ key: secret }) }, 'it needs a secret'],
    ['one that is not for models', { tool: undefined }, 'it is not meant for models'],
    ['one with tools', { callsFrom: 'tools', params: z.object({ tools: toolsParam }) }, 'it has tools itself'],
    ['one without `run`', { inline: true }, 'it has no `run` or has a `control`'],
    [
      'one that runs a workflow',
      { inline: true, control: 'child', params: z.object({ workflow, input: z.unknown().optional() }) },
      null,
    ],
  ])('%s', (_, fields, fault) => {
    expect(faultOf(fields)).toBe(fault)
  })
})

describe('callsFrom', () => {
  test.each<[string, object]>([
    ['a param without tools', { callsFrom: 'list', params: z.object({ list: z.array(z.string()) }) }],
    ['a param that does not exist', { callsFrom: 'tools' }],
    ['an inline node', { callsFrom: 'tools', inline: true, params: z.object({ tools: toolsParam }) }],
    ['a control', { callsFrom: 'tools', control: 'join', params: z.object({ tools: toolsParam }) }],
  ])('is refused for %s', (_, fields) => {
    expect(() => faultOf(fields)).toThrow(expect.objectContaining({ code: 'NODE_DEFINITION_INVALID' }))
  })
})
