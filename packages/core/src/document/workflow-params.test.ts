import { expect, test } from 'vitest'
import { workflowsNamedBy } from './workflow-params.ts'

const workflow = { type: 'string', control: 'workflow', literal: true }
const properties = {
  research: workflow,
  mail: workflow,
  other: { type: 'string' },
  open: { control: 'workflow' },
  any: true,
}

test('names the workflow of a child, and those of literal params of a caller', () => {
  const params = { type: 'object', properties }
  const calls = [{ type: 'run-workflow', version: 1 }]
  const given = { workflow: 'w0', research: 'w1', mail: '', other: 'w2', open: 'w3', any: 'w4' }
  const first = [{ param: 'research', workflowId: 'w1' }]
  expect(workflowsNamedBy({ control: 'child', params: {} }, given)).toEqual([{ param: 'workflow', workflowId: 'w0' }])
  expect(workflowsNamedBy({ control: 'child', params: {} }, { workflow: 7 })).toEqual([])
  expect(workflowsNamedBy({ calls, params }, given)).toEqual(first)
  // Without calls, it cannot run any.
  expect(workflowsNamedBy({ params }, given)).toEqual([])
  for (const schema of [true, { type: 'object' }])
    expect(workflowsNamedBy({ calls, params: schema }, given)).toEqual([])
})
