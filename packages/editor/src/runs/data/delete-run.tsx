import type { Run } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { DataTexts } from '../../shell/data-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'

interface DeleteRunProps {
  readonly scope: RunScope
  /** The ended run. */
  readonly run: Run
  /** Called after the run was deleted. */
  readonly onDeleted: () => void
}

/**
 * Button with which an admin deletes a run that has ended, after a confirmation; hidden for others, and for a run that
 * another one has started, which is deleted with that one.
 */
export function DeleteRun(props: DeleteRunProps) {
  const { client } = props.scope
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  if (me.value?.role !== 'admin' || props.run.parent !== null) return null
  return (
    <DataTexts>
      <Ask {...props} />
    </DataTexts>
  )
}

function Ask({ scope: { client }, run, onDeleted }: DeleteRunProps) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const [isAsking, setIsAsking] = useState(false)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'data.delete.failed'), { tone: 'failed' }),
  )
  const deleteRun = async () => {
    await send(async () => {
      await client.runs.remove(run.runId).catch(unlessGone)
      toast(t('data.delete.done'), { tone: 'success' })
      onDeleted()
    })
    setIsAsking(false)
  }
  return (
    <>
      <Button icon="trash" onClick={() => setIsAsking(true)}>
        {t('data.delete.open')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        busy={isSending}
        title={t('data.delete.title')}
        description={t('data.delete.text')}
        confirmLabel={t('data.delete.open')}
        variant="danger"
        onClose={() => setIsAsking(false)}
        onConfirm={() => void deleteRun()}
      />
    </>
  )
}

/** Another request was faster, or the answer of the first one was lost: the run is gone. */
function unlessGone(error: unknown): void {
  if (!(error instanceof TenonError && error.code === 'RUN_NOT_FOUND')) throw error
}
