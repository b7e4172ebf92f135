import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'

/** Message on the canvas of a draft without nodes, with a button that adds the first one. */
export function EmptyCanvas() {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const isEmpty = useEditorStore((state) => state.phase.kind === 'ready' && state.document.nodes.length === 0)
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const trigger = useEditorStore((state) => state.manifest.latest.find((entry) => entry.category === 'trigger'))
  if (!isEmpty) return null
  const add = () => {
    if (trigger === undefined) store.setState({ quickAdd: { placement: ORIGIN, at: null } })
    else dispatch({ type: 'add-node', nodeType: trigger.type, placement: ORIGIN })
  }
  return (
    <div className="tn-canvas-empty">
      <EmptyState
        icon="play"
        title={t('canvas.emptyTitle')}
        description={isReadOnly ? t('canvas.emptyReadOnly') : t('canvas.emptyText')}
        action={
          isReadOnly ? undefined : (
            <Button variant="primary" icon="plus" onClick={add}>
              {trigger === undefined ? t('canvas.emptyAction') : t('canvas.emptyAdd', { type: trigger.title })}
            </Button>
          )
        }
      />
    </div>
  )
}

const ORIGIN = Object.freeze({ kind: 'at', position: { x: 0, y: 0 } } as const)
