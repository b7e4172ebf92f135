import { node, workflow } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { createRunLogs } from '../store/run-logs.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import { createPlanCache } from './plan-cache.ts'

test('keeps the plans that were used last, up to so many bytes', async () => {
  const { manifest } = createTestNodes().registry
  const plans = ['a', 'b', 'c'].map((id) =>
    compile(workflow([node('start', 'start'), node(id, 'probe')], [`start>${id}`]), manifest),
  )
  const [a, b, c] = plans
  if (a === undefined || b === undefined || c === undefined) throw new RangeError('three plans')
  let reads = 0
  const database = {
    withTenant: async () => {
      reads += 1
      return plans.find(({ planHash }) => planHash === b.planHash)
    },
  } as unknown as RuntimeDatabase
  const probe = createPlanCache(createRunLogs(database))
  const { bytes } = probe.put('t', a)
  const cache = createPlanCache(createRunLogs(database), { maxBytes: bytes * 2.5 })
  for (const plan of [a, b, a, c]) cache.put('t', plan)
  for (const plan of [a, c]) await cache.get('t', plan.planHash)
  expect(reads).toBe(0)
  expect((await cache.get('t', b.planHash)).plan).toBe(b)
  expect(reads).toBe(1)
})

test('relies on a plan that it has stored for an hour, and on none that it has only read', async () => {
  let now = 0
  const { manifest } = createTestNodes().registry
  const plan = compile(workflow([node('start', 'start')]), manifest)
  const cache = createPlanCache({ readPlan: async () => plan }, { uptimeMs: () => now })
  await cache.get('t', plan.planHash)
  expect(cache.isStored('t', plan.planHash)).toBe(false)
  cache.noteStored('t', plan.planHash, 0)
  now = 3_599_999
  expect(cache.isStored('t', plan.planHash)).toBe(true)
  expect(cache.isStored('other', plan.planHash)).toBe(false)
  now = 3_600_000
  expect(cache.isStored('t', plan.planHash)).toBe(false)
})
