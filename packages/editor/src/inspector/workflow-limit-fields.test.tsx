// @vitest-environment jsdom
import { EditorView } from '@codemirror/view'
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, onTestFinished, test, vi } from 'vitest'
import { FIELDS_DOCUMENT } from '../../test/fixtures/fields-document.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { TENANT_WORKFLOWS } from '../../test/fixtures/sub-workflows.ts'
import { startLiveProblems } from '../problems/live-problems.ts'
import { openProblem } from '../problems/open-problem.ts'

/** Types a key into its field, once the editor of the field has loaded. */
async function typeKey(name: string, text: string): Promise<void> {
  const viewOf = () => EditorView.findFromDOM(screen.getByRole('textbox', { name }))
  await waitFor(() => expect(viewOf()).not.toBeNull())
  const view = viewOf()
  act(() => view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }))
}

const settingsOf = (session: ReturnType<typeof renderInspector>['session']) => session.read().settings

test('a limit of runs has a key, which is kept while another limit is typed, and undo takes it back', async () => {
  const { user, session } = renderInspector()
  const limit = await screen.findByRole('spinbutton', { name: 'Runs at once' })
  expect(screen.queryByRole('textbox', { name: 'Concurrency key' })).toBeNull()
  await user.type(limit, '3')
  expect(settingsOf(session).concurrency).toEqual({ limit: 3 })
  await user.click(await screen.findByRole('button', { name: 'Insert a field' }))
  await user.click(await screen.findByRole('button', { name: /^city/ }))
  await waitFor(() => expect(settingsOf(session).concurrency).toEqual({ limit: 3, key: '{{input.city}}' }))
  await typeKey('Concurrency key', '{{ input.customerId }}')
  await waitFor(() => expect(settingsOf(session).concurrency).toEqual({ limit: 3, key: '{{ input.customerId }}' }))
  await user.clear(limit)
  expect(settingsOf(session).concurrency).toBeUndefined()
  await user.type(limit, '12')
  expect(settingsOf(session).concurrency).toEqual({ limit: 12, key: '{{ input.customerId }}' })
  await user.type(limit, '{Backspace}00001')
  await user.tab()
  expect(await screen.findByText('Enter a number from 1 to 10,000.')).toBeDefined()
  expect(settingsOf(session).concurrency?.limit).toBe(10_000)
  act(() => session.undo())
  expect(settingsOf(session).concurrency?.limit).not.toBe(10_000)
})

test('a rate, repeated requests and merged requests have fields, whose values leave and return with the first one', async () => {
  const { user, session } = renderInspector()
  const fill = async (name: string, text: string) => {
    const field = await screen.findByRole('spinbutton', { name })
    await user.clear(field)
    await user.type(field, text)
    await user.tab()
  }
  await fill('Starts in an interval', '5')
  expect(settingsOf(session).rate).toEqual({ limit: 5, interval: '1m' })
  const inGroup = (name: string) => within(screen.getByRole('group', { name })).getByRole('spinbutton')
  const duration = async (name: string, text: string) => {
    await user.clear(inGroup(name))
    await user.type(inGroup(name), text)
    await user.tab()
  }
  await duration('Interval', '43201')
  expect(await screen.findByText('Enter 0.017 to 43,200 minutes.')).toBeDefined()
  await duration('Interval', '2')
  await typeKey('Rate key', '{{ input.customerId }}')
  await waitFor(() =>
    expect(settingsOf(session).rate).toEqual({ limit: 5, interval: '2m', key: '{{ input.customerId }}' }),
  )
  await user.clear(await screen.findByRole('spinbutton', { name: 'Starts in an interval' }))
  expect(settingsOf(session).rate).toBeUndefined()
  await fill('Starts in an interval', '7')
  expect(settingsOf(session).rate).toEqual({ limit: 7, interval: '2m', key: '{{ input.customerId }}' })
  await user.clear(screen.getByRole('spinbutton', { name: 'Starts in an interval' }))
  await duration('Ignore repeated requests for', '3')
  // The key comes next, so nothing is wrong yet.
  expect(session.store.getState().freshSetting).toBe('dedupe.key')
  screen.getByRole('textbox', { name: 'Key of a request' }).focus()
  // The button that inserts a field belongs to it.
  await user.tab()
  expect(session.store.getState().freshSetting).toBe('dedupe.key')
  await user.tab()
  await waitFor(() => expect(session.store.getState().freshSetting).toBeNull())
  await typeKey('Key of a request', '{{ input.id }}')
  await duration('Ignore repeated requests for', '6')
  expect(settingsOf(session).dedupe).toEqual({ key: '{{ input.id }}', window: '6m' })
  await duration('Start after the last request', '4')
  await duration('Longest wait', '9')
  await typeKey('Key of merged requests', '{{ input.id }}')
  await duration('Start after the last request', '5')
  expect(settingsOf(session).debounce).toEqual({ delay: '5m', maxWait: '9m', key: '{{ input.id }}' })
  await user.clear(inGroup('Longest wait'))
  await typeKey('Key of merged requests', '')
  await waitFor(() => expect(settingsOf(session).debounce).toEqual({ delay: '5m' }))
  await user.clear(inGroup('Start after the last request'))
  await fill('Collect items in one run, at most', '50')
  await duration('Longest wait for items', '2')
  await typeKey('Key of collected requests', '{{ input.id }}')
  await fill('Collect items in one run, at most', '60')
  expect(settingsOf(session).batching).toEqual({ maxSize: 60, maxWait: '2m', key: '{{ input.id }}' })
  await user.clear(screen.getByRole('spinbutton', { name: 'Collect items in one run, at most' }))
  await user.clear(inGroup('Ignore repeated requests for'))
  expect(settingsOf(session)).toEqual(FIELDS_DOCUMENT.settings)
})

