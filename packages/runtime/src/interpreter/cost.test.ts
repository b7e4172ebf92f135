import { type Fact, makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'
import { chainOf, planOf } from './testing/plan-of.ts'
import { startFact } from './testing/random-play.ts'

const completed = (nodeRunId: string, port = 'success', key = nodeRunId): Fact => {
  const data = { pass: 1, attempt: 1, port, output: makeValueRef({ [key]: 1 }), durationMs: 0 }
  return { type: 'node_completed', nodeRunId, data }
}

/** Counts every reading of a node or an edge of the plan, so that no scan goes unseen. */
function watched(plan: Plan): { readonly plan: Plan; readonly reads: () => number } {
  let reads = 0
  const watch = <Item>(list: readonly Item[]): readonly Item[] =>
    new Proxy(list, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^[0-9]+$/.test(key)) reads += 1
        return Reflect.get(target, key, receiver)
      },
    })
  return { plan: { ...plan, nodes: watch(plan.nodes), edges: watch(plan.edges) }, reads: () => reads }
}

/** What each fact costs: changes and visits in the machine, and readings of the plan. */
function costsOf(original: Plan, facts: readonly Fact[]): readonly number[] {
  const { plan, reads } = watched(original)
  const machine = createMachine(plan, undefined, createPlanIndex(plan))
  return facts.map((fact) => {
    machine.mark()
    const before = machine.operations + reads()
    machine.apply({ ...fact, at: 1 })
    return machine.operations + reads() - before
  })
}

/** Branches of two nodes behind a start; each pair meets in a join of its own. */
function wideOf(count: number, join: 'all' | 'any'): Plan {
  const branches = Array.from({ length: count }, (_, index) => index)
  return planOf(
    ['start', ...branches.flatMap((n) => [`l${n}:probe`, `r${n}:probe`, [`j${n}:join`, { join }] as const])],
    branches.flatMap((n) => [`start>l${n}`, `start>r${n}`, `l${n}>j${n}`, `r${n}>j${n}`]),
  )
}

const SIZES = [10, 1_000, 10_000]

describe('what a fact costs', () => {
  test('is the same in a chain of 10 and of 10,000 nodes, at its begin, in its middle and at its end', () => {
    const seen = new Set<number>()
    for (const size of SIZES) {
      const plan = chainOf(size - 2)
      const facts = [startFact(plan, null, 'start'), ...plan.nodes.slice(0, -1).map(({ id }) => completed(id))]
      for (const cost of costsOf(plan, facts).slice(1)) seen.add(cost)
    }
    expect([...seen]).toHaveLength(1)
    expect(Math.max(...seen)).toBeLessThan(40)
  })

  test.each(['all', 'any'] as const)('is the same with 10 and with 6,000 branches that meet by "%s"', (join) => {
    const costs = [10, 600, 6_000].map((count) => {
      const plan = wideOf(count / 2, join)
      const middle = Math.floor(count / 4)
      const facts = [
        startFact(plan, null, 'start'),
        completed('start'),
        ...Array.from({ length: middle }, (_, n) => completed(`l${n}`)),
        ...Array.from({ length: middle }, (_, n) => completed(`r${n}`)),
      ]
      const all = costsOf(plan, facts)
      return { left: all[middle + 1], right: all.at(-1) }
    })
    expect(new Set(costs.map(({ left }) => left)).size).toBe(1)
    expect(new Set(costs.map(({ right }) => right)).size).toBe(1)
    expect(costs[0]?.left).toBeLessThan(100)
  })

  test('is the same in a paused run with 10 and with 6,000 branches, whatever it holds', () => {
    const pause: Fact = { type: 'pause_requested', data: { requestId: 'p', actor: null } }
    const costs = [10, 600, 6_000].map((count) => {
      const branches = Array.from({ length: count / 2 }, (_, n) => n)
      const outcomes = branches.flatMap((n) => [completed(`l${n}`), completed(`r${n}`)])
      const facts = [startFact(wideOf(count / 2, 'all'), null, 'start'), completed('start'), pause, ...outcomes]
      const all = costsOf(wideOf(count / 2, 'all'), facts)
      return [all[2], all[3], all.at(-1)]
    })
    expect(new Set(costs.map((each) => each.join())).size).toBe(1)
    expect(Math.max(...costs.flat().map(Number))).toBeLessThan(100)
  })

  test('of a race inside a race grows with what loses, not with what lies before it', () => {
    const length = 2_000
    const joins = Array.from({ length }, (_, n) => n)
    const plan = planOf(
      ['start', ...joins.flatMap((n) => [`a${n}:probe`, `b${n}:probe`, [`j${n}:join`, { join: 'any' }] as const])],
      joins.flatMap((n) => {
        const before = n === 0 ? 'start' : `j${n - 1}`
        return [`${before}>a${n}`, `${before}>b${n}`, `a${n}>j${n}`, `b${n}>j${n}`]
      }),
    )
    const facts: Fact[] = [
      startFact(plan, null, 'start'),
      completed('start'),
      ...joins.flatMap((n) => [completed(`a${n}`), completed(`j${n}`)]),
    ]
    const costs = costsOf(plan, facts).slice(2)
    const races = costs.filter((_, index) => index % 2 === 0)
    expect(new Set(races).size).toBe(1)
    expect(races[0]).toBeLessThan(100)
  })

  test('of taking a fact back is that of applying it', () => {
    const plan = chainOf(5_000)
    const machine = createMachine(plan)
    machine.apply({ ...startFact(plan, null, 'start'), at: 1 })
    machine.mark()
    machine.apply({ ...completed('start'), at: 2 })
    const before = machine.operations
    machine.rollback()
    expect(machine.operations).toBe(before)
    expect(machine.turn).toBe(1)
  })
})

