// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, PAUSE } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { renderPart, t } from '../../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../../test/fixtures/stored-workflow.ts'
import { useStoredDetails } from '../../draft/use-stored-details.ts'
import { DraftPause } from '../../frame/draft-pause.tsx'
import { createEditorSession } from '../../session/session.ts'
import { SessionProvider } from '../../session/session-context.tsx'
import { WorkflowDetailsContext } from '../../session/workflow-details.ts'
import { TenantPause } from './tenant-pause.tsx'

const PAUSED = /^Paused by Mina Kaur since Nov 23, .*\. New runs wait to start\.$/

function showEditor(role: 'viewer' | 'editor', workflow = STORED_WORKFLOW, data: FixtureData = {}) {
  const fixture = createFixtureClient(data)
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow, role, phase: { kind: 'ready' }, sync: 'saved' })
  function Probe() {
    return (
      <WorkflowDetailsContext.Provider value={useStoredDetails(session, fixture.client, 'wf')}>
        <DraftPause client={fixture.client} />
      </WorkflowDetailsContext.Provider>
    )
  }
  const view = renderPart(
    <SessionProvider session={session}>
      <Probe />
    </SessionProvider>,
  )
  const sent = (name: string) => fixture.calls.filter((call) => call.name === name).map(({ args }) => args)
  return { ...view, fixture, session, sent }
}

describe('the pause of a workflow in its editor', () => {
  test('is asked for in a dialog, also with the runs in progress, and has a banner until it is resumed', async () => {
    const { user, session, sent } = showEditor('editor')
    expect(screen.queryByRole('status')?.textContent ?? '').not.toMatch(PAUSED)
    act(() => session.store.setState({ openPanel: 'pause' }))
    const dialog = await screen.findByRole('dialog', { name: `Pause ${STORED_WORKFLOW.name}?` })
    await user.click(within(dialog).getByRole('switch', { name: 'Also pause runs in progress' }))
    await user.click(within(dialog).getByRole('button', { name: 'Pause' }))
    expect(await screen.findByText(PAUSED)).toBeDefined()
    expect(sent('workflows.pause')).toEqual([['wf', { includeRuns: true }]])
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Resume' }))
    const resume = await screen.findByRole('dialog', { name: `Resume ${STORED_WORKFLOW.name}?` })
    await user.click(within(resume).getByRole('button', { name: 'Resume' }))
    await waitFor(() => expect(screen.queryByText(PAUSED)).toBeNull())
    expect(sent('workflows.resume')).toEqual([['wf', { includeRuns: false }]])
  })

  test('stays open with the reason if the server refuses it, and is sent again', async () => {
    const { user, session, fixture } = showEditor('editor')
    fixture.fail('workflows.pause', new TenonError('UNAVAILABLE', 'The database is restarting'))
    act(() => session.store.setState({ openPanel: 'pause' }))
    const dialog = await screen.findByRole('dialog')
    await user.click(within(dialog).getByRole('button', { name: 'Pause' }))
    expect((await within(dialog).findByRole('alert')).textContent).toContain('The database is restarting')
    fixture.fail('workflows.pause', null)
    await user.click(within(dialog).getByRole('button', { name: 'Pause' }))
    expect(await screen.findByText(PAUSED)).toBeDefined()
  })

  test('is shown to a viewer, who cannot resume it', async () => {
    const { session } = showEditor('viewer', { ...STORED_WORKFLOW, pause: PAUSE })
    expect(await screen.findByText(PAUSED)).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull()
    act(() => session.store.setState({ openPanel: 'pause' }))
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

const tenant = {
  pause: null,
  queuedRuns: 12,
  runsInProgress: 5,
  runsInProgressLimit: 5,
  queuedRunsLimit: 100,
}

test('an editor says that all workflows are paused before it says that its own is', async () => {
  const paused = { ...STORED_WORKFLOW, pause: PAUSE }
  const { fixture } = showEditor('editor', paused, { tenant: { ...tenant, pause: PAUSE } })
  expect(
    await screen.findByText(/^All workflows were paused by Mina Kaur on Nov 23, .*\. New runs wait to start\.$/),
  ).toBeDefined()
  expect(screen.queryByText(PAUSED)).toBeNull()
  expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull()
  await act(() => fixture.client.tenant.resume())
  act(() => fixture.announce({ kind: 'tenant', id: 'acme' }))
  expect(await screen.findByText(PAUSED)).toBeDefined()
  expect(screen.queryByText(/^All workflows/)).toBeNull()
})

describe('TenantPause', () => {
  const show = (data: FixtureData) => {
    const { client } = createFixtureClient(data)
    return renderPart(<TenantPause client={client} />)
  }

  test('lets an admin pause and resume all workflows', async () => {
    const { user } = show({ role: 'admin', tenant })
    expect(await screen.findByText('12 runs wait to start · 5 of 5 runs in progress')).toBeDefined()
    await user.click(await screen.findByRole('button', { name: 'Pause all workflows' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Pause' }))
    expect(
      await screen.findByText(/^All workflows were paused by Mina Kaur on Nov 23, .* · 12 runs wait/),
    ).toBeDefined()
    await user.click(await screen.findByRole('button', { name: 'Resume all workflows' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Resume' }))
    await waitFor(() => expect(screen.queryByText(/^All workflows were paused/)).toBeNull())
  })

  test('shows others what waits, without a button', async () => {
    show({ role: 'editor', tenant: { ...tenant, pause: PAUSE, queuedRuns: 1, runsInProgressLimit: null } })
    expect(
      await screen.findByText(/^All workflows were paused by Mina Kaur on Nov 23, .* · 1 run waits to start$/),
    ).toBeDefined()
    expect(screen.queryByRole('button')).toBeNull()
  })
})
