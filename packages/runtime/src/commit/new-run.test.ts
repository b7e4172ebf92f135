import { expect, test } from 'vitest'
import { planOf } from '../interpreter/testing/plan-of.ts'
import type { CreateRunRequest } from './commit-types.ts'
import { startedByOf } from './new-run.ts'

const plan = planOf(['start', 'end'], ['start>end'])
const [start, end] = plan.nodes
const request: CreateRunRequest = {
  ...{ tenantId: 't', runId: 'r', workflowId: 'w', version: '1', mode: 'live', engine: 'embedded' },
  ...{ trigger: 'start', input: {}, actor: null },
}

test('startedByOf names the person, the trigger of the plan, or the host', () => {
  if (start === undefined || end === undefined) throw new Error('The plan has two nodes')
  const ada = { userId: 'u', displayName: 'Ada' }
  const trigger = { nodeId: 'start', name: start.name, kind: 'start' }
  expect(startedByOf({ ...request, actor: ada }, plan)).toEqual({ kind: 'user', user: ada, trigger })
  expect(startedByOf({ ...request, isByHost: true }, plan)).toEqual({ kind: 'host', trigger })
  const daily = { ...plan, nodes: [{ ...start, name: 'Daily', trigger: 'schedule' as const }, end] }
  const schedule = { nodeId: 'start', name: 'Daily', kind: 'schedule' }
  expect(startedByOf(request, daily)).toEqual({ kind: 'trigger', trigger: schedule })
  // By hand.
  expect(startedByOf({ ...request, actor: ada }, daily)).toEqual({ kind: 'user', user: ada, trigger: schedule })
})
