import { idleNodeRun } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { inDocumentOrder } from './ledger-order.ts'

test('node runs are in the order of the document, iteration by iteration', () => {
  const inner = { nodes: [{ id: 'b' }] }
  const each = { nodes: [{ id: 'a' }, { id: 'inner', children: inner }] }
  const plan = { nodes: [{ id: 'start' }, { id: 'each', children: each }, { id: 'end' }] }
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
