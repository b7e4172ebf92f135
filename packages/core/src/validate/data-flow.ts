import { ERROR_PORT } from '../document/ports.ts'
import type { NodeId } from '../ids.ts'
import { trimmed } from '../lists.ts'
import { addBits, type Bits, type BitsPool, createBits, createBitsPool, hasBit, keepBits, setBit } from './bits.ts'
import { createDominators, type Dominators } from './dominators.ts'
import { createExitPorts, type ExitPort } from './exit-ports.ts'
import type { DataFlow, Exit, FlowNode } from './flow-node.ts'
import { createKeyOwners } from './key-owners.ts'
import type { Meter } from './meter.ts'
import type { OutputFacts } from './output-facts.ts'
import { NO_FIELDS } from './schema-facts.ts'
import { addSureBranches, type Branching, type Meeting } from './sure-branches.ts'
import { rootsWithin, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

/** Describes the output of a port once everything before the node is known. */
export type DescribeExit = (node: FlowNode, port: string) => OutputFacts

const joinsAll = ({ node, entry }: SurveyedNode): boolean =>
  (node.policy?.join ?? entry?.policy?.join ?? 'all') === 'all'

/** Facts about a node for later nodes while the flow is traced; dropped once no edge remains. */
interface Trail {
  /** Ranks of the nodes that have ended when this one runs. */
  readonly waited: Bits
  readonly started: Bits
  readonly absorbed: Bits
  readonly exits: readonly TracedExit[]
  readonly entrance: Exit | null
  /** Exits by their ports; `null` for a few, which are searched one by one. */
  readonly byPort: ReadonlyMap<string, TracedExit> | null
  edgesLeft: number
}

/** Facts about what a loop adds to the input of the nodes inside it. */
const NOTHING: OutputFacts = Object.freeze({ schema: true, adds: NO_FIELDS })

/** State of the trace. */
interface Tracing extends Branching {
  readonly survey: WorkflowSurvey
  readonly byId: Map<NodeId, FlowNode>
  readonly nodes: FlowNode[]
  readonly dominators: Dominators
  /** Trails by rank; `null` for those that no later node needs. */
  readonly trails: (Trail | null)[]
  readonly ranks: ReadonlyMap<NodeId, number>
  /** Exit ports of each node, by rank. */
  readonly exitPorts: readonly (readonly ExitPort[])[]
  /** Pool of sets of exits; those of `taken` are kept. */
  readonly exitSets: BitsPool
  /** Pool of sets of nodes; most are needed only as long as a {@link Trail}. */
  readonly trailSets: BitsPool
}

/** An exit while its node is traced. */
type TracedExit = Exit & { targets: number[] }

/** Most exits of a node that are searched one by one. */
const FEW_EXITS = 8

/** Returns the exit at a port; `undefined` for a port by which the run never continues. */
function exitAt({ exits, byPort }: Pick<Trail, 'exits' | 'byPort'>, port: string): TracedExit | undefined {
  return byPort === null ? exits.find((exit) => exit.port === port) : byPort.get(port)
}

const trailOf = ({ trails }: Tracing, { rank }: FlowNode): Trail => trails[rank] as Trail

/**
 * Returns the exits that lead to a node from earlier ones: those of its edges, the entrance of the loop around it, or
 * those of the node that it undoes.
 * Edges backwards, which only cycles have, are ignored.
 */
function arrivingAt(
  { byId, trails }: Tracing,
  { node: { parentId }, incoming, undoes }: SurveyedNode,
): readonly Exit[] {
  if (undoes !== null) {
    const undone = byId.get(undoes)
    const traced = [undone && trails[undone.rank]].filter((trail) => trail != null)
    return trimmed([...completedExits(traced.flatMap(({ exits }) => exits))])
  }
  const arriving: Exit[] = []
  const loop = incoming.length > 0 || parentId === undefined ? undefined : byId.get(parentId)
  const entrance = loop && trails[loop.rank]?.entrance
  if (entrance) arriving.push(entrance)
  for (const { source, sourceHandle } of incoming) {
    const before = byId.get(source)
    const trail = before && trails[before.rank]
    const exit = trail && exitAt(trail, sourceHandle)
    if (exit) arriving.push(exit)
  }
  return trimmed(arriving)
}

/** Returns the exits of a node that has completed: only such a node is undone. */
function completedExits<Kind extends Exit>(exits: readonly Kind[]): readonly Kind[] {
  return exits.filter(({ port }) => port !== ERROR_PORT)
}

/** Releases the trails that no later node needs. */
function release(tracing: Tracing, arriving: readonly Exit[]): void {
  for (const { node } of arriving) {
    const trail = trailOf(tracing, node)
    trail.edgesLeft -= 1
    if (trail.edgesLeft > 0) continue
    tracing.trails[node.rank] = null
    releaseSets(tracing, trail)
  }
}

function releaseSets({ trailSets }: Tracing, { started, absorbed }: Pick<Trail, 'started' | 'absorbed'>): void {
  trailSets.release(started)
  trailSets.release(absorbed)
}

/** Facts that hold on every path to a node. */
type SureFacts = Pick<Meeting, 'taken' | 'started' | 'absorbed'>

/** Returns the facts that hold behind an exit: those of its node, and that it has been taken. */
function factsBehind(tracing: Tracing, { index, node, targets }: Exit): SureFacts {
  const { exitSets, trailSets, forks, meter } = tracing
  const trail = trailOf(tracing, node)
  const taken = exitSets.copy(node.taken)
  setBit(taken, index)
  const started = trailSets.copy(trail.started)
  setBit(started, node.rank)
  for (const rank of targets) setBit(started, rank)
  const absorbed = trailSets.copy(trail.absorbed)
  if (!hasBit(forks, node.rank)) setBit(absorbed, node.rank)
  meter.spendWords(taken.length + started.length + absorbed.length)
  meter.spend(targets.length)
  return { taken, started, absorbed }
}

/** Keeps the members that are in `other` or in `own`. */
function keepKnown(bits: Bits, other: Bits, own: readonly number[]): void {
  const kept = own.filter((index) => hasBit(bits, index))
  keepBits(bits, other)
  for (const index of kept) setBit(bits, index)
}

/** Returns the facts that hold on every path to a node. */
function factsOnAllPaths(tracing: Tracing, [first, ...others]: readonly Exit[]): SureFacts {
  const { exitSets, trailSets, forks, meter } = tracing
  if (first === undefined) return { taken: exitSets.empty(), started: trailSets.empty(), absorbed: trailSets.empty() }
  const { taken, started, absorbed } = factsBehind(tracing, first)
  for (const { index, node, targets } of others) {
    const trail = trailOf(tracing, node)
    keepKnown(taken, node.taken, [index])
    keepKnown(started, trail.started, [node.rank, ...targets])
    keepKnown(absorbed, trail.absorbed, hasBit(forks, node.rank) ? [] : [node.rank])
    meter.spendWords(taken.length + started.length + absorbed.length)
    meter.spend(targets.length)
  }
  return { taken, started, absorbed }
}

/** Collects the sets of ranks of all paths, each with the node that it leads through. */
function onAnyWay({ trailSets, meter }: Tracing, arriving: readonly Exit[], bitsOf: (node: FlowNode) => Bits): Bits {
  let all: Bits | null = null
  for (const { node } of arriving) {
    const bits = bitsOf(node)
    meter.spendWords(bits.length)
    if (all === null) all = trailSets.copy(bits)
    else addBits(all, bits)
    setBit(all, node.rank)
  }
  return all ?? trailSets.empty()
}

/**
 * Returns the ancestors that have ended when the node runs. A join that continues early waits for none; its branches
 * may still be running.
 */
function waitedFor(tracing: Tracing, surveyed: SurveyedNode, arriving: readonly Exit[], ancestors: Bits): Bits {
  if (arriving.length > 1 && !joinsAll(surveyed)) return tracing.trailSets.empty()
  // Without an early join before it, a node waits for all of its ancestors, and the set is shared.
  if (arriving.every(({ node }) => trailOf(tracing, node).waited === node.ancestors)) return ancestors
  return onAnyWay(tracing, arriving, (node) => trailOf(tracing, node).waited)
}

/** Adds the exit by which the nodes inside a node begin; `null` without such nodes. */
function entranceOf({ survey, exits, ranks, meter }: Tracing, node: FlowNode): Exit | null {
  const roots = rootsWithin(survey, node.surveyed.node.id)
  if (roots.length === 0) return null
  meter.spend(1 + roots.length)
  const targets = roots.map((root) => ranks.get(root.node.id) as number)
  const entrance: Exit = { index: exits.length, node, port: '', isSure: false, facts: NOTHING, targets }
  exits.push(entrance)
  return entrance
}

function trace(tracing: Tracing, surveyed: SurveyedNode, describe: DescribeExit): FlowNode {
  const { nodes, byId, exits, forks, dominators, meter } = tracing
  const arriving = arrivingAt(tracing, surveyed)
  meter.spend(1 + arriving.length + surveyed.outgoing.length)
  const ancestors = onAnyWay(tracing, arriving, (node) => node.ancestors)
  const waited = waitedFor(tracing, surveyed, arriving, ancestors)
  const { taken, started, absorbed } = factsOnAllPaths(tracing, arriving)
  if (arriving.length > 1) addSureBranches(tracing, { taken, waited, started, absorbed })
  release(tracing, arriving)
  const node: FlowNode & { exits: readonly Exit[]; entrance: Exit | null } = {
    rank: nodes.length,
    surveyed,
    ancestors,
    taken,
    arriving,
    exits: [],
    entrance: null,
  }
  nodes.push(node)
  dominators.add(arriving.map((exit) => exit.node.rank))
  byId.set(surveyed.node.id, node)
  const own = (tracing.exitPorts[node.rank] as readonly ExitPort[]).map(({ port, isSure }): TracedExit => {
    meter.spend(1)
    const exit = { index: exits.length, node, port, isSure, facts: describe(node, port), targets: [] }
    exits.push(exit)
    return exit
  })
  node.exits = own
  if (own.length > 1 && own.some(({ isSure }) => isSure)) setBit(forks, node.rank)
  node.entrance = entranceOf(tracing, node)
  const lookup = {
    exits: own,
    entrance: node.entrance,
    byPort: own.length > FEW_EXITS ? new Map(own.map((exit) => [exit.port, exit])) : null,
  }
  for (const { sourceHandle, target } of surveyed.outgoing) {
    const exit = exitAt(lookup, sourceHandle)
    const rank = tracing.ranks.get(target) as number
    // Most exits have one target. `[x]` reserves one slot; the first `push` to an empty list reserves many.
    if (exit?.targets.length === 0) exit.targets = [rank]
    else exit?.targets.push(rank)
  }
  const undone = surveyed.undoneBy === null ? 0 : completedExits(own).length
  const edgesLeft = surveyed.outgoing.length + (node.entrance?.targets.length ?? 0) + undone
  if (edgesLeft === 0) releaseSets(tracing, { started, absorbed })
  tracing.trails.push(edgesLeft === 0 ? null : { waited, started, absorbed, ...lookup, edgesLeft })
  return node
}

/**
 * Traces the data through a document, node by node in document order, so that the output of a node may depend on its
 * input. Yields between nodes when a slice is over, so that a caller may pause.
 *
 * O(nodes + edges) steps for structured documents, and a bit set operation of nodes / 32 words for each edge.
 *
 * @param describe - Describes the output of a port, given the flow as far as it is traced.
 */
export function* traceDataFlow(
  survey: WorkflowSurvey,
  meter: Meter,
  describe: (flow: DataFlow) => DescribeExit,
): Generator<undefined, DataFlow> {
  const ports = survey.ordered.map(createExitPorts())
  const exitCount = ports.reduce((sum, { length }) => sum + length, 0) + survey.levels.size
  const nodeCount = survey.ordered.length
  const dominators = createDominators()
  const tracing: Tracing = {
    survey,
    dominators,
    nodes: [],
    byId: new Map(),
    exits: [],
    trails: [],
    forks: createBits(nodeCount),
    ranks: new Map(survey.ordered.map(({ node }, rank) => [node.id, rank])),
    exitPorts: ports,
    exitSets: createBitsPool(exitCount),
    trailSets: createBitsPool(nodeCount),
    meter,
  }
  const owners = createKeyOwners(nodeCount, exitCount, meter)
  const flow: DataFlow = { nodes: tracing.nodes, byId: tracing.byId, owners, dominators, meter }
  const describeExit = describe(flow)
  for (const surveyed of survey.ordered) {
    const node = trace(tracing, surveyed, describeExit)
    for (const exit of node.exits) owners.add(exit)
    if (meter.endSliceIfOver()) yield
  }
  return flow
}