describe('what a look into the data costs', () => {
  test('is the same near the begin and near the end of a chain of 1,000 nodes', () => {
    const plan = chainOf(1_000)
    const index = createPlanIndex(plan)
    const machine = createMachine(plan, undefined, index)
    machine.apply({ ...startFact(plan, null, 'start'), at: 1 })
    const costs: number[] = []
    const words: number[] = []
    for (const [position, { id }] of plan.nodes.slice(0, -1).entries()) {
      machine.apply({ ...completed(id, 'success', position % 2 === 0 ? 'even' : 'odd'), at: 2 })
      const next = plan.nodes[position + 1]?.id ?? ''
      const before = [machine.operations, index.operations()] as const
      const view = machine.outputs.inputView(next)
      expect(view.ownerOf('even')).not.toBeNull()
      expect(view.ownerOf('odd')?.nodeId).toBe(
        position === 0 ? undefined : plan.nodes[position % 2 === 0 ? position - 1 : position]?.id,
      )
      expect(view.ownerOf('none')).toBeNull()
      costs.push(machine.operations - before[0])
      words.push(index.operations() - before[1])
    }
    expect(Math.max(...costs.slice(900))).toBeLessThanOrEqual(Math.max(...costs.slice(0, 100)))
    expect(Math.max(...costs)).toBeLessThanOrEqual(8)
    expect(Math.max(...words)).toBeLessThanOrEqual(32)
  })

  test('does not grow with the branches that have the key, too', () => {
    const costs = [10, 3_000].map((count) => {
      const branches = Array.from({ length: count }, (_, n) => n)
      const plan = planOf(
        ['start', ...branches.map((n) => `a${n}:set`), ...branches.map((n) => `b${n}:set`)],
        branches.flatMap((n) => [`start>a${n}`, `a${n}>b${n}`]),
      )
      const machine = createMachine(plan)
      machine.apply({ ...startFact(plan, null, 'start'), at: 1 })
      machine.apply({ ...completed('start'), at: 1 })
      for (const n of branches) machine.apply({ ...completed(`a${n}`, 'success', 'key'), at: 1 })
      const before = machine.operations
      expect(machine.outputs.inputView('b0').ownerOf('key')?.nodeId).toBe('a0')
      return machine.operations - before
    })
    expect(costs[1]).toBe(costs[0])
  })
})
