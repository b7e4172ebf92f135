import { node, workflow } from '@tenon/core/testing'
import { ACME, tokenFor } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const ON_ORDER = workflow(
  [
    node('order', 'event', { eventType: 'something.else' }, { name: 'Order' }),
    node('end', 'end', { output: '{{trigger.data.total}}' }, { name: 'End', position: { x: 280, y: 0 } }),
  ],
  ['order>end'],
)

test('an order that the host saves starts a run in its transaction, and one that is rolled back starts none', async ({
  openAs,
  clientOf,
  host,
}) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Order alerts', document: ON_ORDER })
  const page = await openAs(ACME.editor, { path: `/automations/${id}` })
  const card = page.getByTestId('rf__node-order')
  await expect(card).toContainText('Starts when something.else happens')
  await card.click()
  const section = page.getByRole('region', { name: 'Trigger', exact: true })
  await section.getByLabel('Events of your product').selectOption('Order created (order.created)')
  await expect(card).toContainText('Starts when order.created happens')
  await page.getByLabel('Only if').fill('trigger.data.total > 100')
  await expect
    .poll(async () => (await client.drafts.get(id)).document.nodes.find(({ id }) => id === 'order')?.params)
    .toMatchObject({ filter: 'trigger.data.total > 100', schema: { required: ['id', 'item', 'total'] } })
  await client.versions.publish(id)

  const token = await tokenFor(host.url, ACME.editor)
  const save = async (order: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    return (await fetch(`${host.url}/demo/shop/orders`, { method: 'POST', headers, body: JSON.stringify(order) }))
      .status
  }
  const orderId = `o-${Date.now()}`
  expect(await save({ id: orderId, item: 'Lamp', total: 120 })).toBe(201)
  expect(await save({ id: orderId, item: 'Lamp', total: 999 })).toBe(409)
  expect(await save({ id: `${orderId}-small`, item: 'Bulb', total: 5 })).toBe(201)

  const runs = async () => (await client.runs.list({ workflowId: id })).items
  await expect.poll(runs).toHaveLength(1)
  const [run] = await runs()
  await expect.poll(async () => (await client.runs.get(run?.runId ?? '')).output).toBe(120)
  await expect(section).toContainText('Started a run', { timeout: 10_000 })
  await page.reload()
  await card.click()
  const trial = section.getByRole('group', { name: 'Try the filter' })
  await expect(trial.getByText('Skipped')).toBeVisible()
  await expect(trial.getByText('Starts a run').first()).toBeVisible()
  await section.getByRole('button', { name: 'Open run' }).first().click()
  await expect(page).toHaveURL(/runs/)
})
