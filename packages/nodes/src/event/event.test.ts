import { checkOutput, type NodeOutcome } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { evaluateNode } from '../../test/run-node.ts'
import { event } from './definition.ts'
import { eventNode } from './implementation.ts'

test('puts out an event of its type, whose data its schema describes', () => {
  const params = { eventType: 'order.created', schema: { type: 'object', properties: {} } }
  const result = evaluateNode(eventNode, params, { now: 0 })
  expect(result).toMatchObject({ port: 'success', output: { type: 'order.created', subject: null, data: {} } })
  expect(checkOutput(event, result as NodeOutcome, params)).toEqual(result)
})
