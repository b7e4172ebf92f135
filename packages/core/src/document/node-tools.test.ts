import { expect, test } from 'vitest'
import { toolsOf } from './node-tools.ts'

test('lists the tools of a node, without entries that name no node type', () => {
  const tools = [
    7,
    { nodeType: 'acme/a' },
    { name: 'a', nodeType: 'acme/a', typeVersion: 2, params: { x: 1 }, open: { y: {} } },
    { name: 1, nodeType: 'acme/b', typeVersion: 1 },
  ]
  expect(toolsOf({ callsFrom: 'tools' }, { tools })).toEqual([
    { index: 2, path: ['tools', 2], name: 'a', nodeType: 'acme/a', typeVersion: 2, params: { x: 1 }, open: ['y'] },
    { index: 3, path: ['tools', 3], name: '', nodeType: 'acme/b', typeVersion: 1, params: {}, open: [] },
  ])
  expect(toolsOf({ callsFrom: 'tools' }, { tools: '{{input}}' })).toEqual([])
  expect(toolsOf({}, { tools })).toEqual([])
})
