import type { Approval, Page, TenonClient } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useNow } from '../store/use-now.ts'
import { ApprovalCard } from './approval-card.tsx'
import { decisionOf } from './approval-words.ts'
import { InboxItem } from './inbox-item.tsx'
import { useClosedApproval } from './use-closed-approval.ts'

/** Update interval in milliseconds; due dates are shown in minutes. */
const NOW_EVERY_MS = 30_000

const NONE: readonly Approval[] = Object.freeze([])

/** Props of the list of approvals that wait for the reader. */
export interface ApprovalInboxProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
  /** Opens the run that waits for an approval. Without it, the cards have no button for that. */
  readonly onOpenRun?: (runId: string) => void
}

/** List of open approvals, most urgent first, and the selected one. */
export function ApprovalInbox({ client, onOpenRun, ...instance }: ApprovalInboxProps) {
  return (
    <EnsureInstance {...instance}>
      <Inbox client={client} {...(onOpenRun === undefined ? {} : { onOpenRun })} />
    </EnsureInstance>
  )
}

function Inbox({ client, onOpenRun }: Pick<ApprovalInboxProps, 'client' | 'onOpenRun'>) {
  const { t } = useInstance()
  const load = useCallback(
    (abortSignal: AbortSignal) => client.approvals.list({ status: 'open', limit: 200 }, { abortSignal }),
    [client],
  )
  const page = useResource<Page<Approval>>(load)
  const { refresh } = page
  useTenantChanges({ client, isRelevant: ({ kind }) => kind === 'approval', onChange: refresh })
  return (
    <section className="tn-inbox" aria-label={t('runs.inbox.title')}>
      <h1 className="tn-inbox-title">{t('runs.inbox.title')}</h1>
      <InboxBody client={client} page={page} {...(onOpenRun === undefined ? {} : { onOpenRun })} />
    </section>
  )
}

interface InboxBodyProps extends Pick<ApprovalInboxProps, 'client' | 'onOpenRun'> {
  readonly page: Resource<Page<Approval>>
}

function InboxBody({ client, page, onOpenRun }: InboxBodyProps) {
  const { t } = useInstance()
  const [chosenId, setChosenId] = useState<string | null>(null)
  const card = useRef<HTMLDivElement>(null)
  // On a phone the card lies below the list.
  useEffect(() => {
    if (chosenId !== null) card.current?.scrollIntoView({ block: 'nearest' })
  }, [chosenId])
  const now = useNow(NOW_EVERY_MS)
  const { value, error, refresh } = page
  const open = value === null ? NONE : [...value.items].sort(byUrgency)
  const wanted = open.find((approval) => approval.approvalId === chosenId) ?? open[0]
  const { closed, show } = useClosedApproval(client, wanted, open)
  if (value === null) {
    return error === null ? (
      <div className="tn-inbox-loading">
        <Skeleton lines={3} height={76} />
      </div>
    ) : (
      <ResourceError title={t('runs.inbox.failed')} resource={page} />
    )
  }
  const chosen = closed ?? wanted
  if (chosen === undefined) {
    return <EmptyState icon="inbox" title={t('runs.inbox.empty')} description={t('runs.inbox.emptyWhy')} />
  }
  const decide = async (choice: string, comment: string, params?: JsonObject) => {
    try {
      const answer = await client.approvals.decide(chosen.approvalId, decisionOf(choice, comment, params))
      // The card remains to show the decision until the reader selects another one. A person has one vote.
      show({ ...answer, canDecide: false })
    } finally {
      // After a rejection as well: another user has decided meanwhile.
      refresh()
    }
  }
  const choose = (approvalId: string) => {
    show(null)
    setChosenId(approvalId)
  }
  const own = open.filter((approval) => approval.canDecide)
  const others = open.filter((approval) => !approval.canDecide)
  const itemsOf = (approvals: readonly Approval[], label: string) => (
    <ul className="tn-inbox-list" aria-label={label}>
      {approvals.map((approval) => (
        <InboxItem
          key={approval.approvalId}
          approval={approval}
          isChosen={approval.approvalId === chosen.approvalId}
          now={now}
          onChoose={choose}
        />
      ))}
    </ul>
  )
  const next = closed === null ? undefined : own.find((approval) => approval.approvalId !== closed.approvalId)
  return (
    <div className="tn-inbox-body">
      <div className="tn-inbox-lists">
        {own.length === 0 && <p className="tn-inbox-note">{t('runs.inbox.empty')}</p>}
        {own.length > 0 && itemsOf(own, t('runs.inbox.list'))}
        {others.length > 0 && (
          <>
            <h2 className="tn-inbox-group">{t('runs.inbox.others')}</h2>
            {itemsOf(others, t('runs.inbox.others'))}
          </>
        )}
      </div>
      <div ref={card} className="tn-inbox-card">
        <ApprovalCard
          approval={chosen}
          onDecide={decide}
          now={now}
          {...(onOpenRun === undefined ? {} : { onOpenRun })}
        />
        {next !== undefined && (
          <div className="tn-inbox-next">
            <Button variant="primary" onClick={() => choose(next.approvalId)}>
              {t('runs.inbox.next', { title: next.title })}
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}

/** Sorts approvals: those that the reader may decide first, then by due date, then by age. */
function byUrgency(a: Approval, b: Approval): number {
  if (a.canDecide !== b.canDecide) return a.canDecide ? -1 : 1
  const due = (approval: Approval) => (approval.dueAt === null ? Number.POSITIVE_INFINITY : Date.parse(approval.dueAt))
  if (due(a) !== due(b)) return due(a) < due(b) ? -1 : 1
  return Date.parse(a.openedAt) - Date.parse(b.openedAt)
}
