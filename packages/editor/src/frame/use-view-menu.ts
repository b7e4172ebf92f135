import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { WORKFLOW_HEADING } from '../problems/open-problem.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import type { MenuItem } from '../ui/menu.tsx'

/** Returns the common items of the menus in top bars: the other view of the workflow, its settings, and the keys. */
export function useViewMenu(): readonly MenuItem[] {
  const t = useTranslate()
  const actions = useActions()
  const view = useEditorStore((state) => state.view)
  const isPhone = useEditorStore((state) => state.isPhone)
  const isNarrow = useEditorStore((state) => state.isNarrow)
  const isWorkflowPanelOpen = useEditorStore((state) => state.isWorkflowPanelOpen)
  const { store } = useSession()
  const outlineKey = useShortcut('toggle-outline')
  const keysKey = useShortcut('show-shortcuts')
  const showWorkflow = () => {
    select(store, [])
    if (isWorkflowPanelOpen) store.setState({ isWorkflowPanelOpen: false })
    // The panel may cover the button of the menu, which would get the focus back.
    else store.setState({ isWorkflowPanelOpen: true, fieldFocus: { nodeId: null, path: WORKFLOW_HEADING } })
  }
  // In a wide editor the inspector shows them while nothing is selected.
  const settings: MenuItem = {
    id: 'workflow',
    label: t(isWorkflowPanelOpen ? 'panel.workflowHide' : 'panel.workflowShow'),
    icon: 'settings',
    onSelect: showWorkflow,
  }
  const otherView: MenuItem = {
    id: 'view',
    label: view === 'canvas' ? t('outline.show') : t('outline.hide'),
    icon: 'list',
    onSelect: actions['toggle-outline'],
    ...(outlineKey === undefined ? {} : { shortcut: outlineKey }),
  }
  return [
    ...(isNarrow ? [settings] : []),
    // There is no room for a canvas on a phone.
    ...(isPhone ? [] : [otherView]),
    {
      id: 'keys',
      label: t('inspector.shortcuts'),
      icon: 'info',
      onSelect: actions['show-shortcuts'],
      ...(keysKey === undefined ? {} : { shortcut: keysKey }),
    },
  ]
}
