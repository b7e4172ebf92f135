import type { DocumentOperation, Position } from '@tenon/core/document'
import { type Plan, type PlanContext, type Planner, refuse } from './command.ts'
import { copyFragment, type Fragment, renewFragment } from './fragment.ts'

const OFFSET: Position = { x: 40, y: 40 }

export const planPaste: Planner<'paste'> = ({ fragment, at }, context) => {
  if (fragment.nodes.length === 0) return refuse('command.nothingToPaste')
  const left = Math.min(...fragment.nodes.map((node) => node.position.x))
  const top = Math.min(...fragment.nodes.map((node) => node.position.y))
  return insert(fragment, at === null ? OFFSET : { x: at.x - left, y: at.y - top }, context, 'command.pasted')
}

export const planDuplicate: Planner<'duplicate'> = ({ nodeIds }, context) => {
  const fragment = copyFragment(context.document, context.manifest, new Set(nodeIds))
  if (fragment.nodes.length === 0) return refuse('command.nothingToPaste')
  const copy = insert(fragment, OFFSET, context, 'command.duplicated')
  // A copy stays in the loop of its original; a pasted node has none.
  const levels = new Map(context.document.nodes.map(({ id, parentId }) => [id, parentId]))
  let index = -1
  const operations = copy.operations.map((operation): DocumentOperation => {
    if (operation.op !== 'add_node') return operation
    index += 1
    const parentId = operation.node.parentId ?? levels.get(fragment.nodes[index]?.id ?? '')
    return parentId === undefined ? operation : { op: 'add_node', node: { ...operation.node, parentId } }
  })
  return { ...copy, operations }
}

function insert(
  fragment: Fragment,
  shift: Position,
  context: PlanContext,
  key: 'command.pasted' | 'command.duplicated',
): Plan {
  const { nodes, edges } = renewFragment(fragment, context.document, shift)
  const operations: DocumentOperation[] = [
    ...nodes.map((node) => ({ op: 'add_node', node }) as const),
    ...edges.map((edge) => ({ op: 'add_edge', edge }) as const),
  ]
  return { operations, message: { key, values: { count: nodes.length } }, select: nodes.map((node) => node.id) }
}
