// @vitest-environment jsdom
import type { Rollout, VersionWithDocument } from '@tenon/core/client'
import type { WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { versionOf } from '../../test/fixtures/fixture-answers.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { NodeRunContext, type NodeRunPresenter } from '../canvas/node-status.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { shortRunId } from '../runs/format/short-run-id.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { VersionsDialog } from './versions-dialog.tsx'

const documentOf = (text: string, ...more: readonly string[]): WorkflowDocument =>
  workflow([{ ...node('a', 'step', { text }), name: 'Alpha' }, ...more.map((id) => node(id, 'stop'))], [])

const FIRST = versionOf('1', documentOf('one', 'old'), { notes: 'The first one' })
const SECOND = versionOf('2', documentOf('two'), {
  notes: 'Better wording',
  publishedBy: { userId: 'u-bo', displayName: 'Bo Lind' },
})
const DRAFT = documentOf('three')

interface Options {
  readonly versions?: VersionWithDocument[]
  readonly live?: string | null
  readonly isReadOnly?: boolean
  readonly rollouts?: Rollout[]
  readonly failure?: TenonError
  readonly versionsPerPage?: number
  /** False while the document of the live version is loading. */
  readonly isLiveLoaded?: boolean
  /** The run that the editor shows behind the dialog. */
  readonly run?: NodeRunPresenter
  readonly onOpenRun?: (runId: string) => void
}

function open(options: Options = {}) {
  const { versions = [SECOND, FIRST], live = '2', isReadOnly = false, isLiveLoaded = true, failure } = options
  const fixture = createFixtureClient({
    versions,
    versionsPerPage: options.versionsPerPage ?? 50,
    ...(options.rollouts === undefined ? {} : { rollouts: options.rollouts }),
  })
  if (failure !== undefined) fixture.fail('versions.list', failure)
  const session = createEditorSession({ translate: () => t })
  const { store } = session
  const published = versions.find(({ version }) => version === live)
  store.setState({
    manifest: createManifestIndex(SMALL_MANIFEST),
    workflow: { ...STORED_WORKFLOW, version: live, liveVersion: live },
    phase: { kind: 'ready' },
    openPanel: 'versions',
    isReadOnly,
    ...(published === undefined || !isLiveLoaded ? {} : { published }),
  })
  session.adopt(DRAFT)
  const view = renderPart(
    <SessionProvider session={session}>
      <NodeRunContext.Provider value={options.run ?? null}>
        <VersionsDialog client={fixture.client} workflowId="wf" hasDraft onOpenRun={options.onOpenRun} />
      </NodeRunContext.Provider>
    </SessionProvider>,
  )
  return { ...view, fixture, session, versions, state: () => store.getState() }
}

const CANARY: Rollout = {
  ...{
    workflowId: 'wf',
    version: '2',
    formerVersion: '1',
    status: 'canary',
    runs: 'move',
    progress: null,
    refusals: [],
  },
  canary: {
    ...{ percent: 10, maxFailurePercent: 5, minRuns: 40, promoteAfter: null },
    ...{ started: 50, completed: 37, failed: 3 },
  },
  ...{ startedAt: '2026-11-20T10:00:00.000Z', startedBy: { userId: 'u-ada', displayName: 'Ada Obi' } },
  ...{ endedAt: null, endedBy: null },
}
const PROGRESS = { moved: 3, canceled: 0, ended: 0, pending: 2, refused: 4, left: 1 }

const list = () => screen.findByRole('list', { name: 'Versions' })
const items = async () => within(await list()).getAllByRole('button')
const show = async (name: RegExp) => within(await list()).findByRole('button', { name })
const changes = async (count: RegExp) => {
  await screen.findByText(count)
  return screen.getAllByRole('listitem').filter((item) => item.matches('.tn-change'))
}
const textsOf = (elements: readonly Element[]) => elements.map(({ textContent }) => textContent)

describe('VersionsDialog', () => {
  test('lists the draft and each version with its author, its note and the live one, newest first', async () => {
    open()
    // The number of changes comes after the list.
    await show(/change since/)
    expect(textsOf(await items())).toEqual([
      'Draft1 change since version 2',
      expect.stringMatching(/^Version 2LiveBetter wordingBo Lind · Nov 20, /),
      expect.stringMatching(/^Version 1The first oneAda Obi · Nov 20, /),
    ])
    await screen.findByRole('heading', { name: 'Draft' })
    expect(textsOf(await changes(/1 change from Version 2 to Draft/))).toEqual([
      'ChangedAlphaTextBefore twoAfter three',
    ])
  })

  test('shows a canary with its runs, the version that is live meanwhile, and rolls it back after a question', async () => {
    const { user, fixture } = open({ rollouts: [CANARY] })
    await user.click(await show(/^Version 210 % of new runs/))
    expect(await show(/^Version 1Live/)).toBeTruthy()
    expect(screen.getByText('10 % of new runs start with this version, and the others with version 1.')).toBeTruthy()
    expect(
      screen.getByText(
        'Once it is promoted, runs in progress move to it · 3 of 40 ended runs have failed · Rolled back above 5 % of at least 40 runs',
      ),
    ).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Roll back' }))
    const dialog = await screen.findByRole('dialog', { name: 'Roll back to version 1?' })
    await user.click(within(dialog).getByRole('button', { name: 'Roll back' }))
    expect(await screen.findByText(/^New runs start with version 1 again: too many runs have failed/)).toBeTruthy()
    expect(await show(/^Version 2Rolled back/)).toBeTruthy()
    // The button is gone, and the focus is at what it has changed.
    expect(document.activeElement?.textContent).toContain('New runs start with version 1 again')
    // The draft is compared with the version that is live again, and the version can be published as the next one.
    expect(screen.getByRole('button', { name: 'Publish again' })).toBeTruthy()
    await user.click(await show(/^Draft/))
    expect(await screen.findByText(/from Version 1 to Draft/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Roll back' })).toBeNull()
    expect(fixture.calls.filter(({ name }) => name === 'rollouts.rollBack')).toHaveLength(1)
  })

  test('promotes a canary that cancels runs only after a question that says so', async () => {
    const { user, fixture } = open({ rollouts: [{ ...CANARY, runs: 'cancel' }] })
    await user.click(await show(/^Version 210 % of new runs/))
    expect(screen.getByText(/^Once it is promoted, runs in progress are canceled/)).toBeTruthy()
    const promotions = () => fixture.calls.filter(({ name }) => name === 'rollouts.promote').length
    await user.click(screen.getByRole('button', { name: 'Start all runs with it' }))
    const dialog = await screen.findByRole('dialog', { name: 'Start all runs with version 2?' })
    expect(dialog.textContent).toContain(
      'All runs in progress of earlier versions are canceled, which cannot be undone.',
    )
    expect(await within(dialog).findByText(/No runs are in progress now/)).toBeTruthy()
    expect(promotions()).toBe(0)
    await user.click(within(dialog).getByRole('button', { name: 'Start with it and cancel runs' }))
    await waitFor(() => expect(promotions()).toBe(1))
    await waitFor(() => expect(screen.queryByRole('dialog', { name: /^Start all runs/ })).toBeNull())
  })

  test('shows which runs move, stops that, and tries those again that could not', async () => {
    const refusals = [{ code: 'MIGRATION_REFUSED', message: 'These nodes do not fit: "Review"', runs: 4 }]
    const moving = { ...CANARY, status: 'in_progress', canary: null, progress: PROGRESS, refusals } as const
    const onOpenRun = vi.fn()
    const { user, fixture } = open({ rollouts: [moving], onOpenRun })
    await user.click(await show(/^Version 2LiveMoving runs/))
    expect(screen.getByText('3 runs moved · 2 waiting for nodes in progress · 1 left · 4 not moved')).toBeTruthy()
    expect(screen.getByText('4 × These nodes do not fit: "Review"')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Show the runs' }))
    await user.click(await screen.findByRole('button', { name: shortRunId(FIXTURE_RUN_ID) }))
    expect(onOpenRun).toHaveBeenCalledWith(FIXTURE_RUN_ID)
    await user.click(screen.getByRole('button', { name: 'Hide the runs' }))
    fixture.fail('rollouts.stop', new TenonError('ROLLOUT_CLOSED', 'It has ended'))
    await user.click(screen.getByRole('button', { name: 'Stop' }))
    expect(await screen.findByText(/It has ended/)).toBeTruthy()
    fixture.fail('rollouts.stop', null)
    await user.click(screen.getByRole('button', { name: 'Stop' }))
    await user.click(await screen.findByRole('button', { name: 'Try to move them again' }))
    await waitFor(() => expect(fixture.calls.at(-1)?.name).toBe('rollouts.list'))
    expect(fixture.calls.filter(({ name }) => name === 'rollouts.start').map(({ args }) => args)).toEqual([
      ['wf', '2', { runs: 'move' }],
    ])
  })

  test('shows no status of the run that is open in the editor', async () => {
    const failed = { status: 'failed', label: '12 ms', statusLabel: 'Failed in this run' } as const
    const { user } = open({
      run: { subscribe: () => () => {}, node: () => failed, edge: () => 'taken', loopBar: () => null },
    })
    await user.click(await show(/^Version 2/))
    await waitFor(() => expect(document.querySelectorAll('.tn-version-picture .tn-card').length).toBeGreaterThan(0))
    expect(screen.queryByText(/Failed in this run|12 ms/)).toBeNull()
    expect(document.querySelector('.tn-version-picture [data-status]:not([data-status="idle"])')).toBeNull()
  })

  test('shows what a version changed, and compares it with any other', async () => {
    const { user } = open()
    await user.click(await show(/^Version 2/))
    expect(textsOf(await changes(/2 changes from Version 1 to Version 2/))).toEqual([
      'ChangedAlphaTextBefore oneAfter two',
      'Removedold',
    ])
    await user.selectOptions(screen.getByRole('combobox', { name: 'Compare with' }), 'Draft')
    expect(textsOf(await changes(/1 change from Draft to Version 2/))).toEqual([
      'ChangedAlphaTextBefore threeAfter two',
    ])
    await user.selectOptions(screen.getByRole('combobox', { name: 'Compare with' }), 'Nothing')
    expect(screen.queryByText(/from Draft/)).toBeNull()
  })

  test('shows references in values by the names of their nodes, and plain text as it is written', async () => {
    const version = (id: string, first: string, { text, notes }: Pick<WorkflowNode, 'notes'> & { text: string }) => {
      const nodes = [
        { ...node('a', 'step'), name: first },
        { ...node('b', 'step'), name: 'Copy' },
        { ...node('c', 'step', { text }), name: 'Reader', ...(notes === undefined ? {} : { notes }) },
      ]
      return versionOf(id, workflow(nodes, ['a>b', 'b>c']))
    }
    const versions = [
      version('3', 'Copy', { text: 'Of {{nodes.b.output.sum}}' }),
      version('2', 'Copy', { text: 'Of {{nodes.a.output.sum}}' }),
      version('1', 'First', { text: '{{ upper(input.x) }} {{nodes.a.output.sum}}', notes: 'See {{input.x}}' }),
    ]
    const { user } = open({ versions, live: '3' })
    await user.click(await show(/^Version 2/))
    const [renamed, reader] = await changes(/2 changes from Version 1 to Version 2/)
    expect(renamed?.textContent).toBe('RenamedCopyName of the nodeBefore FirstAfter Copy')
    expect(reader?.textContent).toBe(
      'ChangedReaderTextBefore upper(input.x) First › sumAfter Of Copy › sumNotesBefore See {{input.x}}After Empty',
    )
    expect(within(reader as HTMLElement).getAllByTitle('nodes.a.output.sum')).toHaveLength(2)
    await user.click(await show(/^Version 3/))
    // Both nodes have the same name, so the names would hide the difference.
    expect(textsOf(await changes(/1 change from Version 2 to Version 3/))).toEqual([
      'ChangedReaderTextBefore Of {{nodes.a.output.sum}}After Of {{nodes.b.output.sum}}',
    ])
  })

  test('compares with the version before, also where that is on a page that is not loaded', async () => {
    const versions = ['5', '4', '3', '2', '1'].map((version) => versionOf(version, documentOf(`text ${version}`)))
    const { user, fixture } = open({ versions, live: '5', versionsPerPage: 2 })
    await user.click(await show(/^Version 4/))
    const difference = ['ChangedAlphaTextBefore text 3After text 4']
    expect(textsOf(await changes(/1 change from Version 3 to Version 4/))).toEqual(difference)
    const select = screen.getByRole('combobox', { name: 'Compare with' })
    const options = () => textsOf(within(select).getAllByRole('option'))
    expect(options()).toEqual(['Nothing', 'Draft', 'Version 5', 'Version 3'])
    act(() => select.focus())
    await waitFor(() => expect(options()).toEqual(['Nothing', 'Draft', 'Version 5', 'Version 3', 'Version 2']))
    expect(textsOf(await changes(/1 change from Version 3 to Version 4/))).toEqual(difference)
    // The version is on none of the loaded pages once others have published enough.
    versions.unshift(...['7', '6'].map((version) => versionOf(version, documentOf(`text ${version}`))))
    act(() => fixture.announce({ kind: 'version', id: '7', workflowId: 'wf' }))
    await show(/^Version 7/)
    expect(screen.queryByRole('button', { name: /^Version 4/ })).toBeNull()
    expect(textsOf(await changes(/1 change from Version 3 to Version 4/))).toEqual(difference)
  })

  test('compares the first version with nothing', async () => {
    const { user } = open()
    await user.click(await show(/^Version 1/))
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Compare with' }).value).toBe('nothing')
  })

  test('shows the draft first if it has changes, whichever request ends first, unless another is chosen', async () => {
    const load = ({ session }: Pick<ReturnType<typeof open>, 'session'>) =>
      act(() => session.store.setState({ published: SECOND }))
    const waiting = open({ isLiveLoaded: false })
    await screen.findByRole('region', { name: 'Version 2' })
    load(waiting)
    expect(screen.getByRole('region', { name: 'Draft' })).toBeTruthy()
    waiting.unmount()
    const chosen = open({ isLiveLoaded: false })
    await chosen.user.click(await show(/^Version 1/))
    load(chosen)
    expect(screen.getByRole('region', { name: 'Version 1' })).toBeTruthy()
  })

  test('moves through the versions by arrow keys', async () => {
    const { user } = open()
    const buttons = await items()
    await waitFor(() => expect(document.activeElement).toBe(buttons[0]))
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}')
    expect(document.activeElement).toBe(buttons[2])
    await user.keyboard('{Home}{End}{ArrowUp}{Enter}')
    expect(buttons[1]?.getAttribute('aria-current')).toBe('true')
  })

  test('restores a version into the draft as one step, which can be undone', async () => {
    const { user, session, state } = open()
    await user.click(await show(/^Version 1/))
    await user.click(await screen.findByRole('button', { name: 'Restore to draft' }))
    expect(state().openPanel).toBeNull()
    expect(session.read()).toEqual(FIRST.document)
    const toast = screen.getByRole('region', { name: 'Notifications' })
    expect(toast.textContent).toContain('Version 1 restored to the draft')
    await user.click(within(toast).getByRole('button', { name: 'Undo' }))
    expect(session.read()).toEqual(DRAFT)
  })

  test('dismisses the notification at a later change, which its button would undo instead', async () => {
    const { user, session } = open()
    await user.click(await show(/^Version 1/))
    await user.click(await screen.findByRole('button', { name: 'Restore to draft' }))
    act(() => void session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'Later' }))
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull()
    expect(session.read().nodes.map(({ name }) => name)).toEqual(['Later', 'old'])
  })

  test('publishes a version again: restores it and asks for the note', async () => {
    const { user, session, state } = open()
    await user.click(await show(/^Version 1/))
    await user.click(await screen.findByRole('button', { name: 'Publish again' }))
    expect(session.read()).toEqual(FIRST.document)
    expect(state()).toMatchObject({ openPanel: 'publish', suggestedNotes: 'Restored from version 1' })
  })

  test('has nothing to restore where the draft is the same', async () => {
    const { user, session } = open()
    act(() => session.adopt(SECOND.document))
    await user.click(await show(/^Version 2/))
    const button = await screen.findByRole('button', { name: 'Restore to draft' })
    expect(button.hasAttribute('disabled')).toBe(true)
    expect(button.getAttribute('title')).toBe('The draft is the same as this version.')
    await user.selectOptions(screen.getByRole('combobox', { name: 'Compare with' }), 'Draft')
    expect(await screen.findByText('No differences')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Publish again' })).toBeNull()
  })

  test('restores a version that differs from the draft in its layout only, and says that it does', async () => {
    const [alpha] = SECOND.document.nodes as [WorkflowNode]
    const moved = { ...SECOND.document, nodes: [{ ...alpha, position: { x: 400, y: 9 } }] }
    const { user, session } = open()
    act(() => session.adopt(moved))
    await user.click(await show(/^Version 2/))
    await user.selectOptions(screen.getByRole('combobox', { name: 'Compare with' }), 'Draft')
    expect(await screen.findByText('Only the layout differs')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Restore to draft' }))
    expect(session.read()).toEqual(SECOND.document)
  })

  test('lists a version that others publish, and keeps what is shown', async () => {
    const { user, fixture, versions } = open()
    await user.click(await show(/^Version 1/))
    versions.unshift(versionOf('3', documentOf('five')))
    act(() => fixture.announce({ kind: 'version', id: '3', workflowId: 'wf' }))
    await show(/^Version 3/)
    expect(screen.getByRole('heading', { name: 'Version 1' })).toBeTruthy()
    const loads = () => fixture.calls.filter(({ name }) => name === 'versions.list').length
    expect(loads()).toBe(2)
    act(() => fixture.announce({ kind: 'version', id: '9', workflowId: 'other' }))
    expect(loads()).toBe(2)
  })

  test('cannot restore what the reader cannot change', async () => {
    const { user } = open({ isReadOnly: true })
    await user.click(await show(/^Version 1/))
    await screen.findByRole('heading', { name: 'Version 1' })
    expect(screen.queryByRole('button', { name: /Restore|Publish/ })).toBeNull()
  })

  test('says that there is no version yet, and offers to publish', async () => {
    const { user, state } = open({ versions: [], live: null })
    expect(await screen.findByText('No versions yet')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Publish' }))
    expect(state().openPanel).toBe('publish')
  })

  test('says why the versions could not be loaded, and loads them again', async () => {
    const { user, fixture } = open({ failure: new TenonError('UNAVAILABLE', 'The server did not answer') })
    expect((await screen.findByRole('alert')).textContent).toContain('The server did not answer')
    fixture.fail('versions.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await items()).toHaveLength(3)
  })
})
