// @vitest-environment jsdom
import { defineNode, eventParams, toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../test/fixtures/fixture-data.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { triggerOf } from '../../test/fixtures/triggers-fixture.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

const event = defineNode({
  ...{ type: 'event', version: 1, title: 'Event', description: 'Begin when something happens', icon: 'M4 12h16' },
  ...{ category: 'trigger', control: 'trigger', trigger: 'event', inline: true, params: eventParams },
  ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: { fromParam: 'schema', as: 'event' } } },
  ...{ summary: 'Starts when {eventType} happens', effect: 'none' },
})

function showEvent(data: FixtureData, params: Record<string, string> = {}) {
  const fixture = createFixtureClient({ triggers: [triggerOf('hook', { kind: 'event', url: null })], ...data })
  const document = workflow([node('hook', 'event', params)], [])
  const view = renderInspector({ document, nodeId: 'hook', client: fixture.client, onOpenRun: () => {} })
  act(() => view.session.store.setState({ manifest: createManifestIndex(toManifest([event])) }))
  return { ...view, fixture }
}

const received = (id: string, data: Record<string, unknown>) => ({
  ...{ id, source: 'host', type: 'order.created', time: '2026-11-30T10:00:00.000Z', subject: null },
  ...{ data: data as never, state: 'accepted' as const, code: null, message: null },
})

test('offers the declared types with their fields, and tries the filter on the last events', async () => {
  const schema = { type: 'object', properties: { total: { type: 'number' } } }
  const { user, session, fixture } = showEvent(
    {
      eventTypes: [
        {
          type: 'order.created',
          title: 'Order created',
          description: 'After checkout.',
          schema,
          example: { total: 9 },
        },
        { type: 'user.left', title: 'user.left', description: null, schema: null, example: null },
      ],
      undeclared: 'refuse',
      receivedEvents: [
        received('a', { total: 120 }),
        received('b', { total: 5 }),
        received('c', { total: 'many' }),
        received('d', {}),
        {
          ...received('e', { total: 200 }),
          ...{ state: 'refused', code: 'EVENT_PAYLOAD_INVALID', message: 'The data of "order.created" is not valid' },
        },
      ],
    },
    { eventType: 'order.lost', filter: 'trigger.data.total > 100' },
  )
  expect(await screen.findByText('Your product sends no events of the type "order.lost".')).toBeTruthy()
  expect(await screen.findByText(/No event of the type "order.lost"/)).toBeTruthy()
  expect(screen.queryByText('Address')).toBeNull()
  await user.selectOptions(screen.getByRole('combobox', { name: 'Events of your product' }), 'order.created')
  const { nodes } = session.store.getState().document
  expect(nodes[0]?.params).toMatchObject({ eventType: 'order.created', schema })
  expect(await screen.findByText('After checkout.')).toBeTruthy()
  const trial = await screen.findByRole('group', { name: 'Try the filter' })
  await within(trial).findByText('Starts a run')
  // The example of the host is tried as well.
  expect(within(trial).getByText('Example').closest('p')?.textContent).toBe('ExampleSkipped')
  const [fits, skipped, ...others] = within(trial).getAllByRole('listitem')
  // The filter is true for it.
  expect(others.pop()?.textContent).toContain('Event refusedThe data of "order.created" is not valid')
  expect(fits?.textContent).toContain('Starts a run{"total":120}')
  expect(skipped?.textContent).toContain('Skipped')
  expect(others.map((item) => item.textContent)).toEqual([
    expect.stringContaining('Filter failed'),
    expect.stringMatching(/Filter failed|Neither true nor false|Skipped/),
  ])
  act(() => void session.dispatch({ type: 'set-param', nodeId: 'hook', path: ['filter'], value: '1' }))
  expect(await within(trial).findAllByText('Neither true nor false')).toHaveLength(5)
  act(() => void session.dispatch({ type: 'unset-param', nodeId: 'hook', path: ['filter'] }))
  expect(await within(trial).findAllByText('Starts a run')).toHaveLength(5)
  const listed = () => fixture.calls.filter(({ name }) => name === 'events.received').length
  const before = listed()
  await user.click(within(trial).getByRole('button', { name: 'Refresh' }))
  await waitFor(() => expect(listed()).toBe(before + 1))
})
