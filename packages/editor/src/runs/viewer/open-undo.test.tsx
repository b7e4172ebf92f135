// @vitest-environment jsdom
import type { RunEventFrame } from '@tenon/core/run'
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatingRun, pausedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunSummary } from '../inspector/run-summary.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { OpenUndo } from './open-undo.tsx'
import { RunHeader } from './run-header.tsx'

test('a run that undoes what it has done says how far it is, lists its steps, and can be stopped', async () => {
  const { frames, at } = escalatingRun()
  const fixture = createFixtureClient({ frames })
  const skipCompensation = vi.fn(fixture.client.runs.skipCompensation)
  const client = { ...fixture.client, runs: { ...fixture.client.runs, skipCompensation } }
  const { user } = renderPart(
    <RunProvider client={client} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <>
          <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} />
          <OpenUndo scope={scope} />
          <RunSummary scope={scope} onSelectNode={() => undefined} />
        </>
      )}
    </RunProvider>,
  )
  let seq = frames.length
  const push = (...events: Omit<RunEventFrame, 'seq' | 'at'>[]) =>
    act(() => fixture.push(...events.map((event) => ({ ...event, seq: ++seq, at }) as RunEventFrame)))
  const scheduled = { pass: 1, mode: 'dispatch', queue: null, resume: null } as const
  push(
    { type: 'compensation_started', data: { because: 'failed', count: 2 } },
    { type: 'node_scheduled', nodeRunId: 'undo_b', data: { ...scheduled, undoes: 'crm' } },
    { type: 'node_compensated', nodeRunId: 'crm', data: { by: 'undo_b', how: 'undone' } },
    { type: 'node_scheduled', nodeRunId: 'undo_a', data: { ...scheduled, undoes: 'policy' } },
  )
  expect(await screen.findByText('Undoing finished nodes: 1 of 2')).toBeDefined()
  // In the header and in the summary.
  expect(screen.getAllByText('Failing · undoing 1 of 2')).toHaveLength(2)
  expect(screen.queryByText(/^Not undone/)).toBeNull()
  const section = screen.getByRole('region', { name: 'Undo' })
  expect(
    within(section)
      .getAllByRole('button')
      .map((button) => button.textContent),
  ).toEqual(['undo_b · undoes Log to CRM', 'undo_a · undoes Check policy'])
  await user.click(screen.getByRole('button', { name: 'Stop undoing' }))
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Stop undoing' }))
  expect(skipCompensation).toHaveBeenCalledExactlyOnceWith(FIXTURE_RUN_ID)
  push(
    { type: 'compensation_skip_requested', data: { actor: { userId: 'm', displayName: 'Mina Kaur' } } },
    { type: 'node_compensated', nodeRunId: 'policy', data: { by: 'undo_a', how: 'skipped' } },
    { type: 'compensation_ended', data: { undone: 1, skipped: 1, left: 0 } },
  )
  expect(await within(section).findByText('Stopped by Mina Kaur')).toBeDefined()
  expect(within(section).getByText('1 of 2 undone')).toBeDefined()
  expect(screen.getByText('Not undone: Check policy')).toBeDefined()
  expect(screen.queryByText(/^Undoing finished nodes/)).toBeNull()
  expect(screen.queryByText(/undoing/)).toBeNull()
})

test('a canceled run that undoes what it has done cannot be canceled again or paused, but be resumed', async () => {
  const log = pausedRun()
  const fixture = createFixtureClient({ frames: log.frames.slice(0, -2) })
  const { user } = renderPart(
    <RunProvider client={fixture.client} runId={FIXTURE_RUN_ID}>
      {(scope) => <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} />}
    </RunProvider>,
  )
  await screen.findByRole('button', { name: 'Pause' })
  await user.click(screen.getByRole('button', { name: 'Cancel run' }))
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel run' }))
  await waitFor(() => expect(document.querySelector('.tn-toast-text')?.textContent).toBe('Cancellation requested'))
  let seq = log.frames.length - 2
  const push = (...events: Omit<RunEventFrame, 'seq' | 'at'>[]) =>
    act(() => fixture.push(...events.map((event) => ({ ...event, seq: ++seq, at: log.at }) as RunEventFrame)))
  push({ type: 'compensation_started', data: { because: 'canceled', count: 1 } })
  expect(await screen.findByText('Canceling · undoing 0 of 1')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Cancel run' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
  await waitFor(() => expect(document.querySelector('.tn-toast-text')).toBeNull())
  push({ type: 'run_paused', data: { actor: null } })
  expect(await screen.findByRole('button', { name: 'Resume' })).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Cancel run' })).toBeNull()
})
