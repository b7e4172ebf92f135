// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { deliveryOf, endpointOf } from '../../test/fixtures/webhooks-fixture.ts'
import { nameOf, shownUrl } from './webhook-words.ts'
import { WebhooksManager } from './webhooks-manager.tsx'

function show(data: FixtureData) {
  const fixture = createFixtureClient(data)
  return { ...renderPart(<WebhooksManager client={fixture.client} />), fixture }
}
const argsOf = ({ calls }: ReturnType<typeof createFixtureClient>, name: string) =>
  calls.filter((call) => call.name === name).map(({ args }) => args)

describe('WebhooksManager', () => {
  test('creates the first webhook for some events, sends a test, and shows its secret only when asked', async () => {
    const { user, fixture } = show({})
    await user.click(await screen.findByRole('button', { name: 'New webhook' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'New webhook' }))
    const create = dialog.getByRole('button', { name: 'Create' })
    await user.type(dialog.getByRole('textbox', { name: /Address/ }), 'https://warehouse.example/events')
    await user.click(dialog.getByRole('switch', { name: /All events/ }))
    expect(create.hasAttribute('disabled')).toBe(true)
    await user.click(dialog.getByRole('switch', { name: 'Run failed' }))
    await user.click(dialog.getByRole('switch', { name: 'Approval opened' }))
    await user.click(dialog.getByRole('switch', { name: 'Approval opened' }))
    await user.click(create)
    const list = await screen.findByRole('list', { name: 'Webhooks' })
    expect(argsOf(fixture, 'webhooks.create')).toEqual([
      [{ url: 'https://warehouse.example/events', description: '', eventTypes: ['run.failed'] }],
    ])
    expect(within(list).getByRole('listitem').textContent).toContain('warehouse.example/eventsActive')
    expect(list.textContent).toContain('1 type of event')
    await user.click(screen.getByRole('button', { name: /Send a test/ }))
    expect((await screen.findByRole('status')).textContent).toBe('Received, answered 200')
    expect(argsOf(fixture, 'webhooks.secret')).toEqual([])
    await user.click(screen.getByRole('button', { name: /Show the secret/ }))
    const secret = within(await screen.findByRole('dialog', { name: /Secret of/ }))
    await secret.findByText('whsec_fixture')
    await user.click(secret.getByRole('button', { name: 'Replace secret' }))
    await user.click(
      within(await screen.findByRole('dialog', { name: 'Replace the secret?' })).getByRole('button', {
        name: 'Replace secret',
      }),
    )
    await secret.findByText('whsec_new')
    secret.getByText(/previous secret as well until/)
    // A second replacement would end the one that receivers still use.
    expect(secret.getByRole('button', { name: 'Replace secret' }).hasAttribute('disabled')).toBe(true)
  })

  test('shows why one was disabled, enables it, and deletes another after a question', async () => {
    const { user, fixture } = show({
      endpoints: [
        endpointOf('e1', {
          description: 'Old',
          status: 'disabled',
          disabledReason: 'Every delivery has failed for 3 days',
        }),
        endpointOf('e2', { description: 'Slow', failingSince: '2026-11-30T10:00:00.000Z' }),
      ],
    })
    const [old, slow] = await screen.findAllByRole('listitem')
    expect(old?.textContent).toContain('OldDisabled')
    expect(old?.textContent).toContain('Every delivery has failed for 3 days')
    expect(slow?.textContent).toMatch(/SlowFailing.*Every delivery has failed since/)
    await user.click(screen.getByRole('button', { name: 'Enable Old' }))
    await waitFor(() => expect(argsOf(fixture, 'webhooks.update')).toEqual([['e1', { status: 'active' }]]))
    await user.click(screen.getByRole('button', { name: 'Delete Slow' }))
    const confirm = async () => {
      const dialog = await screen.findByRole('dialog', { name: 'Delete the webhook "Slow"?' })
      await user.click(within(dialog).getByRole('button', { name: 'Delete' }))
    }
    fixture.fail('webhooks.remove', new TenonError('UNAVAILABLE', 'The database does not answer'))
    await confirm()
    await screen.findByText('The database does not answer')
    fixture.fail('webhooks.remove', null)
    await user.click(screen.getByRole('button', { name: 'Delete Slow' }))
    await confirm()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Delete Slow' })).toBeNull())
  })

  test('lists deliveries, reads one, and sends what has failed again', async () => {
    const failed = deliveryOf('evt_1', {
      ...{ state: 'failed', attempts: 10 },
      lastAttempt: { at: '2026-11-30T10:00:00.000Z', durationMs: 5, status: 500, error: 'The receiver answered 500' },
    })
    const { user, fixture } = show({ endpoints: [endpointOf('e1')], deliveries: [failed, deliveryOf('evt_2')] })
    await user.click(await screen.findByRole('button', { name: 'Show deliveries to Warehouse' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Deliveries to Warehouse' }))
    const [first] = await dialog.findAllByRole('listitem')
    expect(first?.textContent).toMatch(/Run failedFailed.*10 attempts · HTTP 500.*The receiver answered 500/)
    // Two of one type and minute differ in their second and id.
    expect(first?.querySelector('time')?.textContent).toMatch(/:\d\d:\d\d$/)
    expect(first?.querySelector('code')?.textContent).toBe('evt_1')
    await user.click(within(first as HTMLElement).getByRole('button', { name: /^Details/ }))
    expect((await dialog.findByText(/"type": "run.failed"/)).tagName).toBe('PRE')
    dialog.getByText('Thanks')
    await user.click(within(first as HTMLElement).getByRole('button', { name: /again$/ }))
    await waitFor(() => expect(argsOf(fixture, 'webhooks.replay')).toEqual([['e1', 'evt_1']]))
    await user.click(dialog.getByRole('button', { name: 'Send failed and waiting now' }))
    expect((await dialog.findByRole('status')).textContent).toBe('1 event will be sent again.')
    await user.click(dialog.getByRole('radio', { name: 'Failed' }))
    await waitFor(() => expect(dialog.getAllByRole('listitem')).toHaveLength(1))
  })

  test('says that only admins see webhooks', async () => {
    const fixture = createFixtureClient({})
    fixture.fail('webhooks.list', new TenonError('FORBIDDEN', 'The role does not allow this'))
    renderPart(<WebhooksManager client={fixture.client} />)
    await screen.findByText('Only admins see webhooks.')
  })
})

test.each([
  ['https://example.com/hook?token=secret', 'https://example.com/hook?…'],
  ['https://example.com/hook', 'https://example.com/hook'],
])('the address %s is shown as %s', (url, expected) => {
  expect(shownUrl(url)).toBe(expected)
})

test.each([
  ['', 'https://example.com/', 'example.com'],
  ['', 'https://example.com/hook?token=secret', 'example.com/hook'],
  ['Warehouse', 'https://example.com/', 'Warehouse'],
])('a webhook with the name "%s" at %s is called %s', (description, url, expected) => {
  expect(nameOf({ description, url })).toBe(expected)
})
