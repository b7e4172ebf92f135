import { newGreeting } from '../fixtures/drafts.ts'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('an admin deletes a run that has ended, and the list says how long runs are kept', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Kept for a time')
  await client.drafts.patch(workflowId, { operations: [{ op: 'set_setting', key: 'keepRunsDays', value: 30 }] })
  await client.versions.publish(workflowId)
  const { runId } = await client.runs.start(workflowId, { input: {} })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')

  const page = await openAs(ACME.admin, { path: `/runs/${runId}` })
  await page.getByRole('button', { name: 'Delete run' }).click()
  await page.getByRole('dialog', { name: 'Delete this run?' }).getByRole('button', { name: 'Delete run' }).click()
  await expect(page.getByText('Runs are kept for at most 90 days')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Runs The run was deleted.' })).toBeFocused()
  expect(page.url()).not.toContain(runId)
  await expect(client.runs.get(runId)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  expect((await client.runs.list({ workflowId })).items).toEqual([])
})
