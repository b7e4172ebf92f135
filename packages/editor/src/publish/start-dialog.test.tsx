// @vitest-environment jsdom
import type { StartedRun, StartRun, TenonClient, TryDraft } from '@tenon/core/client'
import type { JsonSchema, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { TriggerKind } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { StartDialog } from './start-dialog.tsx'

const PAID = { type: 'paid', title: 'Paid', description: null, schema: null, example: { total: 3 } }

/** A workflow that begins at `id` with one text, called as given, or without input. */
function startsWith(id: string, field: string | null) {
  const properties: JsonSchema = field === null ? {} : { [field]: { type: 'string', title: field } }
  const inputSchema: JsonSchema = { type: 'object', properties, additionalProperties: false }
  return workflow([node(id, 'start', { inputSchema, eventType: 'paid' })], [])
}

interface OpenOptions {
  /** Answers in place of the server. */
  readonly onTry?: () => unknown
  /** Facts in the answer to a start. */
  readonly answer?: Partial<StartedRun>
  /** Settings of the published version. */
  readonly settings?: WorkflowDocument['settings']
  /** The workflow takes no input. */
  readonly isWithoutInput?: boolean
  /** The only trigger of the draft is disabled. */
  readonly isDisabled?: boolean
  /** Kind of the trigger, which is a start node otherwise. */
  readonly kind?: TriggerKind
}

function open(
  panel: 'try' | 'run',
  { onTry, answer: facts, settings = {}, isWithoutInput = false, isDisabled = false, kind: trigger }: OpenOptions = {},
) {
  const fixture = createFixtureClient({
    document: { ...startsWith('begin', isWithoutInput ? null : 'Published'), settings },
  })
  const kind = trigger === undefined ? {} : { trigger }
  const manifest = {
    ...SMALL_MANIFEST,
    nodes: SMALL_MANIFEST.nodes.map((entry) => (entry.control === 'trigger' ? { ...entry, ...kind } : entry)),
  }
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow: STORED_WORKFLOW, manifest: createManifestIndex(manifest) })
  const draft = startsWith('begin_2', isWithoutInput ? null : 'Drafted')
  session.adopt(isDisabled ? { ...draft, nodes: draft.nodes.map((begin) => ({ ...begin, disabled: true })) } : draft)
  session.store.setState({ phase: { kind: 'ready' }, sync: 'saved', openPanel: panel })
  const started: { kind: string; body: StartRun | TryDraft }[] = []
  const answer = (kind: string) => async (_workflowId: string, body: StartRun | TryDraft) => {
    started.push({ kind, body })
    if (kind === 'try') await onTry?.()
    return { runId: 'run-1', status: 'queued' as const, startedAt: null, ...facts }
  }
  const client: TenonClient = {
    ...fixture.client,
    drafts: { ...fixture.client.drafts, try: answer('try') },
    events: { ...fixture.client.events, types: async () => ({ items: [PAID], undeclared: 'allow' as const }) },
    runs: { ...fixture.client.runs, start: answer('start') },
  }
  const reported: string[] = []
  const opened: string[] = []
  const view = renderPart(
    <SessionProvider session={session}>
      <StartDialog
        client={client}
        workflowId="wf"
        onStarted={(runId, mode) => reported.push(`${mode} ${runId}`)}
        onOpenProblem={({ nodeId, field }) => opened.push([nodeId, ...field].join('.'))}
      />
    </SessionProvider>,
  )
  const reopen = () => act(() => session.store.setState({ openPanel: panel }))
  return { ...view, fixture, session, started, reported, opened, reopen }
}

