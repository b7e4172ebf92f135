import type { ParkedGroup, ParkedNodeRun, TenonClient } from '@tenon/core/client'
import { useCallback, useEffect, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { usePages } from '../../client/use-pages.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorState, failureText } from '../../ui/error-state.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatMoment } from '../format/instant.ts'
import { itemPath } from '../store/shown-items.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { FailDialog } from './fail-dialog.tsx'
import { MoveGroup } from './move-group.tsx'
import { ParkedItem } from './parked-item.tsx'
import type { GroupResolution } from './resolve-group.ts'
import { useFailedAgain } from './use-failed-again.ts'
import { type GroupWork, useGroupResolution } from './use-group-resolution.ts'

interface ParkedGroupCardProps {
  readonly client: TenonClient
  /** Group to show; its `count` is 0 once all of its node runs are resolved. */
  readonly group: ParkedGroup
  /** Number that changes when the list has to be loaded again. */
  readonly revision: number
  /** Present time, in ms since the epoch. */
  readonly now: number
  /** Called after each attempt to resolve something. */
  readonly onDone: () => void
  readonly onOpenRun: ((runId: string) => void) | undefined
}

/** Resolutions of a whole group, the primary one last. */
const ALL: readonly GroupResolution[] = ['fail', 'skip', 'route', 'retry']
/** Resolutions with which runs continue without the output of their node. */
type Continuation = Extract<GroupResolution, 'skip' | 'route'>
const ITEMS_PER_PAGE = 20
const parkedIdOf = ({ parkedId }: ParkedNodeRun) => parkedId

