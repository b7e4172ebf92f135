import type { Run } from '@tenon/core/client'
import type { RerunFrom } from '@tenon/core/run'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { refusalText } from './refusal-text.ts'
import { type VersionChoice, VersionDialog } from './version-dialog.tsx'

interface RerunButtonProps {
  readonly scope: RunScope
  /** The ended run. */
  readonly run: Run
  /** Start of the new run; `draft` starts the present draft with the input of the run instead. */
  readonly from: RerunFrom | 'draft'
  readonly onStarted: (runId: string) => void
}

const LABELS = {
  start: 'runs.again.run',
  failed: 'runs.again.failed',
  draft: 'runs.again.test',
} as const

/** Button that runs an ended run again. It asks for the version if a newer one than that of the run is published. */
export function RerunButton({ scope, run, from, onStarted }: RerunButtonProps) {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isSending, setIsSending] = useState(false)
  const [choice, setChoice] = useState<VersionChoice | null>(null)
  const { client } = scope
  const send = async (action: () => Promise<void>) => {
    setIsSending(true)
    try {
      await action()
    } catch (error) {
      const failure = refusalText(error, t)
      // A toast would be behind the dialog, which stays open while the choice is sent.
      if (choice === null) toast(failure, { tone: 'failed' })
      else setChoice({ ...choice, failure })
    } finally {
      setIsSending(false)
    }
  }
  const start = async (version: 'same' | 'latest') => {
    // The server reads the recorded input: the one that people see has its credentials masked.
    const started =
      from === 'draft' ? await tryDraft(scope, run) : await client.runs.rerun(run.runId, { from, version })
    setChoice(null)
    onStarted(started.runId)
  }
  const startOrAsk = async () => {
    const latest = run.mode === 'test' ? null : (await client.workflows.get(run.workflowId)).liveVersion
    if (latest === null || latest === run.version) await start('same')
    else setChoice({ version: run.version, latest, failure: null })
  }
  return (
    <>
      <Button icon="retry" busy={isSending && choice === null} onClick={() => void send(startOrAsk)}>
        {t(typeof from === 'string' ? LABELS[from] : 'runs.again.node')}
      </Button>
      {choice !== null && (
        <VersionDialog
          choice={choice}
          isSending={isSending}
          onStart={(version) => void send(() => start(version))}
          onClose={() => setChoice(null)}
        />
      )}
    </>
  )
}

async function tryDraft({ client, store, ledger }: RunScope, { workflowId }: Run) {
  const { input } = await ledger.read(store.snapshot().lastSeq)
  const [first] = store.entries
  const trigger = first?.type === 'run_started' ? { trigger: first.data.trigger } : {}
  return await client.drafts.try(workflowId, { input, ...trigger })
}
