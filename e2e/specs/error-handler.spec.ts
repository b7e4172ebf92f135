import { HANDLER_INPUT_SCHEMA } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const inputSchema = {
  type: 'object',
  properties: { order: { type: 'string', title: 'Order' }, total: { type: 'number', title: 'Total' } },
}

/** Start, Charge (fails without a total), End. */
const CHARGES = workflow(
  [
    node('start', 'start', { inputSchema }, { name: 'Start' }),
    node('charge', 'set', { fields: { amount: '{{trigger.total}}' } }, { name: 'Charge', position: { x: 280, y: 0 } }),
    node('end', 'end', { output: '{{nodes.charge.output}}' }, { name: 'End', position: { x: 560, y: 0 } }),
  ],
  ['start>charge', 'charge>end'],
)

/** Puts out which node failed. */
const ALERT = workflow(
  [
    node('start', 'start', { inputSchema: HANDLER_INPUT_SCHEMA }, { name: 'Start' }),
    node(
      'end',
      'end',
      { output: { text: '{{trigger.node.name}} of {{trigger.input.value.order}} failed' } },
      { name: 'End', position: { x: 280, y: 0 } },
    ),
  ],
  ['start>end'],
)

test('a workflow gets an error handler, which runs for a failed run, and the run is repeated with other input', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const alert = await client.workflows.create({ name: 'Alert the team', document: ALERT })
  await client.versions.publish(alert.id)
  const charges = await client.workflows.create({ name: 'Charges', document: CHARGES })

  const page = await openAs(ACME.admin, { path: `/automations/${charges.id}` })
  const group = page.getByRole('region', { name: 'Failures' })
  await group.getByRole('button', { name: 'Choose a workflow' }).click()
  await page.getByRole('option', { name: /^Alert the team/ }).click()
  const settings = async () => (await client.drafts.get(charges.id)).document.settings
  await expect.poll(settings).toEqual({ errorHandler: { workflow: alert.id } })

  await client.versions.publish(charges.id)
  const { runId } = await client.runs.start(charges.id, { input: { order: 'O-1' } })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('failed')
  const { handledBy } = await client.runs.get(runId)
  await expect
    .poll(async () => (await client.runs.get(`${handledBy}`)).output)
    .toEqual({ text: 'Charge of O-1 failed' })

  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${runId}`))
  await page.getByRole('button', { name: /^Handled by run / }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Alert the team' })).toBeVisible()
  await page.getByRole('tab', { name: 'Calls' }).click()
  await expect(page.getByRole('treeitem', { name: 'Alert the team, Completed, error handler' })).toBeVisible()
  await page.getByRole('button', { name: /^Handles the failure of run / }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Charges' })).toBeVisible()

  await page.getByRole('button', { name: 'More ways to run again' }).click()
  await page.getByRole('menuitem', { name: 'Run again with other input' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run again with other input' })
  await expect(dialog.getByLabel('Order')).toHaveValue('O-1')
  await dialog.getByLabel('Total').fill('5')
  await dialog.getByRole('button', { name: 'Run again', exact: true }).click()
  await expect.poll(() => page.url()).not.toContain(runId)
  const [again] = (await client.runs.list({ rerunOf: runId })).items
  await expect.poll(async () => (await client.runs.get(`${again?.runId}`)).output).toEqual({ amount: 5 })
})
