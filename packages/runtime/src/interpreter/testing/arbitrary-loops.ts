import { sha256Hex } from '@tenon/core/document'
import fc from 'fast-check'
import type { Plan, PlanLevel, PlanNode } from '../plan.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'

const LEAVING = [null, 'break', 'continue'] as const

/**
 * Makes a level of a plan to children of a loop: with ids of their own, without triggers, and with nodes that end the
 * iteration in place of some ends.
 */
function childrenFrom({ nodes, edges }: PlanLevel, prefix: string, pick: number): PlanLevel {
  const controlOf = ({ control }: PlanNode, index: number) => {
    if (control === 'end') return LEAVING[(pick + index) % LEAVING.length] ?? null
    return control === 'trigger' ? null : control
  }
  const children = nodes.map((node, index) => ({
    ...node,
    id: `${prefix}${node.id}`,
    control: controlOf(node, index),
  }))
  return { nodes: children, edges }
}

/** Makes a node that has one exit a loop or a scope. */
function withLoop(level: PlanLevel, pick: number, children: PlanLevel, control: 'loop' | 'scope'): PlanLevel {
  const fitting = level.nodes.flatMap(({ type }, index) => (type === 'set' || type === 'probe' ? [index] : []))
  const at = fitting[pick % Math.max(1, fitting.length)]
  const nodes = level.nodes.map((node, index): PlanNode => {
    if (index !== at) return node
    // Often parked, so that loops wait with iterations behind them.
    const onError = pick % 3 === 0 ? 'park' : node.onError
    return { ...node, control, onError, mode: 'inline', ports: ['success'], children }
  })
  return { ...level, nodes }
}

/** Generates plans with a loop, often with a second one or a scope inside the first, and with nodes that end iterations. */
export const loopedPlan: fc.Arbitrary<Plan> = fc
  .tuple(
    arbitraryPlan({ maxNodes: 8 }),
    arbitraryPlan({ maxNodes: 6 }),
    arbitraryPlan({ maxNodes: 4 }),
    fc.nat(),
    fc.nat(),
  )
  .map(([top, middle, inner, first, second]) => {
    const inside = childrenFrom(inner, 'i', first)
    const children = withLoop(childrenFrom(middle, 'm', second), second, inside, first % 2 === 0 ? 'loop' : 'scope')
    const level = withLoop(top, first, children, 'loop')
    return { ...top, ...level, planHash: sha256Hex(JSON.stringify(level)) }
  })
