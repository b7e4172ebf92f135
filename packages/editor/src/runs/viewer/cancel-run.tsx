import { isRunOver } from '@tenon/core/run'
import { useState } from 'react'
import { useSending } from '../../client/use-sending.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunToast } from '../store/use-run-toast.ts'
import { isUndoing } from './is-undoing.ts'

interface CancelRunProps {
  readonly scope: RunScope
  readonly size: 's' | 'm'
}

/** Button that cancels a run after a confirmation. */
export function CancelRun({ scope, size }: CancelRunProps) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const showUntil = useRunToast(scope.store)
  const [isAsking, setIsAsking] = useState(false)
  const close = () => setIsAsking(false)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'runs.cancel.failed'), { tone: 'failed' }),
  )
  const cancel = async () => {
    await send(async () => {
      await scope.client.runs.cancel(scope.runId)
      showUntil(t('runs.cancel.sent'), (live) => isRunOver(live.status) || isUndoing(live))
    })
    close()
  }
  return (
    <>
      <Button size={size} onClick={() => setIsAsking(true)}>
        {t('runs.cancel.run')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        busy={isSending}
        title={t('runs.cancel.title')}
        description={t('runs.cancel.why')}
        confirmLabel={t('runs.cancel.run')}
        cancelLabel={t('runs.cancel.keep')}
        variant="danger"
        onClose={close}
        onConfirm={() => void cancel()}
      />
    </>
  )
}
