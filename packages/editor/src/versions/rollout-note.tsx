import type { Rollout, TenonClient } from '@tenon/core/client'
import { useEffect, useRef, useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { Translate } from '../messages/format.ts'
import { RunsInProgress } from '../publish/runs-in-progress.tsx'
import { RolloutTexts } from '../shell/rollout-texts.tsx'
import { Badge, type BadgeTone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { failureText } from '../ui/error-state.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { RefusedRuns } from './refused-runs.tsx'

const TONES: Readonly<Record<Rollout['status'], BadgeTone>> = {
  canary: 'running',
  in_progress: 'running',
  completed: 'success',
  stopped: 'neutral',
  rolled_back: 'failed',
  replaced: 'neutral',
}

/** State of a rollout in a few words. */
export function RolloutBadge({ rollout }: { readonly rollout: Rollout }) {
  return (
    <RolloutTexts>
      <StatusBadge rollout={rollout} />
    </RolloutTexts>
  )
}

function StatusBadge({ rollout: { status, runs, canary } }: { readonly rollout: Rollout }) {
  const t = useTranslate()
  return <Badge tone={TONES[status]}>{t(`rollout.status.${status}`, { runs, percent: canary?.percent ?? 100 })}</Badge>
}

interface RolloutNoteProps {
  readonly client: TenonClient
  readonly rollout: Rollout
  readonly mayChange: boolean
  readonly onOpenRun: ((runId: string) => void) | undefined
  readonly onChange: () => void
}

/** Progress of a rollout, the reasons for which runs stay on their version, and the buttons that change it. */
export function RolloutNote(props: RolloutNoteProps) {
  return (
    <RolloutTexts>
      <Note {...props} />
    </RolloutTexts>
  )
}

function Note({ client, rollout, mayChange, onOpenRun, onChange }: RolloutNoteProps) {
  const t = useTranslate()
  const { canary, progress, refusals, status } = rollout
  const note = useKeptFocus(status)
  const facts = [
    ...(status === 'canary' ? [t(`rollout.pending.${rollout.runs}`)] : []),
    ...(canary === null ? [] : canaryTexts(rollout, t)),
    ...(progress === null ? [] : progressTexts(rollout, t)),
  ]
  return (
    <div ref={note} className="tn-version-rollout" tabIndex={-1}>
      <Callout tone={TONES[status]} title={titleOf(rollout, t)}>
        {facts.length > 0 && <p>{facts.join(' · ')}</p>}
        {refusals.length > 0 && (
          <>
            <ul>
              {refusals.map(({ message, runs }) => (
                <li key={message} dir="auto">
                  {runs} × {message}
                </li>
              ))}
            </ul>
            <RefusedRuns client={client} rollout={rollout} onOpenRun={onOpenRun} />
          </>
        )}
      </Callout>
      {mayChange && <RolloutButtons client={client} rollout={rollout} onChange={onChange} />}
    </div>
  )
}

/** Keeps the focus in the note when a change of the rollout removes the button that had it. */
function useKeptFocus(status: Rollout['status']) {
  const note = useRef<HTMLDivElement>(null)
  const last = useRef(status)
  useEffect(() => {
    if (last.current === status) return
    last.current = status
    const element = note.current
    const focused = element?.ownerDocument.activeElement ?? null
    if (focused === null || focused === focused.ownerDocument.body) element?.focus()
  }, [status])
  return note
}

function titleOf({ status, runs, canary, formerVersion, endedBy }: Rollout, t: Translate): string {
  const former = formerVersion ?? ''
  const percent = canary?.percent ?? 100
  switch (status) {
    case 'canary':
      return t('rollout.canary', { percent, former })
    case 'rolled_back':
      return t('rollout.rolledBack', { former, person: endedBy?.displayName ?? 'none' })
    case 'replaced':
      return t('rollout.replaced')
    default:
      return t(`rollout.status.${status}`, { runs, percent })
  }
}

function canaryTexts({ canary, status }: Rollout, t: Translate): readonly string[] {
  if (canary === null) return []
  const { failed, completed, maxFailurePercent, minRuns, promoteAfter } = canary
  const results = t('rollout.results', { failed, ended: completed + failed })
  if (status !== 'canary') return [results]
  const after = promoteAfter === null ? 'none' : String(promoteAfter)
  return [results, t('rollout.rule', { max: maxFailurePercent, min: minRuns, after })]
}

const COUNTS = ['moved', 'canceled', 'ended', 'pending', 'left', 'refused'] as const

function progressTexts({ progress, runs }: Rollout, t: Translate): readonly string[] {
  if (progress === null) return []
  const main = runs === 'cancel' ? 'canceled' : 'moved'
  return COUNTS.filter((count) => count === main || progress[count] > 0).map((count) =>
    t(`rollout.progress.${count}`, { count: progress[count] }),
  )
}

function RolloutButtons({ client, rollout, onChange }: Omit<RolloutNoteProps, 'mayChange' | 'onOpenRun'>) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const { isSending, send } = useSending((error) => toast(failureText(error, t, 'rollout.failed'), { tone: 'failed' }))
  const [asking, setAsking] = useState<'promote' | 'rollBack' | null>(null)
  const { workflowId, version, status, runs, progress, formerVersion } = rollout
  const former = formerVersion ?? ''
  const change = async (request: (workflowId: string, version: string) => Promise<Rollout>) => {
    await send(() => request(workflowId, version))
    setAsking(null)
    onChange()
  }
  const canRetry = (status === 'completed' || status === 'stopped') && runs === 'move' && (progress?.refused ?? 0) > 0
  if (status !== 'canary' && status !== 'in_progress' && !canRetry) return null
  return (
    <div className="tn-version-actions">
      {status === 'canary' && (
        <>
          <Button size="s" disabled={isSending} onClick={() => setAsking('promote')}>
            {t('rollout.promote')}
          </Button>
          <Button size="s" disabled={isSending} onClick={() => setAsking('rollBack')}>
            {t('rollout.rollBack')}
          </Button>
          <ConfirmDialog
            open={asking === 'promote'}
            busy={isSending}
            title={t('rollout.promoteTitle', { version })}
            description={
              <>
                {t('rollout.promoteText', { runs })} <RunsInProgress client={client} workflowId={workflowId} />
              </>
            }
            confirmLabel={t(runs === 'cancel' ? 'rollout.promoteAndCancel' : 'rollout.promote')}
            variant={runs === 'cancel' ? 'danger' : 'primary'}
            onClose={() => setAsking(null)}
            onConfirm={() => void change(client.rollouts.promote)}
          />
          <ConfirmDialog
            open={asking === 'rollBack'}
            busy={isSending}
            title={t('rollout.rollBackTitle', { former })}
            description={t('rollout.rollBackText', { former })}
            confirmLabel={t('rollout.rollBack')}
            variant="danger"
            onClose={() => setAsking(null)}
            onConfirm={() => void change(client.rollouts.rollBack)}
          />
        </>
      )}
      {status === 'in_progress' && (
        <Button size="s" busy={isSending} onClick={() => void change(client.rollouts.stop)}>
          {t('rollout.stop')}
        </Button>
      )}
      {canRetry && (
        <Button
          size="s"
          busy={isSending}
          onClick={() => void change((id, name) => client.rollouts.start(id, name, { runs: 'move' }))}
        >
          {t('rollout.retry')}
        </Button>
      )}
    </div>
  )
}
