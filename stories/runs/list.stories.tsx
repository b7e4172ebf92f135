import type { Meta, StoryObj } from '@storybook/react-vite'
import type { RunQueue, RunSummary } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { RUN_STATUSES } from '@tenon/core/run'
import { RunList } from '@tenon/editor/runs'
import { createFixtureClient } from '../../packages/editor/test/fixtures/fixture-client.ts'
import { queueOfRun } from '../../packages/editor/test/fixtures/queued.ts'
import { runState } from '../../packages/editor/test/fixtures/run-state.ts'
import { RUN_STARTED_AT } from '../../packages/editor/test/fixtures/ticket-runs.ts'
import { instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/List' }
export default meta

const NAMES = ['Support ticket router', 'Invoice intake', 'Vendor onboarding and yearly review of all contracts']
const iso = (at: number) => new Date(at).toISOString()

function runs(count: number): readonly RunSummary[] {
  return Array.from({ length: count }, (_, index) => {
    const status = RUN_STATUSES[(index * 5) % RUN_STATUSES.length] ?? 'completed'
    const startedAt = RUN_STARTED_AT - index * 47 * 60_000
    const runId = `0192f3a1-7c11-7d2e-9b01-${(index * 7919).toString(16).padStart(12, '0')}`
    return {
      runId,
      workflowId: `wf-${index % NAMES.length}`,
      workflowName: NAMES[index % NAMES.length] ?? '',
      version: String(1 + (index % 4)),
      mode: index % 6 === 5 ? 'test' : 'live',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      engine: 'embedded',
      queuedAt: iso(startedAt - 40),
      parent: null,
      rootRunId: runId,
      depth: 0,
      rerunOf: null,
      handles: null,
      handledBy: null,
      movedFrom: null,
      startedBy: null,
      ...runState(status, {
        startedAt: iso(startedAt),
        finishedAt: iso(startedAt + 700 + ((index * 9_137) % 260_000)),
      }),
    }
  })
}

const list = (items: readonly RunSummary[], failure: TenonError | null = null): StoryObj => ({
  loaders: [
    async () => {
      const fixture = createFixtureClient({ runs: items })
      fixture.fail('runs.list', failure)
      return { client: fixture.client }
    },
  ],
  render: (_args, context) => (
    <RunList
      client={context.loaded['client']}
      onOpenRun={() => {}}
      hrefOf={(runId) => `#${runId}`}
      pageSize={20}
      {...instanceProps(context)}
    />
  ),
})

const IDLE = { inProgress: null, limit: null } as const

const WAITING: readonly RunQueue[] = [
  queueOfRun(),
  queueOfRun({ position: 1, inProgress: 1, limit: 1, key: 'customer-4711', priority: 'high' }),
  queueOfRun({ reason: 'tenant_limit', position: 128, inProgress: 500, limit: 500, priority: 'low' }),
  queueOfRun({
    ...{ reason: 'workflow_rate', position: 4, inProgress: null, limit: 100 },
    ...{ intervalMs: 60_000, startsAt: '2026-11-23T09:44:00.000Z' },
  }),
  queueOfRun({ ...IDLE, reason: 'workflow_paused', position: 1 }),
  queueOfRun({ ...IDLE, reason: 'tenant_paused', position: 3 }),
]

export const Many = list(runs(130))
export const Queued = list(
  runs(WAITING.length).map((run, index) => {
    const queue = WAITING[index]
    const state = { status: 'queued', startedAt: null, finishedAt: null, outcome: null, error: null } as const
    return { ...run, mode: 'live', ...state, ...(queue === undefined ? {} : { queue }) }
  }),
)
export const Empty = list([])
export const Broken = list([], new TenonError('UNAVAILABLE', 'The server does not answer'))
export const Loading: StoryObj = {
  ...list([]),
  loaders: [
    async () => {
      const { client } = createFixtureClient()
      return { client: { ...client, runs: { ...client.runs, list: () => new Promise(() => {}) } } }
    },
  ],
}
