import type { BackfillResult, ScheduleState as PublishedSchedule, TenonClient } from '@tenon/core/client'
import type { NodeId, WorkflowId } from '@tenon/core/document'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { Button } from '../ui/button.tsx'
import { failureText } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { TextInput } from '../ui/text-input.tsx'

interface ScheduleStateProps {
  readonly schedule: PublishedSchedule
  readonly isPaused: boolean
  readonly nodeId: NodeId
  readonly workflowId: WorkflowId
  readonly client: TenonClient
  /** Called after runs were started. */
  readonly onStarted: () => void
}

/** State of a published schedule, with a form for runs of times that have passed. */
export function ScheduleState({ schedule, isPaused, ...props }: ScheduleStateProps) {
  const { t, locale } = useInstance()
  const { nextAt, waitingAt } = schedule
  const written = (at: string) => formatMoment(Date.parse(at), locale)
  return (
    <>
      <p className="tn-panel-note">
        {isPaused
          ? t('triggers.schedule.paused')
          : nextAt === null
            ? t('triggers.schedule.never')
            : t('triggers.schedule.nextAt', { time: written(nextAt) })}
        {waitingAt !== null && ` ${t('triggers.schedule.waiting', { time: written(waitingAt) })}`}
      </p>
      {!isPaused && <BackfillForm {...props} />}
    </>
  )
}

function BackfillForm({ nodeId, workflowId, client, onStarted }: Omit<ScheduleStateProps, 'schedule' | 'isPaused'>) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isOpen, setIsOpen] = useState(false)
  const [range, setRange] = useState({ from: '', to: '' })
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'triggers.changeFailed'), { tone: 'failed' }),
  )
  if (!isOpen) {
    return (
      <Button size="s" onClick={() => setIsOpen(true)}>
        {t('triggers.schedule.backfill')}
      </Button>
    )
  }
  const [from, to] = [instantOf(range.from), instantOf(range.to)]
  const start = () => {
    if (from === null || to === null) return
    void send(async () => {
      const result = await client.triggers.backfill(workflowId, nodeId, { from, to })
      toast(t('triggers.schedule.started', countsOf(result)))
      setIsOpen(false)
      onStarted()
    })
  }
  const field = (name: 'from' | 'to', label: string) => (
    <Field label={label}>
      <TextInput
        type="datetime-local"
        value={range[name]}
        onChange={(value) => setRange({ ...range, [name]: value })}
      />
    </Field>
  )
  return (
    <Field group label={t('triggers.schedule.backfill')} help={t('triggers.schedule.backfillHelp')}>
      {field('from', t('triggers.schedule.from'))}
      {field('to', t('triggers.schedule.to'))}
      <div className="tn-trigger-state">
        <Button size="s" variant="ghost" onClick={() => setIsOpen(false)}>
          {t('ui.cancel')}
        </Button>
        <Button size="s" busy={isSending} disabled={from === null || to === null} onClick={start}>
          {t('triggers.schedule.start')}
        </Button>
      </div>
    </Field>
  )
}

function countsOf({ items }: BackfillResult) {
  const count = (wanted: string) => items.filter(({ outcome }) => outcome === wanted).length
  return { started: count('started'), repeated: count('repeated'), rejected: count('rejected') }
}

/** Reads a time that was entered in the zone of the user. */
function instantOf(local: string): string | null {
  const at = new Date(local).getTime()
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}
