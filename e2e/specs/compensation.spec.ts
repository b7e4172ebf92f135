import { node, workflow } from '@tenon/core/testing'
import { penOf } from '../fixtures/draw.ts'
import { ACME } from '../fixtures/people.ts'
import { runToEnd } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

/** Start, Book, Charge (fails without a total), End. */
const TRIP = workflow(
  [
    node('start', 'start', {}, { name: 'Start' }),
    node('book', 'set', { fields: { booking: 'B-{{trigger.seat}}' } }, { name: 'Book', position: { x: 280, y: 0 } }),
    node(
      'charge',
      'set',
      { fields: { amount: '{{trigger.total}}' } },
      { name: 'Charge', position: { x: 560, y: 0 }, policy: { onError: 'fail' } },
    ),
    node('end', 'end', { output: '{{nodes.charge.output}}' }, { name: 'End', position: { x: 840, y: 0 } }),
  ],
  ['start>book', 'book>charge', 'charge>end'],
)

test('a node gets an undo step, which undoes it after the run has failed', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Trip', document: TRIP })
  const page = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  const pen = penOf(page)
  const inspector = await pen.select('Book')
  await inspector.getByRole('tab', { name: 'Policy' }).click()
  await expect(inspector.getByRole('note', { name: 'What happens' })).toContainText('If it fails, the run fails.')
  await inspector.getByRole('button', { name: 'Add an undo step' }).click()
  // The new node is selected.
  await expect(inspector.getByRole('textbox', { name: 'Name of the node' })).toHaveValue('Undo Book')
  await expect(pen.card('Undo Book')).toBeVisible()
  await inspector.getByRole('tab', { name: 'Setup' }).click()
  await inspector.getByRole('button', { name: 'Add a field' }).click()
  await inspector.getByRole('textbox', { name: 'Name', exact: true }).fill('canceled')
  await page.keyboard.press('Enter')
  await inspector.getByRole('textbox', { name: 'Value of canceled' }).click()
  // The field closes the braces by itself.
  await page.keyboard.type('{{nodes.book.output.booking')
  const stored = async () =>
    (await client.drafts.get(workflowId)).document.nodes.find(({ name }) => name === 'Undo Book')
  await expect
    .poll(async () => (await stored())?.params)
    .toEqual({ fields: { canceled: '{{nodes.book.output.booking}}' } })
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await expect.poll(async () => (await client.workflows.get(workflowId)).version).toBe('1')

  const { run, frames } = await runToEnd(client, workflowId, { seat: 7 })
  expect(run).toMatchObject({ status: 'failed' })
  expect(frames.map(({ type }) => type)).toContain('node_compensated')
  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${run.runId}`))
  const undo = page.getByRole('region', { name: 'Undo' })
  await expect(undo).toContainText('1 of 1 undone')
  await expect(undo.getByRole('listitem')).toHaveCount(1)
  await expect(pen.card('Book').getByRole('img', { name: 'Undone' })).toBeVisible()
  await undo.getByRole('button', { name: 'Undo Book · undoes Book' }).click()
  await expect(page.getByRole('tabpanel', { name: 'Result' })).toContainText('B-7')

  // A run that completes undoes nothing.
  const paid = await runToEnd(client, workflowId, { seat: 8, total: 12 })
  expect(paid.run).toMatchObject({ status: 'completed', output: { amount: 12 } })
})
