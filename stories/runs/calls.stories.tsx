import type { Meta, StoryObj } from '@storybook/react-vite'
import { RunInspector, RunList, RunViewer } from '@tenon/editor/runs'
import { AGENT_DOCUMENT, AGENT_MANIFEST, agentRun, mailApproval } from '../../packages/editor/test/fixtures/called.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../packages/editor/test/fixtures/fixture-client.ts'
import {
  CALL_MANIFEST,
  callDocument,
  callingRun,
  startedRun,
} from '../../packages/editor/test/fixtures/sub-workflows.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Calls', decorators: [fullWindow] }
export default meta

type Render = NonNullable<StoryObj['render']>

/** A run that was started by one, and has started one that has started another. */
function createClient() {
  const runs = [
    startedRun('run-mail', { runId: FIXTURE_RUN_ID, nodeRunId: 'call' }),
    startedRun('run-archive', { runId: 'run-mail', nodeRunId: 'call' }, { workflowName: 'Archive' }),
    startedRun('run-orders', null, { workflowName: 'Orders of the day' }),
  ]
  return createFixtureClient({
    document: callDocument('wf-mail'),
    manifest: CALL_MANIFEST,
    frames: callingRun().frames,
    parent: { runId: 'run-orders', nodeRunId: 'call' },
    runs,
  }).client
}

function storyOf(render: Render): StoryObj {
  return { loaders: [async () => ({ client: createClient() })], render }
}

const ignore = () => {}

export const ViewerWithCalls = storyOf((_args, context) => (
  <RunViewer
    client={context.loaded['client']}
    runId={FIXTURE_RUN_ID}
    onOpenRun={ignore}
    onOpenWorkflow={ignore}
    {...instanceProps(context)}
  />
))

export const InspectorOfStartedRun = storyOf((_args, context) => (
  <div style={{ inlineSize: 340, blockSize: '100%' }}>
    <RunInspector client={context.loaded['client']} runId={FIXTURE_RUN_ID} nodeId="call" {...instanceProps(context)} />
  </div>
))

export const ListOfStartedRuns = storyOf((_args, context) => (
  <RunList client={context.loaded['client']} onOpenRun={ignore} {...instanceProps(context)} />
))

/** A node that has called others, one of which waits for an approval. */
export const ViewerWithCalledNodes: StoryObj = {
  loaders: [
    async () => ({
      client: createFixtureClient({
        document: AGENT_DOCUMENT,
        manifest: AGENT_MANIFEST,
        frames: agentRun().frames,
        approvals: [mailApproval()],
      }).client,
    }),
  ],
  render: (_args, context) => (
    <RunViewer
      client={context.loaded['client']}
      runId={FIXTURE_RUN_ID}
      onOpenRun={ignore}
      onOpenWorkflow={ignore}
      {...instanceProps(context)}
    />
  ),
}
