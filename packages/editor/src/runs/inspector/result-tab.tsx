import type { LedgerEntry } from '@tenon/core/client'
import { type NodeRunView, nodeRunDurationMs } from '@tenon/core/run'
import { useMemo } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { TemplateParts } from '../../expression-field/template-text.tsx'
import { useInstance } from '../../instance/instance-context.ts'
import { Callout } from '../../ui/callout.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { mayRunFrom } from '../again/may-run-from.ts'
import { CalledPart } from '../called/called-part.tsx'
import { ChildRunPart } from '../calls/parts.tsx'
import { formatDuration } from '../format/duration.ts'
import { formatClock } from '../format/instant.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import { portWords } from '../format/port-words.ts'
import { isModelAnswer, ModelPart } from '../models/model-part.tsx'
import { EnteredValues, enteredFor } from '../parked/entered-values.tsx'
import { NodeParked } from '../parked/node-parked.tsx'
import type { NodeInfo } from '../store/node-directory.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useNodeLog } from '../store/use-node-log.ts'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'
import { NodeWait } from '../waits/node-wait.tsx'
import { AttemptList } from './attempt-list.tsx'
import { FailedCall } from './failed-call.tsx'
import { faultyField } from './faulty-field.ts'
import { closedApprovalOf, countedAttempts, headlineOf, lastWaitOf } from './headline.ts'
import { NodeApprovals } from './node-approvals.tsx'
import { nodeLogFacts } from './node-log.ts'
import { ToolCallList } from './tool-call-list.tsx'
import { UndoPair } from './undo-pair.tsx'
import { usageFacts } from './usage-facts.ts'
import { ValueView } from './value-view.tsx'

export interface ResultTabProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  readonly node: NodeInfo
  /** Shows another node; without it, the result has no links to nodes. */
  readonly onSelectNode?: ((nodeId: string) => void) | undefined
}

// Only an ended run can be run again from a node.
const loadRerunNode = () => import('../again/rerun-node.tsx')