/** Card of a group of parked node runs with the same cause, with the means to resolve all or one of them. */
export function ParkedGroupCard(props: ParkedGroupCardProps) {
  const { client, group, revision, now, onDone, onOpenRun } = props
  const { t, locale } = useInstance()
  const mayResolve = useMayChangeRun(client)
  const [isAsking, setIsAsking] = useState(false)
  const [continuation, setContinuation] = useState<Continuation | null>(null)
  const { workflowId, fingerprint, count, sample } = group
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.parked.list(
        { workflowId, fingerprint, status: 'open', limit: ITEMS_PER_PAGE, ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client, workflowId, fingerprint],
  )
  const pages = usePages(load, parkedIdOf)
  const { refresh } = pages
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision means that something has changed
  useEffect(refresh, [revision, refresh])
  const { work, start, stop } = useGroupResolution(client, group, onDone)
  const failedAgain = useFailedAgain(client, workflowId, { work, revision })
  const isRunning = work?.isRunning === true
  const { why, remedy } = failureTexts(sample.error, t)
  // Only a node that undoes another one cannot be failed.
  const isAllowed = (kind: GroupResolution) => sample.resolutions.includes(kind)
  const resolveAll = (kind: GroupResolution): void => {
    if (kind === 'fail') setIsAsking(true)
    else if (kind === 'retry' || count === 1) void start(kind)
    else setContinuation(kind)
  }
  return (
    <article className="tn-approval tn-parked-group" aria-label={why}>
      <header className="tn-approval-head">
        <h2 className="tn-approval-title" dir="auto">
          {why}
        </h2>
        {remedy !== '' && (
          <p className="tn-muted" dir="auto">
            {remedy}
          </p>
        )}
      </header>
      <Facts
        facts={[
          { label: t('runs.list.workflow'), value: <span dir="auto">{group.workflowName}</span> },
          { label: t('runs.log.node'), value: <span dir="auto">{group.nodeName}</span> },
          { label: t('runs.fact.code'), value: <code className="tn-mono">{sample.error.code}</code> },
          { label: t('runs.parked.firstSeen'), value: formatMoment(Date.parse(group.firstSeenAt), locale) },
          { label: t('runs.parked.lastSeen'), value: formatMoment(Date.parse(group.lastSeenAt), locale) },
        ]}
      />
      <div role="status">{work !== null && <WorkNote work={work} failedAgain={failedAgain} />}</div>
      {mayResolve && count > 0 && (
        <footer className="tn-approval-foot">
          {isRunning && <Button onClick={stop}>{t('runs.parked.stop')}</Button>}
          <MoveGroup client={client} group={group} disabled={isRunning} onDone={onDone} />
          {ALL.filter(isAllowed).map((kind) => (
            <Button
              key={kind}
              variant={kind === 'retry' ? 'primary' : kind === 'fail' ? 'danger' : 'plain'}
              busy={isRunning && work.kind === kind}
              disabled={isRunning && work.kind !== kind}
              onClick={() => resolveAll(kind)}
            >
              {t(`runs.parked.all.${kind}`, { count })}
            </Button>
          ))}
        </footer>
      )}
      {!mayResolve && <p className="tn-muted">{t('runs.parked.othersResolve')}</p>}
      {count > 0 && (
        <ul className="tn-parked-items" aria-label={t('runs.parked.items')}>
          {pages.items.map((parked) => (
            <ParkedItem
              key={parked.parkedId}
              client={client}
              parked={parked}
              groupMessage={why}
              mayResolve={mayResolve && !isRunning}
              now={now}
              onDone={onDone}
              onOpenRun={onOpenRun}
            />
          ))}
        </ul>
      )}
      {pages.isLoading && pages.items.length === 0 && <Skeleton lines={3} height={40} />}
      {pages.error !== null && <ResourceError title={t('runs.parked.loadFailed')} resource={pages} />}
      {pages.moreError !== null && (
        <ErrorState title={t('runs.parked.loadFailed')} error={pages.moreError} onRetry={pages.loadMore} />
      )}
      {pages.hasMore && pages.moreError === null && count > 0 && (
        <Button busy={pages.isLoadingMore} onClick={pages.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
      {continuation !== null && (
        <ConfirmDialog
          open
          title={t('runs.parked.continueTitle', { kind: continuation, count })}
          description={t('runs.parked.continueWhy', { kind: isAllowed('fail') ? continuation : 'undo' })}
          confirmLabel={t(`runs.parked.all.${continuation}`, { count })}
          variant="primary"
          onClose={() => setContinuation(null)}
          onConfirm={() => {
            setContinuation(null)
            void start(continuation)
          }}
        />
      )}
      <FailDialog
        isOpen={isAsking}
        isSending={false}
        what={itemPath(sample.nodeRunId).length > 0 ? 'iterations' : 'group'}
        count={count}
        onClose={() => setIsAsking(false)}
        onFail={() => {
          setIsAsking(false)
          void start('fail')
        }}
      />
    </article>
  )
}

interface WorkNoteProps {
  readonly work: GroupWork
  /** Number of node runs that were tried again and have failed again. */
  readonly failedAgain: number
}

/** Progress of a resolution of the group, then its result. */
function WorkNote({ work, failedAgain }: WorkNoteProps) {
  const { t } = useInstance()
  if (work.isRunning) {
    const done = work.resolved + work.closed + work.refused.length
    return <Callout tone="running" title={t('runs.parked.progress', { done, total: Math.max(work.total, done) })} />
  }
  const [refusal] = work.refused
  const isWhole = refusal === undefined && work.error === null && failedAgain === 0
  return (
    <Callout tone={isWhole ? 'success' : 'failed'} title={resultText(work, failedAgain, t)}>
      {work.error !== null ? failureText(work.error, t, 'runs.parked.failed') : refusal?.message}
    </Callout>
  )
}

/** Formats the result: "10 tried again, 2 were already fixed". */
function resultText({ kind, resolved, closed, refused }: GroupWork, failedAgain: number, t: Translate): string {
  const parts = [
    t(`runs.parked.done.${kind}`, { count: resolved }),
    failedAgain === 0 ? '' : t('runs.parked.done.failedAgain', { count: failedAgain }),
    closed === 0 ? '' : t('runs.parked.done.closed', { count: closed }),
    refused.length === 0 ? '' : t('runs.parked.done.refused', { count: refused.length }),
  ]
  return parts.filter((part) => part !== '').join(', ')
}
