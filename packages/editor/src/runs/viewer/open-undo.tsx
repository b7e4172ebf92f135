import { useState } from 'react'
import { useSending } from '../../client/use-sending.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useMayChangeRun } from './use-may-change-run.ts'

const selectUndo = ({ live }: RunSnapshot) => live.compensation

/** Line over the views of a run that undoes what it has done, with a button that stops it; empty for other runs. */
export function OpenUndo({ scope }: { readonly scope: RunScope }) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const undo = useRunPart(scope.store, selectUndo)
  const mayChange = useMayChangeRun(scope.client)
  const [isAsking, setIsAsking] = useState(false)
  const close = () => setIsAsking(false)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'runs.undo.failed'), { tone: 'failed' }),
  )
  const stop = async () => {
    await send(async () => {
      await scope.client.runs.skipCompensation(scope.runId)
    })
    close()
  }
  return (
    <>
      <div role="status">
        {undo !== null && undo.endedAt === null && (
          <p className="tn-run-line" data-tone="waiting">
            <Icon name="undo" size={16} />
            <span>{t('runs.undo.progress', { number: undo.undone + undo.skipped, count: undo.count })}</span>
            {mayChange && (
              <button type="button" className="tn-link" onClick={() => setIsAsking(true)}>
                {t('runs.undo.end')}
              </button>
            )}
          </p>
        )}
      </div>
      <ConfirmDialog
        open={isAsking}
        busy={isSending}
        title={t('runs.undo.endTitle')}
        description={t('runs.undo.endWhy')}
        confirmLabel={t('runs.undo.end')}
        variant="danger"
        onClose={close}
        onConfirm={() => void stop()}
      />
    </>
  )
}
