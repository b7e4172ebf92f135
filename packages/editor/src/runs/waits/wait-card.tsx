import type { WaitView } from '@tenon/core/run'
import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { enWaits } from '../../messages/en/waits.ts'
import { AddedTexts } from '../../shell/added-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { formatMoment } from '../format/instant.ts'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import type { NodeWaitProps } from './node-wait.tsx'
import { SendEventDialog } from './send-event-dialog.tsx'

/** Facts about a wait, and for an event that has yet to come, the button to send it. */
export function WaitCard(props: NodeWaitProps) {
  return (
    <AddedTexts texts={enWaits}>
      <Card {...props} />
    </AddedTexts>
  )
}

function Card({ scope, wait }: NodeWaitProps) {
  const { t, locale } = useInstance()
  const { waitId, waitFor, closed } = wait
  const [isSending, setIsSending] = useState(false)
  const mayChange = useMayChangeRun(scope.client)
  const selectIsOpen = useCallback(({ live }: RunSnapshot) => isOpen(live.waits.get(waitId)), [waitId])
  const isOpenNow = useRunPart(scope.store, selectIsOpen)
  const canSend = waitFor.kind === 'event' && isOpenNow && isOpen(wait) && mayChange
  const card = useRef<HTMLElement>(null)
  const isShown = useRef(canSend)
  // The button goes with the wait, and the focus would be lost with it.
  useLayoutEffect(() => {
    const root = card.current?.getRootNode()
    const isLost = root instanceof Document && root.activeElement === root.body
    if (isShown.current && !canSend && isLost) card.current?.focus()
    isShown.current = canSend
  }, [canSend])
  return (
    <section ref={card} tabIndex={-1} className="tn-form" aria-label={t('runs.waitCard.label')}>
      <Facts facts={factsOf(wait, (at) => formatMoment(at, locale), t)} />
      {waitFor.kind === 'connection' && isOpen(wait) && <p className="tn-muted">{t('runs.waitCard.connectionHelp')}</p>}
      {waitFor.kind === 'callback' && isOpen(wait) && <p className="tn-muted">{t('runs.waitCard.callbackHelp')}</p>}
      {closed === 'timeout' && <p className="tn-muted">{t('runs.waitCard.timedOut')}</p>}
      {closed === 'canceled' && <p className="tn-muted">{t('runs.waitCard.canceled')}</p>}
      {canSend && (
        <div>
          <Button onClick={() => setIsSending(true)}>{t('runs.waitCard.send')}</Button>
        </div>
      )}
      {isSending && waitFor.kind === 'event' && (
        <SendEventDialog
          client={scope.client}
          runId={scope.runId}
          nodeRunId={wait.nodeRunId}
          waitFor={waitFor}
          isOver={!isOpenNow}
          onClose={() => setIsSending(false)}
        />
      )}
    </section>
  )
}

function isOpen(wait: WaitView | undefined): boolean {
  return wait !== undefined && wait.closed === null && wait.event === null
}

function factsOf(
  { waitFor, event, openedAt }: WaitView,
  format: (at: number) => string,
  t: ReturnType<typeof useInstance>['t'],
): readonly Fact[] {
  if (waitFor.kind === 'time') return [{ label: t('runs.waitCard.until'), value: format(waitFor.dueAt) }]
  if (waitFor.kind === 'connection') {
    const name = waitFor.name ?? t('runs.waitCard.privateConnection')
    return [{ label: t('runs.waitCard.connection'), value: <span dir="auto">{name}</span> }]
  }
  const facts: Fact[] = []
  if (waitFor.kind === 'event') {
    facts.push({ label: t('runs.waitCard.event'), value: <code className="tn-mono">{waitFor.name}</code> })
    facts.push({ label: t('runs.waitCard.key'), value: <code className="tn-mono">{waitFor.key}</code> })
  }
  if (event === null) {
    const limit = waitFor.dueAt === null ? t('runs.waitCard.noLimit') : format(waitFor.dueAt)
    return [...facts, { label: t('runs.waitCard.limit'), value: limit }]
  }
  const time = format(event.receivedAt)
  const isEarly = event.receivedAt < openedAt
  facts.push({ label: t('runs.waitCard.received'), value: isEarly ? t('runs.waitCard.early', { time }) : time })
  if (event.actor !== null) {
    facts.push({ label: t('runs.waitCard.sentBy'), value: <span dir="auto">{event.actor.displayName}</span> })
  }
  return facts
}
