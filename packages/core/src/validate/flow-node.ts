import type { NodeId } from '../ids.ts'
import { type Bits, bitsBetween, hasBit } from './bits.ts'
import type { Dominators } from './dominators.ts'
import type { KeyOwners } from './key-owners.ts'
import type { Meter } from './meter.ts'
import type { OutputFacts } from './output-facts.ts'
import type { SurveyedNode } from './survey.ts'

/**
 * A port by which the run may continue, numbered over the whole document; the exits of a node have adjacent numbers.
 */
export interface Exit {
  readonly index: number
  readonly node: FlowNode
  readonly port: string
  /** True if the run always continues by it: the only exit, or one of a fork. */
  readonly isSure: boolean
  readonly facts: OutputFacts
  /** Ranks of the targets of its edges. */
  readonly targets: readonly number[]
}

/** A node in the data flow; ranks follow the document order. */
export interface FlowNode {
  readonly rank: number
  readonly surveyed: SurveyedNode
  /** Ranks of all nodes from which a path leads here. */
  readonly ancestors: Bits
  /** Exits that have been taken whenever this node runs. */
  readonly taken: Bits
  readonly arriving: readonly Exit[]
  /** Exits at its ports. */
  readonly exits: readonly Exit[]
  /**
   * Exit by which the iterations of a loop begin, at the nodes inside it; `null` for other nodes. It is taken for the
   * nodes inside, and never for those behind the loop.
   */
  readonly entrance: Exit | null
}

/** Order of the nodes, and the exits that are certainly taken when a node runs. */
export interface DataFlow {
  readonly nodes: readonly FlowNode[]
  readonly byId: ReadonlyMap<NodeId, FlowNode>
  readonly owners: KeyOwners
  readonly dominators: Dominators
  readonly meter: Meter
}

const NO_EXITS: readonly Exit[] = Object.freeze([])

/** Checks whether a node is inside a loop, at any depth. */
export function isInside({ taken }: FlowNode, { entrance }: FlowNode): boolean {
  return entrance !== null && hasBit(taken, entrance.index)
}

/**
 * Returns the exits of a node that are certainly taken when a later one runs; `null` if none is. A node inside a loop
 * runs before the loop takes any.
 */
export function takenExits(node: FlowNode, of: FlowNode, meter: Meter): readonly Exit[] | null {
  const { taken } = node
  const { exits } = of
  const first = exits[0] as Exit
  meter.spendWords(1 + (exits.length >>> 5))
  if (isInside(node, of)) return NO_EXITS
  if (exits.length === 1) return hasBit(taken, first.index) ? exits : null
  const indexes = bitsBetween(taken, first.index, first.index + exits.length)
  return indexes.length === 0 ? null : indexes.map((index) => exits[index - first.index] as Exit)
}

/** Checks whether {@link takenExits} has a result. */
function hasLeft(node: FlowNode, { exits, entrance }: FlowNode, meter: Meter): boolean {
  meter.spendWords(1 + (exits.length >>> 5))
  return (
    (entrance !== null && hasBit(node.taken, entrance.index)) || exits.some(({ index }) => hasBit(node.taken, index))
  )
}

/**
 * Checks whether the output of an exit may exist when a later node runs: no other exit of the same node is certainly
 * taken. A fork takes all of its ports.
 */
export function mayHaveLeft(node: FlowNode, exit: Exit, meter: Meter): boolean {
  meter.spend(1)
  return hasBit(node.taken, exit.index) || !hasLeft(node, exit.node, meter)
}
