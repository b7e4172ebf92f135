import type { Run } from '@tenon/core/client'
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { MigrationTexts } from '../../shell/migration-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useRunToast } from '../store/use-run-toast.ts'
import { MoveDialog } from './move-dialog.tsx'

interface MoveRunProps {
  readonly scope: RunScope
  readonly size: 's' | 'm'
}

const selectTarget = ({ live }: RunSnapshot) => live.migrations.find(({ outcome }) => outcome === null)?.version ?? null

/**
 * Button that moves an open run to the latest version of its workflow; hidden while the run is on it. While the run is about
 * to move, a button that withdraws the request.
 */
export function MoveRun({ scope, size }: MoveRunProps) {
  const target = useRunPart(scope.store, selectTarget)
  const run = scope.run.value
  if (run === null || run.mode === 'test') return null
  return (
    <MigrationTexts>
      {target === null ? (
        <MoveButton scope={scope} run={run} size={size} />
      ) : (
        <WithdrawButton scope={scope} target={target} size={size} />
      )}
    </MigrationTexts>
  )
}

function WithdrawButton({ scope, target, size }: MoveRunProps & { readonly target: string }) {
  const t = useTranslate()
  const { client, runId, store } = scope
  const { toast } = useAnnouncer()
  const showUntil = useRunToast(store)
  // The button stays busy until the run has taken the request in, and goes with it.
  const [isSent, setIsSent] = useState(false)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'runs.move.withdrawFailed'), { tone: 'failed' }),
  )
  const button = useRef<HTMLButtonElement>(null)
  const withdraw = async () => {
    await client.runs.withdrawMigration(runId)
    setIsSent(true)
    const text = t('runs.move.withdrawn')
    showUntil(text, ({ migrations }) => migrations.every(({ outcome }) => outcome !== null))
  }
  return (
    <>
      <PassFocus button={button} />
      <Button
        ref={button}
        size={size}
        busy={isSending || isSent}
        title={t('runs.move.withdrawText', { version: target })}
        onClick={() => void send(withdraw)}
      >
        {t('runs.move.withdraw')}
      </Button>
    </>
  )
}

function MoveButton({ scope, run, size }: MoveRunProps & { readonly run: Run }) {
  const t = useTranslate()
  const { client } = scope
  const [isAsking, setIsAsking] = useState(false)
  const { workflowId } = run
  const workflow = useResource(
    useCallback((abortSignal: AbortSignal) => client.workflows.get(workflowId, { abortSignal }), [client, workflowId]),
  )
  const button = useRef<HTMLButtonElement>(null)
  const latest = workflow.value?.liveVersion ?? null
  if (latest === null || latest === run.version) return null
  return (
    <>
      {isAsking && <MoveDialog scope={scope} run={run} latest={latest} onClose={() => setIsAsking(false)} />}
      <PassFocus button={button} />
      <Button ref={button} size={size} onClick={() => setIsAsking(true)}>
        {t('runs.move.button', { version: latest })}
      </Button>
    </>
  )
}

/**
 * Passes the focus to the next button when the button goes, which it does once the run is about to move. React removes
 * elements in their order, so this is after the dialog, which gives the focus back to the button, and before the button.
 */
function PassFocus({ button }: { readonly button: RefObject<HTMLButtonElement | null> }) {
  useLayoutEffect(
    () => () => {
      const own = button.current
      if (own === null || own.ownerDocument.activeElement !== own) return
      const next = own.nextElementSibling ?? own.previousElementSibling
      if (next instanceof HTMLElement) next.focus()
    },
    [button],
  )
  return null
}
