import type { Run } from '@tenon/core/client'
import { isRunOver } from '@tenon/core/run'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { describeError } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'

interface RunAgainProps {
  readonly scope: RunScope
  readonly onStarted: (runId: string) => void
}

const selectIsOver = ({ live }: RunSnapshot) => isRunOver(live.status)

/** Button that starts an ended run again with the same input; hidden without permission. */
export function RunAgain({ scope, onStarted }: RunAgainProps) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isSending, setIsSending] = useState(false)
  const { client, store, run, ledger } = scope
  const isOver = useRunPart(store, selectIsOver)
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  if (!isOver || run.value === null || me.value === null || me.value.role === 'viewer') return null
  const again = async ({ workflowId, mode, version }: Run) => {
    setIsSending(true)
    try {
      const { input } = await ledger.read(store.snapshot().lastSeq)
      const trigger = triggerOf(scope)
      const body = { input, ...(trigger === null ? {} : { trigger }) }
      const started =
        mode === 'test'
          ? await client.drafts.try(workflowId, body)
          : await client.runs.start(workflowId, { ...body, version })
      onStarted(started.runId)
    } catch (error) {
      const { why, remedy } = describeError(error, t)
      toast(why === '' ? t('runs.form.failed') : `${why}. ${remedy}`, { tone: 'failed' })
    } finally {
      setIsSending(false)
    }
  }
  const { value } = run
  return (
    <Button icon="retry" busy={isSending} onClick={() => void again(value)}>
      {t(value.mode === 'test' ? 'runs.again.test' : 'runs.again.run')}
    </Button>
  )
}

/** Returns the trigger of the run; `null` until the log has arrived. */
function triggerOf({ store }: RunScope): string | null {
  const [first] = store.entries
  return first?.type === 'run_started' ? first.data.trigger : null
}
