// @vitest-environment jsdom
import type { SendEvent, SentEvent, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { WaitView } from '@tenon/core/run'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { connectionOf } from '../../../test/fixtures/connections-fixture.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { ORDER_PAID, received, WAIT_MANIFEST, waitDocument, waitingRun } from '../../../test/fixtures/waits.ts'
import { RunInspector } from '../viewer/run-parts.tsx'
import { RunViewer } from '../viewer/run-viewer.tsx'

const SENT: SentEvent = { eventId: 'e', status: 'delivered', delivered: 1, expiresAt: null, refused: [] }

function show(
  waitFor: WaitView['waitFor'] = ORDER_PAID,
  change: (client: TenonClient) => Partial<TenonClient> = () => ({}),
) {
  const log = waitingRun(waitFor)
  const document = waitDocument(waitFor.kind === 'callback' ? 'wait-for-callback' : 'wait-for-event')
  const fixture = createFixtureClient({ frames: log.frames, document, manifest: WAIT_MANIFEST })
  const client = { ...fixture.client, ...change(fixture.client) }
  const view = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="paid" />)
  return { ...view, log, fixture }
}

/** Answers events by a function, and keeps them. */
function answering(answer: (body: SendEvent) => SentEvent) {
  const sent: SendEvent[] = []
  const change = (client: TenonClient): Partial<TenonClient> => ({
    events: {
      ...client.events,
      send: async (body) => {
        sent.push(body)
        return answer(body)
      },
    },
  })
  return { sent, change }
}

