import type { Meta, StoryObj } from '@storybook/react-vite'
import type { ParkedNodeRun } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { ParkedInbox, RunViewer } from '@tenon/editor/runs'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../packages/editor/test/fixtures/fixture-client.ts'
import { parkedTicket } from '../../packages/editor/test/fixtures/parked.ts'
import { parkedRun } from '../../packages/editor/test/fixtures/ticket-runs.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Parked nodes', decorators: [fullWindow] }
export default meta

const HOUR = 3_600_000
const iso = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString()

function failures(): readonly ParkedNodeRun[] {
  const tickets = Array.from({ length: 12 }, (_, index) =>
    parkedTicket({ parkedId: `ticket-${index}`, runId: `run-${1_000 + index}`, parkedAt: iso(-(index + 1) * HOUR) }),
  )
  const slow = parkedTicket({
    parkedId: 'crm-1',
    runId: 'run-2000',
    nodeId: 'crm',
    fingerprint: 'f'.repeat(32),
    error: { code: 'TIMEOUT', message: 'The CRM took longer than 30 s' },
    parkedAt: iso(-26 * HOUR),
  })
  return [...tickets, slow]
}

const inbox = (parked: () => readonly ParkedNodeRun[], failure: TenonError | null = null): StoryObj => ({
  loaders: [
    async () => {
      const fixture = createFixtureClient({ parked: parked() })
      fixture.fail('parked.groups', failure)
      return { client: fixture.client }
    },
  ],
  render: (_args, context) => (
    <ParkedInbox
      client={context.loaded['client']}
      onOpenRun={() => {}}
      style={{ minHeight: '100%', background: 'var(--tenon-canvas)' }}
      {...instanceProps(context)}
    />
  ),
})

export const Inbox = inbox(failures)
export const EmptyInbox = inbox(() => [])
export const BrokenInbox = inbox(() => [], new TenonError('UNAVAILABLE', 'The server does not answer'))

export const InARun: StoryObj = {
  loaders: [
    async () => ({
      client: createFixtureClient({ frames: parkedRun(Date.now() - 300_000).frames, parked: [parkedTicket()] }).client,
    }),
  ],
  render: (_args, context) => (
    <RunViewer client={context.loaded['client']} runId={FIXTURE_RUN_ID} {...instanceProps(context)} />
  ),
}