/** Tab with the result of a node run: summary, facts, output, attempts and tool calls. */
export function ResultTab({ scope, nodeRun, node, onSelectNode }: ResultTabProps) {
  const { t, locale } = useInstance()
  const { store } = scope
  const { view, live } = useRunSnapshot(store)
  const moment = useRunMoment(store, 500)
  const { entries, resource } = useNodeLog(scope, nodeRun.nodeRunId)
  const logged = useMemo(
    () => nodeLogFacts(entries, view.seq, nodeRun.nodeRunId),
    [entries, view.seq, nodeRun.nodeRunId],
  )
  const entered = useMemo(() => enteredFor(entries, view, nodeRun.nodeRunId), [entries, view, nodeRun.nodeRunId])
  const answers = logged.toolCalls.filter(isModelAnswer)
  const toolCalls = logged.toolCalls.filter((call) => !isModelAnswer(call))
  const nodes = scope.graph.value?.document.nodes
  const nodesById = useMemo(() => new Map((nodes ?? []).map((other) => [other.id, other])), [nodes])
  const hasFailed = nodeRun.error !== null
  const wait = lastWaitOf(view, nodeRun.nodeRunId)
  const headline = headlineOf({
    nodeRun,
    node,
    undoes: nodeRun.undoes === null ? null : nodeRunName(scope.nodes, nodeRun.undoes, t),
    skipReason: nodeRun.skipReason,
    closed: closedApprovalOf(view, nodeRun.nodeRunId),
    wait,
    isPaused: view.status === 'paused',
    moment,
    t,
    locale,
  })
  const durationMs = nodeRunDurationMs(nodeRun, moment)
  const facts: Fact[] = []
  if (nodeRun.startedAt !== null) {
    facts.push({ label: t('runs.fact.started'), value: formatClock(nodeRun.startedAt, locale) })
  }
  if (nodeRun.endedAt !== null && nodeRun.startedAt !== null) {
    facts.push({ label: t('runs.fact.finished'), value: formatClock(nodeRun.endedAt, locale) })
  }
  if (durationMs !== null) facts.push({ label: t('runs.fact.duration'), value: formatDuration(durationMs, t, locale) })
  const port = portWords(nodeRun.port, t)
  // Nothing continues at a port of a node that undoes another one.
  if (port !== '' && nodeRun.undoes === null) facts.push({ label: t('runs.fact.port'), value: port })
  if (logged.queue !== null) facts.push({ label: t('runs.fact.queue'), value: logged.queue })
  if (logged.worker !== null) facts.push({ label: t('runs.fact.worker'), value: logged.worker })
  if (logged.usage !== null) {
    facts.push({ label: t('runs.fact.model'), value: logged.usage.model }, ...usageFacts(logged.usage, t, locale))
  }
  const faulty = faultyField(nodeRun.error?.details, entered === null ? node.node : null, node.params, t)
  if (faulty !== null) {
    const { field, expression } = faulty
    facts.unshift(
      { label: t('runs.fact.field'), value: <span dir="auto">{field}</span> },
      ...(expression === null
        ? []
        : [{ label: t('runs.fact.expression'), value: <TemplateParts text={expression} nodes={nodesById} /> }]),
    )
  }
  if (nodeRun.error !== null) {
    const attempt = countedAttempts(nodeRun)
    const attempts = t('runs.fact.attemptsOf', { attempt, maximum: Math.max(attempt, node.maximumAttempts) })
    facts.push({ label: t('runs.inspector.attempts'), value: attempts })
    facts.push({ label: t('runs.fact.code'), value: <code className="tn-mono">{nodeRun.error.code}</code> })
  }
  return (
    <div className="tn-inspect-body">
      {headline !== null && (
        <Callout tone={headline.tone} title={headline.title}>
          {headline.detail === '' ? undefined : headline.detail}
        </Callout>
      )}
      <UndoPair scope={scope} nodeRun={nodeRun} onSelectNode={onSelectNode} />
      {nodeRun.child !== null && <ChildRunPart key={nodeRun.child.runId} client={scope.client} child={nodeRun.child} />}
      {wait !== null && <NodeWait key={wait.waitId} scope={scope} wait={wait} />}
      <CalledPart scope={scope} nodeRun={nodeRun} />
      <NodeApprovals scope={scope} nodeRunId={nodeRun.nodeRunId} />
      <NodeParked scope={scope} nodeRun={nodeRun} />
      {entered !== null && (
        <EnteredValues scope={scope} nodeRunId={nodeRun.nodeRunId} entered={entered} seq={view.seq} />
      )}
      {hasFailed && <FailedCall calls={logged.lastToolCalls} refused={logged.refused} />}
      {answers.length > 0 && hasFailed && <ModelPart {...{ scope, nodeRun, answers }} />}
      {mayRunFrom(live, nodeRun) && (
        <LaterPart load={loadRerunNode} waiting={(trouble) => trouble}>
          {({ RerunNode }) => <RerunNode key={nodeRun.nodeId} scope={scope} nodeId={nodeRun.nodeId} />}
        </LaterPart>
      )}
      {facts.length > 0 && <Facts facts={facts} />}
      {resource !== null && resource.error !== null && <ResourceError resource={resource} />}
      {nodeRun.output !== null && (
        <ValueView
          scope={scope}
          nodeRunId={nodeRun.nodeRunId}
          title={t('runs.inspector.output')}
          value={nodeRun.output}
          pick={pickOutput}
          seq={view.seq}
          emptyText={t('runs.inspector.outputEmpty')}
        />
      )}
      {answers.length > 0 && !hasFailed && <ModelPart {...{ scope, nodeRun, answers }} />}
      {toolCalls.length > 0 && <ToolCallList calls={toolCalls} />}
      {nodeRun.attempts.length > 1 && <AttemptList attempts={nodeRun.attempts} moment={moment} />}
    </div>
  )
}

const pickOutput = (entry: LedgerEntry) => entry.output
