import { addBits, type Bits, commonBits, createBits, hasBit, keepBits, newBits, setBit } from './bits.ts'
import type { FlowNode } from './flow-node.ts'
import { type ReportIssue, warningIssue } from './issue.ts'
import { listKeys, listNames } from './name-lists.ts'
import { evaluatedTemplates } from './survey.ts'
import type { TracedWorkflow } from './trace-workflow.ts'

/** Nodes that read a key of `input`, by its name or with the whole input. */
interface Readers {
  /** Checks whether a node or one after it reads the key. */
  has(node: FlowNode, key: string): boolean
}

function createReaders({ flow, typeText }: TracedWorkflow): Readers {
  const byKey = new Map<string | number | undefined, FlowNode[]>()
  for (const node of flow.nodes) {
    const firsts = new Set<string | number | undefined>()
    for (const { text } of evaluatedTemplates(node.surveyed)) {
      for (const read of typeText(node, text).analysis?.reads ?? []) {
        if (read.root === 'input') firsts.add(read.path[0])
      }
    }
    for (const first of firsts) {
      const known = byKey.get(first)
      if (known === undefined) byKey.set(first, [node])
      else known.push(node)
    }
  }
  // Later readers are more likely to come after.
  const isReadBy = (readers: readonly FlowNode[], node: FlowNode): boolean =>
    readers.findLast((reader) => {
      flow.meter.spend(1)
      return reader === node || hasBit(reader.ancestors, node.rank)
    }) !== undefined
  return {
    has: (node, key) => [undefined, key].some((first) => isReadBy(byKey.get(first) ?? [], node)),
  }
}

/** A node that has written a key, with the nodes before a join that it leads to or is. */
interface Writer {
  readonly node: FlowNode
  /** Positions among the nodes that lead to the join, ascending. */
  readonly ways: readonly number[]
}

/** Returns the ranks of nodes that write a key that another node also writes. */
function ranksOfRivals({ flow }: TracedWorkflow): Bits {
  const rivals = createBits(flow.nodes.length)
  for (const key of flow.owners.keys()) {
    const owners = flow.owners.of(key)
    if (owners.length > 1) for (const { node } of owners) setBit(rivals, node.rank)
  }
  return rivals
}

/** Returns the last nodes before a join: their data includes that of all other nodes before it. */
function lastBefore({ flow }: TracedWorkflow, node: FlowNode): readonly FlowNode[] {
  const before = [...new Set(node.arriving.map((exit) => exit.node))]
  const passed = createBits(flow.nodes.length)
  for (const { ancestors } of before) {
    flow.meter.spendWords(passed.length)
    addBits(passed, ancestors)
  }
  return before.filter(({ rank }) => !hasBit(passed, rank))
}

/** Returns the ranks of nodes that come before, or are, all of the given nodes. */
function beforeAll({ flow }: TracedWorkflow, node: FlowNode, last: readonly FlowNode[]): Bits {
  const common = node.ancestors.slice()
  for (const { ancestors, rank } of last) {
    flow.meter.spendWords(common.length)
    const isKept = hasBit(common, rank)
    keepBits(common, ancestors)
    if (isKept) setBit(common, rank)
  }
  return common
}

/** Returns the writers of contested keys that come before some of the paths to a join, but not before all. */
function writersAt(traced: TracedWorkflow, rivals: Bits, node: FlowNode): readonly Writer[] {
  const { nodes, meter } = traced.flow
  const last = lastBefore(traced, node)
  if (last.length < 2) return []
  const apart = node.ancestors.slice()
  keepBits(apart, rivals)
  meter.spendWords(apart.length)
  const common = beforeAll(traced, node, last)
  const writers = new Map<number, number[]>()
  for (const rank of newBits(apart, common)) {
    const { exits } = nodes[rank] as FlowNode
    meter.spend(1 + exits.length)
    if (exits.some(({ index }) => hasBit(node.taken, index))) writers.set(rank, [])
  }
  const ranks = createBits(nodes.length)
  for (const rank of writers.keys()) setBit(ranks, rank)
  for (const [way, { ancestors, rank }] of last.entries()) {
    meter.spendWords(ranks.length)
    writers.get(rank)?.push(way)
    for (const each of commonBits(ranks, ancestors)) {
      meter.spend(1)
      writers.get(each)?.push(way)
    }
  }
  return [...writers].map(([rank, ways]) => ({ node: nodes[rank] as FlowNode, ways }))
}

const areApart = (one: readonly number[], other: readonly number[]): boolean => !one.some((way) => other.includes(way))

/** Returns the writers for which another one shares no path to the join. */
function withoutMeeting(writers: readonly Writer[], spend: (steps: number) => void): readonly Writer[] {
  const sets = new Map(writers.map(({ ways }) => [ways.join(), ways]))
  const singles = new Set([...sets.values()].filter(({ length }) => length === 1).map(([way]) => way))
  const several = [...sets.values()].filter(({ length }) => length > 1)
  const isAlone = new Map<string, boolean>()
  for (const [id, ways] of sets) {
    spend(1 + ways.length + several.length)
    const shared = ways.filter((way) => singles.has(way)).length
    isAlone.set(id, singles.size > shared || several.some((other) => areApart(ways, other)))
  }
  return writers.filter(({ ways }) => isAlone.get(ways.join()))
}

/**
 * Reports keys that nodes of parallel branches have written, at the first join of the branches, if a later node reads
 * the key.
 */
export function createMeetingCheck(traced: TracedWorkflow): (node: FlowNode, report: ReportIssue) => void {
  const { flow } = traced
  const { meter } = flow
  const spend = (steps: number) => meter.spend(steps)
  const rivals = ranksOfRivals(traced)
  let readers: Readers | null = null
  const keyOrder = new Map([...flow.owners.keys()].map((key, index) => [key, index]))

  function writersByKey(node: FlowNode): [string, Writer[]][] {
    const byKey = new Map<string, Writer[]>()
    for (const writer of writersAt(traced, rivals, node)) {
      meter.spend(1 + writer.node.exits.length)
      const taken = writer.node.exits.filter(({ index }) => hasBit(node.taken, index))
      const keys = new Set(taken.flatMap(({ facts }) => [...facts.adds.fields.keys()]))
      for (const key of keys) {
        const known = byKey.get(key)
        if (known === undefined) byKey.set(key, [writer])
        else known.push(writer)
      }
    }
    return [...byKey].sort(([a], [b]) => (keyOrder.get(a) as number) - (keyOrder.get(b) as number))
  }

  return (node, report) => {
    const groups = new Map<string, { readonly writers: readonly FlowNode[]; readonly keys: string[] }>()
    for (const [key, all] of writersByKey(node)) {
      const writers = all.length < 2 ? [] : withoutMeeting(all, spend).map((writer) => writer.node)
      if (writers.length === 0) continue
      readers ??= createReaders(traced)
      if (!readers.has(node, key)) continue
      const id = writers.map(({ rank }) => rank).join()
      const group = groups.get(id) ?? { writers, keys: [] }
      group.keys.push(`input.${key}`)
      groups.set(id, group)
    }
    for (const { writers, keys } of groups.values()) {
      const { node: own, name } = node.surveyed
      const names = writers.map(({ surveyed }) => surveyed.name)
      const values = { keys: listKeys(keys), writers: listNames(names) }
      const message = `${values.writers} write ${values.keys} in parallel; after ${name}, the value from ${names.at(-1)} is used`
      report(warningIssue('KEY_COLLISION', message, { nodeId: own.id, values }))
    }
  }
}
