import { describe, expect, test } from 'vitest'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { CASES } from './cases.ts'
import { FAULT_PLANS, runInMemory } from './memory-run.ts'
import { completedOf, normalLogOf } from './normal-log.ts'

const { registry } = createTestNodes()

test('there are 60 cases, each with a name of its own', () => {
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
  expect(CASES.length).toBeGreaterThanOrEqual(60)
})

describe('has the same log whatever fails', () => {
  test.each(CASES.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const logs = []
    for (const [index, plan] of FAULT_PLANS.entries()) {
      const { events, faults } = await runInMemory(each, registry, { plan, seed: index + 1 })
      expect({ plan: plan.name, faults }).toEqual({ plan: plan.name, faults: [] })
      logs.push(normalLogOf(events))
      const end = events.at(-1)
      const status = { run_completed: 'completed', run_error: 'failed', run_canceled: 'canceled' }[String(end?.type)]
      expect({ plan: plan.name, status, completes: completedOf(events) }).toEqual({
        ...{ plan: plan.name, status: each.ends.status, completes: [...each.completes].sort() },
      })
      if (each.ends.code !== undefined) expect(end).toMatchObject({ data: { error: { code: each.ends.code } } })
    }
    const [first, ...others] = logs
    for (const [index, log] of others.entries()) {
      expect({ plan: FAULT_PLANS[index + 1]?.name, log }).toEqual({ plan: FAULT_PLANS[index + 1]?.name, log: first })
    }
  })
})
