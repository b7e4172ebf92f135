import { useTranslate } from '../instance/instance-context.ts'
import { useActions } from '../keymap/actions-context.ts'
import { useShortcut } from '../keymap/shortcut-label.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { MenuItem } from '../ui/menu.tsx'

/** What the menu of every top bar has: the other view of the workflow, and the keys. */
export function useViewMenu(): readonly MenuItem[] {
  const t = useTranslate()
  const actions = useActions()
  const view = useEditorStore((state) => state.view)
  const outlineKey = useShortcut('toggle-outline')
  const keysKey = useShortcut('show-shortcuts')
  return [
    {
      id: 'view',
      label: view === 'canvas' ? t('outline.show') : t('outline.hide'),
      icon: 'list',
      onSelect: actions['toggle-outline'],
      ...(outlineKey === undefined ? {} : { shortcut: outlineKey }),
    },
    {
      id: 'keys',
      label: t('inspector.shortcuts'),
      icon: 'info',
      onSelect: actions['show-shortcuts'],
      ...(keysKey === undefined ? {} : { shortcut: keysKey }),
    },
  ]
}
