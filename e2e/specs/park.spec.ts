import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { CHARGES } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

test('failed nodes are fixed in the view of their run and in the list of causes', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Charges', document: CHARGES })
  await client.versions.publish(workflowId)
  const start = async () => (await client.runs.start(workflowId, { input: { order: 'O-1' } })).runId
  const runIds = [await start(), await start(), await start()]
  const countOpen = async () => (await client.parked.list({ workflowId, status: 'open' })).items.length
  await expect.poll(countOpen).toBe(3)

  const page = await openAs(ACME.admin, { path: `/runs/${runIds[0]}` })
  await expect(page.getByText('Charge needs a fix.')).toBeVisible()
  await page.getByRole('button', { name: 'Fix', exact: true }).click()
  await page.getByRole('button', { name: 'Edit values and try again' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit values of Charge' })
  const asJson = dialog.getByText('JSON', { exact: true })
  if (await asJson.isVisible()) await asJson.click()
  await dialog.getByRole('textbox', { name: 'Values as JSON' }).fill('{ "fields": { "amount": 12 } }')
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(/^Completed/).first()).toBeVisible()
  await expect(page.getByRole('list', { name: 'Fixes' })).toContainText('tried again with other values')
  expect((await client.runs.get(runIds[0] ?? '')).output).toEqual({ amount: 12 })

  await page.getByRole('link', { name: 'Fixes' }).click()
  const causes = page.getByRole('list', { name: 'Causes' })
  await causes.getByRole('button', { name: /Charges · Charge/ }).click()
  await page.getByRole('button', { name: 'Try all 2 again' }).click()
  await expect(page.getByText('2 tried again, 2 failed again')).toBeVisible()
  await page.getByRole('button', { name: 'Skip all 2' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Skip all 2' }).click()
  await expect(page.getByText('2 skipped')).toBeVisible()
  await expect(causes.getByRole('button', { name: /Charges · Charge/ })).toHaveCount(0)
  for (const runId of runIds.slice(1)) {
    await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  }

  // A run that waits for one of these says so, and leads to it.
  const call = node('call', 'run-workflow', { workflow: workflowId, input: {} }, { name: 'Charge customer' })
  const document = workflow([node('start', 'start', {}, { name: 'Start' }), call], ['start>call'])
  const caller = await client.workflows.create({ name: 'Caller', document })
  await client.versions.publish(caller.id)
  const { runId } = await client.runs.start(caller.id, { input: {} })
  await page.goto(page.url().replace(/\/fixes.*$/, `/runs/${runId}`))
  await expect(page.getByText('Charge customer runs "Charges", which needs a fix')).toBeVisible()
  await page.getByRole('button', { name: 'Open run' }).first().click()
  await expect(page.getByText('Charge needs a fix.')).toBeVisible()
})
