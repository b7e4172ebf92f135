import { FILE_SCHEMA } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const ORDERS = workflow(
  [
    node('start', 'start', {
      inputSchema: { type: 'object', properties: { orders: FILE_SCHEMA }, required: ['orders'] },
    }),
    node('read', 'read-csv', { source: '{{input.orders}}', types: [{ column: 'total' }] }, { name: 'Read' }),
    node('end', 'end', { output: { orders: '{{input.orders}}', first: '{{nodes.read.output.items.0.total}}' } }),
  ],
  ['start>read', 'read>end'],
)

test('a file is chosen for a run, read by a node, and shown and downloaded in the run', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Orders from a file', document: ORDERS })
  await client.versions.publish(id)
  const page = await openAs(ACME.editor, { path: `/automations/${id}` })
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const form = page.getByRole('dialog')
  await form
    .locator('input[type=file]')
    .setInputFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from('id,total\n7,12.5\n') })
  await expect(form.getByText('16 bytes · text/csv')).toBeVisible()
  await form.getByRole('button', { name: 'Run' }).click()

  await page.getByRole('tab', { name: 'Output' }).click()
  const output = page.getByRole('tabpanel', { name: 'Output' })
  await expect(output).toContainText('12.5')
  await output.getByRole('button', { name: 'Show orders.csv' }).click()
  await expect(output.getByRole('region', { name: 'Content of orders.csv' })).toContainText('7,12.5')
  const downloading = page.waitForEvent('download')
  await output.getByRole('button', { name: 'Download orders.csv' }).click()
  expect((await downloading).suggestedFilename()).toBe('orders.csv')
})
