import { ACME } from '../fixtures/people.ts'
import { routerOf } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

test('an editor duplicates a workflow, deletes the copy after a question, and takes that back', async ({
  openAs,
  clientOf,
}) => {
  const page = await openAs(ACME.editor, { path: '/automations' })
  await page.getByRole('button', { name: 'Duplicate Support ticket router' }).click()
  await expect(page.getByRole('status')).toContainText('"Support ticket router (copy)" was created.')
  const copy = page.getByRole('button', { name: /^Support ticket router \(copy\)/ })
  await expect(copy).toBeVisible()
  const client = clientOf(ACME.editor)
  const { items } = await client.workflows.list()
  const { id } = items.find(({ name }) => name === 'Support ticket router (copy)') ?? { id: '' }
  const [copied, original] = await Promise.all([client.drafts.get(id), client.drafts.get(await routerOf(client))])
  expect(copied.document).toEqual(original.document)

  await page.getByRole('button', { name: 'Delete Support ticket router (copy)' }).click()
  const question = page.getByRole('dialog', { name: 'Delete "Support ticket router (copy)"?' })
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await page.getByRole('button', { name: 'Delete Support ticket router (copy)' }).click()
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(copy).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(copy).toBeVisible()
  await client.workflows.remove(id)
  await expect(copy).toHaveCount(0)
})

test('a viewer reads the list, and has no buttons to change it', async ({ openAs }) => {
  const page = await openAs(ACME.viewer, { path: '/automations' })
  await expect(page.getByRole('button', { name: /^Support ticket router/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /Duplicate|Delete|New automation/ })).toHaveCount(0)
})