describe('a node that waits for an event', () => {
  test('gives its name, key and time limit, sends it from a form, and has its sender once it came', async () => {
    const { sent, change } = answering(() => SENT)
    const { user, log, fixture } = show(ORDER_PAID, change)
    expect(await screen.findByText('Waiting for the event "order.paid"')).toBeTruthy()
    const card = await screen.findByRole('region', { name: 'Wait' })
    expect(card.textContent).toContain('Keyorder-17')
    expect(card.textContent).toMatch(/Time limitNov 23/)
    const open = await within(card).findByRole('button', { name: 'Send the event…' })
    await user.click(open)
    const dialog = screen.getByRole('dialog', { name: 'Send the event "order.paid"' })
    expect(dialog.textContent).toContain('All runs that wait for this event with the key "order-17" receive it')
    await user.click(within(dialog).getByRole('button', { name: 'Send event' }))
    expect(within(dialog).getByText('Enter a value.')).toBeTruthy()
    expect(sent).toEqual([])
    await user.type(within(dialog).getByLabelText(/^Amount/), '12')
    await user.click(within(dialog).getByRole('button', { name: 'Send event' }))
    // The toast is announced too.
    expect((await screen.findAllByText('Event sent. 1 run continues.')).length).toBeGreaterThan(0)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(sent).toEqual([
      {
        name: 'order.paid',
        key: 'order-17',
        payload: { amount: 12 },
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        ttl: '5m',
      },
    ])
    act(() => fixture.push(...received(log)))
    expect(await within(card).findByText('Mina Kaur')).toBeTruthy()
    expect(within(card).queryByRole('button')).toBeNull()
    expect(card.textContent).toMatch(/ReceivedNov 23, \d\d:\d\dSent by/)
  })

  test('keeps the dialog with the reason while the event is not accepted, sends again with its id, and ends when another came', async () => {
    const lost = new TenonError('UNAVAILABLE', 'The server restarts')
    const answers = [
      () => {
        throw lost
      },
      () => ({
        ...SENT,
        delivered: 2,
        refused: [{ runId: FIXTURE_RUN_ID, nodeRunId: 'paid', message: 'amount must be > 0' }],
      }),
    ]
    const { sent, change } = answering(() => answers.shift()?.() ?? SENT)
    const { user, log, fixture } = show({ ...ORDER_PAID, schema: { type: 'object', properties: {} } }, change)
    await user.click(await screen.findByRole('button', { name: 'Send the event…' }))
    const dialog = screen.getByRole('dialog')
    expect(within(dialog).getByLabelText('Data of the event as JSON')).toBeTruthy()
    const press = () => user.click(within(dialog).getByRole('button', { name: 'Send event' }))
    await press()
    expect(await within(dialog).findByText(/^The server/)).toBeTruthy()
    await press()
    expect(await within(dialog).findByText('amount must be > 0')).toBeTruthy()
    expect(sent[1]?.id).toBe(sent[0]?.id)
    act(() => fixture.push(...received(log)))
    expect(await within(dialog).findByText('The node no longer waits for this event.')).toBeTruthy()
    expect(within(dialog).queryByRole('button', { name: 'Send event' })).toBeNull()
    const [, close] = within(dialog).getAllByRole('button', { name: 'Close' })
    await user.click(close as HTMLElement)
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('says that an event was kept, since no run waits any more', async () => {
    const kept = { ...SENT, status: 'buffered', delivered: 0, expiresAt: '2026-11-23T09:05:00.000Z' } as const
    const { user } = show({ ...ORDER_PAID, schema: null }, answering(() => kept).change)
    await user.click(await screen.findByRole('button', { name: 'Send the event…' }))
    await user.click(screen.getByRole('button', { name: 'Send event' }))
    const keptText = /^No run waits for the event now\. It is kept until Nov 23, \d\d:05 for/
    expect((await screen.findAllByText(keptText)).length).toBeGreaterThan(0)
  })

  test('has no button for a viewer', async () => {
    show(ORDER_PAID, (client) => ({ me: async () => ({ ...(await client.me()), role: 'viewer' }) }))
    const card = await screen.findByRole('region', { name: 'Wait' })
    expect(card.textContent).toContain('order-17')
    expect(within(card).queryByRole('button')).toBeNull()
  })

  test('marks an event that came before the run waited', async () => {
    const { log, fixture } = show()
    act(() => fixture.push(...received(log, { receivedAt: Date.UTC(2026, 10, 23, 8), actor: null })))
    expect(await screen.findByText(/, before the run waited for it$/)).toBeTruthy()
    expect(screen.queryByText('Sent by')).toBeNull()
  })
})

test('a node that waits for a callback has no button, and does not show its URL', async () => {
  show({ kind: 'callback', schema: null, dueAt: null })
  expect(await screen.findByText('Waiting for a callback')).toBeTruthy()
  const card = await screen.findByRole('region', { name: 'Wait' })
  expect(card.textContent).toContain('Time limitNone')
  expect(card.textContent).toContain('Another system calls the URL of this node.')
  expect(within(card).queryByRole('button')).toBeNull()
})

test('a run view says over the canvas, on the card and in the log what the run waits for, until it came', async () => {
  const log = waitingRun()
  const data = { frames: log.frames, document: waitDocument('wait-for-event'), manifest: WAIT_MANIFEST }
  const fixture = createFixtureClient(data)
  const { user } = renderPart(<RunViewer client={fixture.client} runId={FIXTURE_RUN_ID} />)
  const line = (await screen.findByText('Payment waits for the event "order.paid".')).closest('p') as HTMLElement
  const card = await screen.findByLabelText('Payment, Wait for an event')
  expect(
    within(card).getByText(/^Waiting for the event "order\.paid" · order-17 · until Nov 23, \d\d:00$/),
  ).toBeTruthy()
  await user.click(within(line).getByRole('button', { name: 'Show details' }))
  expect(await screen.findByRole('button', { name: 'Send the event…' })).toBeTruthy()
  await user.click(within(screen.getByLabelText('Views of the run')).getByRole('tab', { name: 'Log' }))
  expect(screen.getAllByText('Waiting for the event "order.paid"').length).toBeGreaterThan(1)
  act(() => fixture.push(...received(log)))
  expect(await screen.findByText('Mina Kaur sent the event')).toBeTruthy()
  expect(screen.queryByText('Payment waits for the event "order.paid".')).toBeNull()
})

describe('a run that waits for a connection', () => {
  const waiting = (name: string | null) => {
    const waitFor = { kind: 'connection', connectionId: 'c1', name, generation: 0, dueAt: null } as const
    const data = {
      frames: waitingRun(waitFor).frames,
      document: waitDocument('wait-for-event'),
      manifest: WAIT_MANIFEST,
    }
    const fixture = createFixtureClient({ ...data, connections: [connectionOf('c1', { status: 'needs_reauth' })] })
    return { fixture, ...renderPart(<RunViewer client={fixture.client} runId={FIXTURE_RUN_ID} />) }
  }

  test('names it over the canvas, and connects it again', async () => {
    const { user, fixture } = waiting('CRM')
    const line = (await screen.findByText('Payment waits until "CRM" is connected again.')).closest('p') as HTMLElement
    await user.click(await within(line).findByRole('button', { name: 'Connect again' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Connect "CRM" again' }))
    await user.type(await dialog.findByLabelText('Token'), 'new-token')
    await user.click(dialog.getByRole('button', { name: 'Connect' }))
    await waitFor(() => expect(within(line).queryByRole('button', { name: 'Connect again' })).toBeNull())
    expect(fixture.calls.filter(({ name }) => name === 'connections.update')).toHaveLength(1)
  })

  test('names a private connection for its owner, who may read it', async () => {
    waiting(null)
    expect(await screen.findByText(/^Payment waits until "[^"]+" is connected again\.$/)).toBeTruthy()
  })

  test('has no button for people who may not use it', async () => {
    const { fixture } = waiting(null)
    fixture.fail('connections.get', new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id'))
    const text = /^Payment waits until the private connection of the person for whom the run acts is/
    const line = (await screen.findByText(text)).closest('p') as HTMLElement
    await waitFor(() => expect(fixture.calls.some(({ name }) => name === 'connections.get')).toBe(true))
    expect(within(line).queryByRole('button', { name: 'Connect again' })).toBeNull()
  })
})
