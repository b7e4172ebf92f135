import { penOf } from '../fixtures/draw.ts'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('a person draws a workflow, publishes it, runs it, decides an approval and reads the output', async ({
  openAs,
}) => {
  const page = await openAs(ACME.editor, { path: '/automations' })
  await page.getByLabel('Name of the new automation').fill('Refund check')
  await page.getByRole('button', { name: 'New automation' }).click()
  const pen = penOf(page)
  await expect(pen.card('Start')).toBeVisible()
  await page.getByRole('button', { name: 'Zoom out' }).click()
  await page.getByRole('button', { name: 'Zoom out' }).click()

  await pen.addNode('Set fields', { x: 110, y: 110 })
  await pen.addNode('Approval', { x: 330, y: 130 })
  await pen.addNode('End', { x: 560, y: 60 })
  await pen.addNode('End', { x: 560, y: 230 })
  await pen.connect('Start', 'success', 'Set fields')
  await pen.connect('Set fields', 'success', 'Approval')
  await pen.connect('Approval', 'approve', 'End')
  await pen.connect('Approval', 'reject', 'End 2')

  const start = await pen.select('Start')
  await start.getByRole('button', { name: 'Add a field' }).click()
  await start.getByRole('textbox', { name: 'Name of the field' }).fill('customer')
  const set = await pen.select('Set fields')
  await set.getByRole('button', { name: 'Add a field' }).click()
  await set.getByRole('textbox', { name: 'Name', exact: true }).fill('greeting')
  await page.keyboard.press('Enter')
  await set.getByRole('textbox', { name: 'Value of greeting' }).click()
  // The field closes the braces by itself.
  await page.keyboard.type('Hello {{input.customer')
  const approval = await pen.select('Approval')
  await approval.getByRole('textbox', { name: 'Question' }).click()
  await page.keyboard.type('Greet this customer?')
  const end = await pen.select('End')
  await end.getByRole('textbox', { name: 'Outcome' }).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('greeted')
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()

  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Customer' }).fill('Noor')
  await form.getByRole('button', { name: 'Run' }).click()

  await expect(pen.card('Approval').getByRole('img', { name: 'Waiting' })).toBeVisible()
  await page.getByRole('button', { name: 'Decide' }).click()
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(pen.card('End').getByRole('img', { name: 'Succeeded' })).toBeVisible()
  await page.getByRole('tab', { name: 'Output' }).click()
  await expect(page.getByRole('tabpanel', { name: 'Output' })).toContainText('Hello Noor')
  await expect(page.getByRole('tabpanel', { name: 'Output' })).toContainText('greeted')
})
