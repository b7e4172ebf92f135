import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectionsIn } from './check-connections.ts'

const call = defineNode({
  ...{ type: 'acme/call', version: 1, title: 'Call', description: 'Calls', icon: 'M4 12h16', category: 'action' },
  params: z.object({ account: z.string().default('con_default').meta({ control: 'connection', literal: true }) }),
  ...{ ports: [{ name: 'success', title: 'Done' }], outputs: { success: z.object({}) }, summary: '', effect: 'read' },
})

test('the connections of a workflow are those that its nodes name, and the default of a node type for the others', () => {
  const registry = createNodeRegistry([implementNode(call, async () => ({ port: 'success', output: {} }))])
  const document = workflow(
    [
      node('own', 'acme/call', { account: 'con_own' }),
      node('default', 'acme/call'),
      node('none', 'acme/call', { account: '' }),
      { ...node('off', 'acme/call', { account: 'con_off' }), disabled: true },
      node('unknown', 'acme/unknown', { account: 'con_x' }),
    ],
    [],
  )
  expect(connectionsIn(registry, document).map(({ path, connectionId }) => [path[1], connectionId])).toEqual([
    ['own', 'con_own'],
    ['default', 'con_default'],
  ])
})
