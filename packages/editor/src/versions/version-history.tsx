import type { TenonClient } from '@tenon/core/client'
import { useEffect, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useTranslate } from '../instance/instance-context.ts'
import { useCloseOnBack } from '../instance/use-close-on-back.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useDraftChanges } from './use-published.ts'
import { useRollouts } from './use-rollouts.ts'
import { DRAFT, useVersions } from './use-versions.ts'
import { VersionDetail } from './version-detail.tsx'
import { VersionList } from './version-list.tsx'

interface VersionHistoryProps {
  readonly client: TenonClient
  readonly workflowId: string
  readonly hasDraft: boolean
  readonly onOpenRun: ((runId: string) => void) | undefined
}

/** The versions of a workflow, and one of them in full. On a phone it is the one or the other. */
export function VersionHistory({ client, workflowId, hasDraft, onOpenRun }: VersionHistoryProps) {
  const t = useTranslate()
  const { store } = useSession()
  const canEdit = useEditorStore((state) => hasDraft && !state.isReadOnly && state.phase.kind === 'ready')
  const pages = useVersions(client, workflowId)
  const rollouts = useRollouts(client, workflowId)
  const changes = useDraftChanges()
  const [chosen, setChosen] = useState<string | null>(null)
  // On a phone nothing is open until it is chosen.
  const [isOpened, setIsOpened] = useState(false)
  useCloseOnBack(isOpened, () => setIsOpened(false))
  const latest = pages.items[0]?.version ?? null
  const areChangesKnown = !hasDraft || changes !== null
  const first = hasDraft && changes !== null && changes > 0 ? DRAFT : latest
  // The list keeps the shown version selected when others publish or edit. Before the changes of the draft are known,
  // the latest version is shown, also where they cannot be loaded.
  useEffect(() => {
    if (areChangesKnown && latest !== null) setChosen((now) => now ?? first)
  }, [areChangesKnown, latest, first])
  const shown = chosen ?? first
  if (pages.items.length === 0) {
    if (pages.error !== null) return <ResourceError title={t('versions.failed')} resource={pages} />
    if (pages.isLoading) return <Skeleton lines={6} height={44} />
    return (
      <EmptyState
        icon="clock"
        title={t('versions.empty')}
        description={t('versions.emptyText')}
        action={
          canEdit && (
            <Button variant="primary" onClick={() => store.setState({ openPanel: 'publish' })}>
              {t('topbar.publish')}
            </Button>
          )
        }
      />
    )
  }
  return (
    <div className="tn-versions" data-opened={isOpened || undefined}>
      <VersionList
        pages={pages}
        changes={hasDraft ? changes : null}
        hasDraft={hasDraft}
        shown={shown}
        rollouts={rollouts.value ?? []}
        onShow={(version) => {
          setChosen(version)
          setIsOpened(true)
        }}
      />
      {shown !== null && (
        <VersionDetail
          key={shown}
          client={client}
          workflowId={workflowId}
          shown={shown}
          pages={pages}
          rollouts={rollouts}
          hasDraft={hasDraft}
          canEdit={canEdit}
          onOpenRun={onOpenRun}
          onBack={() => setIsOpened(false)}
        />
      )}
    </div>
  )
}
