import type { NodeId } from '../../ids.ts'
import type { JsonSchema } from '../../json.ts'
import { bitsOf, hasBit } from '../bits.ts'
import { type FlowNode, isInside } from '../flow-node.ts'
import { inlineRefs } from '../inline-refs.ts'
import { objectFacts } from '../schema-facts.ts'
import type { Readable } from '../scopes.ts'
import type { TracedWorkflow } from '../trace-workflow.ts'
import type { Region } from './find-region.ts'

/** Facts about the data around a region. */
export interface Surroundings {
  readonly traced: TracedWorkflow
  readonly region: Region
  /** Entry of the region: what it can read, the node that replaces the region can read as well. */
  readonly entry: FlowNode
  /** Nodes of the region that come before a node. */
  within(node: FlowNode): readonly FlowNode[]
  /** Nodes that come before a node, but are neither in the region nor before it. */
  beside(node: FlowNode): readonly FlowNode[]
  /** Checks whether a field of `input` may be there where the region begins. */
  mayBeGiven(key: string): boolean
  /** Checks whether a field of `input` is always there where the region begins. */
  isGiven(key: string): boolean
  /** Checks whether the region has certainly run before a node: a branch beside it may lead there as well. */
  hasRun(node: FlowNode): boolean
  /** Checks whether a value that a node reads was certainly written in the region. */
  isOwn(readable: Readable | undefined): boolean
}

/** Checks whether a node may add a field to `input`. */
export function mayWrite({ exits }: FlowNode, key: string): boolean {
  return exits.some(({ facts: { adds } }) => adds.fields.has(key) || adds.others !== 'no')
}

/** Checks whether a schema describes a field that is always there. */
export function hasField(schema: JsonSchema, key: string | number | undefined): key is string {
  return typeof key === 'string' && objectFacts(inlineRefs(schema)).fields.get(key)?.required === true
}

export function surroundingsOf(traced: TracedWorkflow, region: Region): Surroundings {
  const { flow, scopes } = traced
  const entry = flow.byId.get(region.entry.node.id) as FlowNode
  const isOwnNode = ({ surveyed }: FlowNode) => region.ids.has(surveyed.node.id)
  const before = (node: FlowNode): readonly FlowNode[] =>
    [...bitsOf(node.ancestors)].map((rank) => flow.nodes[rank] as FlowNode).filter((other) => !isInside(node, other))
  return {
    traced,
    region,
    entry,
    within: (node) => before(node).filter(isOwnNode),
    beside: (node) => before(node).filter((other) => !isOwnNode(other) && !hasBit(entry.ancestors, other.rank)),
    mayBeGiven: (key) => scopes.inputKey(entry, key) !== undefined || scopes.inputOthers(entry) !== 'no',
    isGiven: (key) => scopes.inputKey(entry, key)?.required === true,
    hasRun: (node) => scopes.output(node, region.entry.node.id)?.required === true,
    isOwn: (readable) => readable?.required === true && allIn(readable.writers, region.ids),
  }
}

function allIn(ids: readonly NodeId[], set: ReadonlySet<NodeId>): boolean {
  return ids.every((id) => set.has(id))
}
