import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

/** Start, Payment (waits for the event of its order, with an amount), End. */
const ORDER = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node(
      'paid',
      'wait-for-event',
      { eventName: 'order.sent', key: '{{trigger.order}}', timeout: '2d' },
      { name: 'Payment', position: { x: 280, y: 0 } },
    ),
    node('end', 'end', { output: '{{nodes.paid.output}}' }, { name: 'End', position: { x: 600, y: 0 } }),
  ],
  ['start>paid', 'paid>end'],
)

test('a wait is set up in the editor, and its event is sent in the view of the run', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Paid orders', document: ORDER })

  const page = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  const card = page.getByTestId('rf__node-paid')
  await expect(card.getByText('timeout', { exact: true })).toBeVisible()
  await card.click()
  const name = page.getByRole('textbox', { name: 'Event', exact: true })
  await name.fill('order.paid')
  await expect(card.getByText('order.paid')).toBeVisible()
  const stored = async () => (await client.drafts.get(workflowId)).document.nodes.find(({ id }) => id === 'paid')
  await expect.poll(async () => (await stored())?.params).toMatchObject({ eventName: 'order.paid', timeout: '2d' })

  await client.versions.publish(workflowId)
  const start = async (order: string) => (await client.runs.start(workflowId, { input: { order } })).runId
  const [runId, other] = [await start('O-1'), await start('O-2')]
  const countOpen = async () => (await client.events.waits({ workflowId, status: 'open' })).items.length
  await expect.poll(countOpen).toBe(2)

  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${runId}`))
  await expect(page.getByText('Payment waits for the event "order.paid".')).toBeVisible()
  await expect(card).toContainText('Waiting for the event "order.paid" · O-1 · until')
  await page.getByRole('button', { name: 'Show details' }).click()
  await page.getByRole('button', { name: 'Send the event…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send the event "order.paid"' })
  await dialog.getByRole('textbox', { name: 'Data of the event as JSON' }).fill('{ "amount": 12 }')
  await dialog.getByRole('button', { name: 'Send event' }).click()
  await expect(page.getByText(/^Completed/).first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Wait', exact: true })).toContainText('Sent by')
  expect((await client.runs.get(runId)).output).toEqual({ amount: 12 })

  // The other order waits for its own event, which a viewer cannot send.
  expect(await countOpen()).toBe(1)
  const viewer = await openAs(ACME.viewer, { path: `/runs/${other}` })
  await viewer.getByRole('button', { name: 'Show details' }).click()
  await expect(viewer.getByRole('region', { name: 'Wait', exact: true })).toContainText('O-2')
  await expect(viewer.getByRole('button', { name: 'Send the event…' })).toHaveCount(0)
  await client.events.send({ name: 'order.paid', key: 'O-2', payload: { amount: 5 } })
  await expect(viewer.getByText(/^Completed/).first()).toBeVisible()
})
