// @vitest-environment jsdom
import type { RunQueue, RunSummary, TenonClient } from '@tenon/core/client'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { setPageVisibility } from '../../../test/fixtures/page-visibility.ts'
import { queueOfRun } from '../../../test/fixtures/queued.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatingRun } from '../../../test/fixtures/ticket-runs.ts'
import { en, enQueue, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { formatMoment } from '../format/instant.ts'
import { RunSummary as RunSummaryPanel } from '../inspector/run-summary.tsx'
import { RunList } from '../list/run-list.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { RunControls } from '../viewer/run-controls.tsx'
import { OpenQueue } from './open-queue.tsx'
import { QUEUE_REFRESH_MS } from './queue-of.ts'
import { queueText } from './queue-text.ts'

const LIMITED = queueOfRun()
const AT_LIMIT = 'Waiting to start: 3 runs of this workflow are in progress (limit 3), position '

const t = createTranslate({ ...en, ...enRuns, ...enQueue }, 'en')

const moment = formatMoment(Date.parse('2026-11-23T09:42:07.000Z'), 'en')

describe('queueText', () => {
  test.each<[Partial<RunQueue>, string]>([
    [{}, `${AT_LIMIT}2`],
    [{ priority: 'high' }, `${AT_LIMIT}2, high priority`],
    [
      { inProgress: 1, limit: 1, key: 'acme', position: 1, priority: 'low' },
      'Waiting to start: 1 run with the key "acme" is in progress (limit 1), position 1, low priority',
    ],
    [
      { reason: 'tenant_limit', inProgress: 500, limit: 500 },
      'Waiting to start: 500 runs of all workflows are in progress (limit 500), position 2',
    ],
    [
      { reason: 'workflow_rate', inProgress: null, limit: 10, intervalMs: 60_000 },
      'Waiting to start: at most 10 runs of this workflow start per minute, position 2',
    ],
    [
      { reason: 'workflow_rate', inProgress: null, limit: 1, intervalMs: 3_600_000, key: 'acme', priority: 'high' },
      'Waiting to start: at most 1 run with the key "acme" starts per hour, position 2, high priority',
    ],
    [
      { reason: 'tenant_rate', inProgress: null, limit: 500, intervalMs: 1_000, startsAt: '2026-11-23T09:42:07.000Z' },
      `Waiting to start: at most 500 runs of all workflows start per second, position 2, expected at ${moment}`,
    ],
    [
      { reason: 'debounce', inProgress: null, limit: null, collected: 3, startsAt: '2026-11-23T09:42:07.000Z' },
      `Waiting for further requests: 3 requests merged into this run, starts at ${moment} if no more arrive`,
    ],
    [
      { reason: 'batching', inProgress: null, limit: null, collected: 1, key: 'acme' },
      'Waiting for further items: 1 item in this run',
    ],
    [
      { reason: 'batching', inProgress: null, limit: null, collected: 2, startsAt: '2026-11-23T09:42:07.000Z' },
      `Waiting for further items: 2 items in this run, starts at ${moment} at the latest`,
    ],
    [
      { reason: 'workflow_paused', inProgress: null, limit: null, key: 'acme' },
      'Waiting to start: this workflow is paused, position 2',
    ],
    [
      { reason: 'tenant_paused', inProgress: null, limit: null },
      'Waiting to start: all workflows are paused, position 2',
    ],
  ])('says why a run waits, and its position: %o', (change, text) => {
    expect(queueText({ ...LIMITED, ...change }, t, 'en')).toBe(text)
  })
})

/** Renders the line and the buttons of a run whose position the test changes. */
function showRun(queue = LIMITED) {
  const data = { frames: [], queue }
  const fixture = createFixtureClient(data)
  const view = renderPart(
    <RunProvider client={fixture.client} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <>
          <OpenQueue scope={scope} />
          <RunControls scope={scope} />
          <RunSummaryPanel scope={scope} onSelectNode={() => {}} />
        </>
      )}
    </RunProvider>,
  )
  const move = (position: number) => {
    data.queue = { ...queue, position }
  }
  return { ...view, fixture, move }
}

