import { node, withPolicy, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

/** start → charge, which fails without an amount, and is parked then → end. */
const charges = (amount: string) =>
  workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      withPolicy(node('charge', 'set', { fields: { amount } }, { name: 'Charge' }), { onError: 'park' }),
      node('end', 'end', {}, { name: 'End' }),
    ],
    ['start>charge', 'charge>end'],
  )

test('a run whose node needs a fix moves to the version that repairs it', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id } = await client.workflows.create({ name: 'Charges', document: charges('{{trigger.total}}') })
  await client.versions.publish(id)
  const { runId } = await client.runs.start(id, { input: { order: 'O-1' } })
  await expect.poll(async () => (await client.parked.list({ runId, status: 'open' })).items.length).toBe(1)
  const page = await openAs(ACME.admin, { path: `/runs/${runId}` })
  await expect(page.getByText('Charge needs a fix.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Move to version/ })).toHaveCount(0)

  const { etag } = await client.drafts.get(id)
  await client.drafts.put(id, { document: charges('12') }, etag)
  await client.versions.publish(id)
  await page.reload()
  await page.getByRole('button', { name: 'Move to version 2' }).click()
  const dialog = page.getByRole('dialog', { name: 'Move this run to version 2?' })
  await expect(dialog.getByText('Changed: Charge')).toBeVisible()
  await dialog.getByRole('button', { name: 'Move the run' }).click()
  await expect(page.getByText('Moved from version 1', { exact: true })).toBeVisible()
  await expect.poll(async () => (await client.runs.get(runId)).version).toBe('2')

  await page.getByRole('button', { name: 'Fix', exact: true }).click()
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await expect(page.getByText(/^Completed/).first()).toBeVisible()
  expect(await client.runs.get(runId)).toMatchObject({ status: 'completed', version: '2', movedFrom: '1' })
})
