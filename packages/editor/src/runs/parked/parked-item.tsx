import type { ParkedNodeRun, TenonClient } from '@tenon/core/client'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Button } from '../../ui/button.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { Menu } from '../../ui/menu.tsx'
import { formatAgo } from '../format/instant.ts'
import { shortRunId } from '../format/short-run-id.ts'
import { itemPath } from '../store/shown-items.ts'
import { FailDialog } from './fail-dialog.tsx'
import type { GroupResolution } from './resolve-group.ts'
import { resolveParked } from './resolve-parked.ts'
import { tooLateText } from './too-late-text.ts'

interface ParkedItemProps {
  readonly client: TenonClient
  readonly parked: ParkedNodeRun
  /** Message of the group, which is not repeated. */
  readonly groupMessage: string
  readonly mayResolve: boolean
  /** Present time, in ms since the epoch. */
  readonly now: number
  /** Called after each attempt to resolve it. */
  readonly onDone: () => void
  readonly onOpenRun: ((runId: string) => void) | undefined
}

/** Resolutions in the menu of an item. */
const MORE: readonly GroupResolution[] = ['skip', 'route', 'fail']

/** One parked node run of a group, with the means to resolve it alone. */
export function ParkedItem({ client, parked, groupMessage, mayResolve, now, onDone, onOpenRun }: ParkedItemProps) {
  const { t, locale } = useInstance()
  const { toast } = useAnnouncer()
  const [sending, setSending] = useState<GroupResolution | null>(null)
  const [isAsking, setIsAsking] = useState(false)
  const { runId, nodeRunId, resolutions } = parked
  // A node that undoes another one fails nothing, and has no error port.
  const more = resolutions.includes('fail') ? MORE : MORE.filter((kind) => resolutions.includes(kind))
  const { why } = failureTexts(parked.error, t)
  const path = itemPath(nodeRunId)
  // The items of loops within each other, from 1, the outermost first: "3.1".
  const number = path.map((index) => index + 1).join('.')
  const run = t(path.length > 0 ? 'runs.parked.itemOfLoop' : 'runs.parked.item', { run: shortRunId(runId), number })
  const target = path.length > 0 ? 'iteration' : 'run'
  const send = async (kind: GroupResolution) => {
    setSending(kind)
    try {
      const resolved = await resolveParked(client, parked, { kind })
      toast(
        resolved.isFirst ? t(`runs.parked.done.${kind}`, { count: 1 }) : tooLateText(resolved.resolution, t, locale),
      )
    } catch (error) {
      toast(failureText(error, t, 'runs.parked.failed'), { tone: 'failed' })
    } finally {
      setSending(null)
      setIsAsking(false)
      onDone()
    }
  }
  return (
    <li className="tn-parked-item">
      <span className="tn-parked-item-text">
        <b className="tn-strong">{run}</b>
        <span className="tn-muted">{formatAgo(Date.parse(parked.parkedAt), now, locale)}</span>
        {why !== groupMessage && (
          <span className="tn-muted" dir="auto">
            {why}
          </span>
        )}
      </span>
      <span className="tn-parked-item-actions">
        {onOpenRun !== undefined && (
          <Button size="s" aria-label={t('runs.parked.openItem', { item: run })} onClick={() => onOpenRun(runId)}>
            {t('runs.approval.openRun')}
          </Button>
        )}
        {mayResolve && resolutions.includes('retry') && (
          <Button
            size="s"
            aria-label={t('runs.parked.retryItem', { item: run })}
            busy={sending === 'retry'}
            disabled={sending !== null && sending !== 'retry'}
            onClick={() => void send('retry')}
          >
            {t('runs.parked.retry')}
          </Button>
        )}
        {mayResolve && (
          <Menu
            trigger={
              <IconButton
                icon="more"
                size="s"
                label={t('runs.parked.more', { item: run })}
                disabled={sending !== null}
              />
            }
            items={more.map((kind) => ({
              id: kind,
              label: t(`runs.parked.${kind}`, { target }),
              disabled: !resolutions.includes(kind),
              danger: kind === 'fail',
              onSelect: () => (kind === 'fail' ? setIsAsking(true) : void send(kind)),
            }))}
          />
        )}
      </span>
      <FailDialog
        isOpen={isAsking}
        isSending={sending === 'fail'}
        what={target}
        count={1}
        onClose={() => setIsAsking(false)}
        onFail={() => void send('fail')}
      />
    </li>
  )
}
