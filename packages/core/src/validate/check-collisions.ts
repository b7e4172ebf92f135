import { hasBit } from './bits.ts'
import { type DataFlow, type FlowNode, mayHaveLeft } from './data-flow.ts'
import { type ReportIssue, warningIssue } from './issue.ts'
import { nodeTemplates } from './node-templates.ts'
import type { TracedWorkflow } from './trace-workflow.ts'

const MOST_NAMED = 4

/** Values that people name themselves replace others on purpose. */
function isDeliberate({ surveyed }: FlowNode): boolean {
  return Object.values(surveyed.entry?.outputs ?? {}).some(
    (output) => typeof output === 'object' && 'as' in output && output.as === 'values',
  )
}

/** One condition after another says the same of itself; that the last one counts is no surprise. */
function isAlike(node: FlowNode, other: FlowNode): boolean {
  return node.surveyed.entry?.category === 'flow' && node.surveyed.node.type === other.surveyed.node.type
}

function hiddenBy(flow: DataFlow, node: FlowNode): ReadonlyMap<string, readonly string[]> {
  const keys = new Set(node.exits.flatMap(({ facts }) => [...facts.adds.fields.keys()]))
  const hidden = new Map<string, readonly string[]>()
  for (const key of keys) {
    const owners = flow
      .ownersOf(key)
      .filter((owner) => mayHaveLeft(node, owner) && !isAlike(node, owner.node))
      .map((owner) => owner.node.surveyed.name)
    if (owners.length > 0) hidden.set(key, [...new Set(owners)])
  }
  return hidden
}

const list = (names: readonly string[]): string => names.slice(0, MOST_NAMED).join(', ')

const listKeys = (keys: readonly string[]): string =>
  keys.length > MOST_NAMED ? `${list(keys)} and ${keys.length - MOST_NAMED} more` : list(keys)

function checkHidden(flow: DataFlow, node: FlowNode, report: ReportIssue): void {
  const hidden = isDeliberate(node) ? new Map<string, readonly string[]>() : hiddenBy(flow, node)
  if (hidden.size === 0) return
  const keys = listKeys([...hidden.keys()].map((key) => `input.${key}`))
  const owners = list([...new Set([...hidden.values()].flat())])
  const { node: own, name } = node.surveyed
  report(warningIssue('KEY_COLLISION', `${name} replaces ${keys}, which ${owners} wrote`, { nodeId: own.id }))
}

/** Nodes of branches that run side by side, meet here for the first time, and have written the same key. */
function meetingWith(flow: DataFlow, node: FlowNode, key: string): readonly FlowNode[] {
  const owners = flow.ownersOf(key).filter(({ index }) => hasBit(node.taken, index))
  const nodes = [...new Set(owners.map((owner) => owner.node))]
  const isBeside = (one: FlowNode, other: FlowNode): boolean =>
    one !== other && !hasBit(one.ancestors, other.rank) && !hasBit(other.ancestors, one.rank)
  const haveMet = (one: FlowNode, other: FlowNode): boolean =>
    node.arriving.some(({ node: before }) =>
      [one, other].every(({ rank }) => rank === before.rank || hasBit(before.ancestors, rank)),
    )
  return nodes.filter((one) => nodes.some((other) => isBeside(one, other) && !haveMet(one, other)))
}

/** Says whether a node or one after it reads a key of `input`, by its name or with the whole of it. */
function readersFrom({ flow, typeTemplate }: TracedWorkflow, from: FlowNode): (key: string) => boolean {
  const after = flow.nodes.filter((node) => node === from || hasBit(node.ancestors, from.rank))
  const reads = after.flatMap((node) =>
    nodeTemplates(node.surveyed, node.surveyed.params).flatMap(
      ({ path, text }) => typeTemplate(node, path, text).analysis?.reads ?? [],
    ),
  )
  const firsts = new Set(reads.filter(({ root }) => root === 'input').map(({ path }) => path[0]))
  return (key) => firsts.has(undefined) || firsts.has(key)
}

function checkMeeting(traced: TracedWorkflow, node: FlowNode, report: ReportIssue): void {
  const { flow } = traced
  const keysByWriters = new Map<string, { readonly writers: readonly FlowNode[]; readonly keys: string[] }>()
  let isRead: ((key: string) => boolean) | undefined
  for (const key of flow.keys()) {
    const writers = meetingWith(flow, node, key)
    if (writers.length === 0) continue
    isRead ??= readersFrom(traced, node)
    if (!isRead(key)) continue
    const id = writers.map(({ rank }) => rank).join()
    const group = keysByWriters.get(id) ?? { writers, keys: [] }
    group.keys.push(`input.${key}`)
    keysByWriters.set(id, group)
  }
  for (const { writers, keys } of keysByWriters.values()) {
    const { node: own, name } = node.surveyed
    const last = (writers.at(-1) as FlowNode).surveyed.name
    const message = `${list(writers.map(({ surveyed }) => surveyed.name))} write ${listKeys(keys)} side by side; from ${name} on, what ${last} wrote counts`
    report(warningIssue('KEY_COLLISION', message, { nodeId: own.id }))
  }
}

/**
 * Keys of `input` that a node writes although another has written them: before it, or beside it where somebody
 * reads them later on.
 */
export function checkCollisions(traced: TracedWorkflow, report: ReportIssue): void {
  for (const node of traced.flow.nodes) {
    checkHidden(traced.flow, node, report)
    if (node.arriving.length > 1) checkMeeting(traced, node, report)
  }
}
