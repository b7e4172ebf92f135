import type { NodeId } from '../ids.ts'
import { compensationsOf } from './compensations.ts'
import type { WorkflowDocument, WorkflowNode } from './types.ts'

/**
 * Successors and predecessors by index into `nodes`; edges with a missing end are left out. A node that undoes another one
 * follows it.
 */
export interface DocumentGraph {
  /** Index into `nodes` by node id. */
  readonly indexOf: ReadonlyMap<NodeId, number>
  /** Direct successors of each node, each once, ascending. */
  readonly successors: readonly (readonly number[])[]
  /** Direct predecessors of each node, each once, ascending. */
  readonly predecessors: readonly (readonly number[])[]
}

/** Nodes in document order, and the cycles among them. */
export interface DocumentOrder {
  /** Every node once: topological order, ties by array order; nodes on or behind a cycle last, in array order. */
  readonly order: readonly NodeId[]
  /** Each cycle as the ids of its nodes, in array order; empty for a workflow that can run. */
  readonly cycles: readonly (readonly NodeId[])[]
}

const ascending = (a: number, b: number): number => a - b

/** Indexes a document once, for {@link documentOrder} and {@link upstreamOf} over all of its nodes. */
export function documentGraph(document: Pick<WorkflowDocument, 'nodes' | 'edges'>): DocumentGraph {
  const indexOf = new Map(document.nodes.map(({ id }, index) => [id, index]))
  const none: number[] = []
  const successors = document.nodes.map(() => none)
  const predecessors = document.nodes.map(() => none)
  const link = (from: number | undefined, to: number | undefined): void => {
    if (from === undefined || to === undefined) return
    addTo(successors, from, to)
    addTo(predecessors, to, from)
  }
  for (const { source, target } of document.edges) link(indexOf.get(source), indexOf.get(target))
  for (const [by, undone] of compensationsOf(document)) link(indexOf.get(undone), indexOf.get(by))
  for (const [index, { parentId }] of document.nodes.entries()) {
    if (parentId !== undefined) link(indexOf.get(parentId), index)
  }
  return { indexOf, successors: successors.map(distinct), predecessors: predecessors.map(distinct) }
}

/** Adds a number to the list of a node; `[x]` reserves one slot, the first `push` to an empty list many. */
function addTo(lists: number[][], index: number, number: number): void {
  const list = lists[index] as number[]
  if (list.length === 0) lists[index] = [number]
  else list.push(number)
}

/** Returns the numbers ascending, each once. */
function distinct(numbers: number[]): readonly number[] {
  if (numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number))) return numbers
  numbers.sort(ascending)
  return numbers.filter((number, at) => number !== numbers[at - 1])
}

/** Creates a min-heap of numbers. */
function createHeap(): { push(value: number): void; pop(): number | undefined } {
  const items: number[] = []
  const at = (index: number): number => items[index] ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number): void => {
    const held = at(a)
    items[a] = at(b)
    items[b] = held
  }
  const sink = (): void => {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1
      const child = at(left + 1) < at(left) ? left + 1 : left
      if (at(parent) <= at(child)) return
      swap(parent, child)
      parent = child
    }
  }
  return {
    push(value) {
      items.push(value)
      for (let child = items.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1
        if (at(parent) <= at(child)) return
        swap(parent, child)
        child = parent
      }
    },
    pop() {
      if (items.length < 2) return items.pop()
      swap(0, items.length - 1)
      const smallest = items.pop()
      sink()
      return smallest
    },
  }
}

function topological({ successors, predecessors }: DocumentGraph): number[] {
  const open = predecessors.map((list) => list.length)
  const ready = createHeap()
  for (const [index, count] of open.entries()) if (count === 0) ready.push(index)
  const order: number[] = []
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(next)
    for (const successor of successors[next] as readonly number[]) {
      const left = (open[successor] as number) - 1
      open[successor] = left
      if (left === 0) ready.push(successor)
    }
  }
  return order
}

interface Visit {
  readonly order: number
  low: number
  onStack: boolean
}

/** Returns the strongly connected components of more than one node, and nodes that follow themselves. */
function findCycles({ successors }: DocumentGraph, candidates: readonly number[]): number[][] {
  const found: number[][] = []
  const visited = new Map<number, Visit>()
  const stack: number[] = []
  const visit = (index: number) => {
    const state = { order: visited.size, low: visited.size, onStack: true }
    visited.set(index, state)
    stack.push(index)
    return { index, state, next: 0 }
  }
  for (const start of candidates) {
    if (visited.has(start)) continue
    const frames = [visit(start)]
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { index, state } = frame
      const following = successors[index] as readonly number[]
      const successor = following[frame.next++]
      if (successor !== undefined) {
        const known = visited.get(successor)
        if (known === undefined) frames.push(visit(successor))
        else if (known.onStack) state.low = Math.min(state.low, known.order)
        continue
      }
      frames.pop()
      const caller = frames.at(-1)
      if (caller !== undefined) caller.state.low = Math.min(caller.state.low, state.low)
      if (state.low !== state.order) continue
      const component = stack.splice(stack.lastIndexOf(index))
      for (const member of component) (visited.get(member) as Visit).onStack = false
      if (component.length > 1 || following.includes(index)) found.push(component.sort(ascending))
    }
  }
  return found
}

/**
 * Computes the document order, which decides every tie at run time: topological, ties by the order of `nodes`. A
 * container comes before the nodes inside it, and a node before the one that undoes it.
 *
 * O((nodes + edges) log nodes).
 */
export function documentOrder(
  document: Pick<WorkflowDocument, 'nodes' | 'edges'>,
  graph: DocumentGraph = documentGraph(document),
): DocumentOrder {
  const idAt = (index: number): NodeId => (document.nodes[index] as WorkflowNode).id
  const order = topological(graph)
  if (order.length === document.nodes.length) return { order: order.map(idAt), cycles: [] }
  const known = new Set(order)
  const rest = [...document.nodes.keys()].filter((index) => !known.has(index))
  const cycles = findCycles(graph, rest).map((cycle) => cycle.map(idAt))
  return { order: [...order, ...rest].map(idAt), cycles }
}

/**
 * Returns the ids of all nodes from which a path of edges leads to the node; the node itself only if it is on a cycle.
 */
export function upstreamOf(
  document: Pick<WorkflowDocument, 'nodes' | 'edges'>,
  nodeId: NodeId,
  graph: DocumentGraph = documentGraph(document),
): ReadonlySet<NodeId> {
  const found = new Set<number>()
  const open = [...(graph.predecessors[graph.indexOf.get(nodeId) ?? -1] ?? [])]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (found.has(index)) continue
    found.add(index)
    open.push(...(graph.predecessors[index] as readonly number[]))
  }
  return new Set([...found].sort(ascending).map((index) => (document.nodes[index] as WorkflowNode).id))
}
