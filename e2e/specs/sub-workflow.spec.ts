import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { runToEnd } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

/** Takes an amount and gives it with tax. */
const TAX = workflow(
  [
    node(
      'start',
      'start',
      {
        inputSchema: {
          type: 'object',
          properties: { amount: { type: 'number', title: 'Amount' } },
          required: ['amount'],
        },
      },
      { name: 'Start' },
    ),
    node('end', 'end', { output: { total: '{{trigger.amount * 2}}' } }, { name: 'End', position: { x: 280, y: 0 } }),
  ],
  ['start>end'],
)

/** Runs a workflow, which is chosen in the editor, and gives its output. */
const ORDER = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node('sub', 'run-workflow', { input: {} }, { name: 'Tax of the order', position: { x: 280, y: 0 } }),
    node('end', 'end', { output: '{{nodes.sub.output.output}}' }, { name: 'End', position: { x: 560, y: 0 } }),
  ],
  ['start>sub', 'sub>end'],
)

test('a workflow is chosen, runs from another, and each run leads to the other', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const tax = await client.workflows.create({ name: 'Tax', document: TAX })
  await client.versions.publish(tax.id)
  const order = await client.workflows.create({ name: 'Order', document: ORDER })

  const page = await openAs(ACME.admin, { path: `/automations/${order.id}` })
  const card = page.getByTestId('rf__node-sub')
  await expect(card.getByText('Choose a workflow')).toBeVisible()
  await card.click()
  await page.getByRole('button', { name: 'Choose a workflow' }).click()
  await page.getByRole('combobox', { name: 'Search workflows' }).fill('tax')
  // Enter chooses none before the list is loaded.
  await expect(page.getByRole('option', { name: /^Tax/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(card.getByText('Tax', { exact: true })).toBeVisible()
  // What publishing would refuse is said at once, and no longer once it is entered.
  const fault = page.getByText(/the input of the workflow "Tax" is not valid/i)
  await expect(fault.first()).toBeVisible()
  await page.getByRole('group', { name: 'Input' }).getByLabel('Amount').fill('21')
  await expect(fault).toHaveCount(0)
  const stored = async () => (await client.drafts.get(order.id)).document.nodes.find(({ id }) => id === 'sub')?.params
  await expect.poll(stored).toMatchObject({ workflow: tax.id, input: { amount: 21 } })

  await client.versions.publish(order.id)
  const { run } = await runToEnd(client, order.id, {})
  expect(run).toMatchObject({ status: 'completed', output: { total: 42 } })
  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${run.runId}`))
  await page.getByTestId('rf__node-sub').click()
  await page.getByRole('button', { name: 'Open run' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Tax' })).toBeVisible()
  await page.getByRole('tab', { name: 'Calls' }).click()
  const tree = page.getByRole('tree')
  await expect(tree.getByRole('treeitem')).toHaveCount(2)
  await page.getByRole('button', { name: 'Started by Order · Tax of the order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Order' })).toBeVisible()
})

/** Greets a person in two nodes. */
const GREETING = workflow(
  [
    node(
      'start',
      'start',
      {
        inputSchema: {
          type: 'object',
          properties: { name: { type: 'string', title: 'Name' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
      { name: 'Start' },
    ),
    node(
      'greet',
      'set',
      { fields: { greeting: 'Hello {{input.name}}' } },
      { name: 'Greet', position: { x: 280, y: 0 } },
    ),
    node('end', 'end', {}, { name: 'End', position: { x: 560, y: 0 } }),
  ],
  ['start>greet', 'greet>end'],
)

test('a node is extracted to a workflow, and the run has the same result', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id } = await client.workflows.create({ name: 'Welcome', document: GREETING })
  await client.versions.publish(id)
  const before = await runToEnd(client, id, { name: 'Ada' })
  const page = await openAs(ACME.admin, { path: `/automations/${id}` })
  await page.getByTestId('rf__node-greet').click()
  await page.keyboard.press('e')
  await page.getByRole('textbox', { name: 'Name of the new workflow' }).fill('Say hello')
  await page.getByRole('button', { name: 'Extract 1 node' }).click()
  const card = page.getByTestId('rf__node-sub_workflow')
  await expect(card.getByText('Say hello').first()).toBeVisible()
  await expect.poll(async () => (await client.drafts.get(id)).document.nodes.length).toBe(3)
  await client.versions.publish(id)
  const after = await runToEnd(client, id, { name: 'Ada' })
  expect(after.run).toMatchObject({ status: 'completed', output: before.run.output })
  expect(after.run.output).toEqual({ name: 'Ada', greeting: 'Hello Ada' })
})
