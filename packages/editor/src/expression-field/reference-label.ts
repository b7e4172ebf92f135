import type { NodeId, WorkflowNode } from '@tenon/core/document'
import { type Reference, splitTemplate } from '../graph/template-parts.ts'
import type { Translate } from '../messages/format.ts'

/** Formats a reference for people: "Analyze ticket › customer_tier". */
export function labelOfReference(
  reference: Reference,
  nodes: ReadonlyMap<NodeId, WorkflowNode>,
  t: Translate,
): { readonly text: string; readonly isBroken: boolean } {
  const path = reference.path.join(' › ')
  if (reference.root !== 'nodes') {
    const root = t(`reference.${reference.root}`)
    return { text: path === '' ? root : `${root} › ${path}`, isBroken: false }
  }
  const node = reference.nodeId === null ? undefined : nodes.get(reference.nodeId)
  const name = node?.name ?? t('reference.gone')
  return { text: path === '' ? name : `${name} › ${path}`, isBroken: node === undefined }
}

/** Formats a template for people: references by the names of their nodes, the rest as it is written. */
export function labelOfTemplate(template: string, nodes: ReadonlyMap<NodeId, WorkflowNode>, t: Translate): string {
  return splitTemplate(template)
    .map((part) => (part.kind === 'reference' ? labelOfReference(part.reference, nodes, t).text : part.text))
    .join('')
}
