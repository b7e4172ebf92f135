import { type Bits, bitsIn, clearBit, hasBit, newBits, setBit } from './bits.ts'
import type { Exit, FlowNode } from './flow-node.ts'
import type { Meter } from './meter.ts'

/** Facts about the document at joins of branches. */
export interface Branching {
  readonly nodes: readonly FlowNode[]
  readonly exits: Exit[]
  /** Ranks of nodes that take several ports at once. */
  readonly forks: Bits
  readonly meter: Meter
}

/** Facts that hold whenever a join of branches runs. */
export interface Meeting {
  /** Exits that have been taken; grows. */
  readonly taken: Bits
  /** Ranks of nodes that have ended. */
  readonly waited: Bits
  /** Ranks of nodes with an exit in `taken` or after one, as a superset that this function makes exact. */
  readonly started: Bits
  /** Ranks of nodes whose own `taken` and sure exits are all in `taken`. */
  readonly absorbed: Bits
}

function openRanks({ forks, meter }: Branching, { waited, started, absorbed }: Meeting): number[] {
  meter.spendWords(started.length)
  return bitsIn(
    started.length,
    (at) => (started[at] as number) & ~(absorbed[at] as number) & ((waited[at] as number) | (forks[at] as number)),
  )
}

/**
 * Adds the facts that hold at the join of a fork: nodes that have certainly started and ended add the exits taken
 * before them, and forks take all of their ports.
 *
 * A node is visited again at later joins only while it is neither absorbed nor excluded.
 */
export function addSureBranches(branching: Branching, meeting: Meeting): void {
  const { nodes, exits, forks, meter } = branching
  const { taken, waited, started, absorbed } = meeting
  const ready: FlowNode[] = []
  const swept = new Set<FlowNode>()

  function follow(exit: Exit): void {
    meter.spend(1 + exit.targets.length)
    if (hasBit(taken, exit.index)) return
    setBit(taken, exit.index)
    setBit(started, exit.node.rank)
    if (hasBit(forks, exit.node.rank)) sweep(exit.node)
    start(exit)
  }

  function start({ targets }: Exit): void {
    for (const rank of targets) {
      setBit(started, rank)
      if (hasBit(waited, rank)) ready.push(nodes[rank] as FlowNode)
    }
  }

  function sweep(node: FlowNode): void {
    if (swept.has(node)) return
    swept.add(node)
    for (const exit of node.exits) if (exit.isSure) follow(exit)
  }

  function absorb(node: FlowNode): void {
    meter.spend(1)
    if (hasBit(absorbed, node.rank)) return
    setBit(absorbed, node.rank)
    meter.spendWords(taken.length)
    for (const index of newBits(node.taken, taken)) follow(exits[index] as Exit)
    for (const exit of node.exits) if (exit.isSure) follow(exit)
  }

  for (const rank of openRanks(branching, meeting)) {
    const node = nodes[rank] as FlowNode
    meter.spend(1 + node.arriving.length + node.exits.length)
    const hasLeft = node.exits.some(({ index }) => hasBit(taken, index))
    const hasStarted = node.arriving.some(({ index }) => hasBit(taken, index))
    if (hasLeft && hasBit(forks, rank)) sweep(node)
    if (hasStarted && hasBit(waited, rank)) ready.push(node)
    if (!hasLeft && !hasStarted) clearBit(started, rank)
  }
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) absorb(node)
}
