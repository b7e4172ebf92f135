// @vitest-environment jsdom
import type { MigrationCheck, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { versionOf } from '../../../test/fixtures/fixture-answers.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../../test/fixtures/stored-workflow.ts'
import { waitingRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider } from '../store/run-scope.tsx'
import { RunHeader } from '../viewer/run-header.tsx'
import { changesOf } from './version-changes.ts'

const ACTOR = { userId: 'u-mina', displayName: 'Mina Kaur' }
const REQUEST = { requestId: 'm', actor: ACTOR, from: '4', version: '5', planHash: 'p5' }
const NEXT = workflow([node('start', 'start'), node('triage', 'probe')], ['start>triage'])

function show(frames = waitingRun().frames, obstacles: MigrationCheck['obstacles'] = [], latest: string | null = '5') {
  const { client, push } = createFixtureClient({ frames })
  const checkMigration = vi.fn<TenonClient['runs']['checkMigration']>(async (_id, version) => {
    return { from: '4', version, obstacles }
  })
  const migrate = vi.fn<TenonClient['runs']['migrate']>(async (id) => client.runs.get(id))
  const withdrawMigration = vi.fn<TenonClient['runs']['withdrawMigration']>(async (id) => client.runs.get(id))
  const own: TenonClient = {
    ...client,
    workflows: { ...client.workflows, get: async () => ({ ...STORED_WORKFLOW, version: latest, liveVersion: latest }) },
    versions: {
      ...client.versions,
      list: async () => ({ items: versions, nextCursor: null }),
      get: async (id, version, options) =>
        version === '5' ? versionOf('5', NEXT) : client.versions.get(id, version, options),
    },
    runs: { ...client.runs, checkMigration, migrate, withdrawMigration },
  }
  const versions = [versionOf('5', NEXT), versionOf('4', NEXT), versionOf('3', NEXT)]
  const view = renderPart(
    <RunProvider client={own} runId={FIXTURE_RUN_ID}>
      {(scope) => (
        <RunReady scope={scope}>
          {(ready) => <RunHeader scope={ready} onOpenRun={undefined} onOpenWorkflow={undefined} />}
        </RunReady>
      )}
    </RunProvider>,
  )
  return { ...view, push, checkMigration, migrate, withdrawMigration }
}

describe('MoveRun', () => {
  test('shows what differs in the latest version, and moves the run to it', async () => {
    const { user, migrate, push } = show()
    await user.click(await screen.findByRole('button', { name: 'Move to version 5' }))
    const dialog = await screen.findByRole('dialog', { name: 'Move this run to version 5?' })
    expect(await within(dialog).findByText('New: triage')).toBeTruthy()
    expect(within(dialog).getByText(/^Removed: .*Analyze/)).toBeTruthy()
    migrate.mockRejectedValueOnce(new TenonError('RUN_CLOSED', 'The run has ended', { remedy: 'Start a new run.' }))
    await user.click(within(dialog).getByRole('button', { name: 'Move the run' }))
    expect((await within(dialog).findByRole('alert')).textContent).toContain('The run has ended')
    await user.click(within(dialog).getByRole('button', { name: 'Move the run' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(migrate.mock.calls.at(-1)).toEqual([FIXTURE_RUN_ID, { version: '5' }])
    expect(await screen.findByText('The run moves to version 5')).toBeTruthy()
    const moved = waitingRun().wait(10)
    moved.add({ type: 'migrate_requested', data: REQUEST }, { type: 'run_migrated', data: REQUEST })
    act(() => push(...moved.frames))
    await waitFor(() => expect(document.querySelector('.tn-toast')).toBeNull())
    expect(await screen.findByText('Moved from version 4')).toBeTruthy()
  })

  test('offers each other version, and passes the focus on when the button goes', async () => {
    const { user, migrate, push, checkMigration } = show()
    await user.click(await screen.findByRole('button', { name: 'Move to version 5' }))
    const choice = await screen.findByRole('combobox', { name: 'Version' })
    expect(
      within(choice)
        .getAllByRole('option')
        .map(({ textContent }) => textContent),
    ).toEqual(['5', '3'])
    await user.selectOptions(choice, '3')
    expect(await screen.findByRole('dialog', { name: 'Move this run to version 3?' })).toBeTruthy()
    await waitFor(() => expect(checkMigration.mock.calls.at(-1)?.[1]).toBe('3'))
    await waitFor(() => expect(screen.getByRole('button', { name: 'Move the run' }).ariaBusy).not.toBe('true'))
    await user.click(screen.getByRole('button', { name: 'Move the run' }))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(migrate).toHaveBeenCalledWith(FIXTURE_RUN_ID, { version: '3' })
    screen.getByRole('button', { name: 'Move to version 5' }).focus()
    const log = waitingRun().wait(10)
    log.add({ type: 'migrate_requested', data: { ...REQUEST, version: '3' } })
    act(() => push(...log.frames))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Move to version 5' })).toBeNull())
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Cancel run' }))
  })

  test('names the nodes that are in the way, and does not send the request', async () => {
    const { user, migrate } = show(undefined, [{ nodeId: 'review', nodeName: 'Review', reason: 'params_changed' }])
    await user.click(await screen.findByRole('button', { name: 'Move to version 5' }))
    expect(await screen.findByText('Review waits, and has other settings in version 5')).toBeTruthy()
    expect(screen.getByText('The run is on version 4.')).toBeTruthy()
    expect(screen.queryByText(/The run moves as soon as/)).toBeNull()
    expect(screen.getByText(/^Publish a version in which these nodes fit/)).toBeTruthy()
    const confirm = screen.getByRole('button', { name: 'Move the run' })
    expect((confirm as HTMLButtonElement).disabled).toBe(true)
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(migrate).not.toHaveBeenCalled()
  })

  test('is hidden on the latest version, and says how a request has ended', async () => {
    const log = waitingRun().wait(10)
    log.add({ type: 'migrate_requested', data: REQUEST })
    const first = show(log.frames)
    expect(await screen.findByText('Moves to version 5 when no node is in progress')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Move to version 5' })).toBeNull()
    const { user, push, withdrawMigration } = first
    withdrawMigration.mockRejectedValueOnce(new TenonError('MIGRATION_CLOSED', 'No request to move the run waits'))
    await user.click(await screen.findByRole('button', { name: 'Do not move' }))
    expect(await screen.findByText(/^No request to move the run waits/)).toBeTruthy()
    await user.click(await screen.findByRole('button', { name: 'Do not move' }))
    expect(await screen.findByText('The run stays on its version')).toBeTruthy()
    const withdrawn = waitingRun().wait(10)
    withdrawn.add({ type: 'migrate_requested', data: REQUEST })
    withdrawn.add({
      type: 'migration_refused',
      data: { requestId: 'm', version: '5', reason: 'withdrawn', blockers: [] },
    })
    act(() => push(...withdrawn.frames))
    expect(await screen.findByText('Not moved to version 5: the request was withdrawn')).toBeTruthy()
    expect(await screen.findByRole('button', { name: 'Move to version 5' })).toBeTruthy()
    first.unmount()
    const refused = { requestId: 'm', version: '5', reason: 'incompatible', blockers: [] } as const
    log.add({
      type: 'migration_refused',
      data: { ...refused, blockers: [{ nodeId: 'review', reason: 'node_removed' }] },
    })
    const second = show(log.frames, [], '4')
    expect(await screen.findByText(/^Not moved to version 5: .+ do not fit$/)).toBeTruthy()
    expect(screen.queryByRole('button', { name: /^Move to version/ })).toBeNull()
    second.unmount()
    const moved = waitingRun().wait(10)
    moved.add({ type: 'migrate_requested', data: REQUEST }, { type: 'run_migrated', data: REQUEST })
    moved.add({ type: 'migrate_requested', data: { ...REQUEST, requestId: 'n' } })
    moved.add({ type: 'migration_refused', data: { ...refused, requestId: 'n', reason: 'superseded' } })
    show(moved.frames)
    expect(await screen.findByText(/^Moved from version 4 · Not moved to version 5: another/)).toBeTruthy()
  })
})

test('changesOf compares what runs and the names, not the layout', () => {
  const before = workflow([node('a', 'probe'), node('b', 'probe'), node('gone', 'probe', {}, { name: 'Gone' })], [])
  const edited = node('b', 'probe', { x: 1 }, { name: 'Edited' })
  const after = workflow(
    [node('a', 'probe', {}, { name: 'Renamed', position: { x: 9, y: 9 } }), edited, node('c', 'set')],
    [],
  )
  expect(changesOf(before, after)).toEqual({
    ...{ added: ['c'], removed: ['Gone'], changed: ['Edited'] },
    renamed: ['a → Renamed'],
  })
})