test('the settings are in groups, and say once from when they apply', async () => {
  renderInspector()
  const starts = await screen.findByRole('region', { name: 'Limits of starts' })
  expect(within(starts).getByRole('combobox', { name: 'Priority' })).toBeDefined()
  const requests = screen.getByRole('region', { name: 'Repeated requests' })
  expect(within(requests).getByRole('group', { name: 'Ignore repeated requests for' })).toBeDefined()
  const data = screen.getByRole('region', { name: 'Time and data' })
  expect(within(data).getByRole('spinbutton', { name: 'Keep runs for (days)' })).toBeDefined()
  expect(screen.getAllByText(/next version that you publish/)).toHaveLength(1)
})

test('the priority is stored unless it is the usual one', async () => {
  const { user, session } = renderInspector()
  const priority = await screen.findByRole('combobox', { name: 'Priority' })
  await user.selectOptions(priority, 'High')
  expect(settingsOf(session).priority).toBe('high')
  await user.selectOptions(priority, 'Normal')
  expect(settingsOf(session).priority).toBeUndefined()
})

test('a faulty key has its problem below the field, which the list of problems opens', async () => {
  const document = {
    ...FIELDS_DOCUMENT,
    settings: { ...FIELDS_DOCUMENT.settings, concurrency: { limit: 1, key: '{{ vars.region }}' } },
  }
  const { session } = renderInspector({ document })
  onTestFinished(startLiveProblems(session.store, () => t))
  const key = () => screen.getByRole('textbox', { name: 'Concurrency key' })
  await waitFor(() => expect(key().getAttribute('aria-invalid')).toBe('true'))
  expect(screen.getByText(/^The concurrency key reads "vars"; it can read only "input"/)).toBeDefined()
  const problem = session.store.getState().problems.find(({ field }) => field[0] === 'settings')
  if (problem === undefined) throw new RangeError('the key is faulty')
  act(() => openProblem(session, { current: null }, problem))
  await waitFor(() => expect(window.document.activeElement).toBe(key()))
})

test('the days for which runs are kept are a whole number, and none by default', async () => {
  const { user, session } = renderInspector()
  const days = await screen.findByRole('spinbutton', { name: 'Keep runs for (days)' })
  await user.type(days, '30')
  expect(settingsOf(session).keepRunsDays).toBe(30)
  await user.clear(days)
  expect(settingsOf(session).keepRunsDays).toBeUndefined()
})

test('an error handler is chosen from the workflows, with its cases, and removed', async () => {
  const client = createFixtureClient({ workflows: TENANT_WORKFLOWS }).client
  const onOpenWorkflow = vi.fn()
  const { user, session } = renderInspector({ client, onOpenWorkflow })
  const group = await screen.findByRole('region', { name: 'Failures' })
  expect(within(group).queryByRole('switch')).toBeNull()
  await user.click(await within(group).findByRole('button', { name: 'Choose a workflow' }))
  await user.click(await screen.findByRole('option', { name: /Send a mail/ }))
  expect(settingsOf(session).errorHandler).toEqual({ workflow: 'wf-mail' })
  await user.click(within(group).getByRole('switch', { name: 'Also when a run takes too long' }))
  await user.click(within(group).getByRole('switch', { name: 'Also when a run is canceled' }))
  expect(settingsOf(session).errorHandler).toEqual({ workflow: 'wf-mail', onTimeout: true, onCancel: true })
  await user.click(within(group).getByRole('switch', { name: 'Also when a run takes too long' }))
  expect(settingsOf(session).errorHandler).toEqual({ workflow: 'wf-mail', onCancel: true })
  expect(screen.getByRole('note', { name: 'What happens' }).textContent).toContain('another workflow handles it')
  const code = 'SUBWORKFLOW_NOT_PUBLISHED'
  const path = ['settings', 'errorHandler', 'workflow']
  const issue = { code, path, severity: 'error', message: 'Error handler: not published' } as const
  onTestFinished(startLiveProblems(session.store, () => t))
  act(() => session.store.setState({ serverIssues: [issue] }))
  const button = await within(group).findByRole('button', { name: 'Change workflow: Send a mail' })
  await waitFor(() => expect(button.getAttribute('aria-invalid')).toBe('true'))
  await user.click(await within(group).findByRole('button', { name: 'Open the workflow' }))
  expect(onOpenWorkflow).toHaveBeenCalledExactlyOnceWith('wf-mail')
  await user.click(within(group).getByRole('button', { name: 'Remove the error handler' }))
  expect(settingsOf(session).errorHandler).toBeUndefined()
})
