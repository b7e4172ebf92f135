import { isRunOver, runDurationMs } from '@tenon/core/run'
import { type ReactNode, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { describeError } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { formatDuration, formatGrowing } from '../format/duration.ts'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'

export interface RunHeaderProps {
  readonly scope: RunScope
  /** Stands before the name: where the reader is. */
  readonly start?: ReactNode
  /** Stands before the buttons. */
  readonly end?: ReactNode
}

/** Which run this is, how it stands, and how to stop it. */
export function RunHeader({ scope, start, end }: RunHeaderProps) {
  const { t, locale } = useInstance()
  const { store, run } = scope
  const { view, live, stream, cursor } = useRunSnapshot(store)
  const moment = useRunMoment(store, 200)
  const durationMs = runDurationMs(view, moment)
  const format = isRunOver(view.status) ? formatDuration : formatGrowing
  const version = run.value?.version ?? ''
  const which = run.value?.mode === 'test' ? t('runs.header.test') : t('runs.header.version', { version })
  return (
    <header className="tn-run-head">
      {start !== undefined && <span className="tn-topbar-crumb">{start}</span>}
      <h1 className="tn-run-name">{run.value?.workflowName}</h1>
      <Badge>{t('runs.header.run', { which, run: scope.runId.slice(-4) })}</Badge>
      <RunStatusBadge status={view.status} detail={durationMs === null ? '' : format(durationMs, t, locale)} />
      {stream === 'retrying' && cursor === null && <Badge tone="waiting">{t('runs.header.reconnecting')}</Badge>}
      <span className="tn-output-space" />
      {end}
      {!isRunOver(live.status) && <CancelButton scope={scope} />}
    </header>
  )
}

function CancelButton({ scope }: { readonly scope: RunScope }) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isAsking, setIsAsking] = useState(false)
  const [isSending, setIsSending] = useState(false)
  const close = () => setIsAsking(false)
  const cancel = async () => {
    setIsSending(true)
    try {
      await scope.client.runs.cancel(scope.runId)
      toast(t('runs.header.cancelSent'))
    } catch (error) {
      const { why, remedy } = describeError(error)
      toast(why === '' ? t('runs.header.cancelFailed') : `${why}. ${remedy}`, { tone: 'failed' })
    } finally {
      setIsSending(false)
      close()
    }
  }
  return (
    <>
      <Button onClick={() => setIsAsking(true)}>{t('runs.header.cancel')}</Button>
      <Dialog
        open={isAsking}
        onClose={close}
        title={t('runs.header.cancelTitle')}
        description={t('runs.header.cancelWhy')}
        footer={
          <>
            <Button onClick={close}>{t('runs.header.keep')}</Button>
            <Button variant="danger" busy={isSending} onClick={() => void cancel()}>
              {t('runs.header.cancel')}
            </Button>
          </>
        }
      />
    </>
  )
}
