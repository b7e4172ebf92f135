// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import {
  CALL_MANIFEST,
  callDocument,
  DELETED_WORKFLOW,
  MAIL_VERSION,
  TENANT_WORKFLOWS,
} from '../../test/fixtures/sub-workflows.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

function showCall(workflowId: string, input = {}, data: FixtureData = {}) {
  const fixture = createFixtureClient({
    workflows: [...TENANT_WORKFLOWS, DELETED_WORKFLOW],
    versions: [MAIL_VERSION],
    ...data,
  })
  const onOpenWorkflow = vi.fn()
  const document = callDocument(workflowId, input)
  const view = renderInspector({ document, nodeId: 'call', client: fixture.client, onOpenWorkflow })
  act(() => view.session.store.setState({ manifest: createManifestIndex(CALL_MANIFEST) }))
  return { ...view, fixture, onOpenWorkflow, paramsOf: () => view.nodeOf('call')?.params }
}

describe('WorkflowPicker', () => {
  test('finds a workflow by name, by keyboard, and does not choose the edited one', async () => {
    const { user, paramsOf } = showCall('')
    await user.click(await screen.findByRole('button', { name: 'Choose a workflow' }))
    const search = await screen.findByRole('combobox', { name: 'Search workflows' })
    expect(document.activeElement).toBe(search)
    const own = await screen.findByRole('option', { name: /Tickets/ })
    expect(own.getAttribute('aria-disabled')).toBe('true')
    expect(own.textContent).toContain('Calls itself')
    await user.keyboard('{Enter}')
    expect(paramsOf()?.workflow).toBe('')
    await user.type(search, 'mail')
    const found = screen.getAllByRole('option').map(({ textContent }) => textContent)
    expect(found).toEqual(['Mail mergeNot published', 'Send a mailv3'])
    await user.keyboard('{ArrowDown}{Enter}')
    expect(paramsOf()?.workflow).toBe('wf-mail')
    expect(await screen.findByRole('button', { name: 'Change workflow: Send a mail' })).toBe(document.activeElement)
    await user.click(screen.getByRole('button', { name: 'Change workflow: Send a mail' }))
    await user.type(await screen.findByRole('combobox'), 'zoo')
    expect(screen.getByText('No workflow matches.').getAttribute('role')).toBe('status')
  })

  test('shows the chosen workflow, opens it, and follows its name and its deletion', async () => {
    const workflows = [...TENANT_WORKFLOWS]
    const { user, fixture, onOpenWorkflow } = showCall('wf-mail', {}, { workflows })
    await user.click(await screen.findByRole('button', { name: 'Open Send a mail' }))
    expect(onOpenWorkflow).toHaveBeenCalledWith('wf-mail')
    workflows[1] = { ...DELETED_WORKFLOW, id: 'wf-mail' }
    act(() => fixture.announce({ kind: 'workflow', id: 'wf-mail' }))
    expect((await screen.findByRole('button', { name: 'Change workflow: Old mails' })).textContent).toContain('Deleted')
  })

  test('names an unknown workflow, and says when the list cannot be loaded', async () => {
    const { user, fixture } = showCall('wf-gone')
    fixture.fail('workflows.list', new TenonError('FORBIDDEN', 'No'))
    await user.click(await screen.findByRole('button', { name: 'Change workflow: Unknown workflow' }))
    expect(await screen.findByText('The workflows could not be loaded')).toBeTruthy()
    fixture.fail('workflows.list', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('option', { name: /Send a mail/ })).toBeTruthy()
  })
})

describe('WorkflowInput', () => {
  test('is a form of the fields of the workflow, keeps other values until they are removed', async () => {
    const { user, paramsOf } = showCall('wf-mail', { to: 'ada', cc: 'bob' })
    const group = await screen.findByRole('group', { name: 'Input' })
    const recipient = await within(group).findByText('Recipient')
    expect(recipient).toBeTruthy()
    expect(within(group).getByText('Address of the customer.')).toBeTruthy()
    expect(within(group).getAllByText('required')).toHaveLength(1)
    expect(within(group).getByText('Not in the input of Send a mail')).toBeTruthy()
    await user.click(within(group).getByRole('switch', { name: 'Urgent' }))
    expect(paramsOf()?.input).toEqual({ to: 'ada', cc: 'bob', urgent: true })
    await user.click(within(group).getByRole('button', { name: 'Remove' }))
    expect(paramsOf()?.input).toEqual({ to: 'ada', urgent: true })
  })

  test('takes names and values while the fields are not known', async () => {
    showCall('wf-draft', { to: 'ada' })
    expect(await screen.findByRole('button', { name: 'Remove to' })).toBeTruthy()
    const failing = createFixtureClient()
    failing.fail('workflows.get', new TenonError('FORBIDDEN', 'No'))
    const view = renderInspector({ document: callDocument('wf-mail'), nodeId: 'call', client: failing.client })
    act(() => view.session.store.setState({ manifest: createManifestIndex(CALL_MANIFEST) }))
    await waitFor(() => expect(screen.getByText(/could not be loaded\. Enter names and values/)).toBeTruthy())
  })
})
