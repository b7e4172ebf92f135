import type { ConnectedEditorProps } from '../editor-props.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useWorkflowDetails } from '../session/workflow-details.ts'
import type { EditorProblem, FieldAddress } from '../store/editor-state.ts'
import { Topbar } from '../topbar/topbar.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { useChangesSincePublished } from '../versions/use-published.ts'
import { useViewMenu } from './use-view-menu.ts'

interface DraftBarProps {
  readonly host: ConnectedEditorProps
  readonly onOpenProblem: (problem: EditorProblem) => void
  readonly onOpenField: (field: FieldAddress) => void
}

/** Top bar of a draft on a server: state since the last version, and actions to test, publish and run it. */
export function DraftBar({ host, onOpenProblem, onOpenField }: DraftBarProps) {
  const t = useTranslate()
  const { store } = useSession()
  const workflow = useEditorStore((state) => state.workflow)
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const isReady = useEditorStore((state) => state.phase.kind === 'ready')
  const canRun = useEditorStore((state) => state.role !== 'viewer')
  const changes = useChangesSincePublished(host.client, host.workflowId)
  const details = useWorkflowDetails()
  const hasChanges = changes !== 0
  const open = (panel: 'publish' | 'try' | 'run' | 'versions' | 'pause') => () => store.setState({ openPanel: panel })
  const canEdit = isReady && !isReadOnly
  const run = { label: t('topbar.run'), onClick: open('run') }
  const isPublished = workflow !== null && workflow.version !== null
  const primary = !canEdit
    ? null
    : hasChanges || !isPublished
      ? { label: t('topbar.publish'), onClick: open('publish') }
      : run
  const viewMenu = useViewMenu()
  const menu: MenuItem[] = []
  if (isReady && isPublished && canRun && primary?.label !== run.label) {
    menu.push({
      id: 'run',
      label: t('topbar.runVersion', { version: workflow.liveVersion ?? '' }),
      icon: 'play',
      onSelect: run.onClick,
    })
  }
  const showVersions = workflow === null ? null : open('versions')
  if (showVersions !== null) {
    menu.push({ id: 'versions', label: t('versions.title'), icon: 'clock', onSelect: showVersions })
  }
  if (isReady && isPublished && canRun) {
    menu.push({
      id: 'pause',
      label: t(workflow.pause === null ? 'topbar.pause' : 'topbar.resume'),
      icon: workflow.pause === null ? 'pause' : 'play',
      onSelect: open('pause'),
    })
  }
  menu.push(...viewMenu)
  return (
    <Topbar
      breadcrumb={host.breadcrumb}
      name={workflow?.name ?? ''}
      onRename={canEdit && details !== null ? (name) => details.update({ name }) : null}
      state={stateText()}
      onShowState={showVersions}
      onOpenProblem={onOpenProblem}
      onOpenField={onOpenField}
      onTry={canEdit ? open('try') : null}
      primary={primary}
      menu={menu}
      actions={host.actions}
    />
  )

  function stateText(): string | null {
    if (workflow === null) return null
    if (host.version !== undefined) return t('topbar.version', { version: host.version })
    const { version, liveVersion } = workflow
    if (version === null || liveVersion === null) return t('topbar.draft')
    if (changes !== null && changes > 0) return t('topbar.draftChanges', { count: changes, version })
    // A canary, or a version that was rolled back.
    if (version !== liveVersion) return t('topbar.live', { version: liveVersion })
    return t(changes === null ? 'topbar.version' : 'topbar.published', { version })
  }
}
