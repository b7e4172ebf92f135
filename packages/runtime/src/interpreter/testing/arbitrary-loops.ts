import { sha256Hex } from '@tenon/core/document'
import fc from 'fast-check'
import type { Plan, PlanLevel, PlanNode } from '../plan.ts'
import { arbitraryPlan } from './arbitrary-plan.ts'

/** Makes a level of a plan to children of a loop: with ids of their own, without triggers and ends. */
function childrenFrom({ nodes, edges }: PlanLevel, prefix: string): PlanLevel {
  const plain = ({ control }: PlanNode) => (control === 'trigger' || control === 'end' ? null : control)
  return { nodes: nodes.map((node) => ({ ...node, id: `${prefix}${node.id}`, control: plain(node) })), edges }
}

/** Makes a node that has one exit a loop. */
function withLoop(level: PlanLevel, pick: number, children: PlanLevel): PlanLevel {
  const fitting = level.nodes.flatMap(({ type }, index) => (type === 'set' || type === 'probe' ? [index] : []))
  const at = fitting[pick % Math.max(1, fitting.length)]
  const nodes = level.nodes.map((node, index): PlanNode => {
    if (index !== at) return node
    return { ...node, control: 'loop', mode: 'inline', ports: ['success'], children }
  })
  return { ...level, nodes }
}

/** Generates plans with a loop, often with a second one inside the first. */
export const loopedPlan: fc.Arbitrary<Plan> = fc
  .tuple(
    arbitraryPlan({ maxNodes: 8 }),
    arbitraryPlan({ maxNodes: 6 }),
    arbitraryPlan({ maxNodes: 4 }),
    fc.nat(),
    fc.nat(),
  )
  .map(([top, middle, inner, first, second]) => {
    const children = withLoop(childrenFrom(middle, 'm'), second, childrenFrom(inner, 'i'))
    const level = withLoop(top, first, children)
    return { ...top, ...level, planHash: sha256Hex(JSON.stringify(level)) }
  })
