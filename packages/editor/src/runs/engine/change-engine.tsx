import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useSending } from '../../client/use-sending.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { enEngine } from '../../messages/en/engine.ts'
import { AddedTexts } from '../../shell/added-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { otherEnginesOf, type RunEngineName } from './other-engines-of.ts'

interface ChangeEngineProps {
  readonly scope: RunScope
  readonly size: 's' | 'm'
}

const selectPending = ({ live }: RunSnapshot) => live.engineChanges.find(({ outcome }) => outcome === null) ?? null

/** Button with which an admin has another engine of the server execute an open run; a note while the run is about to change. */
export function ChangeEngine(props: ChangeEngineProps) {
  return (
    <AddedTexts texts={enEngine}>
      <Choice {...props} />
    </AddedTexts>
  )
}

function Choice({ scope, size }: ChangeEngineProps) {
  const t = useTranslate()
  const { client } = scope
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  const pending = useRunPart(scope.store, selectPending)
  const [asked, setAsked] = useState<RunEngineName | null>(null)
  const isAdmin = me.value?.role === 'admin'
  if (pending !== null) {
    const { from, to } = pending
    return (
      <>
        <span className="tn-run-pause">{t('runs.engine.pending', { engine: t(`runs.engine.${to}`) })}</span>
        {isAdmin && <Withdraw scope={scope} engine={from} size={size} />}
      </>
    )
  }
  if (!isAdmin) return null
  return (
    <>
      {asked !== null && <ChangeDialog scope={scope} engine={asked} onClose={() => setAsked(null)} />}
      {otherEnginesOf(scope.run.value).map((engine) => (
        <Button key={engine} size={size} onClick={() => setAsked(engine)}>
          {t('runs.engine.button', { engine: t(`runs.engine.${engine}`) })}
        </Button>
      ))}
    </>
  )
}

interface WithdrawProps extends ChangeEngineProps {
  /** Engine that executes the run. */
  readonly engine: RunEngineName
}

/** Button that withdraws the request: one for the engine that executes the run replaces it. */
function Withdraw({ scope: { client, runId }, engine, size }: WithdrawProps) {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  // The button stays busy until the run has taken the request in, and goes with it.
  const [isSent, setIsSent] = useState(false)
  const { isSending, send } = useSending((error) =>
    toast(failureText(error, t, 'runs.engine.withdrawFailed'), { tone: 'failed' }),
  )
  const withdraw = async () => {
    await client.runs.changeEngine(runId, { engine })
    setIsSent(true)
  }
  return (
    <Button size={size} busy={isSending || isSent} onClick={() => void send(withdraw)}>
      {t('runs.engine.withdraw', { engine: t(`runs.engine.${engine}`) })}
    </Button>
  )
}

interface ChangeDialogProps {
  readonly scope: RunScope
  readonly engine: RunEngineName
  readonly onClose: () => void
}

function ChangeDialog({ scope: { client, runId }, engine, onClose }: ChangeDialogProps) {
  const t = useTranslate()
  const { isSending, failure, send } = useSending()
  const change = () =>
    send(async () => {
      await client.runs.changeEngine(runId, { engine })
      onClose()
    })
  return (
    <Dialog
      open
      busy={isSending}
      title={t('runs.engine.title', { engine: t(`runs.engine.${engine}`) })}
      description={t('runs.engine.text')}
      onClose={onClose}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          <Button variant="primary" busy={isSending} onClick={() => void change()}>
            {t('runs.engine.confirm')}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <div role="alert">
          <Callout tone="failed" title={failureText(failure.error, t, 'runs.engine.failed')} />
        </div>
      )}
    </Dialog>
  )
}
