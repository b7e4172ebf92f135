// @vitest-environment jsdom
import type { TenonClient, Version } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import type { EditorEvent } from '../editor-props.ts'
import type { HostMessages } from '../messages/en/index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { PublishDialog } from './publish-dialog.tsx'

function start(publish: TenonClient['versions']['publish'], messages: HostMessages = {}) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow: STORED_WORKFLOW, phase: { kind: 'ready' }, sync: 'saved', openPanel: 'publish' })
  const { client } = createFixtureClient()
  const events: EditorEvent[] = []
  const opened: string[] = []
  const view = renderPart(
    <SessionProvider session={session}>
      <PublishDialog
        client={{ ...client, versions: { ...client.versions, publish } }}
        workflowId="wf"
        onOpenProblem={(problem) => opened.push(problem.id)}
        onEvent={(event) => events.push(event)}
      />
    </SessionProvider>,
    messages,
  )
  const show = (problems: readonly EditorProblem[]) => act(() => session.store.setState({ problems }))
  return { ...view, events, opened, show, state: () => session.store.getState() }
}

/** Opens the dialog and waits until its fields are loaded. */
async function open(...options: Parameters<typeof start>) {
  const started = start(...options)
  await screen.findByRole('textbox')
  return started
}

const VERSION_5: Version = {
  workflowId: 'wf',
  version: '5',
  notes: '',
  contentHash: '',
  behaviorHash: '',
  publishedAt: '2026-11-20T10:00:00.000Z',
  publishedBy: { userId: 'u-ada', displayName: 'Ada Obi' },
}

