import type { NodeManifestEntry } from '../node/definition.ts'
import { type DataFlow, type FlowNode, mayHaveLeft } from './flow-node.ts'
import { type ReportIssue, warningIssue } from './issue.ts'
import { listKeys, listNames, MOST_NAMED } from './name-lists.ts'

/** Most nodes whose names are collected; many may have the same name. */
const MOST_OWNERS = 16

/** Checks for types of nodes whose keys people choose, so that replacing a value is intended. */
function isDeliberate(entry: NodeManifestEntry | undefined): boolean {
  return Object.values(entry?.outputs ?? {}).some(
    (output) => typeof output === 'object' && 'as' in output && output.as !== 'schema',
  )
}

/** Returns the type of nodes that repeat the same keys, such as conditions, for which replacing is expected. */
function typeOfAlike({ entry, node }: FlowNode['surveyed']): string | null {
  return entry?.category === 'flow' ? node.type : null
}

/** Returns the names of earlier nodes that may have written a key, as many as a message lists. */
function namesOfOwners(flow: DataFlow, node: FlowNode, key: string): readonly string[] {
  const names: string[] = []
  let found = 0
  const { owners, meter } = flow
  const next = owners.otherwiseBefore(node, key, typeOfAlike(node.surveyed))
  for (let owner = next(); owner !== null; owner = next()) {
    // Every message has these keys, and the trigger is read by its name.
    if (owner.node.surveyed.entry?.trigger !== undefined) continue
    const hasLeft = owner.exits.some((exit) => mayHaveLeft(node, exit, meter))
    if (!hasLeft) continue
    const { name } = owner.node.surveyed
    if (!names.includes(name)) names.push(name)
    found += 1
    if (names.length === MOST_NAMED || found === MOST_OWNERS) break
  }
  return names
}

/** Returns the keys that a node writes by any exit. */
function keysWrittenBy({ exits }: FlowNode): Iterable<string> {
  const first = exits[0]?.facts.adds.fields
  // The exits of most nodes have the same fields.
  if (exits.every(({ facts }) => facts.adds.fields === first)) return first?.keys() ?? []
  return new Set(exits.flatMap(({ facts }) => [...facts.adds.fields.keys()]))
}

function checkNode(flow: DataFlow, node: FlowNode, report: ReportIssue): void {
  const keys: string[] = []
  const names = new Set<string>()
  for (const key of keysWrittenBy(node)) {
    const found = namesOfOwners(flow, node, key)
    if (found.length === 0) continue
    keys.push(`input.${key}`)
    for (const name of found) names.add(name)
  }
  if (keys.length === 0) return
  const { node: own, name } = node.surveyed
  const values = { keys: listKeys(keys), writers: listNames([...names]) }
  const message = `${name} replaces ${values.keys}, which ${values.writers} wrote`
  report(warningIssue('KEY_COLLISION', message, { nodeId: own.id, values }))
}

/** Creates the check that reports keys of `input` that a node writes after an earlier one. */
export function createHiddenCheck(flow: DataFlow): (node: FlowNode, report: ReportIssue) => void {
  const deliberate = new Map<NodeManifestEntry | undefined, boolean>()
  return (node, report) => {
    const { entry } = node.surveyed
    const isIntended = deliberate.get(entry) ?? isDeliberate(entry)
    deliberate.set(entry, isIntended)
    if (!isIntended) checkNode(flow, node, report)
  }
}
