import type { ReactNode } from 'react'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { LogPanel } from '../log/log-panel.tsx'
import { OutputPanel } from '../output/output-panel.tsx'
import { Scrubber } from '../scrubber/scrubber.tsx'
import { RunPart, type RunPartProps } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { TimelinePanel } from '../timeline/timeline-panel.tsx'

/** Props of the timeline of a run. */
export interface RunTimelineProps extends RunPartProps {
  /** Node whose rows are highlighted. @defaultValue null */
  readonly selectedNodeId?: string | null
  /** Called with the node of the row that the reader clicks. */
  readonly onSelectNode?: (nodeId: string) => void
}

const ignore = () => {}

/** The node runs of a run as bars over time, live. It fills the height of its parent. */
export function RunTimeline({ selectedNodeId = null, onSelectNode = ignore, ...part }: RunTimelineProps) {
  return (
    <RunPart {...part}>
      {({ store, nodes }) => (
        <TimelinePanel store={store} nodes={nodes} selectedNodeId={selectedNodeId} onSelectNode={onSelectNode} />
      )}
    </RunPart>
  )
}

/** Props of the events of a run as lines. */
export interface RunLogProps extends RunPartProps {
  /** Lines of one node only. */
  readonly nodeId?: string | null
}

/** The events of a run as lines, live, with filters and search. */
export function RunLog({ nodeId = null, ...part }: RunLogProps) {
  return <RunPart {...part}>{(scope) => <LogPanel scope={scope} nodeId={nodeId} />}</RunPart>
}

/** Props of the output of a run. */
export interface RunOutputProps extends RunPartProps {
  /** Called with the node that wrote a field when the reader clicks its name. */
  readonly onSelectNode?: (nodeId: string) => void
}

/** Output of a run, each field with the node that wrote it. */
export function RunOutput({ onSelectNode = ignore, ...part }: RunOutputProps) {
  return <RunPart {...part}>{(scope) => <OutputPanel scope={scope} onSelectNode={onSelectNode} />}</RunPart>
}

/** Props of the panel on one node of a run. */
export interface RunInspectorProps extends RunPartProps {
  /** Node to show; `null` shows a hint to select one. */
  readonly nodeId: string | null
}

/** Panel on one node run: summary, facts, input, output, attempts, tool calls, log. */
export function RunInspector({ nodeId, ...part }: RunInspectorProps) {
  return <RunPart {...part}>{(scope) => <InspectorPanel scope={scope} nodeId={nodeId} />}</RunPart>
}

/** Props of a group of parts that share the stream and the selected moment of a run. */
export interface RunGroupProps extends RunPartProps {
  /** Parts of the run, at any depth. */
  readonly children: ReactNode
}

/**
 * Shares the stream and the selected moment of a run among the parts inside it. Pass the same `client` and `runId` to
 * each part.
 *
 * @example
 * ```tsx
 * <RunGroup client={client} runId={runId}>
 *   <RunScrubber client={client} runId={runId} />
 *   <RunTimeline client={client} runId={runId} />
 * </RunGroup>
 * ```
 */
export function RunGroup({ client, runId, children, ...instance }: RunGroupProps) {
  return (
    <EnsureInstance {...instance} className={instance.className ?? 'tn-part'}>
      <RunProvider client={client} runId={runId}>
        {() => children}
      </RunProvider>
    </EnsureInstance>
  )
}

/** Moves all parts of its {@link RunGroup} through the events of the run: each shows the run at the selected event. */
export function RunScrubber(part: RunPartProps) {
  return <RunPart {...part}>{({ store, nodes }) => <Scrubber store={store} nodes={nodes} />}</RunPart>
}
