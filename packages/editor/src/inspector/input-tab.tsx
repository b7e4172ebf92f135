import type { NodeId } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import { EmptyState } from '../ui/empty-state.tsx'

/** What a node can read from the nodes before it. */
export function InputTab({ nodeId: _nodeId }: { readonly nodeId: NodeId }) {
  const t = useTranslate()
  return <EmptyState icon="inbox" title={t('input.none')} description={t('input.noneText')} />
}