describe('a run that waits to start', () => {
  test('says why, moves up with the hints of other runs, can only be canceled, and loses the line when it starts', async () => {
    const { fixture, move } = showRun()
    expect(await screen.findByText(`${AT_LIMIT}2`)).toBeDefined()
    expect(await screen.findByRole('button', { name: 'Cancel run' })).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
    expect(screen.getByText('Requested')).toBeDefined()
    expect(screen.queryByText('Started')).toBeNull()
    move(1)
    act(() => fixture.announce({ kind: 'run', id: 'other', workflowId: 'elsewhere' }))
    await act(() => Promise.resolve())
    expect(screen.getByText(`${AT_LIMIT}2`)).toBeDefined()
    act(() => fixture.announce({ kind: 'run', id: 'other', workflowId: 'wf-tickets' }))
    expect(await screen.findByText(`${AT_LIMIT}1`)).toBeDefined()
    act(() => fixture.push(...escalatingRun().frames))
    await waitFor(() => expect(screen.queryByText(`${AT_LIMIT}1`)).toBeNull())
    expect(screen.queryByText('Requested')).toBeNull()
  })

  test('moves up with the runs of all workflows under a limit of the tenant, and with a pause of the tenant', async () => {
    const { fixture, move } = showRun(queueOfRun({ reason: 'tenant_rate', limit: 500, intervalMs: 60_000 }))
    expect(await screen.findByText(/position 2$/)).toBeDefined()
    move(1)
    act(() => fixture.announce({ kind: 'run', id: 'other', workflowId: 'elsewhere' }))
    expect(await screen.findByText(/position 1$/)).toBeDefined()
    move(3)
    act(() => fixture.announce({ kind: 'tenant', id: 'acme' }))
    expect(await screen.findByText(/position 3$/)).toBeDefined()
  })

  test('is loaded again every 5 s while the page is visible', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setInterval', 'clearInterval'] })
    const { move } = showRun()
    expect(await screen.findByText(`${AT_LIMIT}2`)).toBeDefined()
    move(1)
    act(() => setPageVisibility('hidden'))
    await act(() => vi.advanceTimersByTimeAsync(QUEUE_REFRESH_MS))
    expect(screen.getByText(`${AT_LIMIT}2`)).toBeDefined()
    act(() => setPageVisibility('visible'))
    expect(await screen.findByText(`${AT_LIMIT}1`)).toBeDefined()
    move(3)
    await act(() => vi.advanceTimersByTimeAsync(QUEUE_REFRESH_MS))
    expect(await screen.findByText(`${AT_LIMIT}3`)).toBeDefined()
    vi.useRealTimers()
  })
})

const queuedRun = (index: number, position: number): RunSummary => ({
  runId: `run-${index}`,
  workflowId: 'wf',
  workflowName: 'Support ticket router',
  version: '4',
  mode: 'live',
  traceId: '',
  engine: 'embedded',
  queuedAt: '2026-11-23T09:42:07.000Z',
  parent: null,
  rootRunId: `run-${index}`,
  depth: 0,
  rerunOf: null,
  handles: null,
  handledBy: null,
  movedFrom: null,
  startedBy: null,
  status: 'queued',
  startedAt: null,
  finishedAt: null,
  outcome: null,
  error: null,
  queue: { ...LIMITED, position },
})

test('a list has the position of each queued run, and loads those of all pages again', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setInterval', 'clearInterval'] })
  const runs = [queuedRun(1, 3), queuedRun(2, 2), queuedRun(3, 1)]
  const fixture = createFixtureClient({ runs })
  const client: TenonClient = fixture.client
  const { user } = renderPart(<RunList client={client} onOpenRun={() => {}} pageSize={2} />)
  expect(await screen.findByText(`${AT_LIMIT}3`)).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Load more' }))
  const rows = () => screen.getAllByRole('row').slice(1)
  await waitFor(() => expect(rows()).toHaveLength(3))
  expect(within(rows()[2] as HTMLElement).getByText(`${AT_LIMIT}1`)).toBeDefined()
  // It has not started, so it has no start and no duration, and nothing is known of who has started it.
  expect(within(rows()[2] as HTMLElement).getAllByText('–')).toHaveLength(3)
  runs.splice(0, 3, queuedRun(1, 30), queuedRun(2, 20), queuedRun(3, 10))
  await act(() => vi.advanceTimersByTimeAsync(QUEUE_REFRESH_MS))
  for (const position of [30, 20, 10]) expect(await screen.findByText(`${AT_LIMIT}${position}`)).toBeDefined()
  vi.useRealTimers()
})

test('a list says that all workflows are paused, and follows the pause of other people', async () => {
  const fixture = createFixtureClient({ runs: [] })
  renderPart(<RunList client={fixture.client} onOpenRun={() => {}} />)
  expect(await screen.findByText('No runs yet')).toBeDefined()
  expect(screen.queryByText(/All workflows were paused/)).toBeNull()
  await act(() => fixture.client.tenant.pause())
  act(() => fixture.announce({ kind: 'tenant', id: 'acme' }))
  expect(await screen.findByText(/^All workflows were paused by .* New runs wait to start\.$/)).toBeDefined()
  await act(() => fixture.client.tenant.resume())
  act(() => fixture.announce({ kind: 'tenant', id: 'acme' }))
  await waitFor(() => expect(screen.queryByText(/All workflows were paused/)).toBeNull())
})
