import type { ReactNode } from 'react'
import { useActions } from '../contexts/actions-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { ProblemList } from '../problems/problem-list.tsx'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import type { EditorProblem, FieldAddress } from '../store/editor-state.ts'
import { AvatarGroup } from '../ui/avatar.tsx'
import { Badge } from '../ui/badge.tsx'
import { HostSlot } from '../ui/boundary.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { Popover } from '../ui/popover.tsx'
import { SyncStatus } from './sync-status.tsx'
import { WorkflowName } from './workflow-name.tsx'

interface TopbarProps {
  /** Link to the page of the host that contains the workflow. */
  readonly breadcrumb?: ReactNode
  readonly name: string
  readonly onRename: ((name: string) => void) | null
  /** State of the draft in a few words: "Draft · 3 changes since v4". */
  readonly state: string | null
  /** Shows the history behind the state. @defaultValue none: the state is only text */
  readonly onShowState?: (() => void) | null
  readonly onOpenProblem: (problem: EditorProblem) => void
  /** Shows a field whose text is not saved. */
  readonly onOpenField: (field: FieldAddress) => void
  readonly onTry: (() => void) | null
  readonly isTrying?: boolean
  readonly primary: { readonly label: string; readonly onClick: () => void } | null
  readonly menu: readonly MenuItem[]
  /** Elements of the host before the actions. */
  readonly actions?: ReactNode
}

/** Top bar of an editor: breadcrumb, name, state, people, problems and at most two actions. */
export function Topbar(props: TopbarProps) {
  const {
    breadcrumb,
    name,
    onRename,
    state,
    onShowState = null,
    onOpenProblem,
    onOpenField,
    onTry,
    isTrying = false,
    primary,
    menu,
    actions,
  } = props
  const t = useTranslate()
  const isReadOnly = useEditorStore((store) => store.isReadOnly)
  return (
    <div className="tn-topbar">
      {breadcrumb !== undefined && (
        <span className="tn-topbar-crumb">
          <HostSlot>{breadcrumb}</HostSlot>
        </span>
      )}
      <WorkflowName name={name} onRename={onRename} />
      {state !== null && (
        <span className="tn-topbar-state">
          {onShowState === null ? (
            <Badge>{state}</Badge>
          ) : (
            <button type="button" className="tn-badge" title={t('versions.title')} onClick={onShowState}>
              {state}
            </button>
          )}
        </span>
      )}
      {isReadOnly && <Badge tone="waiting">{t('topbar.readOnly')}</Badge>}
      <SyncStatus onOpenField={onOpenField} />
      <span className="tn-topbar-space" />
      <People />
      <ProblemsPill onOpen={onOpenProblem} />
      {actions !== undefined && <HostSlot>{actions}</HostSlot>}
      {onTry !== null && (
        <Button className="tn-topbar-try" onClick={onTry} busy={isTrying}>
          {t('topbar.try')}
        </Button>
      )}
      {primary !== null && (
        <Button variant="primary" onClick={primary.onClick}>
          {primary.label}
        </Button>
      )}
      {menu.length > 0 && <Menu trigger={<IconButton icon="more" label={t('topbar.more')} />} items={menu} />}
    </div>
  )
}

function People() {
  const peers = useEditorStore((state) => state.peers)
  const transport = useEditorStore((state) => state.transport)
  const people = [...new Map(peers.map((peer) => [peer.userId, peer])).values()]
  if (transport === 'http') return <Unseen />
  if (people.length === 0) return null
  return <AvatarGroup people={people} />
}

function Unseen() {
  const t = useTranslate()
  return (
    <span className="tn-sync-note" title={t('sync.httpHint')}>
      {t('sync.http')}
    </span>
  )
}

function ProblemsPill({ onOpen }: { readonly onOpen: (problem: EditorProblem) => void }) {
  const t = useTranslate()
  const { store } = useSession()
  const actions = useActions()
  const problems = useEditorStore((state) => state.problems)
  const isOpen = useEditorStore((state) => state.openPanel === 'problems')
  const hasErrors = problems.some((problem) => problem.severity === 'error')
  if (problems.length === 0 && !isOpen) return null
  return (
    <Popover
      label={t('problems.label')}
      open={isOpen}
      onOpenChange={(open) => {
        store.setState({ openPanel: open ? 'problems' : null })
        // Without problems the button disappears, and the focus with it.
        if (!open && problems.length === 0) actions['leave-panel']()
      }}
      trigger={
        <button type="button" className="tn-problems-pill" data-severity={hasErrors ? 'error' : 'warning'}>
          <span className="tn-problems-count">{t('problems.count', { count: problems.length })}</span>
          <span className="tn-problems-number" aria-hidden="true">
            <Icon name="warning" size={14} />
            {problems.length}
          </span>
        </button>
      }
    >
      <ProblemList onOpen={onOpen} />
    </Popover>
  )
}
