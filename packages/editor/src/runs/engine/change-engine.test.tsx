// @vitest-environment jsdom
import type { Run, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { waitingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { RunHeader } from '../viewer/run-header.tsx'

const ACTOR = { userId: 'u-mina', displayName: 'Mina Kaur' }
const REQUEST = { requestId: 'e', actor: ACTOR, from: 'embedded', to: 'temporal' } as const

function show(role: 'admin' | 'editor', otherEngines: readonly Run['engine'][] = ['temporal']) {
  const { client, push } = createFixtureClient({ frames: waitingRun().frames })
  const get: TenonClient['runs']['get'] = async (id) => ({ ...(await client.runs.get(id)), otherEngines }) as Run
  const changeEngine = vi.fn<TenonClient['runs']['changeEngine']>((id) => get(id))
  const own: TenonClient = {
    ...client,
    me: async () => ({ ...(await client.me()), role }),
    runs: { ...client.runs, get, changeEngine },
  }
  const view = renderPart(
    <RunProvider client={own} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <RunReady scope={scope}>
          {(ready) => <RunHeader scope={ready} onOpenRun={undefined} onOpenWorkflow={undefined} />}
        </RunReady>
      )}
    </RunProvider>,
  )
  return { ...view, push, changeEngine }
}

test('an admin has another engine execute the run, and sees that it waits for that', async () => {
  const { user, push, changeEngine } = show('admin')
  changeEngine.mockRejectedValueOnce(new TenonError('RUN_CLOSED', 'The run has ended', { remedy: 'Start a new run.' }))
  await user.click(await screen.findByRole('button', { name: 'Move to Temporal' }))
  const dialog = await screen.findByRole('dialog', { name: 'Continue this run on Temporal?' })
  await user.click(within(dialog).getByRole('button', { name: 'Change the engine' }))
  expect((await within(dialog).findByRole('alert')).textContent).toContain('The run has ended')
  await user.click(within(dialog).getByRole('button', { name: 'Change the engine' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(changeEngine.mock.calls).toEqual([
    [FIXTURE_RUN_ID, { engine: 'temporal' }],
    [FIXTURE_RUN_ID, { engine: 'temporal' }],
  ])
  const log = waitingRun().wait(10)
  log.add({ type: 'engine_change_requested', data: REQUEST })
  act(() => push(...log.frames))
  expect(await screen.findByText('Continues on Temporal when no node is in progress')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Move to Temporal' })).toBeNull()
  changeEngine.mockRejectedValueOnce(new TenonError('UNAVAILABLE', 'The server did not answer'))
  await user.click(screen.getByRole('button', { name: 'Stay on Embedded' }))
  expect(await screen.findByText(/^The server did not answer/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Stay on Embedded' }))
  await waitFor(() => expect(changeEngine).toHaveBeenLastCalledWith(FIXTURE_RUN_ID, { engine: 'embedded' }))
  expect(changeEngine).toHaveBeenCalledTimes(4)
  log.add({ type: 'engine_changed', data: REQUEST })
  act(() => push(...log.frames))
  await waitFor(() => expect(screen.queryByText(/^Continues on/)).toBeNull())
})

test('is hidden from editors, and where the server has one engine', async () => {
  const first = show('editor')
  expect(await screen.findByRole('button', { name: 'Cancel run' })).toBeTruthy()
  await vi.waitFor(() => expect(first.container.querySelector('[aria-busy="true"]')).toBeNull())
  expect(screen.queryByRole('button', { name: 'Move to Temporal' })).toBeNull()
  first.unmount()
  show('admin', [])
  expect(await screen.findByRole('button', { name: 'Cancel run' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Move to Temporal' })).toBeNull()
})
