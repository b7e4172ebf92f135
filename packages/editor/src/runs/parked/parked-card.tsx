import type { ResolutionRequest } from '@tenon/core/client'
import type { NodeRunView, ParkResolutionKind } from '@tenon/core/run'
import { useLayoutEffect, useRef, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { ParkedTexts } from '../../shell/parked-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { failureText } from '../../ui/error-state.tsx'
import type { IconName } from '../../ui/icons.ts'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { formatAgo } from '../format/instant.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { itemPath } from '../store/shown-items.ts'
import { useRunMoment } from '../store/use-run.ts'
import { useRunToast } from '../store/use-run-toast.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { FailDialog } from './fail-dialog.tsx'
import { ParkedAction } from './parked-action.tsx'
import { outputPorts } from './resolution-values.ts'
import type { Resolved } from './resolve-parked.ts'
import { tooLateText } from './too-late-text.ts'
import type { NodeParkedControls, ShownParked } from './use-node-parked.ts'
import { OutputDialog, ParamsDialog } from './value-dialog.tsx'

interface ParkedCardProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Open wait of the node run, or the one that was open when the form with values was. */
  readonly parked: ShownParked
  readonly known: NodeParkedControls['known']
  readonly resolve: NodeParkedControls['resolve']
  /** True if a person has entered the values of its last attempt. */
  readonly hasEnteredValues: boolean
  /** Number of times that people have tried it again. */
  readonly retries: number
  /** Called with true while a form with values is open: the card must then stay, also if another user is first. */
  readonly onHold: (isHeld: boolean) => void
  /** Called when the card goes away with the focus inside, before it does. */
  readonly onFocusLost: () => void
}

/** Resolutions in the order of their buttons, the one that changes least first. */
const ACTIONS: readonly (readonly [ParkResolutionKind, IconName])[] = [
  ['retry', 'retry'],
  ['retry_with_params', 'settings'],
  ['complete', 'code'],
  ['skip', 'skipForward'],
  ['route', 'warning'],
  ['fail', 'stop'],
]

/** Card of a node run that waits for a person, with a button for each way to resolve it. */
export function ParkedCard(props: ParkedCardProps) {
  return (
    <ParkedTexts>
      <Card {...props} />
    </ParkedTexts>
  )
}

