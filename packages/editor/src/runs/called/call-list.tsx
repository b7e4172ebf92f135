import type { LedgerEntry } from '@tenon/core/client'
import {
  isSameVote,
  type NodeRunId,
  type NodeRunView,
  nodeRunDurationMs,
  type RunView,
  type StoredVote,
  type ValueRef,
} from '@tenon/core/run'
import { useMemo, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { CallTexts } from '../../shell/call-texts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { ChildRunPart } from '../calls/parts.tsx'
import { formatDuration } from '../format/duration.ts'
import { AttemptList } from '../inspector/attempt-list.tsx'
import { NodeApprovals } from '../inspector/node-approvals.tsx'
import { ValueView } from '../inspector/value-view.tsx'
import { NodeParked } from '../parked/node-parked.tsx'
import { displayStatus } from '../store/display-status.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'

interface CallListProps {
  readonly scope: RunScope
  readonly callerId: NodeRunId
}

/** {@link CallList} with its texts. */
export function CallListPart(props: CallListProps) {
  return (
    <CallTexts>
      <CallList {...props} />
    </CallTexts>
  )
}

/** Opens a call in the list of calls of the same node run, and moves the focus there. */
export function showCall(from: Element, nodeRunId: string): void {
  const calls = from.closest('.tn-inspect-body')?.querySelectorAll<HTMLElement>('[data-called]') ?? []
  const found = [...calls].find(({ dataset }) => dataset.called === nodeRunId)
  const head = found?.querySelector<HTMLElement>('.tn-called-head')
  if (head?.getAttribute('aria-expanded') === 'false') head.click()
  head?.focus()
}

/** Returns the calls of a node run, by the pass that has made them. */
function roundsOf({ nodeRuns }: RunView, callerId: NodeRunId): readonly (readonly NodeRunView[])[] {
  const rounds = new Map<number, NodeRunView[]>()
  for (const nodeRun of nodeRuns.values()) {
    if (nodeRun.call?.callerId !== callerId) continue
    const { pass } = nodeRun.call
    rounds.set(pass, [...(rounds.get(pass) ?? []), nodeRun])
  }
  return [...rounds.values()]
}

/** The calls that a node run has made, round by round; each opens to its arguments, its result and its own calls. */
function CallList({ scope, callerId }: CallListProps) {
  const { t } = useInstance()
  const { view } = useRunSnapshot(scope.store)
  const rounds = useMemo(() => roundsOf(view, callerId), [view, callerId])
  const { calls } = view.nodeRuns.get(callerId) ?? {}
  const isFirst = calls?.isOpen === true && calls.mode === 'any'
  return (
    <section className="tn-value" aria-label={t('runs.called.label')}>
      <h3 className="tn-field-label">{t('runs.called.label')}</h3>
      {rounds.map((round, index) => (
        <div key={round[0]?.nodeRunId} className="tn-called-round">
          {rounds.length > 1 && <p className="tn-muted">{t('runs.called.pass', { number: index + 1 })}</p>}
          <ul className="tn-called-list">
            {round.map((nodeRun) => (
              <CallItem key={nodeRun.nodeRunId} {...{ scope, nodeRun, seq: view.seq }} />
            ))}
          </ul>
        </div>
      ))}
      {isFirst && <p className="tn-muted">{t('runs.called.first')}</p>}
    </section>
  )
}

interface CallItemProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Last event that the data must include. */
  readonly seq: number
}

function CallItem({ scope, nodeRun, seq }: CallItemProps) {
  const { t, locale } = useInstance()
  const moment = useRunMoment(scope.store, 500)
  const status = displayStatus(nodeRun)
  // A call that needs a person is open until the person has decided.
  const isAsking = status === 'waiting' || status === 'parked'
  const [chosen, setChosen] = useState<boolean | null>(null)
  const isOpen = chosen ?? isAsking
  const durationMs = nodeRunDurationMs(nodeRun, moment)
  const facts = [
    t(`runs.node.${status}`),
    durationMs === null ? '' : formatDuration(durationMs, t, locale),
    nodeRun.attempt > 1 ? t('runs.attempts', { count: nodeRun.attempt }) : '',
  ]
  return (
    <li className="tn-called" data-called={nodeRun.nodeRunId}>
      <button type="button" className="tn-called-head" aria-expanded={isOpen} onClick={() => setChosen(!isOpen)}>
        <StatusMark status={status} size={14} />
        <span className="tn-called-title tn-truncate" dir="auto">
          {nodeRun.call?.title}
        </span>
        <span className="tn-muted">{facts.filter((fact) => fact !== '').join(' · ')}</span>
        <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={14} />
      </button>
      {nodeRun.error !== null && (
        <p className="tn-called-error" dir="auto">
          {failureTexts(nodeRun.error, t).why}
        </p>
      )}
      {isOpen && <CallDetails scope={scope} nodeRun={nodeRun} seq={seq} />}
    </li>
  )
}

function CallDetails({ scope, nodeRun, seq }: CallItemProps) {
  const { t } = useInstance()
  const { nodeRunId, input, output, attempts, calls, child } = nodeRun
  const moment = useRunMoment(scope.store, 1_000)
  const { view } = useRunSnapshot(scope.store)
  const given = useMemo(() => givenParams(view, nodeRunId), [view, nodeRunId])
  return (
    <div className="tn-called-details">
      <NodeApprovals scope={scope} nodeRunId={nodeRunId} />
      <NodeParked scope={scope} nodeRun={nodeRun} />
      {given !== null && (
        <ValueView
          {...{ scope, nodeRunId, seq }}
          title={t('runs.called.original')}
          value={given.original}
          pick={pickInput}
          emptyText={t('runs.called.none')}
        />
      )}
      {input !== null && (
        <ValueView
          {...{ scope, nodeRunId, seq }}
          title={given === null ? t('runs.called.input') : t('runs.called.edited', { person: given.person })}
          value={input}
          pick={pickInput}
          emptyText={t('runs.called.none')}
        />
      )}
      {output !== null && (
        <ValueView
          {...{ scope, nodeRunId, seq }}
          title={t('runs.inspector.output')}
          value={output}
          pick={pickOutput}
          emptyText={t('runs.inspector.outputEmpty')}
        />
      )}
      {child !== null && <ChildRunPart key={child.runId} client={scope.client} child={child} />}
      {attempts.length > 1 && <AttemptList attempts={attempts} moment={moment} />}
      {calls !== null && <CallList scope={scope} callerId={nodeRunId} />}
    </div>
  )
}

/**
 * Returns the params of a call before a person changed them in its approval; `null` if they were not changed. A vote with
 * other params does not count if enough other votes accepted the call as it was.
 */
function givenParams(
  { approvals }: RunView,
  nodeRunId: NodeRunId,
): { readonly original: ValueRef; readonly person: string } | null {
  for (const { nodeRunId: asking, waitFor, votes, closed } of approvals.values()) {
    const edit = decisiveVote(votes, waitFor.required)
    if (asking !== nodeRunId || waitFor.call === undefined || edit?.params === undefined || closed !== 'resolved')
      continue
    return { original: waitFor.call.params, person: edit.actor.displayName }
  }
  return null
}

/** Returns the first vote of those that have decided together. */
function decisiveVote(votes: readonly StoredVote[], required: number): StoredVote | undefined {
  return votes.find((vote) => votes.filter((other) => isSameVote(vote, other)).length >= required)
}

const pickInput = (entry: LedgerEntry) => entry.input
const pickOutput = (entry: LedgerEntry) => entry.output