describe('StartDialog', () => {
  test('says that a disabled trigger starts no runs, and how to enable it', async () => {
    open('try', { isDisabled: true })
    expect(await screen.findByText('Every trigger is disabled')).toBeTruthy()
    expect(screen.getByText('A disabled trigger starts no runs. Select a trigger and enable it.')).toBeTruthy()
  })

  test('says that messages start a workflow whose triggers are webhooks', async () => {
    open('try', { kind: 'webhook' })
    expect(await screen.findByText('Messages start this workflow')).toBeTruthy()
  })

  test('tries an event with the example of its type, which can be changed, and a schedule with its next time', async () => {
    const { user, started, unmount } = open('try', { kind: 'event' })
    const json = await screen.findByRole('textbox', { name: 'Input as JSON' })
    expect(JSON.parse((json as HTMLTextAreaElement).value)).toEqual({ data: { total: 3 } })
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() =>
      expect(started).toEqual([{ kind: 'try', body: { input: { data: { total: 3 } }, trigger: 'begin_2' } }]),
    )
    unmount()
    const later = open('try', { kind: 'schedule' })
    expect(await screen.findByLabelText(/Due at/)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() => expect(later.started).toEqual([{ kind: 'try', body: { input: {}, trigger: 'begin_2' } }]))
  })

  test('asks for what the published version takes, and runs that version', async () => {
    const { user, fixture, started, reported } = open('run')
    const field = await screen.findByRole('textbox', { name: /Published/ })
    expect(document.activeElement).toBe(field)
    await user.type(field, 'Hello')
    expect(screen.queryByRole('textbox', { name: /Drafted/ })).toBeNull()
    expect(screen.getByText('Runs version 4.')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Run' }))
    await waitFor(() => expect(reported).toEqual(['live run-1']))
    expect(fixture.calls.filter(({ name }) => name !== 'tenant.get')).toEqual([
      { name: 'versions.get', args: ['wf', '4'] },
    ])
    expect(started).toEqual([
      { kind: 'start', body: { input: { Published: 'Hello' }, trigger: 'begin', version: '4' } },
    ])
  })

  test.each<[Partial<StartedRun>, string]>([
    [{ deduplicated: true }, 'This request repeats run run-1, so no new run was started'],
    [{ merged: true }, 'This request was merged into run run-1, so no new run was started'],
  ])('says that no new run was started: %o', async (answer, text) => {
    const { user, reported } = open('run', { answer, isWithoutInput: true })
    await user.click(await screen.findByRole('button', { name: 'Run' }))
    expect(await screen.findByText(text)).toBeTruthy()
    expect(reported).toEqual(['live run-1'])
  })

  test.each<[WorkflowDocument['settings'], string]>([
    [{ batching: { maxSize: 4, maxWait: '5m' } }, '{\n  "items": []\n}'],
    [{ dedupe: { key: '{{ input.order }}', window: '1d' } }, '{}'],
  ])('asks for the input that settings read, although the trigger names no field: %o', async (settings, text) => {
    open('run', { settings, isWithoutInput: true })
    expect(await screen.findByRole('textbox')).toHaveProperty('value', text)
    expect(screen.queryByText(/takes no input/)).toBeNull()
  })

  test('asks for what the draft takes when it is tried', async () => {
    const { user, started, reported } = open('try')
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() => expect(reported).toEqual(['test run-1']))
    expect(started).toEqual([{ kind: 'try', body: { input: { Drafted: 'Hello' }, trigger: 'begin_2' } }])
  })

  test.each([
    ['try', 'Try', 'test run-1'],
    ['run', 'Run', 'live run-1'],
  ] as const)('%s without input has the focus on its button, so that Enter starts it', async (panel, label, ran) => {
    const { user, reported } = open(panel, { isWithoutInput: true })
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: label })))
    await user.keyboard('{Enter}')
    await waitFor(() => expect(reported).toEqual([ran]))
  })

  test('says so when the version cannot be had, and reads it again when asked', async () => {
    const { user, fixture } = open('run')
    fixture.fail('versions.get', new TenonError('UNAVAILABLE', 'The server cannot be reached'))
    expect((await screen.findByRole('alert')).textContent).toContain('The version could not be loaded')
    fixture.fail('versions.get', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('textbox', { name: /Published/ })).toBeTruthy()
  })

  test('keeps the input of a try after its run, and after it was closed', async () => {
    const { user, reported, reopen } = open('try')
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() => expect(reported).toHaveLength(1))
    reopen()
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), ' again')
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    reopen()
    expect(await screen.findByRole('textbox', { name: /Drafted/ })).toHaveProperty('value', 'Hello again')
  })

  test('stays open while the run is started, so that a failure is seen', async () => {
    let fail = (_error: TenonError) => {}
    const { user } = open('try', { onTry: () => new Promise((_resolve, reject) => (fail = reject)) })
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    const dialog = screen.getByRole('dialog')
    for (const name of ['Cancel', 'Close']) await user.click(screen.getByRole('button', { name }))
    fireEvent(dialog, new Event('cancel', { cancelable: true }))
    await act(async () => fail(new TenonError('RATE_LIMITED', 'Too many runs')))
    expect(within(dialog).getByRole('alert').textContent).toContain('Too many runs')
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(dialog.isConnected).toBe(false)
  })

  test('keeps the input of a try that the server has refused', async () => {
    const { user, started } = open('try', {
      onTry: () => {
        throw new TenonError('RATE_LIMITED', 'Too many runs')
      },
    })
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    expect((await screen.findByRole('alert')).textContent).toContain('Too many runs')
    expect(screen.getByRole('textbox', { name: /Drafted/ })).toHaveProperty('value', 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    await waitFor(() => expect(started).toHaveLength(2))
  })

  test('lists the problems of a draft that cannot be tried, and leads to them', async () => {
    const { user, session, opened } = open('try')
    const problem = { edgeId: null, range: null, fixes: [], code: 'PARAM_INVALID' }
    act(() =>
      session.store.setState({
        problems: [
          {
            ...problem,
            id: '1',
            nodeId: 'begin_2',
            field: ['params', 'text'],
            severity: 'error',
            message: 'Text is empty',
          },
        ],
      }),
    )
    expect(await screen.findByRole('heading', { name: '1 problem to fix first' })).toBeTruthy()
    await user.click(screen.getByRole('button', { name: /Text is empty/ }))
    expect(opened).toEqual(['begin_2.params.text'])
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('lists problems that only the server finds in the same way, and gives the input back afterwards', async () => {
    const issues = [
      { path: ['nodes', 'begin_2', 'policy', 'queue'], code: 'QUEUE_UNKNOWN', message: 'No worker serves "gpu"' },
      { path: [], code: 'WORKFLOW', message: 'The workflow is too large' },
    ]
    const { user, opened, reopen } = open('try', {
      onTry: () => {
        throw new TenonError('WORKFLOW_INVALID', 'The workflow has 2 problems: raw text', { details: { issues } })
      },
    })
    await user.type(await screen.findByRole('textbox', { name: /Drafted/ }), 'Hello')
    await user.click(screen.getByRole('button', { name: 'Try' }))
    expect(await screen.findByRole('heading', { name: '2 problems to fix first' })).toBeTruthy()
    expect(screen.queryByText(/raw text/)).toBeNull()
    expect(screen.getByRole('button', { name: /Workflow.*too large/ })).toBeTruthy()
    await user.click(screen.getByRole('button', { name: /begin_2.*gpu/ }))
    expect(opened).toEqual(['begin_2.policy.queue'])
    reopen()
    expect(await screen.findByRole('textbox', { name: /Drafted/ })).toHaveProperty('value', 'Hello')
  })

  test('says which typed texts are not in the draft that is tried', async () => {
    const { session } = open('try')
    act(() =>
      session.input.refuse('k', {
        nodeId: 'begin_2',
        path: ['inputSchema'],
        label: 'Name of the field',
        text: 'my field',
      }),
    )
    expect(await screen.findByText('1 field is not saved')).toBeTruthy()
    expect(screen.getByText(/Name of the field of begin_2/)).toBeTruthy()
  })
})
