import { ERROR_PORT } from '../document/ports.ts'
import type { NodeId } from '../ids.ts'
import { addBits, type Bits, bitsOf, createBits, hasBit, keepBits, newBits, setBit } from './bits.ts'
import type { OutputFacts } from './output-facts.ts'
import type { Survey, SurveyedNode } from './survey.ts'

/** A port that a node may leave by, numbered over the whole document. */
export interface Exit {
  readonly index: number
  readonly node: FlowNode
  readonly port: string
  /** The node always leaves by it: its only one, or one of a fork. */
  readonly isSure: boolean
  readonly facts: OutputFacts
}

/** A node in the flow of data; ranks count in document order. */
export interface FlowNode {
  readonly rank: number
  readonly surveyed: SurveyedNode
  /** Ranks of all nodes from which a path leads here. */
  readonly ancestors: Bits
  /** Ranks of those that have settled when this node runs. */
  readonly waited: Bits
  /** Exits that have been taken whenever this node runs. */
  readonly taken: Bits
  readonly arriving: readonly Exit[]
  readonly exits: readonly Exit[]
}

/** Who comes before whom, and what has surely happened when a node runs. */
export interface DataFlow {
  readonly nodes: readonly FlowNode[]
  readonly byId: ReadonlyMap<NodeId, FlowNode>
  /** All exits that can add a key to the input, in document order. */
  readonly ownersOf: (key: string) => readonly Exit[]
  /** All keys that any node is known to add. */
  readonly keys: () => Iterable<string>
}

/**
 * Whether what left a node by an exit may be there when another node runs: it comes before, and is not known to
 * have left by another port. A fork leaves by all of its ports.
 */
export function mayHaveLeft(node: FlowNode, exit: Exit): boolean {
  if (!hasBit(node.ancestors, exit.node.rank)) return false
  const taken = exit.node.exits.filter(({ index }) => hasBit(node.taken, index))
  return taken.length === 0 || taken.includes(exit)
}

/** Describes the output of a port once everything before the node is known. */
export type DescribeExit = (node: FlowNode, port: string) => OutputFacts

const joinsAll = ({ node, entry }: SurveyedNode): boolean =>
  (node.policy?.join ?? entry?.policy?.join ?? 'all') === 'all'

/**
 * Ports that a node may leave by. Of a node that is passed through, the first port alone is ever taken; an error
 * port without an edge ends the run.
 */
function exitPorts({ node, ports, outgoing, entry }: SurveyedNode): { port: string; isSure: boolean }[] {
  const used = outgoing.map(({ sourceHandle }) => sourceHandle)
  const own = ports.filter(({ name, isError }) => !isError || used.includes(name)).map(({ name }) => name)
  const names = new Set([...own, ...used])
  const [first] = names
  if (node.disabled) return first === undefined ? [] : [{ port: first, isSure: true }]
  const isFork = entry?.control === 'fork'
  const isOnly = entry !== undefined && names.size === 1
  return [...names].map((port) => ({ port, isSure: isOnly || (isFork && port !== ERROR_PORT) }))
}

/** What has been found while the flow is traced. */
interface Tracing {
  readonly nodes: FlowNode[]
  readonly byId: Map<NodeId, FlowNode>
  readonly exits: Exit[]
  readonly nodeCount: number
  readonly exitCount: number
}

/** Edges from nodes that come before; those that lead back, which only cycles have, carry nothing. */
function arrivingAt({ byId }: Tracing, { incoming }: SurveyedNode): Exit[] {
  return incoming.flatMap(({ source, sourceHandle }) => {
    const exits = byId.get(source)?.exits ?? []
    return exits.find(({ port }) => port === sourceHandle) ?? []
  })
}

function ancestorsOf({ nodeCount }: Tracing, arriving: readonly Exit[]): Bits {
  const ancestors = createBits(nodeCount)
  for (const { node } of arriving) {
    addBits(ancestors, node.ancestors)
    setBit(ancestors, node.rank)
  }
  return ancestors
}

