import { createNodeRegistry } from '@tenon/core/node'
import { idleNodeRun } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { compile } from '@tenon/runtime/interpreter'
import { expect, test } from 'vitest'
import { inDocumentOrder } from './ledger-order.ts'

test('node runs are in the order of the document, iteration by iteration', () => {
  const within = (parentId: string) => ({ parentId })
  const document = workflow(
    [
      node('start', 'start'),
      node('each', 'for-each', { items: [] }),
      node('a', 'set', {}, within('each')),
      node('inner', 'repeat', {}, within('each')),
      node('b', 'set', {}, within('inner')),
      node('end', 'end'),
    ],
    ['start>each', 'each>end', 'a>inner'],
  )
  const plan = compile(document, createNodeRegistry(createBuiltInNodes({})).manifest)
  const ordered = [
    'start',
    'each',
    'a#0',
    'inner#0',
    'b#0.0',
    'b#0.1',
    'b#0.10',
    'a#1',
    'inner#1',
    'b#1.0',
    'end',
    'gone',
  ]
  const shuffled = [...ordered].sort().map(idleNodeRun)
  expect(inDocumentOrder(shuffled, plan).map(({ nodeRunId }) => nodeRunId)).toEqual(ordered)
  expect(inDocumentOrder(shuffled, null)).toHaveLength(ordered.length)
})
