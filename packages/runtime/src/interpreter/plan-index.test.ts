import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bitsOf } from './bitset.ts'
import { itemAt } from './lookup.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'
import { anyPlan } from './testing/arbitrary-plan.ts'
import { chainOf, planOf } from './testing/plan-of.ts'

function ancestorsByWalking(plan: Plan, index: number): Set<number> {
  const found = new Set<number>()
  const open = [index]
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    for (const edge of itemAt(plan.nodes, top).incoming) {
      const { source } = itemAt(plan.edges, edge)
      if (!found.has(source)) open.push(source)
      found.add(source)
    }
  }
  return found
}

describe('createPlanIndex', () => {
  test('finds nodes by id', () => {
    const index = createPlanIndex(planOf(['start', 'end'], ['start>end']))
    expect([index.indexOf('start'), index.indexOf('end'), index.indexOf('ghost')]).toEqual([0, 1, undefined])
  })

  test('finds nodes at any level, and the loop around them', () => {
    const inside = (parentId: string) => [{}, { parentId }] as const
    const index = createPlanIndex(
      planOf(
        [
          'start',
          'outer:loop',
          ['a:set', ...inside('outer')],
          ['inner:loop', ...inside('outer')],
          ['b:set', ...inside('inner')],
        ],
        ['start>outer', 'a>inner'],
      ),
    )
    expect(index.allNodes().map(({ id }) => id)).toEqual(['start', 'outer', 'a', 'inner', 'b'])
    expect(index.nodeOf('b')?.type).toBe('set')
    expect([index.levelOf('start')?.depth, index.levelOf('a')?.depth, index.levelOf('b')?.depth]).toEqual([0, 1, 2])
    expect(index.levelOf('ghost')).toBeUndefined()
    const within = index.levelWithin('outer')
    expect([within.roots(), within.exits()]).toEqual([[0], [1]])
    expect(within.loop).toMatchObject({ node: 1 })
    expect(() => index.levelWithin('start')).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  test('knows the nodes that nothing leads to', () => {
    const index = createPlanIndex(planOf(['start', 'alone:set', 'end'], ['start>end']))
    expect(index.roots()).toEqual([0, 1])
  })

  test('knows the ancestors of every node, in whatever order it is asked', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(fc.nat()), (plan, picks) => {
        const index = createPlanIndex(plan)
        for (const pick of [...picks, ...plan.nodes.keys()]) {
          const node = pick % plan.nodes.length
          expect(new Set(bitsOf(index.ancestorsOf(node)))).toEqual(ancestorsByWalking(plan, node))
        }
      }),
    )
  })

  test('works ancestors out once, and only those that are needed', () => {
    const index = createPlanIndex(chainOf(100))
    expect(index.operations()).toBe(0)
    index.ancestorsOf(50)
    const once = index.operations()
    index.ancestorsOf(50)
    index.ancestorsOf(20)
    expect(index.operations()).toBe(once)
  })

  test('takes a chain that is longer than the call stack', () => {
    const plan = chainOf(9_000, 'set')
    const ancestors = createPlanIndex(plan).ancestorsOf(9_001)
    expect([...bitsOf(ancestors)]).toHaveLength(9_001)
  })

  test('works post-dominators out once', () => {
    const index = createPlanIndex(chainOf(3))
    expect(index.postDominators()).toBe(index.postDominators())
  })
})
