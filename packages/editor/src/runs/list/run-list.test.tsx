// @vitest-environment jsdom
import type { RunFields, RunSummary } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { RunFailure, RunStatus, RunTrigger } from '@tenon/core/run'
import { render, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { runState } from '../../../test/fixtures/run-state.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import { RunList } from './run-list.tsx'

const TIMES = { startedAt: '2026-11-23T09:42:07.000Z', finishedAt: '2026-11-23T09:42:11.430Z' }

type Change = Partial<RunFields> & { readonly status?: RunStatus; readonly error?: RunFailure }

function run(index: number, { status = 'completed', error, ...fields }: Change = {}): RunSummary {
  return {
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
    ...fields,
    ...runState(status, TIMES, error === undefined ? {} : { error }),
  }
}

const runs = Array.from({ length: 7 }, (_, index) => run(index))
const failed = run(99, { status: 'failed', error: { code: 'HTTP_STATUS', message: '503 from the help desk' } })

function show(items: readonly RunSummary[] = [...runs, failed]) {
  const fixture = createFixtureClient({ runs: items })
  const onOpenRun = vi.fn()
  return {
    ...renderPart(
      <RunList client={fixture.client} onOpenRun={onOpenRun} hrefOf={(id) => `/runs/${id}`} pageSize={5} />,
    ),
    fixture,
    onOpenRun,
  }
}

const rows = () => screen.getAllByRole('row').slice(1)

describe('RunList', () => {
  test('shows runs page by page', async () => {
    const { user } = show()
    await waitFor(() => expect(rows()).toHaveLength(5))
    expect(within(rows()[0] as HTMLElement).getByText('4.43 s')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Load more' }))
    await waitFor(() => expect(rows()).toHaveLength(8))
    expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull()
    expect(screen.getByText('503 from the help desk')).toBeDefined()
  })

  test('has the texts of the host for the codes of errors and obstacles', async () => {
    const health = { code: 'STUCK', message: 'The workflow fails again and again', remedy: 'Look it up.' } as const
    const stuck = run(9, { status: 'running' })
    if (stuck.status !== 'running') throw new RangeError('the run is running')
    const { client } = createFixtureClient({ runs: [{ ...stuck, health }, failed] })
    render(
      <EnsureInstance messages={{ 'error.STUCK': 'Hängt: {message}', 'error.HTTP_STATUS': 'HTTP-Fehler' }}>
        <RunList client={client} onOpenRun={vi.fn()} />
      </EnsureInstance>,
    )
    expect(await screen.findByText('HTTP-Fehler')).toBeDefined()
    expect(screen.getByText('Stuck').closest('[title]')?.getAttribute('title')).toBe(`Hängt: ${health.message}`)
  })

  test('names who or what has started each run', async () => {
    const ada = { userId: 'u', displayName: 'Ada' }
    const at = (kind: RunTrigger['kind'], name: string) => ({ nodeId: 't', name, kind })
    show([
      { ...run(0), startedBy: { kind: 'user', user: ada, trigger: at('start', 'Start') } },
      { ...run(1), startedBy: { kind: 'user', user: ada, trigger: at('schedule', 'Daily') } },
      { ...run(2), startedBy: { kind: 'trigger', trigger: at('webhook', 'Hook') } },
      { ...run(3), startedBy: { kind: 'host', trigger: at('start', 'Start') } },
      { ...run(4), startedBy: { kind: 'failure', runId: 'other' } },
      run(5),
    ])
    await screen.findByRole('columnheader', { name: 'Started by' })
    const starters = () => rows().map((row) => within(row).getAllByRole('cell')[4]?.textContent)
    expect(starters()).toEqual([
      ...['Ada', 'Ada, by hand at "Daily"', 'Webhook: Hook', 'Host application: Start', 'Failure of another run'],
    ])
  })

  test('says what holds up a run', async () => {
    const health = { code: 'STUCK', message: 'The workflow fails again and again', remedy: 'Look it up.' } as const
    const stuck = run(7, { status: 'running' })
    if (stuck.status !== 'running') throw new RangeError('the run is running')
    show([{ ...stuck, health }, run(8)])
    expect((await screen.findByText('Stuck')).closest('[title]')?.getAttribute('title')).toBe(health.message)
    expect(rows()).toHaveLength(2)
  })

  test('opens a run in place, and leaves a click for another tab to the browser', async () => {
    const { user, onOpenRun } = show()
    const link = await screen.findByRole('link', { name: 'Open run run-2 of Support ticket router' })
    expect(link.getAttribute('href')).toBe('/runs/run-2')
    await user.click(link)
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-2')
    await user.keyboard('{Control>}')
    await user.click(link)
    expect(onOpenRun).toHaveBeenCalledTimes(1)
  })

  test('filters by status, and offers to clear filters that leave nothing', async () => {
    const { user, fixture } = show()
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Status' }), 'Failed')
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ status: 'failed' })
    const options = within(screen.getByRole('combobox', { name: 'Status' })).getAllByRole('option')
    expect(options.map(({ textContent }) => textContent)).toEqual([
      'Any status',
      'Queued',
      'Running',
      'Waiting',
      'Paused',
      'Completed',
      'Failed',
      'Canceled',
    ])
    await user.selectOptions(screen.getByRole('combobox', { name: 'Status' }), 'Canceled')
    expect(await screen.findByText('No matching runs')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    await waitFor(() => expect(rows()).toHaveLength(5))
  })

  test('shows live runs until test runs are asked for, which have a title and no id', async () => {
    const tried = run(50, { mode: 'test', version: 'test:0192f3a1-7c11-7d2e-9b01-00000000abcd' })
    const { user, fixture } = show([run(1), tried])
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ mode: 'live' })
    await user.click(screen.getByRole('switch', { name: 'Show test runs' }))
    await waitFor(() => expect(rows()).toHaveLength(2))
    expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ mode: 'all' })
    expect(screen.getByText(/^Test of draft · \d\d:\d\d$/)).toBeDefined()
    expect(document.body.textContent).not.toContain('0192f3a1')
  })

  test('hides runs that other runs have started on request', async () => {
    const called = run(2, { parent: { runId: 'run-1', nodeRunId: 'call' }, rootRunId: 'run-1', depth: 1 })
    const { user, fixture } = show([run(1), called])
    await waitFor(() => expect(rows()).toHaveLength(2))
    const hide = screen.getByRole('switch', { name: 'Hide called runs' })
    await user.click(hide)
    await waitFor(() => expect(rows()).toHaveLength(1))
    expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ topLevel: true, mode: 'live' })
    await user.selectOptions(screen.getByRole('combobox', { name: 'Status' }), 'Failed')
    expect(await screen.findByText('No matching runs')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    await waitFor(() => expect(rows()).toHaveLength(2))
    expect(hide.getAttribute('aria-checked')).toBe('false')
  })

  test('says that test runs are hidden where there are no others', async () => {
    const { user } = show([run(1, { mode: 'test' }), run(2, { mode: 'test' })])
    expect(await screen.findByText('No live runs yet')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Show test runs' }))
    await waitFor(() => expect(rows()).toHaveLength(2))
  })

  test('shows what the host wants to have shown, and reports to it what the reader chooses', async () => {
    const fixture = createFixtureClient({ runs: [...runs, failed, run(51, { mode: 'test', status: 'failed' })] })
    const onFilterChange = vi.fn()
    const { user } = renderPart(
      <RunList
        client={fixture.client}
        onOpenRun={() => {}}
        filter={{ status: 'failed', showTests: true, hideCalled: true }}
        onFilterChange={onFilterChange}
      />,
    )
    await waitFor(() => expect(rows()).toHaveLength(2))
    await user.click(screen.getByRole('switch', { name: 'Show test runs' }))
    expect(onFilterChange).toHaveBeenLastCalledWith({ status: 'failed', hideCalled: true })
    await user.selectOptions(screen.getByRole('combobox', { name: 'Status' }), 'Any status')
    expect(onFilterChange).toHaveBeenLastCalledWith({ showTests: true, hideCalled: true })
    expect(rows()).toHaveLength(2)
  })

  test('says what will be here', async () => {
    show([])
    expect(await screen.findByText('No runs yet')).toBeDefined()
  })

  test('says what failed and tries again', async () => {
    const fixture = createFixtureClient({ runs })
    fixture.fail('runs.list', new TenonError('UNAVAILABLE', 'The server does not answer'))
    const { user } = renderPart(<RunList client={fixture.client} onOpenRun={vi.fn()} />)
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
    fixture.fail('runs.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(rows()).toHaveLength(7))
  })

  test('loads the next page again where that failed, and keeps the runs above', async () => {
    const fixture = createFixtureClient({ runs })
    const { user } = renderPart(<RunList client={fixture.client} pageSize={4} onOpenRun={vi.fn()} />)
    await waitFor(() => expect(rows()).toHaveLength(4))
    fixture.fail('runs.list', new TenonError('UNAVAILABLE', 'The server does not answer'))
    await user.click(screen.getByRole('button', { name: 'Load more' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
    expect(rows()).toHaveLength(4)
    fixture.fail('runs.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(rows()).toHaveLength(7))
    expect(screen.queryByRole('alert')).toBeNull()
  })
})
