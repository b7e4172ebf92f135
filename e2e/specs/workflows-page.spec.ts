import { newGreeting } from '../fixtures/drafts.ts'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('an editor duplicates a workflow, deletes the copy after a question, and takes that back', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.editor)
  const originalId = await newGreeting(client, 'Twice')
  const page = await openAs(ACME.editor, { path: '/automations' })
  await page.getByRole('button', { name: 'Duplicate Twice', exact: true }).click()
  await expect(page.getByRole('status')).toContainText('"Twice (copy)" was created.')
  const copy = page.getByRole('button', { name: /^Twice \(copy\)/ })
  await expect(copy).toBeVisible()
  const { items } = await client.workflows.list()
  const { id } = items.find(({ name }) => name === 'Twice (copy)') ?? { id: '' }
  const [copied, original] = await Promise.all([client.drafts.get(id), client.drafts.get(originalId)])
  expect(copied.document).toEqual(original.document)

  await page.getByRole('button', { name: 'Delete Twice (copy)' }).click()
  const question = page.getByRole('dialog', { name: 'Delete "Twice (copy)"?' })
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await page.getByRole('button', { name: 'Delete Twice (copy)' }).click()
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(copy).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(copy).toBeVisible()
  await client.workflows.remove(id)
  await expect(copy).toHaveCount(0)
})

test('a viewer reads the list, and has no buttons to change it', async ({ openAs, clientOf }) => {
  await newGreeting(clientOf(ACME.editor), 'Read by a viewer')
  const page = await openAs(ACME.viewer, { path: '/automations' })
  await expect(page.getByRole('button', { name: /^Read by a viewer/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /Duplicate|Delete|New automation/ })).toHaveCount(0)
})
