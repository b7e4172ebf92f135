import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('new items of a list start runs, the items are shown before, and the trigger is paused', async ({
  openAs,
  clientOf,
}) => {
  const orders = [{ id: 'order-1', total: 10 }]
  const shop = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: orders }))
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/orders`
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({
    name: 'Orders',
    document: workflow(
      [
        node('orders', 'poll-url', { url, itemsIn: 'body.data', begin: 'all' }, { name: 'New order' }),
        node('end', 'end', { output: '{{trigger.total}}' }, { name: 'End', position: { x: 280, y: 0 } }),
      ],
      ['orders>end'],
    ),
  })
  const page = await openAs(ACME.editor, { path: `/automations/${id}` })
  await page.getByTestId('rf__node-orders').click()
  const section = page.getByRole('region', { name: 'Trigger', exact: true })
  await section.getByRole('button', { name: 'Poll now' }).click()
  await expect(section).toContainText('1 new item would start a run.')
  await expect(section.getByRole('list', { name: 'Items of the poll' })).toContainText('order-1')
  expect((await client.runs.list({ workflowId: id })).items).toEqual([])

  await client.versions.publish(id)
  const runs = async () => (await client.runs.list({ workflowId: id })).items
  await expect.poll(async () => (await runs()).length).toBe(1)
  const [first] = await runs()
  await expect.poll(async () => (await client.runs.get(first?.runId ?? '')).output).toBe(10)
  await expect(section).toContainText('Next poll:', { timeout: 10_000 })
  await section.getByRole('button', { name: 'Pause' }).click()
  await expect(section).toContainText('Paused by')
  orders.push({ id: 'order-2', total: 20 })
  await section.getByRole('button', { name: 'Resume' }).click()
  await expect.poll(async () => (await runs()).length).toBe(2)
  await section.getByRole('button', { name: 'Open run' }).first().click()
  await expect(page).toHaveURL(/runs/)
  await new Promise((resolve) => shop.close(resolve))
})
