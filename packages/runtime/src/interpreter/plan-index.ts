import { createTemplateTable, type TemplateTable } from '@tenon/core/expression'
import { makeValueRef, type ValueRef } from '@tenon/core/run'
import { addBit, addBits, type Bitset, createBitset } from './bitset.ts'
import { entryOf, itemAt } from './lookup.ts'
import { nodesWithin, type Plan, type PlanLevel, type PlanNode } from './plan.ts'
import { type PostDominators, postDominatorsOf } from './post-dominators.ts'

/** Data derived from one level of a plan. */
export interface LevelIndex {
  /** Nodes and edges that the index describes. */
  readonly level: PlanLevel
  /** Level and index of the loop that the nodes are in; `null` for those outside of loops. */
  readonly loop: { readonly level: LevelIndex; readonly node: number } | null
  /** Number of loops around the nodes, for calls with the callers. */
  readonly depth: number
  /** Returns the index into `level.nodes`; `undefined` for an id that is not of this level. */
  indexOf(nodeId: string): number | undefined
  /** Returns the index of the node that a node undoes; `undefined` for one that undoes none. */
  undoneNode(index: number): number | undefined
  /** Checks whether a node of the level, or inside one of them, can be undone; computed on first use. */
  hasCompensations(): boolean
  /** Returns the nodes without incoming edges that undo no other node, ascending. */
  roots(): readonly number[]
  /** Returns the nodes without outgoing edges that undo no other node, descending. */
  exits(): readonly number[]
  /**
   * Returns the indexes of the nodes from which a path of edges leads to this one, for one that undoes another also that
   * one; computed on first use.
   */
  ancestorsOf(index: number): Bitset
  /** Returns the post-dominators; computed on first use. */
  postDominators(): PostDominators
  /** Returns the number of computed words of ancestor sets, for tests that compare plans of different sizes. */
  operations(): number
}

/**
 * Data derived from a plan once for all of its runs, without state of a run. Keep it beside the plan and pass it to
 * each machine.
 */
export interface PlanIndex extends LevelIndex {
  /** Plan that the index describes. */
  readonly plan: Plan
  /** Templates of the plan, each parsed and analyzed on first use. */
  readonly templates: TemplateTable
  /** Returns the level of a node; `undefined` for an unknown id. */
  levelOf(nodeId: string): LevelIndex | undefined
  /**
   * Returns the level of the children of a loop.
   *
   * @throws {@link TenonError} `INTERNAL` for a node without children.
   */
  levelWithin(loopId: string): LevelIndex
  /** Returns a node of any level; `undefined` for an unknown id. */
  nodeOf(nodeId: string): PlanNode | undefined
  /** Returns the nodes of all levels, those of a loop after it. */
  allNodes(): readonly PlanNode[]
  /** Output of a skipped node: `{}`. */
  readonly emptyOutput: ValueRef
}

/**
 * Creates the index of one level.
 *
 * @param depth - Number of loops and callers around the nodes.
 */
export function createLevelIndex(level: PlanLevel, loop: LevelIndex['loop'], depth: number): LevelIndex {
  const indexes = new Map(level.nodes.map(({ id }, index) => [id, index]))
  const ancestors = new Map<number, Bitset>()
  const undone = new Map<number, number>()
  for (const [index, { compensation }] of level.nodes.entries()) {
    if (compensation !== undefined) undone.set(compensation, index)
  }
  const roots = [...level.nodes.keys()].filter(
    (index) => itemAt(level.nodes, index).incoming.length === 0 && !undone.has(index),
  )
  let hasCompensations: boolean | null = null
  let postDominators: PostDominators | null = null
  let exits: readonly number[] | null = null
  let operations = 0

  const sourcesOf = (index: number): readonly number[] => {
    const source = undone.get(index)
    if (source !== undefined) return [source]
    return itemAt(level.nodes, index).incoming.map((edge) => itemAt(level.edges, edge).source)
  }

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
    level,
    loop,
    depth,
    indexOf: (nodeId) => indexes.get(nodeId),
    undoneNode: (index) => undone.get(index),
    hasCompensations() {
      hasCompensations ??= nodesWithin(level).some(({ compensation }) => compensation !== undefined)
      return hasCompensations
    },
    roots: () => roots,
    exits() {
      exits ??= [...level.nodes.keys()]
        .filter((index) => itemAt(level.nodes, index).outgoing.length === 0 && !undone.has(index))
        .reverse()
      return exits
    },
    ancestorsOf,
    postDominators() {
      postDominators ??= postDominatorsOf(
        level.nodes.map(({ outgoing }) => outgoing.map((edge) => itemAt(level.edges, edge).target)),
      )
      return postDominators
    },
    operations: () => operations,
  }
}

/** Creates the index of a plan; O(nodes), other parts on first use. */
export function createPlanIndex(plan: Plan): PlanIndex {
  const top = createLevelIndex(plan, null, 0)
  const levels: LevelIndex[] = []
  const levelByNode = new Map<string, LevelIndex>()
  const levelByLoop = new Map<string, LevelIndex>()
  const nodes = new Map<string, PlanNode>()

  function add(index: LevelIndex): void {
    levels.push(index)
    for (const [at, node] of index.level.nodes.entries()) {
      nodes.set(node.id, node)
      levelByNode.set(node.id, index)
      if (node.children === undefined) continue
      const within = createLevelIndex(node.children, { level: index, node: at }, index.depth + 1)
      levelByLoop.set(node.id, within)
      add(within)
    }
  }
  add(top)

  return {
    ...top,
    plan,
    templates: createTemplateTable(),
    levelOf: (nodeId) => levelByNode.get(nodeId),
    levelWithin: (loopId) => entryOf(levelByLoop, loopId),
    nodeOf: (nodeId) => nodes.get(nodeId),
    allNodes: () => [...nodes.values()],
    operations: () => levels.reduce((sum, { operations }) => sum + operations(), 0),
    emptyOutput: makeValueRef({}),
  }
}
