import type { Run } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { RerunFrom } from '@tenon/core/run'
import { type ReactNode, useState } from 'react'
import { useSending } from '../../client/use-sending.ts'
import { useInstance } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { type VersionChoice, VersionDialog } from './version-dialog.tsx'

/** Codes of the issues of `RERUN_REFUSED` that have a text of their own; that of `changed` names the nodes. */
const REFUSALS = ['undone', 'nothing_failed', 'inside_loop', 'not_reached'] as const

/** Start of the new run; `draft` starts the present draft with the input of the run instead. */
export type RerunWay = RerunFrom | 'draft'

/** An ended run, and what happens after it was run again. */
export interface RerunProps {
  readonly scope: RunScope
  /** The ended run. */
  readonly run: Run
  readonly onStarted: (runId: string) => void
}

interface Rerun {
  /** Runs it again. Asks for the version first if a newer one than that of the run is live. */
  readonly start: (from: RerunWay) => void
  /** True while a request is sent and no dialog shows it. */
  readonly isSending: boolean
  /** The question for the version, to be rendered while it is open. */
  readonly dialog: ReactNode
}

const LABELS = {
  start: 'runs.again.run',
  failed: 'runs.again.failed',
  draft: 'runs.again.test',
} as const

/** Returns the key of the label of a way to run a run again. */
export function rerunLabel(from: RerunWay) {
  return typeof from === 'string' ? LABELS[from] : 'runs.again.node'
}

/** Runs an ended run again. */
export function useRerun({ scope, run, onStarted }: RerunProps): Rerun {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [choice, setChoice] = useState<(VersionChoice & { readonly from: RerunFrom }) | null>(null)
  const { client } = scope
  const { isSending, send } = useSending((error) => {
    const failure = refusalText(error, t)
    // A toast would be behind the dialog, which stays open while the choice is sent.
    if (choice === null) toast(failure, { tone: 'failed' })
    else setChoice({ ...choice, failure })
  })
  const begin = async (request: Promise<{ readonly runId: string }>) => {
    const started = await request
    setChoice(null)
    onStarted(started.runId)
  }
  // The server reads the recorded input: the one that people see has its credentials masked.
  const rerun = (from: RerunFrom, version: 'same' | 'latest') => begin(client.runs.rerun(run.runId, { from, version }))
  const startOrAsk = async (from: RerunWay) => {
    if (from === 'draft') return await begin(tryDraft(scope, run))
    const latest = run.mode === 'test' ? null : (await client.workflows.get(run.workflowId)).liveVersion
    if (latest === null || latest === run.version) await rerun(from, 'same')
    else setChoice({ from, version: run.version, latest, failure: null })
  }
  return {
    start: (from) => void send(() => startOrAsk(from)),
    isSending: isSending && choice === null,
    dialog: choice !== null && (
      <VersionDialog
        choice={choice}
        isSending={isSending}
        onStart={(version) => void send(() => rerun(choice.from, version))}
        onClose={() => setChoice(null)}
      />
    ),
  }
}

async function tryDraft({ client, store, ledger }: RunScope, { workflowId }: Run) {
  const { input } = await ledger.read(store.snapshot().lastSeq)
  const { trigger } = store.snapshot().live
  return await client.drafts.try(workflowId, { input, ...(trigger === null ? {} : { trigger }) })
}

/** Returns the reason why a run could not be run again, in words for people. */
function refusalText(error: unknown, t: Translate): string {
  if (error instanceof TenonError) {
    if (error.code === 'WORKFLOW_NOT_FOUND') return t('runs.again.deleted')
    if (error.code === 'RUN_NOT_ENDED') return t('runs.again.notEnded')
    const codes = error.code === 'RERUN_REFUSED' ? issueCodes(error) : []
    const refusal = REFUSALS.find((code) => codes.includes(code))
    if (refusal !== undefined) return t(`runs.again.refused.${refusal}`)
  }
  return failureText(error, t, 'runs.form.failed')
}

function issueCodes({ details }: TenonError): readonly unknown[] {
  const issues: unknown = details?.issues
  if (!Array.isArray(issues)) return []
  return issues.map((issue: unknown) =>
    typeof issue === 'object' && issue !== null && 'code' in issue ? issue.code : null,
  )
}
