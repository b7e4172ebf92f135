// @vitest-environment jsdom
import type { TenonClient, Workflow } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor } from '@testing-library/react'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { StartDialog } from '../publish/start-dialog.tsx'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { useStoredDetails } from './use-stored-details.ts'
import { useWorkflowChanges } from './use-workflow-changes.ts'

function open() {
  const fixture = createFixtureClient()
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow: STORED_WORKFLOW, phase: { kind: 'ready' }, sync: 'saved' })
  let server: Workflow | null = STORED_WORKFLOW
  const get = vi.fn(async () => {
    if (server === null) throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    return server
  })
  const client: TenonClient = { ...fixture.client, workflows: { ...fixture.client.workflows, get } }
  const onRestored = vi.fn()
  function Probe() {
    const details = useStoredDetails(session, client, 'wf')
    useWorkflowChanges({ session, client, workflowId: 'wf', details, onRestored })
    return <StartDialog client={client} workflowId="wf" onStarted={() => {}} onOpenProblem={() => {}} />
  }
  renderPart(
    <SessionProvider session={session}>
      <Probe />
    </SessionProvider>,
  )
  const change = (next: Partial<Workflow> | null) => {
    server = next === null ? null : { ...STORED_WORKFLOW, ...next }
  }
  const state = () => session.store.getState()
  return { fixture, session, get, change, state, onRestored }
}

describe('useWorkflowChanges', () => {
  test('name and version follow what others do', async () => {
    const { fixture, change, state } = open()
    act(() => fixture.announce({ kind: 'version', id: '5', workflowId: 'another' }))
    expect(state().workflow?.version).toBe('4')
    change({ version: '5', name: 'Renamed by Bo' })
    act(() => fixture.announce({ kind: 'version', id: '5', workflowId: 'wf' }))
    await waitFor(() => expect(state().workflow).toMatchObject({ version: '5', name: 'Renamed by Bo' }))
  })

  test('says and runs the newest version while the dialog is open', async () => {
    const { fixture, session, change } = open()
    act(() => session.store.setState({ openPanel: 'run' }))
    expect(screen.getByText('Runs version 4.')).toBeTruthy()
    change({ version: '5' })
    act(() => fixture.announce({ kind: 'version', id: '5', workflowId: 'wf' }))
    expect(await screen.findByText('Runs version 5.')).toBeTruthy()
    await waitFor(() =>
      expect(fixture.calls.filter(({ name }) => name === 'versions.get').at(-1)?.args).toEqual(['wf', '5']),
    )
  })

  test('nothing is read for other workflows, and everything after a lost connection', async () => {
    const { fixture, get } = open()
    act(() =>
      fixture.announce(
        { kind: 'workflow', id: 'other', workflowId: 'other' },
        { kind: 'version', id: '2', workflowId: 'other' },
        { kind: 'run', id: 'r', workflowId: 'wf' },
      ),
    )
    expect(get).not.toHaveBeenCalled()
    act(() => fixture.announce({ kind: 'ready' }))
    await waitFor(() => expect(get).toHaveBeenCalledTimes(1))
  })

  test('says that the workflow was deleted, and loads it again when it is restored', async () => {
    const { fixture, change, state, onRestored } = open()
    change(null)
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(state().phase.kind).toBe('failed'))
    expect(state()).toMatchObject({ isReadOnly: true, phase: { error: { code: 'WORKFLOW_NOT_FOUND' } } })
    expect(onRestored).not.toHaveBeenCalled()
    change({})
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(onRestored).toHaveBeenCalledTimes(1))
  })

  test.each([
    ['deleted while it was open', STORED_WORKFLOW],
    ['deleted before it was opened', null],
  ])('finds a workflow that was %s and is restored, although no hint arrives', async (_when, workflow) => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { session, get, change, onRestored } = open()
    change(null)
    const error = new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
    act(() => session.store.setState({ workflow, phase: { kind: 'failed', error } }))
    const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
    await wait(2_000 + 4_000)
    expect(get).toHaveBeenCalledTimes(2)
    expect(onRestored).not.toHaveBeenCalled()
    change({})
    await wait(8_000)
    expect(onRestored).toHaveBeenCalledTimes(1)
    act(() => session.store.setState({ phase: { kind: 'ready' } }))
    await wait(60_000)
    expect(get).toHaveBeenCalledTimes(3)
  })
})
