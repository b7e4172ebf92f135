// @vitest-environment jsdom
import type { Page, Run, RunFields, RunFilter, RunSummary, TenonClient } from '@tenon/core/client'
import { act, waitFor } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { runState } from '../../../test/fixtures/run-state.ts'
import type { Pages } from '../../client/use-pages.ts'
import { useRunPages } from './use-run-pages.ts'

const ALL: RunFilter = {}
const FAILED: RunFilter = { status: 'failed' }

const TIMES = { startedAt: '2026-11-23T09:42:07.000Z', finishedAt: '2026-11-23T09:42:11.430Z' }

function fieldsOf(runId: string): RunFields {
  return {
    runId,
    workflowId: 'wf',
    workflowName: 'Tickets',
    version: '4',
    mode: 'live',
    traceId: '',
    engine: 'embedded',
    queuedAt: '2026-11-23T09:42:07.000Z',
    parent: null,
    rootRunId: runId,
    depth: 0,
    rerunOf: null,
    handles: null,
    handledBy: null,
    movedFrom: null,
    startedBy: null,
  }
}

function run(runId: string): RunSummary {
  return { ...fieldsOf(runId), ...runState('completed', TIMES) }
}

/** A server that answers each page when the test says so. */
function slowServer() {
  const open = new Map<string, (page: Page<RunSummary>) => void>()
  const { client } = createFixtureClient()
  const list = (filter: RunFilter = {}) =>
    new Promise<Page<RunSummary>>((resolve) => {
      open.set(`${filter.status ?? 'all'} ${filter.cursor ?? 'first'}`, resolve)
    })
  const slow: TenonClient = { ...client, runs: { ...client.runs, list } }
  const answer = (page: string, runId: string, nextCursor: string | null) =>
    act(async () => open.get(page)?.({ items: [run(runId)], nextCursor }))
  return { client: slow, answer }
}

describe('useRunPages', () => {
  test('a page that comes late for an earlier filter changes nothing', async () => {
    const { client, answer } = slowServer()
    const seen: Pages<RunSummary>[] = []
    function Probe({ filter }: { readonly filter: RunFilter }) {
      seen.push(useRunPages(client, filter))
      return null
    }
    const now = () => seen.at(-1)
    const ids = () => now()?.items.map(({ runId }) => runId)
    const { rerender } = renderPart(<Probe filter={ALL} />)
    await answer('all first', 'a1', '2')
    act(() => now()?.loadMore())
    expect(now()?.isLoadingMore).toBe(true)
    rerender(<Probe filter={FAILED} />)
    await answer('failed first', 'f1', '2')
    expect(now()?.isLoadingMore).toBe(false)
    act(() => now()?.loadMore())
    await answer('failed 2', 'f2', null)
    expect(ids()).toEqual(['f1', 'f2'])
    await answer('all 2', 'a2', null)
    expect(ids()).toEqual(['f1', 'f2'])
    expect(now()?.hasMore).toBe(false)
  })

  test('follows new runs on the first page and changed ones on the others', async () => {
    const fixture = createFixtureClient({ runs: [run('r3'), run('r2'), run('r1')] })
    const filter: RunFilter = { limit: 2 }
    const failed = runState('failed', TIMES)
    const get = vi.fn(async (): Promise<Run> => ({ ...fieldsOf('r1'), ...failed, output: null }))
    const client: TenonClient = { ...fixture.client, runs: { ...fixture.client.runs, get } }
    const seen: Pages<RunSummary>[] = []
    function Probe() {
      seen.push(useRunPages(client, filter))
      return null
    }
    const states = () => seen.at(-1)?.items.map(({ runId, status }) => `${runId} ${status}`)
    const reads = () => fixture.calls.filter(({ name }) => name === 'runs.list').length
    renderPart(<Probe />)
    await waitFor(() => expect(states()).toHaveLength(2))
    act(() => seen.at(-1)?.loadMore())
    await waitFor(() => expect(states()).toHaveLength(3))
    act(() => fixture.announce({ kind: 'approval', id: 'r1' }))
    expect(reads()).toBe(2)
    act(() => fixture.announce({ kind: 'run', id: 'r1', workflowId: 'wf' }))
    await waitFor(() => expect(states()).toEqual(['r3 completed', 'r2 completed', 'r1 failed']))
    expect(get).toHaveBeenCalledTimes(1)
    await waitFor(() => expect(reads()).toBe(3))
  })

  test('a list of one workflow is not read again for runs of others', async () => {
    const fixture = createFixtureClient({ runs: [run('r1')] })
    const filter: RunFilter = { workflowId: 'wf' }
    function Probe() {
      useRunPages(fixture.client, filter)
      return null
    }
    renderPart(<Probe />)
    await waitFor(() => expect(fixture.calls).toHaveLength(1))
    act(() => fixture.announce({ kind: 'run', id: 'r9', workflowId: 'other' }))
    expect(fixture.calls).toHaveLength(1)
    act(() =>
      fixture.announce({ kind: 'run', id: 'r9', workflowId: 'wf' }, { kind: 'run', id: 'r8', workflowId: 'wf' }),
    )
    await waitFor(() => expect(fixture.calls).toHaveLength(2))
  })
})
