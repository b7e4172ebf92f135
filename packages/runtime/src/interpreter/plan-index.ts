import { createTemplateTable, type TemplateTable } from '@tenon/core/expression'
import { makeValueRef, type ValueRef } from '@tenon/core/run'
import { addBit, addBits, type Bitset, createBitset } from './bitset.ts'
import { itemAt } from './lookup.ts'
import type { Plan } from './plan.ts'
import { type PostDominators, postDominatorsOf } from './post-dominators.ts'

/**
 * Data derived from a plan once for all of its runs, without state of a run. Keep it beside the plan and pass it to
 * each machine.
 */
export interface PlanIndex {
  /** Plan that the index describes. */
  readonly plan: Plan
  /** Templates of the plan, each parsed and analyzed on first use. */
  readonly templates: TemplateTable
  /** Returns the index into `plan.nodes`; `undefined` for an unknown id. */
  indexOf(nodeId: string): number | undefined
  /** Returns the nodes without incoming edges, ascending. */
  roots(): readonly number[]
  /** Returns the indexes of the nodes from which a path of edges leads to this one; computed on first use. */
  ancestorsOf(index: number): Bitset
  /** Returns the post-dominators; computed on first use. */
  postDominators(): PostDominators
  /** Number of computed words of ancestor sets, for tests that compare plans of different sizes. */
  readonly operations: number
  /** Output of a skipped node: `{}`. */
  readonly emptyOutput: ValueRef
}

/** Creates the index of a plan; O(nodes), other parts on first use. */
export function createPlanIndex(plan: Plan): PlanIndex {
  const indexes = new Map(plan.nodes.map(({ id }, index) => [id, index]))
  const ancestors = new Map<number, Bitset>()
  const roots = [...plan.nodes.keys()].filter((index) => itemAt(plan.nodes, index).incoming.length === 0)
  let postDominators: PostDominators | null = null
  let operations = 0

  const sourcesOf = (index: number): readonly number[] =>
    itemAt(plan.nodes, index).incoming.map((edge) => itemAt(plan.edges, edge).source)

  function gather(index: number): Bitset {
    const gathered = createBitset(index)
    operations += gathered.length
    for (const source of sourcesOf(index)) {
      addBits(gathered, ancestorsOf(source))
      addBit(gathered, source)
    }
    ancestors.set(index, gathered)
    return gathered
  }

  function ancestorsOf(index: number): Bitset {
    const known = ancestors.get(index)
    if (known !== undefined) return known
    // With a stack of its own, since a chain may be longer than the call stack.
    const open = [index]
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const missing = sourcesOf(top).filter((source) => !ancestors.has(source))
      if (missing.length > 0) {
        open.push(...missing)
        continue
      }
      gather(top)
      open.pop()
    }
    return ancestorsOf(index)
  }

  return {
    plan,
    templates: createTemplateTable(),
    indexOf: (nodeId) => indexes.get(nodeId),
    roots: () => roots,
    ancestorsOf,
    postDominators() {
      postDominators ??= postDominatorsOf(
        plan.nodes.map(({ outgoing }) => outgoing.map((edge) => itemAt(plan.edges, edge).target)),
      )
      return postDominators
    },
    get operations() {
      return operations
    },
    emptyOutput: makeValueRef({}),
  }
}
