// @vitest-environment jsdom
import type { RunSummary, WaitingRun } from '@tenon/core/client'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { createRunLog, runStarted } from '../../../test/fixtures/run-log.ts'
import {
  CALL_MANIFEST,
  callDocument,
  callingRun,
  startedRun,
  TENANT_WORKFLOWS,
} from '../../../test/fixtures/sub-workflows.ts'
import { InspectorPanel } from '../inspector/inspector-panel.tsx'
import { RunLinksContext } from '../store/run-links.ts'
import { RunReady } from '../store/run-part.tsx'
import { RunProvider, type RunScope } from '../store/run-scope.tsx'
import { RunDock } from '../viewer/run-dock.tsx'
import { RunHeader } from '../viewer/run-header.tsx'
import { RunViewer } from '../viewer/run-viewer.tsx'

const CHILD = startedRun('run-mail', { runId: FIXTURE_RUN_ID, nodeRunId: 'call' })

function show(data: FixtureData, part: (scope: RunScope) => React.ReactNode, hasPages = true) {
  const fixture = createFixtureClient({ document: callDocument('wf-mail'), manifest: CALL_MANIFEST, ...data })
  const onOpenRun = vi.fn()
  const view = renderPart(
    <RunLinksContext.Provider value={{ onOpenRun: hasPages ? onOpenRun : null }}>
      <RunProvider client={fixture.client} runId={FIXTURE_RUN_ID}>
        {(scope) => <RunReady scope={scope}>{part}</RunReady>}
      </RunProvider>
    </RunLinksContext.Provider>,
  )
  return { ...view, fixture, onOpenRun }
}

const inspector = (scope: RunScope) => <InspectorPanel scope={scope} nodeId="call" />
const header = (scope: RunScope) => <RunHeader scope={scope} onOpenRun={undefined} onOpenWorkflow={undefined} />
const dock = (scope: RunScope) => <RunDock scope={scope} selectedNodeId={null} onSelectNode={() => {}} />

