import { isRunOver, type RunView } from '@tenon/core/run'
import { useSending } from '../../client/use-sending.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useRunToast } from '../store/use-run-toast.ts'

interface PauseRunProps {
  readonly scope: RunScope
  readonly size: 's' | 'm'
}

const isPausedIn = ({ status }: RunView) => status === 'paused'
/** Selects whether a run is paused. */
export const selectIsPaused = ({ live }: RunSnapshot) => isPausedIn(live)

/** Button that pauses a run, and resumes a paused one. */
export function PauseRun({ scope, size }: PauseRunProps) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const { client, store, runId } = scope
  const isPaused = useRunPart(store, selectIsPaused)
  const request = isPaused ? 'resume' : 'pause'
  const showUntil = useRunToast(store)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, `runs.${request}.failed`), { tone: 'failed' }),
  )
  const change = () =>
    send(async () => {
      await client.runs[request](runId)
      showUntil(t(`runs.${request}.sent`), (live) => isPausedIn(live) !== isPaused || isRunOver(live.status))
    })
  return (
    <Button size={size} icon={isPaused ? 'play' : 'pause'} busy={isSending} onClick={() => void change()}>
      {t(`runs.${request}.run`)}
    </Button>
  )
}