describe('PublishDialog', () => {
  test('is open before its fields are loaded, and then has the focus in them', async () => {
    start(async () => VERSION_5)
    expect(screen.getByRole('dialog', { name: 'Publish a version' })).toBeTruthy()
    expect(screen.queryByRole('textbox')).toBeNull()
    const notes = await screen.findByRole('textbox')
    expect(document.activeElement).toBe(notes)
    expect(screen.getAllByRole('dialog', { name: 'Publish a version' })).toHaveLength(1)
  })

  test('can be closed before its fields are loaded', async () => {
    const { state } = start(async () => VERSION_5)
    fireEvent.click(screen.getByRole('button', { name: 'Close' }))
    expect(state().openPanel).toBeNull()
    await import('./dialogs.ts')
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('closes with the version that was made, though the server answers nothing else', async () => {
    const { user, state, events } = await open(async () => VERSION_5)
    await user.click(screen.getByRole('button', { name: 'Publish' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(state().workflow).toMatchObject({
      name: 'Tickets',
      version: '5',
      liveVersion: '5',
      hasUnpublishedChanges: false,
    })
    expect(events).toEqual([{ type: 'published', version: '5' }])
    expect(screen.getAllByText('Version 5 published').length).toBeGreaterThan(0)
  })

  test('sends what new runs and runs in progress do, which are not asked about for a first version', async () => {
    const sent: unknown[] = []
    const { user, state } = await open(async (_id, body) => {
      sent.push(body)
      throw new TenonError('UNAVAILABLE', 'The server cannot be reached')
    })
    const choose = (name: string, option: string) =>
      user.selectOptions(screen.getByRole('combobox', { name }), screen.getByRole('option', { name: option }))
    await choose('Runs in progress', 'Move to this version')
    expect(screen.getByText(/^Each moves as soon as/)).toBeTruthy()
    expect(await screen.findByText('No runs are in progress now.')).toBeTruthy()
    await choose('New runs', 'Some start with this version first')
    const type = async (name: string, text: string) => {
      const field = screen.getByLabelText(name)
      await user.clear(field)
      await user.type(field, text)
    }
    await type('Percentage of new runs', '5')
    await type('Highest failure rate in percent', '2')
    await type('Ended runs before the rate counts', '40')
    await type('Completed runs before all new runs follow', '200')
    const publish = screen.getByRole('button', { name: 'Publish' })
    await user.click(publish)
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toEqual({
      runs: 'move',
      canary: { percent: 5, maxFailurePercent: 2, minRuns: 40, promoteAfter: 200 },
    })
    await choose('New runs', 'All start with this version')
    await choose('Runs in progress', 'Are canceled')
    await user.click(publish)
    await waitFor(() => expect(sent[1]).toEqual({ runs: 'cancel' }))
    await choose('Runs in progress', 'Finish on their version')
    await user.click(publish)
    await waitFor(() => expect(sent[2]).toEqual({}))
    expect(state().openPanel).toBe('publish')
  })

  test('publishes no other number than the one that is shown', async () => {
    const sent: unknown[] = []
    const { user } = await open(async (_id, body) => {
      sent.push(body)
      return VERSION_5
    })
    const choose = (name: string, option: string) =>
      user.selectOptions(screen.getByRole('combobox', { name }), screen.getByRole('option', { name: option }))
    await choose('New runs', 'Some start with this version first')
    const percent = screen.getByLabelText('Percentage of new runs')
    const publish = screen.getByRole('button', { name: 'Publish' })
    for (const text of ['0', '101', '12.5', '']) {
      await user.clear(percent)
      if (text !== '') await user.type(percent, text)
      await user.click(publish)
      expect(document.activeElement, `"${text}"`).toBe(percent)
      expect(percent.getAttribute('aria-invalid')).toBe('true')
    }
    expect(sent).toEqual([])
    await choose('New runs', 'All start with this version')
    await user.click(publish)
    await waitFor(() => expect(sent).toEqual([{}]))
  })

  test('says in its first sentence what the choices do', async () => {
    const { user } = await open(async () => VERSION_5)
    const dialog = screen.getByRole('dialog')
    const first = () => dialog.querySelector('.tn-dialog-description')?.textContent
    const choose = (name: string, option: string) =>
      user.selectOptions(screen.getByRole('combobox', { name }), screen.getByRole('option', { name: option }))
    expect(first()).toBe('New runs use this version. Runs in progress finish on their own version.')
    await choose('Runs in progress', 'Are canceled')
    expect(first()).toBe('New runs use this version. Runs in progress are canceled.')
    await choose('New runs', 'Some start with this version first')
    expect(first()).toBe(
      '10 % of new runs use this version at first. Once it is promoted, runs in progress are canceled.',
    )
    await choose('Runs in progress', 'Move to this version')
    expect(first()).toContain('Once it is promoted, runs in progress move to it where they fit.')
  })

  test('stays open when the version could not be made, and says why', async () => {
    const { user, state, events } = await open(async () => {
      throw new TenonError('UNAVAILABLE', 'The server cannot be reached')
    })
    await user.click(screen.getByRole('button', { name: 'Publish' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached')
    expect(state().workflow?.version).toBe('4')
    expect(events).toEqual([])
  })

  test('stays open while the version is made, so that a failure is seen', async () => {
    let fail = (_error: TenonError) => {}
    const { user } = await open(() => new Promise((_resolve, reject) => (fail = reject)))
    const dialog = screen.getByRole('dialog')
    await user.click(within(dialog).getByRole('button', { name: 'Publish' }))
    for (const name of ['Cancel', 'Close']) await user.click(within(dialog).getByRole('button', { name }))
    fireEvent(dialog, new Event('cancel', { cancelable: true }))
    await act(async () => fail(new TenonError('UNAVAILABLE', 'The server cannot be reached')))
    expect(within(dialog).getByRole('alert').textContent).toContain('The server cannot be reached')
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
    expect(dialog.isConnected).toBe(false)
  })

  test('lists warnings, which open their fields, and keeps the notes', async () => {
    const { user, show, opened, state } = await open(async () => VERSION_5)
    const warning = {
      edgeId: null,
      range: null,
      fixes: [],
      code: 'X',
      nodeId: null,
      field: [],
      severity: 'warning',
    } as const
    show([
      { ...warning, id: '1', message: 'The branch has no end' },
      { ...warning, id: '2', message: 'URL may be null' },
    ])
    expect(screen.getByText('2 warnings')).toBeTruthy()
    await user.type(screen.getByRole('textbox'), 'Faster')
    await user.click(screen.getByRole('button', { name: /URL may be null/ }))
    expect(opened).toEqual(['2'])
    expect(state()).toMatchObject({ openPanel: null, suggestedNotes: 'Faster' })
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('lists and counts only what prevents publishing, and counts the warnings separately', async () => {
    const { show } = await open(async () => VERSION_5)
    const problem = { edgeId: null, range: null, fixes: [], code: 'X', nodeId: null, field: [] }
    show([
      { ...problem, id: '1', severity: 'error', message: 'URL is empty' },
      { ...problem, id: '2', severity: 'warning', message: 'The branch has no end' },
    ])
    expect(screen.getByRole('heading', { name: '1 problem to fix first' })).toBeTruthy()
    expect(screen.getAllByRole('listitem').map((row) => row.textContent)).toEqual([
      expect.stringContaining('URL is empty'),
    ])
    expect(screen.getByText('1 warning does not have to be fixed.')).toBeTruthy()
  })

  test('lists what the server finds, though the editor has found nothing', async () => {
    const issues = [{ path: ['nodes', 'a'], code: 'QUEUE_UNKNOWN', message: 'No worker serves "gpu"' }]
    const { user } = await open(async () => {
      throw new TenonError('WORKFLOW_INVALID', 'The workflow has one problem: raw text', { details: { issues } })
    })
    await user.click(screen.getByRole('button', { name: 'Publish' }))
    expect(await screen.findByRole('heading', { name: '1 problem to fix first' })).toBeTruthy()
    expect(screen.getByRole('button', { name: /No worker serves "gpu"/ })).toBeTruthy()
    expect(screen.queryByText(/raw text/)).toBeNull()
  })

  test('shows what the server finds in the texts of the host, with the values in them', async () => {
    const message = 'Work: no worker serves the task queue "gpu"'
    const queue = { path: ['nodes', 'a', 'policy', 'taskQueue'], code: 'TASK_QUEUE_UNSERVED', message }
    const issues = [
      { ...queue, values: { queue: 'gpu' } },
      { ...queue, message: 'Of another form', values: 'gpu' },
    ]
    const { user } = await open(
      async () => {
        throw new TenonError('WORKFLOW_INVALID', message, { details: { issues } })
      },
      { 'problem.TASK_QUEUE_UNSERVED': 'Keine Instanz bedient „{queue}“' },
    )
    await user.click(screen.getByRole('button', { name: 'Publish' }))
    expect(await screen.findByRole('button', { name: /Keine Instanz bedient „gpu“/ })).toBeTruthy()
    expect(screen.getByRole('heading', { name: '1 problem to fix first' })).toBeTruthy()
  })
})
