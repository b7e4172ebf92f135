import { expect, test } from 'vitest'
import { each, end, only, set, start, validate } from '../../test/validation.ts'
import type { WorkflowDocument } from '../document/index.ts'
import { workflow } from '../testing/index.ts'
import { MAX_NESTING } from './check-depth.ts'

/** A node with this many loops around it. */
function nested(depth: number): WorkflowDocument {
  const loops = Array.from({ length: depth }, (_, at) => each(`l${at}`, {}, at === 0 ? {} : { parentId: `l${at - 1}` }))
  const leaf = set('leaf', {}, depth === 0 ? {} : { parentId: `l${depth - 1}` })
  // The order of the nodes in a document says nothing about their levels.
  return workflow([start, leaf, ...loops.reverse(), end], ['start>l0', 'l0>end'])
}

test('NESTED_TOO_DEEP is an error of the outermost node that has too many around it', () => {
  expect(validate(nested(MAX_NESTING))).toEqual([])
  expect(validate(nested(MAX_NESTING + 1))).toMatchObject([
    {
      code: 'NESTED_TOO_DEEP',
      severity: 'error',
      nodeId: 'leaf',
      field: 'parentId',
      message: 'leaf is nested too deeply: at most 10 loops can be around a node',
    },
  ])
  expect(only(validate(nested(3_000)), 'NESTED_TOO_DEEP').map(({ nodeId }) => nodeId)).toEqual([`l${MAX_NESTING + 1}`])
})

test('NESTED_TOO_DEEP is not reported for nodes inside each other', () => {
  const ring = workflow([start, each('a', {}, { parentId: 'b' }), each('b', {}, { parentId: 'a' })])
  expect(only(validate(ring), 'NESTED_TOO_DEEP')).toEqual([])
})