describe('ChildRun', () => {
  test('shows the run that the node has started with its failure, opens it, and follows it', async () => {
    const runs: RunSummary[] = [CHILD]
    const { user, fixture, onOpenRun } = show({ frames: callingRun().frames, runs }, inspector)
    const section = await screen.findByRole('region', { name: 'Started run' })
    expect(await within(section).findByText('Send a mail')).toBeTruthy()
    expect(within(section).getByText('Failed · 10 s')).toBeTruthy()
    expect(within(section).getByText('The mail server answered 550')).toBeTruthy()
    await user.click(within(section).getByRole('button', { name: 'Open run' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-mail')
    runs[0] = { ...CHILD, workflowName: 'Send a letter' }
    act(() => fixture.announce({ kind: 'run', id: 'run-mail' }))
    expect(await within(section).findByText('Send a letter')).toBeTruthy()
  })

  test('says that the node did not wait, and that the run was deleted', async () => {
    show({ frames: callingRun(false).frames }, inspector, false)
    expect(await screen.findByText('The run was deleted.')).toBeTruthy()
    expect(screen.getByText('The node did not wait for this run.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Open run' })).toBeNull()
  })
})

describe('RunViewer', () => {
  test('names the workflow that a node runs on its card', async () => {
    const { frames } = callingRun()
    const document = callDocument('wf-mail')
    const data = { document, manifest: CALL_MANIFEST, frames, workflows: TENANT_WORKFLOWS }
    const { client } = createFixtureClient(data)
    renderPart(<RunViewer client={client} runId={FIXTURE_RUN_ID} />)
    const card = await screen.findByLabelText('Call, Run a workflow')
    expect(await within(card).findByTitle('Send a mail')).toBeTruthy()
    expect(within(card).queryByText(/wf-mail/)).toBeNull()
  })
})

describe('a run below that waits for a person', () => {
  const below = { workflowId: 'wf-charge', workflowName: 'Charge customer', nodeRunId: 'call', count: 1 }

  test('is named over the parent with a link, marks the card, and goes when it is resolved', async () => {
    let waiting: readonly WaitingRun[] = [
      { ...below, runId: 'run-asks', kind: 'approval', workflowName: 'Send a mail' },
      { ...below, runId: 'run-deep', kind: 'parked' },
    ]
    const data = { document: callDocument('wf-mail'), manifest: CALL_MANIFEST, frames: callingRun().frames }
    const fixture = createFixtureClient({ ...data, waiting: () => waiting, runs: [CHILD] })
    const onOpenRun = vi.fn()
    const { user } = renderPart(<RunViewer client={fixture.client} runId={FIXTURE_RUN_ID} onOpenRun={onOpenRun} />)
    const line = await screen.findByText('Call runs "Charge customer", which needs a fix')
    expect(screen.getByText('Call runs "Send a mail", which waits for a decision')).toBeTruthy()
    await user.click(within(line.closest('p') ?? document.body).getByRole('button', { name: 'Open run' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-deep')
    const card = await screen.findByLabelText(/^Call, Run a workflow/)
    await waitFor(() => expect(card.textContent).toContain('"Charge customer" needs a fix'))
    waiting = []
    act(() => fixture.announce({ kind: 'parked', id: 'p' }))
    await waitFor(() => expect(screen.queryByText(/needs a fix/)).toBeNull())
  })

  test('is marked in the inspector of its node and in the tree of calls', async () => {
    const waiting = (): readonly WaitingRun[] => [
      { ...below, runId: 'run-mail', nodeRunId: null, kind: 'parked' },
      { ...below, runId: 'run-deep', kind: 'approval' },
    ]
    const runs = [CHILD]
    const { user, onOpenRun } = show({ frames: callingRun().frames, runs, waiting }, (scope) => (
      <>
        {inspector(scope)}
        {dock(scope)}
      </>
    ))
    const section = await screen.findByRole('region', { name: 'Started run' })
    expect(await within(section).findByText('Needs a fix')).toBeTruthy()
    expect(within(section).getByText('Waits for a decision')).toBeTruthy()
    await user.click(within(section).getByRole('button', { name: 'Charge customer' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-deep')
    await user.click(await screen.findByRole('tab', { name: 'Calls' }))
    expect(
      await screen.findByRole('treeitem', { name: 'Send a mail, Failed, Needs a fix, started by Call' }),
    ).toBeTruthy()
  })
})

describe('StartedBy', () => {
  const parent = { runId: 'run-above', nodeRunId: 'call#2' }

  test('links to the run and names the node that has started this one', async () => {
    const above = startedRun('run-above', null, { workflowName: 'Orders' })
    const { user, onOpenRun } = show({ frames: callingRun().frames, parent, runs: [above] }, header)
    await user.click(await screen.findByRole('button', { name: 'Started by Orders · Call' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-above')
  })

  test('says that the run above cannot be loaded', async () => {
    show({ frames: callingRun().frames, parent }, header)
    expect(await screen.findByText('Started by a run that could not be loaded')).toBeTruthy()
  })
})

describe('CallTree', () => {
  const above = startedRun('run-above', null, { workflowName: 'Orders' })
  const below = startedRun('run-below', { runId: 'run-mail', nodeRunId: 'call' }, { workflowName: 'Archive' })
  const parent = { runId: 'run-above', nodeRunId: 'call' }

  test('shows the runs above and below this one, loads others when opened, and moves by keyboard', async () => {
    const runs = [CHILD, below, above]
    const { user, onOpenRun } = show({ frames: callingRun().frames, parent, runs }, dock)
    await user.click(await screen.findByRole('tab', { name: 'Calls' }))
    const tree = await screen.findByRole('tree', { name: 'Runs that start each other' })
    const names = () =>
      within(tree)
        .getAllByRole('treeitem')
        .map((item) => item.getAttribute('aria-label'))
    const inOrder = [
      'Orders, Failed',
      'Support ticket router, Waiting, started by Call',
      'Send a mail, Failed, started by Call',
    ]
    await waitFor(() => expect(names()).toEqual(inOrder))
    const own = within(tree).getByRole('treeitem', { current: true })
    expect(own.getAttribute('aria-level')).toBe('2')
    act(() => own.focus())
    await user.keyboard('{ArrowDown}{ArrowRight}')
    await waitFor(() => expect(names()).toEqual([...inOrder, 'Archive, Failed, started by Call']))
    await user.keyboard('{ArrowRight}{Enter}')
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-below')
    await user.keyboard('{ArrowRight}')
    expect(await within(tree).findByText('No runs started')).toBeTruthy()
    await user.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}')
    expect(names()).toEqual(inOrder)
    await user.keyboard('{Home}{ArrowLeft}')
    expect(names()).toEqual(['Orders, Failed'])
    expect(document.activeElement?.getAttribute('tabindex')).toBe('0')
  })

  test('shows the run that handles a failure below the failed one, and leads from there to the failed one', async () => {
    const handler = { ...startedRun('run-alert', null, { workflowName: 'Alert' }), handles: FIXTURE_RUN_ID }
    const data = { frames: callingRun().frames, runs: [CHILD, handler], handledBy: 'run-alert' }
    const { user, onOpenRun } = show(data, dock)
    await user.click(await screen.findByRole('tab', { name: 'Calls' }))
    const item = await screen.findByRole('treeitem', { name: 'Alert, Failed, error handler' })
    expect(item.getAttribute('aria-level')).toBe('2')
    await user.click(within(item).getByRole('button', { name: 'Open run' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-alert')
  })

  test('begins at the failed run for a run that handles it', async () => {
    const failed = { ...startedRun('run-orders', null, { workflowName: 'Orders' }), handledBy: FIXTURE_RUN_ID }
    const started = runStarted({})
    if (started.type !== 'run_started') throw new RangeError('no start')
    const { frames } = createRunLog(0).add({ ...started, data: { ...started.data, handles: 'run-orders' } })
    const { user } = show({ frames, runs: [failed] }, dock)
    await user.click(await screen.findByRole('tab', { name: 'Calls' }))
    const own = await screen.findByRole('treeitem', { current: true })
    await waitFor(() => expect(own.getAttribute('aria-level')).toBe('2'))
    expect(screen.getByRole('treeitem', { name: 'Orders, Failed' }).getAttribute('aria-level')).toBe('1')
  })

  test('is not offered for a run that is alone', async () => {
    show({ frames: [] }, dock)
    expect(await screen.findByRole('tab', { name: 'Timeline' })).toBeTruthy()
    expect(screen.queryByRole('tab', { name: 'Calls' })).toBeNull()
  })

  test('begins at this run if those above it were deleted', async () => {
    const { user } = show({ frames: callingRun().frames, parent }, dock)
    await user.click(await screen.findByRole('tab', { name: 'Calls' }))
    const own = await screen.findByRole('treeitem', { current: true })
    expect(own.getAttribute('aria-level')).toBe('1')
  })
})
