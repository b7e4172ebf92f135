// @vitest-environment jsdom
import type { RunSummary } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { RunList } from './run-list.tsx'

function run(index: number, change: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: `run-${index}`,
    workflowId: 'wf',
    workflowName: 'Support ticket router',
    version: '4',
    mode: 'live',
    status: 'completed',
    traceId: '',
    engine: 'embedded',
    queuedAt: '2026-11-23T09:42:07.000Z',
    startedAt: '2026-11-23T09:42:07.000Z',
    finishedAt: '2026-11-23T09:42:11.430Z',
    outcome: 'escalated',
    error: null,
    ...change,
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
    await user.selectOptions(screen.getByRole('combobox', { name: 'Status' }), 'Queued')
    expect(await screen.findByText('No run matches')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    await waitFor(() => expect(rows()).toHaveLength(5))
  })

  test('shows live runs until test runs are asked for', async () => {
    const { user, fixture } = show()
    await waitFor(() => expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ mode: 'live' }))
    await user.selectOptions(screen.getByRole('combobox', { name: 'Kind of run' }), 'Test runs')
    await waitFor(() => expect(fixture.calls.at(-1)?.args[0]).toMatchObject({ mode: 'test' }))
  })

  test('says what will be here', async () => {
    show([])
    expect(await screen.findByText('No runs yet')).toBeDefined()
  })

  test('says what failed and tries again', async () => {
    const fixture = createFixtureClient({ runs })
    fixture.fail('runs.list', new TenonError('UNAVAILABLE', 'The server does not answer'))
    const { user } = renderPart(<RunList client={fixture.client} onOpenRun={() => {}} />)
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
    fixture.fail('runs.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(rows()).toHaveLength(7))
  })
})
