import type { WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { idsHeldByLocks } from '../graph/containers.ts'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { NODE_NAME } from '../problems/open-problem.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useLoopItems } from '../session/use-loop-items.ts'
import { useTypedText } from '../session/use-typed-text.ts'
import { FieldNote } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { typedKeys } from '../ui/key-handler.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'

interface InspectorHeadProps {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry | undefined
  readonly onClose: () => void
}

const UNKNOWN_ICON = 'M12 3a9 9 0 1 0 .01 0M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01'

/** Header of the inspector: name, type and version of the selected node, and its actions. */
export function InspectorHead({ node, entry, onClose }: InspectorHeadProps) {
  const t = useTranslate()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const type = entry?.title ?? node.type
  return (
    <header className="tn-inspector-head">
      <IconTile path={entry?.icon ?? UNKNOWN_ICON} category={entry?.category ?? 'flow'} />
      <div className="tn-inspector-title" data-param={NODE_NAME.join('.')}>
        <NodeName node={node} isReadOnly={isReadOnly} />
        <small>{t('inspector.version', { type, version: node.typeVersion })}</small>
      </div>
      {!isReadOnly && <NodeMenu node={node} />}
      <span className="tn-inspector-close">
        <IconButton icon="close" label={t('inspector.close')} onClick={onClose} />
      </span>
    </header>
  )
}

function NodeName({ node, isReadOnly }: { readonly node: WorkflowNode; readonly isReadOnly: boolean }) {
  const { t, afterPress } = useInstance()
  const { dispatch } = useSession()
  const label = t('inspector.name')
  const name = useTypedText({
    field: { key: `${node.id}/name`, nodeId: node.id, path: NODE_NAME, label },
    value: node.name,
    check: (text) => (text.trim() === '' ? t('command.nameEmpty') : null),
    onCommit: (text) => dispatch({ type: 'rename-node', nodeId: node.id, name: text }),
  })
  return (
    <>
      <input
        className="tn-inspector-name"
        dir="auto"
        data-inspector-name
        aria-label={label}
        aria-invalid={name.error !== null || undefined}
        value={name.text}
        readOnly={isReadOnly}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => name.onChange(event.target.value)}
        // An empty name restores the old one.
        onBlur={name.error === null ? name.onBlur : () => afterPress(name.cancel)}
        onKeyDown={typedKeys((event) => {
          if (event.key === 'Enter') name.commit()
          if (event.key === 'Escape') name.cancel()
        })}
      />
      <FieldNote error={name.error} />
    </>
  )
}

function NodeMenu({ node }: { readonly node: WorkflowNode }) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const actions = useActions()
  const keys = {
    duplicate: useShortcut('duplicate'),
    disable: useShortcut('toggle-disabled'),
    connect: useShortcut('connect'),
    remove: useShortcut('delete'),
  }
  // The panel goes with its selection, and the button that had the focus with it.
  const loopItemsOf = useLoopItems(actions['leave-panel'])
  const isDisabled = node.disabled === true
  const isLocked = node.locked === true
  const items = (): readonly MenuItem[] => {
    const loopItems = loopItemsOf([node.id])
    const isHeld = idsHeldByLocks(store.getState().document).has(node.id)
    return [
      item('connect', t('inspector.connect'), actions.connect, 'link', keys.connect),
      item('duplicate', t('inspector.duplicate'), actions.duplicate, 'copy', keys.duplicate),
      item(
        'disable',
        isDisabled ? t('inspector.enable') : t('inspector.disable'),
        actions['toggle-disabled'],
        isDisabled ? 'play' : 'pause',
        keys.disable,
      ),
      item(
        'lock',
        isLocked ? t('inspector.unlock') : t('inspector.lock'),
        () => dispatch({ type: 'set-fields', nodeIds: [node.id], set: { locked: isLocked ? null : true } }),
        'lock',
        undefined,
      ),
      ...(loopItems.length === 0 ? [] : (['separator', ...loopItems] as const)),
      'separator',
      {
        ...item('delete', t('inspector.delete'), actions.delete, 'trash', keys.remove),
        danger: true,
        disabled: isHeld,
      },
    ]
  }
  return <Menu trigger={<IconButton icon="more" label={t('ui.moreActions')} />} items={items} />
}

type ActionItem = Exclude<MenuItem, 'separator'>

function item(
  id: string,
  label: string,
  onSelect: () => void,
  icon: NonNullable<ActionItem['icon']>,
  shortcut: string | undefined,
): ActionItem {
  const base = { id, label, onSelect, icon }
  return shortcut === undefined ? base : { ...base, shortcut }
}
