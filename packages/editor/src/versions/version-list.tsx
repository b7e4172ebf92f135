import type { Rollout, Version } from '@tenon/core/client'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import type { Pages } from '../client/use-pages.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { RolloutBadge } from './rollout-note.tsx'
import { liveVersion } from './use-rollouts.ts'
import { DRAFT } from './use-versions.ts'

interface VersionListProps {
  readonly pages: Pages<Version>
  readonly hasDraft: boolean
  /** Changes of the draft since the latest version; `null` while they are not known. */
  readonly changes: number | null
  readonly shown: string | null
  readonly rollouts: readonly Rollout[]
  readonly onShow: (version: string) => void
}

/** The draft and the versions before it, newest first; arrow keys move through them. */
export function VersionList({ pages, hasDraft, changes, shown, rollouts, onShow }: VersionListProps) {
  const { t, locale } = useInstance()
  const latest = useEditorStore((state) => state.workflow?.version ?? null)
  const live = liveVersion(latest, rollouts)
  const badgeOf = (version: string) => {
    const rollout = rollouts.find((each) => each.version === version)
    return rollout === undefined || rollout.status === 'completed' ? null : <RolloutBadge rollout={rollout} />
  }
  const list = useRef<HTMLUListElement>(null)
  // The dialog opened before there was anything to choose.
  useEffect(() => list.current?.querySelector('button')?.focus(), [])
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll('button')]
    const at = event.target instanceof HTMLButtonElement ? buttons.indexOf(event.target) : -1
    const next = nextIndex(event.key, at, buttons.length)
    if (next === null) return
    event.preventDefault()
    buttons[next]?.focus()
  }
  const itemOf = (version: string, content: ReactNode) => (
    <li key={version}>
      <button
        type="button"
        className="tn-version"
        aria-current={version === shown || undefined}
        onClick={() => onShow(version)}
      >
        {content}
      </button>
    </li>
  )
  return (
    <div className="tn-version-side">
      <ul ref={list} className="tn-version-list" aria-label={t('versions.title')} onKeyDown={onKeyDown}>
        {hasDraft &&
          itemOf(
            DRAFT,
            <>
              <span className="tn-version-name">{t('topbar.draft')}</span>
              {changes !== null && latest !== null && (
                <span className="tn-muted">{t('versions.draftChanges', { count: changes, version: latest })}</span>
              )}
            </>,
          )}
        {pages.items.map(({ version, notes, publishedAt, publishedBy }) =>
          itemOf(
            version,
            <>
              <span className="tn-version-name">
                {t('versions.version', { version })}
                {version === live && <Badge tone="success">{t('versions.live')}</Badge>}
                {badgeOf(version)}
              </span>
              {notes !== '' && (
                <span className="tn-version-notes" dir="auto">
                  {notes}
                </span>
              )}
              <span className="tn-muted" dir="auto">
                {t('versions.publishedBy', {
                  name: publishedBy.displayName,
                  time: formatMoment(Date.parse(publishedAt), locale),
                })}
              </span>
            </>,
          ),
        )}
      </ul>
      {pages.error !== null && <ResourceError title={t('versions.failed')} resource={pages} />}
      {pages.moreError !== null && (
        <ErrorState title={t('versions.failed')} error={pages.moreError} onRetry={pages.loadMore} />
      )}
      {pages.hasMore && pages.moreError === null && (
        <Button size="s" busy={pages.isLoadingMore} onClick={pages.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
    </div>
  )
}

function nextIndex(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1)
  if (key === 'ArrowUp') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : null
}
