// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, escalatingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunList } from '../list/run-list.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { RunHeader } from '../viewer/run-header.tsx'

function show(role: FixtureData['role'] & string, data: Partial<FixtureData> = {}) {
  const { client } = createFixtureClient({ frames: escalatedRun().frames, role, ...data })
  const remove = vi.fn<TenonClient['runs']['remove']>(async () => undefined)
  const me = vi.fn(client.me)
  const onDeleted = vi.fn()
  const view = renderPart(
    <RunProvider client={{ ...client, me, runs: { ...client.runs, remove } }} runId={FIXTURE_RUN_ID}>
      {(scope) => <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} onDeleted={onDeleted} />}
    </RunProvider>,
  )
  return { ...view, remove, me, onDeleted }
}

const open = () => screen.findByRole('button', { name: 'Delete run' })
const confirm = () => within(screen.getByRole('dialog')).getByRole('button', { name: 'Delete run' })

describe('the header of a run that has ended', () => {
  test('lets an admin delete it after a confirmation', async () => {
    const { user, remove, onDeleted } = show('admin')
    await user.click(await open())
    expect(screen.getByRole('dialog', { name: 'Delete this run?' })).toBeDefined()
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel' }))
    expect(remove).not.toHaveBeenCalled()
    await user.click(await open())
    await user.click(confirm())
    await waitFor(() => expect(onDeleted).toHaveBeenCalledOnce())
    expect(remove).toHaveBeenCalledExactlyOnceWith(FIXTURE_RUN_ID)
    expect(screen.getAllByText('The run was deleted.').length).toBeGreaterThan(0)
  })

  test('leaves a run that another user has deleted', async () => {
    const { user, remove, onDeleted } = show('admin')
    remove.mockRejectedValue(new TenonError('RUN_NOT_FOUND', 'No run has this id'))
    await user.click(await open())
    await user.click(confirm())
    await waitFor(() => expect(onDeleted).toHaveBeenCalledOnce())
  })

  test('says why it could not be deleted, and stays', async () => {
    const { user, remove, onDeleted } = show('admin')
    remove.mockRejectedValue(new TenonError('RUN_NOT_ENDED', 'The run, or a run that it has started, has not ended'))
    await user.click(await open())
    await user.click(confirm())
    expect(await screen.findByText(/^The run, or a run that it has started, has not ended/)).toBeDefined()
    expect(onDeleted).not.toHaveBeenCalled()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  })

  const parent = { runId: 'run-1', nodeRunId: 'call' } as FixtureData['parent']
  test.each<[string, FixtureData['role'] & string, Partial<FixtureData>]>([
    ['an editor', 'editor', {}],
    ['a run that another one has started', 'admin', parent === undefined ? {} : { parent }],
  ])('offers nothing to %s', async (_, role, data) => {
    const { me } = show(role, data)
    await waitFor(() => expect(me).toHaveBeenCalled())
    await screen.findByText(/^Completed/)
    expect(screen.queryByRole('button', { name: 'Delete run' })).toBeNull()
  })

  test('offers nothing while the run is open', async () => {
    show('admin', { frames: escalatingRun().frames })
    await screen.findByRole('button', { name: 'Cancel run' })
    expect(screen.queryByRole('button', { name: 'Delete run' })).toBeNull()
  })
})

describe('the list of runs', () => {
  const showList = (usage: FixtureData['usage'] | null) => {
    const fixture = createFixtureClient({ runs: [], ...(usage == null ? {} : { usage }) })
    if (usage === null) fixture.fail('tenant.usage', new TenonError('FORBIDDEN', 'Not allowed'))
    return { ...renderPart(<RunList client={fixture.client} onOpenRun={vi.fn()} />), fixture }
  }
  const none = {
    payloadBytes: 0,
    payloadBytesLimit: null,
    fileBytes: 0,
    dataBytes: 0,
    openWaits: 0,
    openWaitsLimit: null,
    models: {
      ...{
        month: '2026-12',
        calls: 0,
        inputTokens: 0,
        cachedInputTokens: 0,
        outputTokens: 0,
        costUsd: 0,
        durationMs: 0,
      },
      workflows: [],
    },
  }

  test('says how long runs are kept, if they are not kept forever', async () => {
    showList({ ...none, runsKeptDays: 90 })
    expect(await screen.findByText('Runs are kept for at most 90 days')).toBeDefined()
  })

  test.each([
    ['for a tenant whose runs are kept', { ...none, runsKeptDays: null }],
    ['while it is not known', null],
  ])('says nothing %s', async (_, usage) => {
    const { fixture } = showList(usage)
    await waitFor(() => expect(fixture.calls.map(({ name }) => name)).toContain('tenant.usage'))
    await screen.findByText('No runs yet')
    expect(screen.queryByText(/^Runs are kept/)).toBeNull()
  })
})