/** What has been taken on every way to the node, each way by itself. */
function takenOnAllWays({ exitCount }: Tracing, arriving: readonly Exit[]): Bits {
  const taken = createBits(exitCount)
  for (const [way, exit] of arriving.entries()) {
    const before = exit.node.taken.slice()
    setBit(before, exit.index)
    if (way === 0) addBits(taken, before)
    else keepBits(taken, before)
  }
  return taken
}

/**
 * Ancestors that have settled when the node runs. A join that goes on early waits for none; what only leads to it
 * may still be running.
 */
function waitedFor({ nodeCount }: Tracing, surveyed: SurveyedNode, arriving: readonly Exit[]): Bits {
  const waited = createBits(nodeCount)
  if (arriving.length > 1 && !joinsAll(surveyed)) return waited
  for (const { node } of arriving) {
    addBits(waited, node.waited)
    setBit(waited, node.rank)
  }
  return waited
}

/** Where the branches of a fork come together, all that each of them surely does has been done. */
function addSureBranches({ exits, byId }: Tracing, taken: Bits, waited: Bits): void {
  const open = [...bitsOf(taken)]
  const follow = (index: number): void => {
    if (hasBit(taken, index)) return
    setBit(taken, index)
    open.push(index)
  }
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const { node, port } = exits[index] as Exit
    for (const sibling of node.exits) if (sibling.isSure) follow(sibling.index)
    for (const { sourceHandle, target } of node.surveyed.outgoing) {
      const next = sourceHandle === port ? byId.get(target) : undefined
      if (next === undefined || !hasBit(waited, next.rank)) continue
      for (const before of newBits(next.taken, taken)) follow(before)
      for (const after of next.exits) if (after.isSure) follow(after.index)
    }
  }
}

function trace(tracing: Tracing, surveyed: SurveyedNode, describe: DescribeExit): FlowNode {
  const { nodes, byId, exits } = tracing
  const arriving = arrivingAt(tracing, surveyed)
  const ancestors = ancestorsOf(tracing, arriving)
  const taken = takenOnAllWays(tracing, arriving)
  const waited = waitedFor(tracing, surveyed, arriving)
  if (arriving.length > 1) addSureBranches(tracing, taken, waited)
  const own: Exit[] = []
  const node: FlowNode = { rank: nodes.length, surveyed, ancestors, waited, taken, arriving, exits: own }
  nodes.push(node)
  byId.set(surveyed.node.id, node)
  for (const { port, isSure } of exitPorts(surveyed)) {
    const exit: Exit = { index: exits.length, node, port, isSure, facts: describe(node, port) }
    own.push(exit)
    exits.push(exit)
  }
  return node
}

/**
 * Follows the data through a document, node by node in document order, so that what leaves a node may depend
 * on what arrives at it.
 *
 * @param describe - Gets the flow as far as it is traced, and describes what leaves a node by a port.
 */
export function traceDataFlow(survey: Survey, describe: (flow: DataFlow) => DescribeExit): DataFlow {
  const owners = new Map<string, Exit[]>()
  const tracing: Tracing = {
    nodes: [],
    byId: new Map(),
    exits: [],
    nodeCount: survey.ordered.length,
    exitCount: survey.ordered.reduce((sum, surveyed) => sum + exitPorts(surveyed).length, 0),
  }
  const flow: DataFlow = {
    nodes: tracing.nodes,
    byId: tracing.byId,
    ownersOf: (key) => owners.get(key) ?? [],
    keys: () => owners.keys(),
  }
  const describeExit = describe(flow)
  for (const surveyed of survey.ordered) {
    for (const exit of trace(tracing, surveyed, describeExit).exits) {
      for (const key of exit.facts.adds.fields.keys()) {
        const known = owners.get(key)
        if (known === undefined) owners.set(key, [exit])
        else known.push(exit)
      }
    }
  }
  return flow
}
