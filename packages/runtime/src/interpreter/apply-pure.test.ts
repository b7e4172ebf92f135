import { expect, test } from 'vitest'
import { applyPure } from './apply-pure.ts'
import { planOf } from './testing/plan-of.ts'
import { startFact } from './testing/random-play.ts'

test('applyPure changes nothing that it is given', () => {
  const plan = planOf(['start', 'end'], ['start>end'])
  const fact = { ...startFact(plan, null, 'start'), at: 5 }
  const first = applyPure(plan, null, fact)
  const text = JSON.stringify(first.state)
  expect(first.decisions).toMatchObject([{ type: 'node_scheduled', nodeRunId: 'start' }])
  expect(applyPure(plan, first.state, fact)).toEqual({ state: first.state, decisions: [] })
  expect(applyPure(plan, null, fact)).toEqual(first)
  expect(JSON.stringify(first.state)).toBe(text)
})
