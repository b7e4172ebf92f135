import type { NodeId } from '@tenon/core/document'
import { useActions } from '../contexts/actions-context.ts'
import { isContainer } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useWrapItems } from '../session/use-loop-items.ts'
import { select } from '../store/editor-store.ts'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { Menu } from '../ui/menu.tsx'

/** Panel of several selected nodes, with actions for all of them. */
export function SelectionPanel({ nodeIds }: { readonly nodeIds: readonly NodeId[] }) {
  const t = useTranslate()
  const actions = useActions()
  const { store } = useSession()
  // The panel of the group goes with its selection, and the button that had the focus with it.
  const wrapItemsOf = useWrapItems(actions['leave-panel'])
  const nodes = useEditorStore((state) => state.nodesById)
  const manifest = useEditorStore((state) => state.manifest)
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  return (
    <div className="tn-inspector-body">
      <header className="tn-inspector-head">
        <h2 className="tn-inspector-heading">{t('inspector.selected', { count: nodeIds.length })}</h2>
        <span className="tn-inspector-close">
          <IconButton icon="close" label={t('inspector.close')} onClick={() => select(store, [])} />
        </span>
      </header>
      <div className="tn-panel-form">
        {!isReadOnly && (
          <div className="tn-selection-actions">
            <Button size="s" icon="tidy" onClick={actions['tidy-up']}>
              {t('canvas.tidyUp')}
            </Button>
            <Button size="s" icon="copy" onClick={actions.duplicate}>
              {t('inspector.duplicate')}
            </Button>
            {manifest.latest.some(isContainer) && (
              <Menu
                align="start"
                trigger={
                  <Button size="s" icon="retry">
                    {t('inspector.wrap')}
                  </Button>
                }
                items={() => wrapItemsOf(nodeIds)}
              />
            )}
            <Button size="s" icon="pause" onClick={actions['toggle-disabled']}>
              {t('inspector.disableOrEnable')}
            </Button>
            <Button size="s" icon="trash" variant="danger" onClick={actions.delete}>
              {t('inspector.delete')}
            </Button>
          </div>
        )}
        <ul className="tn-selection-list">
          {nodeIds.slice(0, 30).map((id) => {
            const node = nodes.get(id)
            const entry = node === undefined ? undefined : manifest.entryOf(node)
            if (node === undefined) return null
            return (
              <li key={id}>
                {entry !== undefined && <IconTile path={entry.icon} category={entry.category} size="s" />}
                <span dir="auto">{node.name}</span>
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}
