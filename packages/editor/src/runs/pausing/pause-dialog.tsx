import { useState } from 'react'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { Switch } from '../../ui/switch.tsx'

export interface PauseDialogProps {
  readonly action: 'pause' | 'resume'
  /** Workflow that is paused or resumed; `null` for all workflows of the tenant. */
  readonly workflowName: string | null
  /** Sends the request. `includeRuns` is true only for a workflow. */
  readonly send: (includeRuns: boolean) => Promise<void>
  readonly onClose: () => void
}

/** Dialog that pauses or resumes a workflow or all of them; for one workflow also its runs in progress. */
export function PauseDialog(props: PauseDialogProps) {
  return (
    <QueueTexts>
      <PauseForm {...props} />
    </QueueTexts>
  )
}

function PauseForm({ action, workflowName, send: change, onClose }: PauseDialogProps) {
  const t = useTranslate()
  const [includeRuns, setIncludeRuns] = useState(false)
  const { isSending, failure, send } = useSending()
  const target = workflowName === null ? 'tenant' : 'workflow'
  const confirm = () =>
    send(async () => {
      await change(includeRuns)
      onClose()
    })
  return (
    <Dialog
      open
      busy={isSending}
      title={t(`queue.${action}.${target}.title`, { name: workflowName ?? '' })}
      description={t(`queue.${action}.${target}.text`)}
      onClose={onClose}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="primary" busy={isSending} onClick={() => void confirm()}>
            {t(`queue.${action}.confirm`)}
          </Button>
        </>
      }
    >
      {workflowName !== null && (
        <Switch
          label={t(`queue.${action}.workflow.includeRuns`)}
          checked={includeRuns}
          disabled={isSending}
          onChange={setIncludeRuns}
        />
      )}
      {failure !== null && (
        <p className="tn-field-note" data-error role="alert">
          {failureText(failure.error, t, `queue.${action}.${target}.failed`)}
        </p>
      )}
    </Dialog>
  )
}
