import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { type Planner, refuse } from './command.ts'

export const planMoveNodes: Planner<'move-nodes'> = ({ moves }, { document }) => {
  const known = moves.filter(({ nodeId, position }) => {
    const node = document.nodes.find((candidate) => candidate.id === nodeId)
    if (node === undefined || node.locked === true) return false
    return node.position.x !== position.x || node.position.y !== position.y
  })
  return { operations: known.length === 0 ? [] : [{ op: 'move_nodes', moves: known }], message: null }
}

export const planTidyUp: Planner<'tidy-up'> = ({ moves }) => ({
  operations: moves.length === 0 ? [] : [{ op: 'move_nodes', moves }],
  message: { key: 'command.tidied', values: { count: moves.length } },
})

export const planRename: Planner<'rename-node'> = ({ nodeId, name }, { document }) => {
  const trimmed = cutText(name.trim(), 200)
  if (trimmed === '') return refuse('command.nameEmpty')
  if (nameOf(document, nodeId) === trimmed) return { operations: [], message: null }
  return {
    operations: [{ op: 'update_node', nodeId, set: { name: trimmed } }],
    message: { key: 'command.renamed', values: { name: trimmed } },
  }
}

export const planSetFields: Planner<'set-fields'> = ({ nodeIds, set }, { document }) => {
  const operations = nodeIds.map((nodeId) => ({ op: 'update_node', nodeId, set }) as const)
  if (set.disabled === undefined) return { operations, message: null }
  const first = nodeIds[0]
  const values = { name: first === undefined ? '' : nameOf(document, first), count: nodeIds.length }
  return { operations, message: { key: set.disabled === true ? 'command.disabled' : 'command.enabled', values } }
}

export const planSetPolicy: Planner<'set-policy'> = ({ nodeId, field, value }) => ({
  operations: [{ op: 'set_policy', nodeId, field, value }],
  message: null,
})

export const planSetSetting: Planner<'set-setting'> = ({ key, value }) => ({
  operations: [{ op: 'set_setting', key, value }],
  message: null,
})

export const planFix: Planner<'fix'> = ({ operations, title }) => ({
  operations,
  message: { key: 'command.fixed', values: { title } },
})

function nameOf(document: WorkflowDocument, nodeId: NodeId): string {
  return document.nodes.find((node) => node.id === nodeId)?.name ?? nodeId
}
