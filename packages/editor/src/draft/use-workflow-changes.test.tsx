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

const DELETED_AT = '2026-11-20T10:00:00.000Z'

function open(version?: string) {
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
    useWorkflowChanges({ session, client, workflowId: 'wf', version, details, onRestored })
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
    expect(await screen.findByText('Runs version 4.')).toBeTruthy()
    change({ version: '5', liveVersion: '5' })
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
    const { fixture, get, change, state, onRestored } = open()
    change({ deletedAt: DELETED_AT })
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(state().phase.kind).toBe('failed'))
    const deleted = { isReadOnly: true, phase: { error: { code: 'WORKFLOW_NOT_FOUND' }, isDeleted: true } }
    expect(state()).toMatchObject(deleted)
    // A server answers with a deleted workflow, also while it is requested again.
    act(() => fixture.announce({ kind: 'ready' }))
    await waitFor(() => expect(get).toHaveResolvedTimes(2))
    expect([state(), onRestored.mock.calls]).toMatchObject([deleted, []])
    change({})
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(onRestored).toHaveBeenCalledTimes(1))
  })

  test('offers to restore only what was deleted, not what the server does not know', async () => {
    const { fixture, change, state } = open()
    change(null)
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(state().phase).toMatchObject({ error: { code: 'WORKFLOW_NOT_FOUND' } }))
    expect(state().phase).not.toHaveProperty('isDeleted')
    change({ deletedAt: DELETED_AT })
    act(() => fixture.announce({ kind: 'ready' }))
    await waitFor(() => expect(state().phase).toMatchObject({ isDeleted: true }))
  })

  test('a version remains readable after its workflow was deleted', async () => {
    const { fixture, change, state, onRestored } = open('4')
    change({ deletedAt: DELETED_AT })
    act(() => fixture.announce({ kind: 'workflow', id: 'wf', workflowId: 'wf' }))
    await waitFor(() => expect(state().workflow?.deletedAt).toBe(DELETED_AT))
    expect([state().phase, onRestored.mock.calls]).toEqual([{ kind: 'ready' }, []])
  })

  test.each([
    ['was deleted while it was open', STORED_WORKFLOW, { deletedAt: DELETED_AT }],
    ['was deleted before it was opened', null, { deletedAt: DELETED_AT }],
    ['the server does not know', null, null],
  ])('finds a workflow that %s once it is back, although no hint arrives', async (_when, workflow, before) => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { session, get, change, onRestored } = open()
    change(before)
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
