import type { ParkedGroup, TenonClient } from '@tenon/core/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { type Pages, usePages } from '../../client/use-pages.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { ParkedTexts } from '../../shell/parked-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatAgo } from '../format/instant.ts'
import { useNow } from '../store/use-now.ts'
import { ParkedGroupCard } from './parked-group-card.tsx'

/** Update interval of relative times, in milliseconds. */
const NOW_EVERY_MS = 30_000
const GROUPS_PER_PAGE = 50

/** Props of the list of nodes that failed and wait for a person. */
export interface ParkedInboxProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  /** Workflow to list alone. @defaultValue all workflows of the tenant */
  readonly workflowId?: string
  /** Opens the run of a failed node. Without it, there is no button for that. */
  readonly onOpenRun?: (runId: string) => void
}

/** List of nodes that failed and wait for a person, grouped by cause, with the means to resolve one or all of a group. */
export function ParkedInbox({ client, workflowId, onOpenRun, ...instance }: ParkedInboxProps) {
  return (
    <EnsureInstance {...instance}>
      <ParkedTexts>
        <Inbox client={client} workflowId={workflowId} onOpenRun={onOpenRun} />
      </ParkedTexts>
    </EnsureInstance>
  )
}

interface InboxProps {
  readonly client: TenonClient
  readonly workflowId: string | undefined
  readonly onOpenRun: ((runId: string) => void) | undefined
}

/** Key of a group, unique within the list. */
const keyOf = ({ workflowId, fingerprint }: ParkedGroup) => `${workflowId}/${fingerprint}`

function Inbox({ client, workflowId, onOpenRun }: InboxProps) {
  const { t } = useInstance()
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.parked.groups(
        {
          limit: GROUPS_PER_PAGE,
          ...(workflowId === undefined ? {} : { workflowId }),
          ...(cursor === null ? {} : { cursor }),
        },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client, workflowId],
  )
  const groups = usePages(load, keyOf)
  const [revision, setRevision] = useState(0)
  const { refresh } = groups
  const changed = useCallback(() => {
    refresh()
    setRevision((before) => before + 1)
  }, [refresh])
  useTenantChanges({ client, isRelevant: ({ kind }) => kind === 'parked', onChange: changed })
  return (
    <section className="tn-inbox" aria-label={t('runs.parked.title')}>
      <h1 className="tn-inbox-title">{t('runs.parked.title')}</h1>
      <InboxBody client={client} groups={groups} revision={revision} onDone={changed} onOpenRun={onOpenRun} />
    </section>
  )
}

interface InboxBodyProps extends Pick<InboxProps, 'client' | 'onOpenRun'> {
  readonly groups: Pages<ParkedGroup>
  readonly revision: number
  readonly onDone: () => void
}

function InboxBody({ client, groups, revision, onDone, onOpenRun }: InboxBodyProps) {
  const { t } = useInstance()
  const now = useNow(NOW_EVERY_MS)
  const { items, error, isLoading } = groups
  const { chosen, choose } = useChosenGroup(items)
  const card = useRef<HTMLDivElement>(null)
  const pick = (group: ParkedGroup) => {
    choose(group)
    // On a phone the card lies below the list.
    card.current?.scrollIntoView({ block: 'nearest' })
  }
  if (chosen === null) {
    if (error !== null) return <ResourceError title={t('runs.parked.loadFailed')} resource={groups} />
    return isLoading ? (
      <div className="tn-inbox-loading">
        <Skeleton lines={3} height={76} />
      </div>
    ) : (
      <EmptyState icon="check" title={t('runs.parked.empty')} description={t('runs.parked.emptyWhy')} />
    )
  }
  return (
    <div className="tn-inbox-body">
      <div className="tn-inbox-lists">
        {items.length === 0 && <p className="tn-inbox-note">{t('runs.parked.empty')}</p>}
        <ul className="tn-inbox-list" aria-label={t('runs.parked.groups')}>
          {items.map((group) => (
            <GroupItem
              key={keyOf(group)}
              group={group}
              isChosen={keyOf(group) === keyOf(chosen)}
              now={now}
              onChoose={() => pick(group)}
            />
          ))}
        </ul>
        {error !== null && <ResourceError title={t('runs.parked.loadFailed')} resource={groups} />}
        {groups.moreError !== null && (
          <ErrorState title={t('runs.parked.loadFailed')} error={groups.moreError} onRetry={groups.loadMore} />
        )}
        {groups.hasMore && groups.moreError === null && (
          <Button busy={groups.isLoadingMore} onClick={groups.loadMore}>
            {t('ui.loadMore')}
          </Button>
        )}
      </div>
      <div ref={card} className="tn-inbox-card">
        <ParkedGroupCard
          key={keyOf(chosen)}
          client={client}
          group={chosen}
          revision={revision}
          now={now}
          onDone={onDone}
          onOpenRun={onOpenRun}
        />
      </div>
    </div>
  )
}

interface ChosenGroup {
  /** Group whose card is shown: the first one until the reader selects another; `null` without one. */
  readonly chosen: ParkedGroup | null
  readonly choose: (group: ParkedGroup) => void
}

/**
 * Keeps the displayed group when a newer one arrives, and with a count of 0 when its last node run is resolved: another
 * card under the pointer could be resolved by mistake.
 */
function useChosenGroup(items: readonly ParkedGroup[]): ChosenGroup {
  const [kept, keep] = useState<ParkedGroup | null>(null)
  const known = kept === null ? items[0] : items.find((group) => keyOf(group) === keyOf(kept))
  const chosen = known ?? (kept === null ? null : { ...kept, count: 0 })
  useEffect(() => {
    if (known !== undefined) keep(known)
  }, [known])
  return { chosen, choose: keep }
}

interface GroupItemProps {
  readonly group: ParkedGroup
  readonly isChosen: boolean
  readonly now: number
  readonly onChoose: () => void
}

/** Item of the list: the failure, its node, the number of node runs and when the last one was parked. */
function GroupItem({ group, isChosen, now, onChoose }: GroupItemProps) {
  const { t, locale } = useInstance()
  const ago = formatAgo(Date.parse(group.lastSeenAt), now, locale)
  return (
    <li>
      <button type="button" className="tn-inbox-item" aria-current={isChosen || undefined} onClick={onChoose}>
        <b className="tn-strong" dir="auto">
          {failureTexts(group.sample.error, t).why}
        </b>
        <span className="tn-muted tn-truncate" dir="auto">
          {group.workflowName} · {group.nodeName}
        </span>
        <span className="tn-muted">{t('runs.parked.countAndLast', { count: group.count, ago })}</span>
      </button>
    </li>
  )
}
