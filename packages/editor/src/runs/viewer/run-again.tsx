import type { Run } from '@tenon/core/client'
import { isRunOver } from '@tenon/core/run'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { describeError, failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useMayChangeRun } from './use-may-change-run.ts'

interface RunAgainProps {
  readonly scope: RunScope
  readonly onStarted: (runId: string) => void
}

const selectIsOver = ({ live }: RunSnapshot) => isRunOver(live.status)

/** Versions between which the user chooses. */
interface VersionChoice {
  readonly run: Run
  /** Latest published version; it differs from that of the run. */
  readonly latest: string
  /** Reason why the chosen version could not be started, such as an invalid input; `null` if none. */
  readonly failure: string | null
}

/**
 * Button that starts an ended run again with the same input; hidden without permission. It asks for the version if a
 * newer one than that of the run is published.
 */
export function RunAgain({ scope, onStarted }: RunAgainProps) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isSending, setIsSending] = useState(false)
  const [choice, setChoice] = useState<VersionChoice | null>(null)
  const { client, store, run, ledger } = scope
  const isOver = useRunPart(store, selectIsOver)
  const mayStart = useMayChangeRun(client)
  if (!isOver || run.value === null || !mayStart) return null
  const send = async (action: () => Promise<void>) => {
    setIsSending(true)
    try {
      await action()
    } catch (error) {
      const isDeleted = describeError(error, t).code === 'WORKFLOW_NOT_FOUND'
      const failure = isDeleted ? t('runs.again.deleted') : failureText(error, t, 'runs.form.failed')
      // A toast would be behind the dialog, which stays open while the choice is sent.
      if (choice === null) toast(failure, { tone: 'failed' })
      else setChoice({ ...choice, failure })
    } finally {
      setIsSending(false)
    }
  }
  const start = async ({ workflowId, mode }: Run, version: string) => {
    const { input } = await ledger.read(store.snapshot().lastSeq)
    const trigger = triggerOf(scope)
    const body = { input, ...(trigger === null ? {} : { trigger }) }
    const started =
      mode === 'test'
        ? await client.drafts.try(workflowId, body)
        : await client.runs.start(workflowId, { ...body, version })
    setChoice(null)
    onStarted(started.runId)
  }
  const startOrAsk = async (before: Run) => {
    const latest = before.mode === 'test' ? null : (await client.workflows.get(before.workflowId)).version
    if (latest === null || latest === before.version) await start(before, before.version)
    else setChoice({ run: before, latest, failure: null })
  }
  const { value } = run
  return (
    <>
      <Button icon="retry" busy={isSending && choice === null} onClick={() => void send(() => startOrAsk(value))}>
        {t(value.mode === 'test' ? 'runs.again.test' : 'runs.again.run')}
      </Button>
      {choice !== null && (
        <VersionDialog
          choice={choice}
          isSending={isSending}
          onStart={(version) => void send(() => start(choice.run, version))}
          onClose={() => setChoice(null)}
        />
      )}
    </>
  )
}

interface VersionDialogProps {
  readonly choice: VersionChoice
  readonly isSending: boolean
  readonly onStart: (version: string) => void
  readonly onClose: () => void
}

/** Asks which version to run: that of the run, for a comparison, or the latest. */
function VersionDialog({ choice, isSending, onStart, onClose }: VersionDialogProps) {
  const { t } = useInstance()
  const { run, latest, failure } = choice
  return (
    <Dialog
      open
      busy={isSending}
      onClose={onClose}
      title={t('runs.again.title')}
      description={t('runs.again.newer', { version: run.version, latest })}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button busy={isSending} onClick={() => onStart(run.version)}>
            {t('runs.again.version', { version: run.version })}
          </Button>
          <Button variant="primary" busy={isSending} onClick={() => onStart(latest)}>
            {t('runs.again.version', { version: latest })}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <div role="alert">
          <Callout tone="failed" title={failure} />
        </div>
      )}
    </Dialog>
  )
}

/** Returns the trigger of the run; `null` until the log has arrived. */
function triggerOf({ store }: RunScope): string | null {
  const [first] = store.entries
  return first?.type === 'run_started' ? first.data.trigger : null
}
