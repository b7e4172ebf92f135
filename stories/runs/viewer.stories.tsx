import type { Meta, StoryObj } from '@storybook/react-vite'
import { TenonError } from '@tenon/core/errors'
import { RunViewer } from '@tenon/editor/runs'
import { reviewApproval } from '../../packages/editor/test/fixtures/approvals.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../packages/editor/test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../packages/editor/test/fixtures/fixture-data.ts'
import { queueOfRun } from '../../packages/editor/test/fixtures/queued.ts'
import {
  ESCALATED_OUTPUT,
  escalatedRun,
  escalatingRun,
  failedRun,
  rejectedRun,
  waitingRun,
} from '../../packages/editor/test/fixtures/ticket-runs.ts'
import { manyNodes } from '../fixtures/many-nodes.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

function storyOf(
  data: () => FixtureData,
  prepare?: (fixture: ReturnType<typeof createFixtureClient>) => void,
): StoryObj {
  return {
    loaders: [
      async () => {
        const fixture = createFixtureClient(data())
        prepare?.(fixture)
        return { client: fixture.client }
      },
    ],
    render: (_args, context) => (
      <RunViewer
        client={context.loaded['client']}
        runId={FIXTURE_RUN_ID}
        style={{ height: '100%' }}
        {...instanceProps(context)}
      />
    ),
  }
}

const meta: Meta = { title: 'Runs/Viewer', decorators: [fullWindow] }
export default meta

export const Running: StoryObj = storyOf(() => ({ frames: escalatingRun(Date.now() - 3_300).frames }))
export const Live: StoryObj = storyOf(() => ({
  frames: escalatedRun(Date.now()).frames,
  paceMs: 400,
  output: ESCALATED_OUTPUT,
}))
export const Completed: StoryObj = storyOf(() => ({ frames: escalatedRun().frames, output: ESCALATED_OUTPUT }))
export const Waiting: StoryObj = storyOf(() => {
  const startAt = Date.now() - 48 * 60_000
  const openedAt = new Date(startAt).toISOString()
  return {
    frames: waitingRun(startAt).frames,
    approvals: [reviewApproval({ openedAt, dueAt: new Date(startAt + 4 * 3_600_000).toISOString() })],
  }
})
export const Rejected: StoryObj = storyOf(() => ({ frames: rejectedRun().frames, output: { choice: 'reject' } }))
export const Failed: StoryObj = storyOf(() => ({ frames: failedRun().frames }))
export const Queued: StoryObj = storyOf(() => ({ frames: [], queue: queueOfRun() }))
export const FiveHundredNodes: StoryObj = storyOf(() => manyNodes(500))
export const NotFound: StoryObj = storyOf(
  () => ({ frames: [] }),
  (fixture) => fixture.fail('runs.get', new TenonError('RUN_NOT_FOUND', 'No run has this id')),
)
