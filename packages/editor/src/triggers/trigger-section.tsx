import type { Trigger } from '@tenon/core/client'
import type { NodeId } from '@tenon/core/document'
import { useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useRefreshEvery } from '../client/use-refresh-every.ts'
import { type Resource, useResource } from '../client/use-resource.ts'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { TriggerTexts } from '../shell/trigger-texts.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { failureText } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { EventSection } from './event-section.tsx'
import { NextTimes } from './next-times.tsx'
import { PollState } from './poll-state.tsx'
import { ScheduleState } from './schedule-state.tsx'
import { TriggerEvents } from './trigger-events.tsx'

interface TriggerSectionProps {
  readonly nodeId: NodeId
  readonly workflows: Pick<TenantWorkflows, 'client' | 'ownId' | 'onOpenRun'>
}

const REFRESH_MS = 5_000

/** State of a trigger on the server: its address, whether it starts runs, and its last events. */
export function TriggerSection(props: TriggerSectionProps) {
  return (
    <TriggerTexts>
      <Section {...props} />
    </TriggerTexts>
  )
}

function Section({ nodeId, workflows }: TriggerSectionProps) {
  const { t } = useInstance()
  const { client } = workflows
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const kind = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)?.trigger))
  return (
    <section className="tn-trigger" aria-label={t('triggers.title')}>
      {kind === 'event' && node !== undefined && <EventSection nodeId={nodeId} params={node.params} client={client} />}
      {kind === 'schedule' && node !== undefined && <NextTimes params={node.params} client={client} />}
      <Stored nodeId={nodeId} workflows={workflows} />
    </section>
  )
}

/** State of the trigger on the server, which does not know a new node yet. */
function Stored({ nodeId, workflows }: TriggerSectionProps) {
  const { t } = useInstance()
  const { client, ownId, onOpenRun } = workflows
  const load = useCallback(
    (abortSignal: AbortSignal) => client.triggers.get(ownId, nodeId, { abortSignal }),
    [client, ownId, nodeId],
  )
  const loadEvents = useCallback(
    (abortSignal: AbortSignal) => client.triggers.events(ownId, nodeId, { limit: 10 }, { abortSignal }),
    [client, ownId, nodeId],
  )
  const trigger = useResource(load)
  const events = useResource(loadEvents)
  const change = useChange({ trigger, events, workflows, nodeId })
  // Others publish, pause and open tests too.
  useRefreshEvery(() => {
    trigger.refresh()
    events.refresh()
  }, REFRESH_MS)
  if (trigger.value === null) {
    if (trigger.error === null) return <Skeleton height={32} lines={3} />
    return <ResourceError title={t('triggers.loadFailed')} resource={trigger} />
  }
  const { kind, state, schedule, poll } = trigger.value
  return (
    <>
      <TriggerState trigger={trigger.value} change={change} />
      {schedule !== null && (
        <ScheduleState
          schedule={schedule}
          isPaused={state === 'paused'}
          workflowId={ownId}
          nodeId={nodeId}
          client={client}
          onStarted={events.refresh}
        />
      )}
      {kind === 'poll' && <PollState poll={poll} workflowId={ownId} nodeId={nodeId} client={client} />}
      <TriggerEvents events={events} onOpenRun={onOpenRun} />
    </>
  )
}

type Change = 'pause' | 'resume' | 'openTest' | 'replaceAddress'

interface ChangeOptions extends TriggerSectionProps {
  readonly trigger: Resource<Trigger>
  readonly events: Pick<Resource<unknown>, 'refresh'>
}

