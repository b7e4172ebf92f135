import type { Meta, StoryObj } from '@storybook/react-vite'
import { RunInspector, RunLog, RunOutput, RunStatusBadge, RunTimeline } from '@tenon/editor/runs'
import { AGENT_DOCUMENT, AGENT_MANIFEST } from '../../packages/editor/test/fixtures/called.ts'
import { answered, askingRun } from '../../packages/editor/test/fixtures/conversation.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../packages/editor/test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../packages/editor/test/fixtures/fixture-data.ts'
import {
  ESCALATED_OUTPUT,
  escalatedRun,
  escalatingRun,
  failedRun,
  rejectedRun,
} from '../../packages/editor/test/fixtures/ticket-runs.ts'
import { manyNodes } from '../fixtures/many-nodes.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Parts', decorators: [fullWindow] }
export default meta

type Render = NonNullable<StoryObj['render']>

function storyOf(data: () => FixtureData, render: Render): StoryObj {
  return { loaders: [async () => ({ client: createFixtureClient(data()).client })], render }
}

const timeline: Render = (_args, context) => (
  <RunTimeline client={context.loaded['client']} runId={FIXTURE_RUN_ID} {...instanceProps(context)} />
)
const log: Render = (_args, context) => (
  <RunLog client={context.loaded['client']} runId={FIXTURE_RUN_ID} {...instanceProps(context)} />
)
const output: Render = (_args, context) => (
  <RunOutput client={context.loaded['client']} runId={FIXTURE_RUN_ID} {...instanceProps(context)} />
)

function inspectorOf(nodeId: string): Render {
  return (_args, context) => (
    <div style={{ inlineSize: 340, blockSize: '100%' }}>
      <RunInspector
        client={context.loaded['client']}
        runId={FIXTURE_RUN_ID}
        nodeId={nodeId}
        {...instanceProps(context)}
      />
    </div>
  )
}

export const Timeline = storyOf(() => ({ frames: failedRun().frames }), timeline)
export const TimelineWithLongWait = storyOf(() => ({ frames: rejectedRun().frames }), timeline)
export const TimelineOf500Nodes = storyOf(() => manyNodes(500), timeline)
export const TimelineBeforeTheFirstNode = storyOf(() => ({ frames: [] }), timeline)

export const Log = storyOf(() => ({ frames: failedRun().frames }), log)
export const LogOf1500Events = storyOf(() => manyNodes(500), log)

export const Output = storyOf(() => ({ frames: escalatedRun().frames, output: ESCALATED_OUTPUT }), output)

export const InspectorOfRetriedNode = storyOf(
  () => ({ frames: escalatingRun(Date.now() - 4_000).frames }),
  inspectorOf('ticket'),
)
export const InspectorOfFailedNode = storyOf(() => ({ frames: failedRun().frames }), inspectorOf('ticket'))
export const InspectorWithToolCalls = storyOf(() => ({ frames: escalatedRun().frames }), inspectorOf('analyze'))
export const InspectorWithConversation = storyOf(
  () => ({ document: AGENT_DOCUMENT, manifest: AGENT_MANIFEST, frames: answered(askingRun()).frames }),
  inspectorOf('agent'),
)
export const InspectorOfSkippedNode = storyOf(() => ({ frames: escalatedRun().frames }), inspectorOf('review'))

export const StatusBadges: StoryObj = {
  render: (_args, context) => (
    <div className="story-pad">
      {(['queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'canceled'] as const).map((status) => (
        <div key={status}>
          <RunStatusBadge status={status} {...instanceProps(context)} />
        </div>
      ))}
    </div>
  ),
}
