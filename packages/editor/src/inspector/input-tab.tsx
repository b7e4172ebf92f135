import type { NodeId } from '@tenon/core/document'
import { useInsertTarget } from '../expression-field/insert-target.ts'
import { UpstreamTree } from '../expression-field/upstream-tree.tsx'
import { writeClipboard } from '../instance/browser.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'

/** Tab with the outputs of earlier nodes; a click inserts one into the field that was edited last. */
export function InputTab({ nodeId }: { readonly nodeId: NodeId }) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const { store } = useSession()
  const target = useInsertTarget()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const pick = (reference: string) => {
    if (!isReadOnly && target.insertLater(nodeId, reference)) {
      store.setState({ tab: 'setup' })
      return
    }
    void writeClipboard(reference).then((isCopied) => {
      toast(isCopied ? t('input.copied') : t('ui.copyRefused'), { tone: isCopied ? 'neutral' : 'failed' })
    })
  }
  return (
    <div className="tn-panel-form">
      <UpstreamTree nodeId={nodeId} onPick={pick} />
    </div>
  )
}
