import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

/** Start, Order, Charge (fails without a total), End. */
const CHARGES = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node('order', 'set', { fields: { id: '{{trigger.order}}' } }, { name: 'Order', position: { x: 280, y: 0 } }),
    node('charge', 'set', { fields: { amount: '{{trigger.total}}' } }, { name: 'Charge', position: { x: 560, y: 0 } }),
    node('end', 'end', { output: '{{nodes.charge.output}}' }, { name: 'End', position: { x: 840, y: 0 } }),
  ],
  ['start>order', 'order>charge', 'charge>end'],
)

test('a failed run runs again from where it failed, and leads to the earlier run', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({
    name: 'Charges',
    document: CHARGES,
  })
  await client.versions.publish(workflowId)
  const { runId } = await client.runs.start(workflowId, { input: { order: 'O-1' } })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('failed')

  const page = await openAs(ACME.admin, { path: `/runs/${runId}` })
  await page.getByRole('button', { name: 'Run again from where it failed' }).click()
  await expect(page.getByRole('button', { name: /^Runs .* again from where it failed$/ })).toBeVisible()
  await expect(page.getByText('Reused from the earlier run').first()).toBeVisible()
  const [rerun] = (await client.runs.list({ rerunOf: runId })).items
  expect(rerun?.rerunOf).toEqual({ runId, from: 'failed' })
  await page.getByRole('button', { name: /^Runs .* again from where it failed$/ }).click()
  await expect(page.getByRole('button', { name: 'Run again from where it failed' })).toBeVisible()
  await expect.poll(() => page.url()).toContain(runId)
})
