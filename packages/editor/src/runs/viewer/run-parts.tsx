import type { ReactNode } from 'react'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { LogPanel } from '../log/log-panel.tsx'
import { OutputPanel } from '../output/output-panel.tsx'
import { Scrubber } from '../scrubber/scrubber.tsx'
import { RunPart, type RunPartProps } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { TimelinePanel } from '../timeline/timeline-panel.tsx'

/** Props of the bars that tell when each node ran. */
export interface RunTimelineProps extends RunPartProps {
  /** Node whose rows are highlighted. @defaultValue null */
  readonly selectedNodeId?: string | null
  /** Called with the node of the row that the reader clicks. */
  readonly onSelectNode?: (nodeId: string) => void
}

const ignore = () => {}

/** The node runs of a run as bars over time, live. Takes the height that its host gives it. */
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
  return <RunPart {...part}>{({ store, nodes }) => <LogPanel store={store} nodes={nodes} nodeId={nodeId} />}</RunPart>
}

/** Props of what came out of a run. */
export interface RunOutputProps extends RunPartProps {
  /** Called with the node that wrote a field when the reader clicks its name. */
  readonly onSelectNode?: (nodeId: string) => void
}

/** What came out of a run, each field with the node that wrote it. */
export function RunOutput({ onSelectNode = ignore, ...part }: RunOutputProps) {
  return <RunPart {...part}>{(scope) => <OutputPanel scope={scope} onSelectNode={onSelectNode} />}</RunPart>
}

/** Props of the panel on one node of a run. */
export interface RunInspectorProps extends RunPartProps {
  /** Node to show; `null` shows a hint to select one. */
  readonly nodeId: string | null
}

/** Everything about one node run: what happened, facts, input, output, attempts, tool calls, log. */
export function RunInspector({ nodeId, ...part }: RunInspectorProps) {
  return <RunPart {...part}>{(scope) => <InspectorPanel scope={scope} nodeId={nodeId} />}</RunPart>
}

/** Props of what lets several parts of one run share a stream and a moment. */
export interface RunGroupProps extends RunPartProps {
  /** Parts of the run, at any depth. */
  readonly children: ReactNode
}

/**
 * Lets the parts of one run inside it share a stream and the moment that is looked at. Give each part the same
 * `client` and `runId`.
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

/** Moves all parts of its {@link RunGroup} through the events of the run: each shows the run as it was then. */
export function RunScrubber(part: RunPartProps) {
  return <RunPart {...part}>{({ store, nodes }) => <Scrubber store={store} nodes={nodes} />}</RunPart>
}
