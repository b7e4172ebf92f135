import { useEffect, useState } from 'react'
import { activeElementIn, rootOf } from '../instance/browser.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { DeletedNode } from '../store/deleted-node.ts'
import { select } from '../store/editor-store.ts'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { IconButton } from '../ui/icon-button.tsx'

/** Panel of a node that another user has deleted while its form was open; restores the node with the typed text. */
export function DeletedPanel({ deleted }: { readonly deleted: DeletedNode }) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const [panel, setPanel] = useState<HTMLElement | null>(null)
  const { node, by } = deleted
  // The focused field is gone; a focus elsewhere is not moved.
  useEffect(() => {
    if (panel === null) return
    const focused = activeElementIn(rootOf(panel))
    if (focused === null || focused === panel.ownerDocument.body) panel.focus({ preventScroll: true })
  }, [panel])
  return (
    <section ref={setPanel} className="tn-inspector-body" aria-label={node.name} tabIndex={-1}>
      <header className="tn-inspector-head">
        <div className="tn-inspector-title">
          <h2 className="tn-inspector-heading" dir="auto">
            {node.name}
          </h2>
        </div>
        <span className="tn-inspector-close">
          <IconButton icon="close" label={t('inspector.close')} onClick={() => select(store, [])} />
        </span>
      </header>
      <div className="tn-panel-form" role="alert">
        <Callout
          tone="waiting"
          title={
            by === null
              ? t('inspector.deleted', { name: node.name })
              : t('inspector.deletedBy', { name: node.name, person: by })
          }
        >
          {isReadOnly ? undefined : t('inspector.deletedText')}
        </Callout>
      </div>
      {!isReadOnly && (
        <div className="tn-panel-form">
          <div className="tn-selection-actions">
            <Button size="s" icon="undo" onClick={() => dispatch({ type: 'restore-node', deleted })}>
              {t('inspector.restore')}
            </Button>
          </div>
        </div>
      )}
    </section>
  )
}
