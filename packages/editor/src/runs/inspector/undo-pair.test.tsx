// @vitest-environment jsdom
import type { RunEventFrame } from '@tenon/core/run'
import { act, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { completed } from '../../../test/fixtures/run-log.ts'
import { escalatingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunProvider } from '../store/run-scope.tsx'
import { InspectorPanel } from './inspector-panel.tsx'

test('the node runs of a pair lead to each other', async () => {
  const log = escalatingRun()
  const fixture = createFixtureClient({ frames: log.frames })
  const onSelectNode = vi.fn()
  const { user } = renderPart(
    <RunProvider client={fixture.client} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <>
          <InspectorPanel scope={scope} nodeId="crm" onSelectNode={onSelectNode} />
          <InspectorPanel scope={scope} nodeId="escalated" onSelectNode={onSelectNode} />
          <InspectorPanel scope={scope} nodeId="policy" />
        </>
      )}
    </RunProvider>,
  )
  let seq = log.frames.length
  const push = (...events: Omit<RunEventFrame, 'seq' | 'at'>[]) =>
    act(() => fixture.push(...events.map((event) => ({ ...event, seq: ++seq, at: log.at }) as RunEventFrame)))
  await screen.findByText('Succeeded in 210 ms')
  expect(screen.queryByText(/ndone by/)).toBeNull()
  const data = { pass: 1, mode: 'dispatch', queue: null, resume: null } as const
  push(
    { type: 'compensation_started', data: { because: 'failed', count: 2 } },
    { type: 'node_scheduled', nodeRunId: 'escalated', data: { ...data, undoes: 'crm' } },
  )
  await user.click(await screen.findByRole('button', { name: 'Undoes Log to CRM' }))
  expect(onSelectNode).toHaveBeenLastCalledWith('crm')
  await user.click(screen.getByRole('button', { name: 'Being undone by Escalated' }))
  expect(onSelectNode).toHaveBeenLastCalledWith('escalated')
  push(completed('escalated'), { type: 'node_compensated', nodeRunId: 'crm', data: { by: 'escalated', how: 'undone' } })
  expect(await screen.findByRole('button', { name: 'Undone by Escalated' })).toBeDefined()
  // A part that cannot show another node has the names only.
  push(
    { type: 'node_scheduled', nodeRunId: 'respond', data: { ...data, undoes: 'policy' } },
    { type: 'node_canceled', nodeRunId: 'respond', data: { pass: 1, reason: 'operator' } },
    { type: 'node_compensated', nodeRunId: 'policy', data: { by: 'respond', how: 'skipped' } },
  )
  expect((await screen.findByText('Not undone by Auto-respond')).tagName).toBe('P')
})