function Card(props: ParkedCardProps) {
  const { scope, nodeRun, parked, known, resolve, hasEnteredValues, retries, onHold, onFocusLost } = props
  const { t, locale } = useInstance()
  const { announce, toast } = useAnnouncer()
  const showUntil = useRunToast(scope.store)
  const mayResolve = useMayChangeRun(scope.client)
  const moment = useRunMoment(scope.store, 10_000)
  const [asked, setAskedNow] = useState<ParkResolutionKind | null>(null)
  const setAsked = (kind: ParkResolutionKind | null) => {
    setAskedNow(kind)
    onHold(kind !== null && hasForm(kind))
  }
  // The resolution of the person who was first, before the log has it.
  const [lost, setLost] = useState<Extract<Resolved, { isFirst: false }> | null>(null)
  const [isSendingForm, setIsSendingForm] = useState(false)
  const [sending, setSending] = useState<ParkResolutionKind | null>(null)
  const { openId, parkedAt, resolutions } = parked
  const target = itemPath(nodeRun.nodeRunId).length > 0 ? 'iteration' : 'run'
  const info = scope.nodes.get(nodeRun.nodeId)
  const ports = outputPorts(info)
  const port = ports[0]?.title ?? ''
  const undone = nodeRun.undoes === null ? null : nodeRunName(scope.nodes, nodeRun.undoes, t)
  const close = () => setAsked(null)
  const card = useFocusLost(onFocusLost)

  const send = async (resolution: ResolutionRequest) => {
    if (openId === null) return
    const resolved = await resolve(openId, resolution)
    if (!resolved.isFirst && hasForm(resolution.kind)) {
      setLost(resolved)
      return
    }
    close()
    if (!resolved.isFirst) {
      toast(tooLateText(resolved.resolution, t, locale))
      return
    }
    announce(t('runs.parked.sent'))
    showUntil(t('runs.parked.savedWhilePaused'), ({ status }) => status !== 'paused')
  }
  const sendNow = async (kind: 'retry' | 'skip' | 'route' | 'fail') => {
    setSending(kind)
    try {
      await send({ kind })
    } catch (error) {
      toast(failureText(error, t, 'runs.parked.failed'), { tone: 'failed' })
      close()
    } finally {
      setSending(null)
    }
  }
  const act = (kind: ParkResolutionKind) => {
    const hasOneWay = ports.length < 2 || undone !== null
    if (kind === 'retry' || kind === 'route' || (kind === 'skip' && hasOneWay)) void sendNow(kind)
    else setAsked(kind)
  }
  const helpOf = (kind: ParkResolutionKind): string => {
    if (!resolutions.includes(kind)) return t(missing(kind))
    if (kind === 'retry' && hasEnteredValues) return t('runs.parked.help.retryEntered')
    if (undone !== null && (kind === 'skip' || kind === 'complete'))
      return t(`runs.parked.undo.${kind}`, { name: undone })
    if (kind === 'skip' && port === '') return t('runs.parked.help.skipOnly')
    return t(`runs.parked.help.${kind}`, { target, port })
  }
  // A node that undoes another one fails nothing, and has no error port, so there is nothing to explain.
  const shown = ACTIONS.filter(([kind]) => resolutions.includes(kind) || (undone === null && kind !== 'fail'))
  const isListed = openId !== null || known.value === null
  const ago = formatAgo(parkedAt, moment, locale)
  const sendForm = async (resolution: ResolutionRequest) => {
    setIsSendingForm(true)
    try {
      await send(resolution)
    } finally {
      setIsSendingForm(false)
    }
  }
  const first = lost?.resolution ?? parked.resolution
  const isTaken = lost !== null || (!isSendingForm && (first !== null || parked.closed !== null))
  const takenText = isTaken ? tooLateText(first, t, locale) : null
  const dialog = { scope, nodeRun, onClose: close, onResolve: sendForm, takenText }
  return (
    <section ref={card} className="tn-parked" aria-label={t('runs.node.parked')}>
      <p className="tn-muted">{t(mayResolve ? 'runs.parked.choose' : 'runs.parked.othersChoose', { ago, retries })}</p>
      {mayResolve && known.error !== null && known.value === null && <ResourceError resource={known} />}
      {mayResolve && !isListed && (
        <Callout tone="failed" title={t('runs.parked.notListed')}>
          <Button icon="retry" size="s" onClick={known.reload}>
            {t('ui.retry')}
          </Button>
        </Callout>
      )}
      {mayResolve && isListed && (
        <ul className="tn-parked-actions">
          {shown.map(([kind, icon]) => (
            <ParkedAction
              key={kind}
              icon={icon}
              label={
                kind === 'skip' && undone !== null
                  ? t('runs.parked.undo.label', { name: undone })
                  : t(`runs.parked.${kind}`, { target })
              }
              help={helpOf(kind)}
              isDisabled={openId === null || !resolutions.includes(kind)}
              isBlocked={sending !== null}
              isBusy={sending === kind}
              isDanger={kind === 'fail'}
              onClick={() => act(kind)}
            />
          ))}
        </ul>
      )}
      {asked === 'retry_with_params' && <ParamsDialog {...dialog} />}
      {asked === 'complete' && <OutputDialog {...dialog} />}
      <ConfirmDialog
        open={asked === 'skip'}
        busy={sending === 'skip'}
        title={t('runs.parked.skipTitle', { name: info.name })}
        description={t('runs.parked.skipWhy', { port })}
        confirmLabel={t('runs.parked.skip')}
        variant="primary"
        onClose={close}
        onConfirm={() => void sendNow('skip')}
      />
      <FailDialog
        isOpen={asked === 'fail'}
        isSending={sending === 'fail'}
        what={target}
        count={1}
        onClose={close}
        onFail={() => void sendNow('fail')}
      />
    </section>
  )
}

/** Checks for a resolution with values that a person enters. */
function hasForm(kind: ParkResolutionKind): boolean {
  return kind === 'retry_with_params' || kind === 'complete'
}

/** Returns the text about a resolution that the node run does not allow. */
function missing(kind: ParkResolutionKind): 'runs.parked.noErrorPort' | 'runs.parked.noRetry' {
  return kind === 'route' ? 'runs.parked.noErrorPort' : 'runs.parked.noRetry'
}

/** Returns the ref of an element that calls `onFocusLost` when it is removed with the focus inside. */
function useFocusLost(onFocusLost: () => void) {
  const element = useRef<HTMLElement>(null)
  const latest = useRef(onFocusLost)
  latest.current = onFocusLost
  useLayoutEffect(() => {
    const shown = element.current
    // It is still in the document when this runs.
    return () => {
      if (shown?.matches(':focus-within') === true) latest.current()
    }
  }, [])
  return element
}
