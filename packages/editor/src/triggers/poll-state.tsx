import type { PollPreview, PollState as PublishedPoll, TenonClient } from '@tenon/core/client'
import type { NodeId, WorkflowId } from '@tenon/core/document'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { failureText } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'

interface PollStateProps {
  /** `null` for a trigger that is not published. */
  readonly poll: PublishedPoll | null
  readonly nodeId: NodeId
  readonly workflowId: WorkflowId
  readonly client: TenonClient
}

/** State of a trigger that polls, with the items for which the draft would start runs now. */
export function PollState({ poll, ...props }: PollStateProps) {
  return (
    <>
      {poll !== null && <Published poll={poll} />}
      <PollNow {...props} />
    </>
  )
}

function Published({ poll: { nextAt, polledAt, failures, failure } }: { readonly poll: PublishedPoll }) {
  const { t, locale } = useInstance()
  const written = (at: string) => formatMoment(Date.parse(at), locale)
  return (
    <>
      <p className="tn-panel-note">
        {nextAt === null ? t('triggers.poll.paused') : t('triggers.poll.next', { time: written(nextAt) })}{' '}
        {polledAt === null ? t('triggers.poll.none') : t('triggers.poll.last', { time: written(polledAt) })}
      </p>
      {failure !== null && (
        <p className="tn-field-note" data-error dir="auto">
          {t('triggers.poll.failures', { count: failures, message: failure.message })}
        </p>
      )}
    </>
  )
}

function PollNow({ nodeId, workflowId, client }: Omit<PollStateProps, 'poll'>) {
  const { t } = useInstance()
  const { announce } = useAnnouncer()
  const [found, setFound] = useState<PollPreview | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const { isSending, send } = useSending((error) => {
    setFound(null)
    setFailure(failureText(error, t, 'triggers.poll.failed'))
  })
  const poll = () =>
    void send(async () => {
      const preview = await client.triggers.poll(workflowId, nodeId)
      setFailure(null)
      setFound(preview)
      announce(sentenceOf(preview, t))
    })
  return (
    <Field group label={t('triggers.poll.title')} help={t('triggers.poll.nowHelp')}>
      <Button size="s" busy={isSending} onClick={poll}>
        {t('triggers.poll.now')}
      </Button>
      {failure !== null && (
        <p className="tn-field-note" data-error role="alert" dir="auto">
          {failure}
        </p>
      )}
      {found !== null && (
        <>
          <p className="tn-panel-note">{sentenceOf(found, t)}</p>
          {found.items.length > 0 && (
            <ul className="tn-trigger-events" aria-label={t('triggers.poll.items')}>
              {found.items.map(({ id, data, isNew }) => (
                <li key={`${isNew} ${id}`} className="tn-trigger-event">
                  <Badge tone={isNew ? 'success' : 'neutral'}>
                    {t('triggers.poll.isNew', { isNew: isNew ? 'yes' : 'no' })}
                  </Badge>
                  <details className="tn-poll-item">
                    <summary dir="auto">{id}</summary>
                    <pre className="tn-mono" dir="ltr">
                      {data}
                    </pre>
                  </details>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Field>
  )
}

function sentenceOf({ newCount, seenCount, startsNone }: PollPreview, t: ReturnType<typeof useInstance>['t']): string {
  return startsNone
    ? t('triggers.poll.first', { count: newCount })
    : t('triggers.poll.found', { count: newCount, seen: seenCount })
}
