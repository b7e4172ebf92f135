// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { defineNode, toManifest, webhookParams } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { triggerEventOf, triggerOf } from '../../test/fixtures/triggers-fixture.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

const webhook = defineNode({
  ...{ type: 'webhook', version: 1, title: 'Webhook', description: 'Begin with a message', icon: 'M4 12h16' },
  ...{ category: 'trigger', control: 'trigger', trigger: 'webhook', inline: true, params: webhookParams },
  ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: z.record(z.string(), z.unknown()) } },
  ...{ summary: 'Starts at a {method} request', effect: 'none' },
})

function showWebhook(data: FixtureData) {
  const fixture = createFixtureClient(data)
  const onOpenRun = vi.fn()
  const document = workflow([node('hook', 'webhook')], [])
  const view = renderInspector({ document, nodeId: 'hook', client: fixture.client, onOpenRun })
  act(() => view.session.store.setState({ manifest: createManifestIndex(toManifest([webhook])) }))
  return { ...view, fixture, onOpenRun }
}

const EVENTS = [
  triggerEventOf('e2', {
    outcome: 'rejected',
    runId: null,
    code: 'WEBHOOK_SIGNATURE_INVALID',
    message: 'It does not fit',
  }),
  triggerEventOf('e1', { mode: 'test', repeats: 2 }),
]

test('shows the address, pauses and resumes, opens a test, and lists the last events with their runs', async () => {
  const { user, onOpenRun } = showWebhook({ triggers: [triggerOf('hook')], triggerEvents: EVENTS })
  const section = await screen.findByRole('region', { name: 'Trigger' })
  expect(await within(section).findByText('https://app.example/hooks/live-token')).toBeTruthy()
  expect(within(section).getByRole('button', { name: 'Copy address' })).toBeTruthy()
  await user.click(within(section).getByRole('button', { name: 'Pause' }))
  expect(await within(section).findByText('Paused by Ada Obi')).toBeTruthy()
  await user.click(within(section).getByRole('button', { name: 'Resume' }))
  expect(await within(section).findByText('Active')).toBeTruthy()
  await user.click(within(section).getByRole('button', { name: 'Open for an hour' }))
  expect(await within(section).findByText('https://app.example/hooks/test-token')).toBeTruthy()
  await user.click(within(section).getByRole('button', { name: 'Replace address' }))
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Replace address' }))
  expect(await within(section).findByText('https://app.example/hooks/new-token')).toBeTruthy()
  expect(within(section).getByRole('button', { name: 'Open for an hour' })).toBeTruthy()
  const [rejected, started] = within(within(section).getByRole('list')).getAllByRole('listitem')
  expect(rejected?.textContent).toMatch(/Rejected.*It does not fit/)
  expect(started?.textContent).toMatch(/Started a run.*Test.*2 repetitions/)
  await user.click(within(section).getByRole('button', { name: 'Open run' }))
  expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-9')
})

test('says that a trigger is not published, why a change failed, and why it could not be loaded', async () => {
  const { user, fixture } = showWebhook({ triggers: [triggerOf('hook', { state: 'unpublished', version: null })] })
  expect(await screen.findByText('Starts runs after the workflow is published')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
  expect(screen.getByText('No events yet.')).toBeTruthy()
  fixture.fail('triggers.openTest', new TenonError('FORBIDDEN', 'No'))
  await user.click(screen.getByRole('button', { name: 'Open for an hour' }))
  expect(await screen.findByText(/Ask an admin for a role/)).toBeTruthy()
})

test('shows what another person has changed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const { fixture } = showWebhook({ triggers: [triggerOf('hook')] })
    expect(await screen.findByText('Active')).toBeTruthy()
    await act(() => fixture.client.triggers.pause('w', 'hook'))
    await act(() => vi.advanceTimersByTimeAsync(5_000))
    expect(await screen.findByText('Paused by Ada Obi')).toBeTruthy()
  } finally {
    vi.useRealTimers()
  }
})

test('says why it could not be loaded', async () => {
  showWebhook({ triggers: [] })
  expect(await screen.findByText('The trigger could not be loaded')).toBeTruthy()
})

test('opens the page of a form and its preview', async () => {
  const form = triggerOf('hook', { kind: 'form', url: 'https://app.example/forms/live-token' })
  const { user } = showWebhook({ triggers: [form] })
  const live = await screen.findByRole('link', { name: 'Open the form' })
  expect(live.getAttribute('href')).toBe('https://app.example/forms/live-token')
  expect(live.getAttribute('rel')).toBe('noreferrer')
  expect(screen.getByText(/Anyone who has it can send the form/)).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Open for an hour' }))
  expect((await screen.findByRole('link', { name: 'Open the preview' })).getAttribute('target')).toBe('_blank')
})
