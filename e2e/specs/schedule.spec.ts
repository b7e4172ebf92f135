import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const REPORT = workflow(
  [
    node('clock', 'schedule', { zone: 'Europe/Berlin' }, { name: 'Morning' }),
    node('end', 'end', { output: '{{trigger.due_at}}' }, { name: 'End', position: { x: 280, y: 0 } }),
  ],
  ['clock>end'],
)

test('a schedule is chosen in the editor, published, runs past times once, and is paused', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Report', document: REPORT })
  const page = await openAs(ACME.editor, { path: `/automations/${id}` })
  const card = page.getByTestId('rf__node-clock')
  await expect(card).toContainText('Every weekday at 09:00, Europe/Berlin')
  await card.click()
  const fields = page.getByRole('region', { name: 'Schedule', exact: true })
  const section = page.getByRole('region', { name: 'Trigger', exact: true })
  await expect(page.getByRole('list', { name: 'Next times of the draft' }).getByRole('listitem')).toHaveCount(5)
  await fields.getByLabel('Common schedules').selectOption('Every 5 minutes')
  await expect(card).toContainText('Every 5 minutes, Europe/Berlin')
  const cron = page.getByLabel('Cron expression')
  await cron.fill('61 * * * *')
  await expect(cron).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByText('61 is not between 0 and 59').first()).toBeVisible()
  await cron.fill('* * * * *')
  await expect.poll(async () => (await client.drafts.get(id)).document.nodes[0]?.params.cron).toBe('* * * * *')

  await client.versions.publish(id)
  await expect(section).toContainText('Next run:', { timeout: 10_000 })
  const to = Math.floor(Date.now() / 60_000) * 60_000
  const range = { from: new Date(to - 60_000).toISOString(), to: new Date(to).toISOString() }
  const { items } = await client.triggers.backfill(id, 'clock', range)
  const again = await client.triggers.backfill(id, 'clock', range)
  expect(again.items.map(({ outcome }) => outcome)).toEqual(['repeated', 'repeated'])
  for (const { runId, dueAt } of items) {
    await expect.poll(async () => (await client.runs.get(runId ?? '')).output).toBe(dueAt)
  }
  expect((await client.workflows.get(id)).nextRunAt).not.toBeNull()
  await section.getByRole('button', { name: 'Pause' }).click()
  await expect(section).toContainText('Paused by')
  await section.getByRole('button', { name: 'Open run' }).first().click()
  await expect(page).toHaveURL(/runs/)
})
