// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../../test/fixtures/stored-workflow.ts'
import { escalatedRun, failedRun, waitingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunProvider } from '../store/run-scope.tsx'
import { RunAgain } from './run-again.tsx'

const INPUT = { ticket_id: 'T-12345', text: 'Where is my parcel?' }
const STARTED = { runId: 'run-2', status: 'queued', startedAt: null } as const

function show(frames = escalatedRun().frames, change: (client: TenonClient) => Partial<TenonClient> = () => ({})) {
  const { client } = createFixtureClient({ frames })
  const rerun = vi.fn<TenonClient['runs']['rerun']>(async () => STARTED)
  const tryDraft = vi.fn<TenonClient['drafts']['try']>(async () => STARTED)
  const own: TenonClient = {
    ...client,
    workflows: { ...client.workflows, get: async () => STORED_WORKFLOW },
    runs: { ...client.runs, rerun, ledger: async (id) => ({ ...(await client.runs.ledger(id)), input: INPUT }) },
    drafts: { ...client.drafts, try: tryDraft },
  }
  const onStarted = vi.fn()
  const view = renderPart(
    <RunProvider client={{ ...own, ...change(own) }} runId={FIXTURE_RUN_ID}>
      {(scope) => <RunAgain scope={scope} onStarted={onStarted} />}
    </RunProvider>,
  )
  return { ...view, rerun, tryDraft, onStarted }
}

