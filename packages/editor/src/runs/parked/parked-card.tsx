import type { ResolutionRequest } from '@tenon/core/client'
import type { NodeRunView, ParkResolutionKind } from '@tenon/core/run'
import { useId, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { ParkedTexts } from '../../shell/parked-texts.tsx'
import { failureText } from '../../ui/error-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { IconName } from '../../ui/icons.ts'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { formatAgo } from '../format/instant.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { itemPath } from '../store/shown-items.ts'
import { useRunMoment } from '../store/use-run.ts'
import { useRunToast } from '../store/use-run-toast.ts'
import { useMayChangeRun } from '../viewer/use-may-change-run.ts'
import { FailDialog } from './fail-dialog.tsx'
import { tooLateText } from './resolve-parked.ts'
import type { RunParked, ShownParked } from './use-run-parked.ts'
import { OutputDialog, ParamsDialog } from './value-dialog.tsx'

interface ParkedCardProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Open wait of the node run. */
  readonly parked: ShownParked
  readonly known: RunParked['known']
  readonly resolve: RunParked['resolve']
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

function Card({ scope, nodeRun, parked, known, resolve }: ParkedCardProps) {
  const { t, locale } = useInstance()
  const { announce, toast } = useAnnouncer()
  const showUntil = useRunToast(scope.store)
  const mayResolve = useMayChangeRun(scope.client)
  const moment = useRunMoment(scope.store, 10_000)
  const [asked, setAsked] = useState<ParkResolutionKind | null>(null)
  const [sending, setSending] = useState<ParkResolutionKind | null>(null)
  const { openId, parkedAt, resolutions } = parked
  const target = itemPath(nodeRun.nodeRunId).length > 0 ? 'iteration' : 'run'
  const close = () => setAsked(null)

  const send = async (resolution: ResolutionRequest) => {
    if (openId === null) return
    const resolved = await resolve(openId, resolution)
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
    if (kind === 'retry' || kind === 'skip' || kind === 'route') void sendNow(kind)
    else setAsked(kind)
  }
  const ago = formatAgo(parkedAt, moment, locale)
  const dialog = { scope, nodeRun, onClose: close, onResolve: send }
  return (
    <section className="tn-parked" aria-label={t('runs.node.parked')}>
      <p className="tn-muted">{t(mayResolve ? 'runs.parked.choose' : 'runs.parked.othersChoose', { ago })}</p>
      {mayResolve && known.error !== null && known.value === null && <ResourceError resource={known} />}
      {mayResolve && (openId !== null || known.value === null) && (
        <ul className="tn-parked-actions">
          {ACTIONS.map(([kind, icon]) => (
            <Action
              key={kind}
              icon={icon}
              label={t(`runs.parked.${kind}`, { target })}
              help={t(resolutions.includes(kind) ? `runs.parked.help.${kind}` : missing(kind), { target })}
              isDisabled={openId === null || sending !== null || !resolutions.includes(kind)}
              isBusy={sending === kind}
              isDanger={kind === 'fail'}
              onClick={() => act(kind)}
            />
          ))}
        </ul>
      )}
      {asked === 'retry_with_params' && <ParamsDialog {...dialog} />}
      {asked === 'complete' && <OutputDialog {...dialog} />}
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

/** Returns the text about a resolution that the node run does not allow. */
function missing(kind: ParkResolutionKind): 'runs.parked.noErrorPort' | 'runs.parked.noRetry' {
  return kind === 'route' ? 'runs.parked.noErrorPort' : 'runs.parked.noRetry'
}

interface ActionProps {
  readonly icon: IconName
  readonly label: string
  readonly help: string
  readonly isDisabled: boolean
  readonly isBusy: boolean
  readonly isDanger: boolean
  readonly onClick: () => void
}

/** Button with a sentence about what it does. */
function Action({ icon, label, help, isDisabled, isBusy, isDanger, onClick }: ActionProps) {
  const helpId = useId()
  return (
    <li>
      <button
        type="button"
        className="tn-parked-action"
        aria-label={label}
        aria-describedby={helpId}
        aria-busy={isBusy || undefined}
        data-danger={isDanger || undefined}
        disabled={isDisabled}
        onClick={onClick}
      >
        <Icon name={icon} size={16} />
        <span>
          <b className="tn-strong">{label}</b>
          <span id={helpId} className="tn-muted">
            {help}
          </span>
        </span>
      </button>
    </li>
  )
}
