// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { foldRunEvents, fromFrame } from '@tenon/core/run'
import { screen, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../../test/fixtures/stored-workflow.ts'
import { escalatedRun } from '../../../test/fixtures/ticket-runs.ts'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { mayRunFrom } from './may-run-from.ts'

function show(nodeId: string, data: Parameters<typeof createFixtureClient>[0]) {
  const { client } = createFixtureClient(data)
  const rerun = vi.fn<TenonClient['runs']['rerun']>(async () => ({ runId: 'run-2', status: 'queued', startedAt: null }))
  const own: TenonClient = {
    ...client,
    workflows: { ...client.workflows, get: async () => STORED_WORKFLOW },
    runs: { ...client.runs, rerun },
  }
  const onOpenRun = vi.fn()
  const view = renderPart(
    <RunLinksContext.Provider value={{ onOpenRun }}>
      <RunProvider client={own} runId={FIXTURE_RUN_ID}>
        {(scope) => <RunReady scope={scope}>{(ready) => <InspectorPanel scope={ready} nodeId={nodeId} />}</RunReady>}
      </RunProvider>
    </RunLinksContext.Provider>,
  )
  return { ...view, rerun, onOpenRun }
}

test('an ended run runs again from a node that has run', async () => {
  const { user, rerun, onOpenRun } = show('ticket', { frames: escalatedRun().frames })
  await user.click(await screen.findByRole('button', { name: 'Run again from here' }))
  await waitFor(() => expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-2'))
  expect(rerun.mock.calls).toEqual([[FIXTURE_RUN_ID, { from: { nodeId: 'ticket' }, version: 'same' }]])
})

test.each([
  ['a node that has run', 'ticket', true],
  ['a node that was skipped', 'review', false],
  ['a node of an open run', 'ticket', false],
  ['a node inside a loop', 'charge', false],
])('may the run begin at %s? %s, %s', (why, nodeId, expected) => {
  const view = foldRunEvents(escalatedRun().frames.map(fromFrame))
  const inLoop = foldRunEvents(loopRun({ ended: 3, failed: [] }).frames.map(fromFrame))
  const nodeRun = [...(why === 'a node inside a loop' ? inLoop : view).nodeRuns.values()].find(
    (run) => run.nodeId === nodeId,
  )
  expect(nodeRun).toBeDefined()
  const run = why === 'a node of an open run' ? ({ status: 'waiting' } as const) : view
  expect(nodeRun && mayRunFrom(run, nodeRun)).toBe(expected)
})