describe('RunAgain', () => {
  test('runs the same version again with the recorded input, which only the server has', async () => {
    const { user, rerun, onStarted } = show()
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    await waitFor(() => expect(onStarted).toHaveBeenCalledExactlyOnceWith('run-2'))
    expect(rerun.mock.calls).toEqual([[FIXTURE_RUN_ID, { from: 'start', version: 'same' }]])
    expect(screen.queryByRole('button', { name: 'Run again from where it failed' })).toBeNull()
  })

  test('runs a failed run again from where it failed, with the latest version if the user chooses it', async () => {
    const { user, rerun, onStarted } = show(failedRun().frames, (client) => ({
      workflows: {
        ...client.workflows,
        get: async (id) => ({ ...(await client.workflows.get(id)), liveVersion: '6' }),
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again from where it failed' }))
    await user.click(await screen.findByRole('button', { name: 'Run version 6' }))
    await waitFor(() => expect(onStarted).toHaveBeenCalledExactlyOnceWith('run-2'))
    expect(rerun.mock.calls).toEqual([[FIXTURE_RUN_ID, { from: 'failed', version: 'latest' }]])
  })

  test.each([
    ['undone', 'The finished nodes of this run were undone'],
    ['not_reached', 'Nothing has run there'],
    ['changed', 'Two nodes have changed. Choose the same version.'],
  ])('says in plain words why the server refused: %s', async (code, text) => {
    const issues = [{ path: ['from'], code, message: 'Of the server' }]
    const { user, onStarted } = show(failedRun().frames, (client) => ({
      runs: {
        ...client.runs,
        rerun: async () => {
          const options = { remedy: 'Choose the same version.', details: { issues } }
          throw new TenonError('RERUN_REFUSED', 'Two nodes have changed', options)
        },
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again from where it failed' }))
    expect((await screen.findAllByText(new RegExp(text))).length).toBeGreaterThan(0)
    expect(onStarted).not.toHaveBeenCalled()
  })

  test('asks for the version if a newer one is published, and runs the chosen one', async () => {
    const { user, rerun, onStarted } = show(undefined, (client) => ({
      workflows: {
        ...client.workflows,
        get: async (id) => ({ ...(await client.workflows.get(id)), liveVersion: '6' }),
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    const dialog = await screen.findByRole('dialog', { name: 'Which version should run?' })
    expect(dialog.textContent).toContain('This run used version 4. Version 6 is published now.')
    expect(rerun).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(onStarted).not.toHaveBeenCalled()
    for (const [version, which] of [
      ['4', 'same'],
      ['6', 'latest'],
    ]) {
      rerun.mockClear()
      await user.click(screen.getByRole('button', { name: 'Run again' }))
      await user.click(await screen.findByRole('button', { name: `Run version ${version}` }))
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
      expect(rerun.mock.calls).toEqual([[FIXTURE_RUN_ID, { from: 'start', version: which }]])
    }
    expect(onStarted).toHaveBeenCalledTimes(2)
  })

  test('says in the dialog why the chosen version could not start, and keeps the choice', async () => {
    const { user, onStarted } = show(undefined, (client) => ({
      workflows: {
        ...client.workflows,
        get: async (id) => ({ ...(await client.workflows.get(id)), liveVersion: '6' }),
      },
      runs: {
        ...client.runs,
        rerun: async () => {
          throw new TenonError('RUN_INPUT_INVALID', 'The input lacks "order"', { remedy: 'Add it.' })
        },
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    await user.click(await screen.findByRole('button', { name: 'Run version 6' }))
    const dialog = screen.getByRole('dialog', { name: 'Which version should run?' })
    expect((await within(dialog).findByRole('alert')).textContent).toContain('The input lacks "order". Add it.')
    expect(screen.getByRole('button', { name: 'Run version 4' })).toBeTruthy()
    expect(onStarted).not.toHaveBeenCalled()
  })

  test.each<[string, () => typeof STARTED, { readonly started: readonly string[]; readonly isOpen: boolean }]>([
    ['closes when it starts', () => STARTED, { started: ['run-2'], isOpen: false }],
    [
      'says why when it fails',
      () => {
        throw new TenonError('UNAVAILABLE', 'The server does not answer')
      },
      { started: [], isOpen: true },
    ],
  ])('keeps the dialog open while the chosen version is sent, and %s', async (_outcome, answer, expected) => {
    let release = () => {}
    const { user, onStarted } = show(undefined, (client) => ({
      workflows: {
        ...client.workflows,
        get: async (id) => ({ ...(await client.workflows.get(id)), liveVersion: '6' }),
      },
      runs: {
        ...client.runs,
        rerun: async () => {
          await new Promise<void>((resolve) => {
            release = resolve
          })
          return answer()
        },
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    await user.click(await screen.findByRole('button', { name: 'Run version 6' }))
    const dialog = screen.getByRole('dialog', { name: 'Which version should run?' })
    for (const name of ['Cancel', 'Close']) await user.click(within(dialog).getByRole('button', { name }))
    fireEvent(dialog, new Event('cancel', { cancelable: true }))
    await user.click(dialog)
    expect(dialog.isConnected).toBe(true)
    await act(async () => release())
    expect({ started: onStarted.mock.calls.flat(), isOpen: dialog.isConnected }).toEqual(expected)
    expect(screen.queryAllByText(/The server does not answer/)).toHaveLength(expected.isOpen ? 1 : 0)
  })

  test('runs the same version again with another input, in a form with the recorded one', async () => {
    const { user, rerun, onStarted } = show(failedRun().frames, (client) => ({
      runs: {
        ...client.runs,
        rerun: vi.fn<TenonClient['runs']['rerun']>(async (...sent) => {
          if (sent[1].input !== undefined && JSON.stringify(sent[1].input).includes('T-1"')) return rerun(...sent)
          throw new TenonError('RUN_INPUT_INVALID', 'The run input is not valid', {
            details: { issues: [{ path: ['input', 'text'], code: 'too_short', message: 'Write more' }] },
          })
        }),
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'More ways to run again' }))
    expect(screen.getAllByRole('menuitem').map((item) => item.textContent)).toEqual([
      'Run again',
      'Run again with other input',
    ])
    await user.click(screen.getByRole('menuitem', { name: 'Run again with other input' }))
    const dialog = await screen.findByRole('dialog', { name: 'Run again with other input' })
    expect(dialog.textContent).toContain('Starts a new run of version 4 from the beginning.')
    const ticket = await within(dialog).findByDisplayValue('T-12345')
    await user.click(within(dialog).getByRole('button', { name: 'Run again' }))
    expect(await within(dialog).findByText('Write more')).toBeTruthy()
    await user.clear(ticket)
    await user.type(ticket, 'T-1')
    await user.click(within(dialog).getByRole('button', { name: 'Run again' }))
    await waitFor(() => expect(onStarted).toHaveBeenCalledExactlyOnceWith('run-2'))
    expect(rerun.mock.calls).toEqual([[FIXTURE_RUN_ID, { from: 'start', input: { ...INPUT, ticket_id: 'T-1' } }]])
    expect(dialog.isConnected).toBe(false)
  })

  test('tests the draft again after a test run', async () => {
    const { user, rerun, tryDraft, onStarted } = show(undefined, (client) => ({
      runs: {
        ...client.runs,
        get: async (runId) => ({ ...(await client.runs.get(runId)), mode: 'test', version: 'test:abc' }),
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Test the draft again' }))
    await waitFor(() => expect(onStarted).toHaveBeenCalledExactlyOnceWith('run-2'))
    expect(tryDraft.mock.calls[0]?.[1]).toMatchObject({ trigger: 'start', input: INPUT })
    expect(rerun).not.toHaveBeenCalled()
  })

  test('says why it could not start', async () => {
    const { user, onStarted } = show(undefined, (client) => ({
      runs: {
        ...client.runs,
        rerun: async () => {
          throw new TenonError('UNAVAILABLE', 'The server does not answer')
        },
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    expect((await screen.findAllByText(/The server does not answer/)).length).toBeGreaterThan(0)
    expect(onStarted).not.toHaveBeenCalled()
  })

  test('says that the workflow of the run was deleted', async () => {
    const { user, onStarted } = show(undefined, (client) => ({
      workflows: {
        ...client.workflows,
        get: async () => {
          throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
        },
      },
    }))
    await user.click(await screen.findByRole('button', { name: 'Run again' }))
    expect((await screen.findAllByText(/The workflow of this run was deleted/)).length).toBeGreaterThan(0)
    expect(screen.queryByText(/No workflow has this id/)).toBeNull()
    expect(onStarted).not.toHaveBeenCalled()
  })

  test.each(['viewer', 'editor'] as const)(
    'is not there for a %s who looks, or while the run goes on',
    async (role) => {
      const asked = vi.fn<TenonClient['me']>()
      const { client } = createFixtureClient()
      asked.mockImplementation(async () => ({ ...(await client.me()), role }))
      const frames = role === 'viewer' ? escalatedRun().frames : waitingRun().frames
      show(frames, () => ({ me: asked }))
      // Those who may start it have the button from here on, which the tests above show.
      await waitFor(() => expect(asked).toHaveBeenCalled())
      await act(() => Promise.all(asked.mock.results.map(({ value }) => value)))
      expect(screen.queryByRole('button')).toBeNull()
    },
  )
})