/** Returns a function that changes the trigger, and shows the trigger that the server answers. */
function useChange({ trigger, events, workflows: { client, ownId }, nodeId }: ChangeOptions): {
  readonly isBusy: boolean
  readonly apply: (change: Change) => void
} {
  const { t } = useInstance()
  const { toast } = useAnnouncer()
  const [isBusy, setIsBusy] = useState(false)
  const apply = (change: Change) => {
    setIsBusy(true)
    client.triggers[change](ownId, nodeId)
      .then(
        (changed) => {
          trigger.replace(changed)
          // A pause skips the time that waits.
          events.refresh()
        },
        (error: unknown) => toast(failureText(error, t, 'triggers.changeFailed'), { tone: 'failed' }),
      )
      .finally(() => setIsBusy(false))
  }
  return { isBusy, apply }
}

interface TriggerStateProps {
  readonly trigger: Trigger
  readonly change: ReturnType<typeof useChange>
}

function TriggerState({ trigger, change }: TriggerStateProps) {
  const { t, locale } = useInstance()
  const { kind, state, url, test, pausedBy } = trigger
  const isPublished = state !== 'unpublished'
  return (
    <>
      <div className="tn-trigger-state">
        <Badge tone={state === 'active' ? 'success' : state === 'paused' ? 'waiting' : 'neutral'}>
          {t('triggers.state', {
            // The server itself pauses a poll that fails repeatedly.
            state: state === 'paused' && pausedBy === null ? 'stopped' : state,
            person: pausedBy?.displayName ?? '',
          })}
        </Badge>
        {isPublished && (
          <Button size="s" busy={change.isBusy} onClick={() => change.apply(state === 'paused' ? 'resume' : 'pause')}>
            {t(state === 'paused' ? 'triggers.resume' : 'triggers.pause')}
          </Button>
        )}
      </div>
      {url !== null && (
        <Field group label={t('triggers.address')} help={t('triggers.addressHelp', { kind })}>
          <Address
            url={url}
            copy={t('triggers.copyAddress')}
            open={kind === 'form' && isPublished ? t('triggers.openForm') : null}
          />
          <ReplaceAddress kind={kind} change={change} />
        </Field>
      )}
      {kind !== 'schedule' && kind !== 'poll' && (
        <Field
          group
          label={t('triggers.test', { kind })}
          help={
            test === null
              ? t('triggers.testHelp', { kind })
              : t('triggers.testUntil', { kind, time: formatMoment(Date.parse(test.expiresAt), locale) })
          }
        >
          {test === null ? (
            <Button size="s" busy={change.isBusy} onClick={() => change.apply('openTest')}>
              {t('triggers.openTest')}
            </Button>
          ) : (
            test.url !== null && (
              <Address
                url={test.url}
                copy={t('triggers.copyTest')}
                open={kind === 'form' ? t('triggers.openPreview') : null}
              />
            )
          )}
        </Field>
      )}
    </>
  )
}

function ReplaceAddress({ kind, change }: Pick<TriggerStateProps, 'change'> & Pick<Trigger, 'kind'>) {
  const { t } = useInstance()
  const [isAsking, setIsAsking] = useState(false)
  return (
    <>
      <Button size="s" busy={change.isBusy} onClick={() => setIsAsking(true)}>
        {t('triggers.replace')}
      </Button>
      <ConfirmDialog
        open={isAsking}
        title={t('triggers.replaceTitle')}
        description={t('triggers.replaceWhy', { kind })}
        confirmLabel={t('triggers.replace')}
        variant="danger"
        onClose={() => setIsAsking(false)}
        onConfirm={() => {
          setIsAsking(false)
          change.apply('replaceAddress')
        }}
      />
    </>
  )
}

interface AddressProps {
  readonly url: string
  /** Label of the button that copies it. */
  readonly copy: string
  /** Label of the link that opens it as a page; `null` for an address that is no page. */
  readonly open: string | null
}

function Address({ url, copy, open }: AddressProps) {
  return (
    <div className="tn-trigger-address">
      <code className="tn-mono" dir="ltr" title={url}>
        {url}
      </code>
      <CopyButton text={() => url} label={copy} />
      {open !== null && (
        <a className="tn-text-button" href={url} target="_blank" rel="noreferrer">
          {open}
        </a>
      )}
    </div>
  )
}
