import { useContext } from 'react'
import { ACTION_NAMES, type ActionName } from '../contexts/action-names.ts'
import { KeymapContext } from '../contexts/keymap-context.ts'
import { chordLabel } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Dialog } from '../ui/dialog.tsx'

const HIDDEN: readonly ActionName[] = ['move-left-far', 'move-right-far', 'move-up-far', 'move-down-far']

/** Dialog with all key bindings of the editor. */
export function ShortcutsDialog() {
  const t = useTranslate()
  const { store } = useSession()
  const { keymap, isApple } = useContext(KeymapContext)
  const isOpen = useEditorStore((state) => state.openPanel === 'shortcuts')
  if (!isOpen) return null
  const rows = ACTION_NAMES.filter((action) => !HIDDEN.includes(action)).flatMap((action) => {
    const keys = keymap.filter((binding) => binding.action === action).map((binding) => binding.keys)
    return keys.length === 0 ? [] : [{ action, keys: [...new Set(keys.map((chord) => chordLabel(chord, isApple)))] }]
  })
  return (
    <Dialog
      open
      onClose={() => store.setState({ openPanel: null })}
      title={t('inspector.shortcuts')}
      description={t('shortcuts.text')}
    >
      <dl className="tn-shortcuts">
        {rows.map(({ action, keys }) => (
          <div key={action}>
            <dt>{t(`action.${action}`)}</dt>
            <dd>
              {keys.slice(0, 2).map((key) => (
                <kbd key={key} className="tn-kbd">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
