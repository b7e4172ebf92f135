import { ACME } from '../fixtures/people.ts'
import { CHARGES } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const atLimit = (position: number) =>
  `Waiting to start: 1 run with the key "acme" is in progress (limit 1), position ${position}, high priority`

test('runs wait for the limit of their workflow, and while it or all workflows are paused', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Limited charges', document: CHARGES })
  const start = async () => (await client.runs.start(workflowId, { input: { customer: 'acme' } })).runId

  const editor = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await editor.getByRole('spinbutton', { name: 'Runs at once' }).fill('1')
  await editor.getByRole('textbox', { name: 'Concurrency key' }).fill('{{ input.customer }}')
  await editor.getByRole('combobox', { name: 'Priority' }).selectOption('High')
  const settings = async () => (await client.drafts.get(workflowId)).document.settings
  await expect
    .poll(settings)
    .toMatchObject({ concurrency: { limit: 1, key: '{{ input.customer }}' }, priority: 'high' })
  await client.versions.publish(workflowId)

  const first = await start()
  await expect.poll(async () => (await client.runs.get(first)).status).toBe('waiting')
  const second = await start()
  const third = await start()
  const runs = await openAs(ACME.viewer, { path: '/runs?status=queued' })
  await expect(runs.getByText(atLimit(1))).toBeVisible()
  await runs
    .getByRole('row')
    .filter({ hasText: atLimit(2) })
    .getByRole('link')
    .click()
  await expect(runs.getByText(atLimit(2))).toBeVisible()
  await client.runs.cancel(first)
  await expect(runs.getByText(atLimit(1))).toBeVisible()

  await editor.getByRole('button', { name: 'More' }).click()
  await editor.getByRole('menuitem', { name: 'Pause workflow…' }).click()
  await editor.getByRole('dialog', { name: 'Pause Limited charges?' }).getByRole('button', { name: 'Pause' }).click()
  await expect(editor.getByText(/^Paused by .* New runs wait to start\.$/)).toBeVisible()
  await client.runs.cancel(second)
  const paused = 'Waiting to start: this workflow is paused, position 1, high priority'
  await expect(runs.getByText(paused)).toBeVisible()
  expect((await client.runs.get(third)).status).toBe('queued')
  await editor.getByRole('button', { name: 'Resume' }).click()
  await editor.getByRole('dialog', { name: 'Resume Limited charges?' }).getByRole('button', { name: 'Resume' }).click()
  await expect(editor.getByText(/^Paused by/)).toHaveCount(0)
  await expect(runs.getByText('Charge needs a fix.')).toBeVisible()
  await expect(runs.getByText(paused)).toHaveCount(0)
  await client.runs.cancel(third)

  const admin = await openAs(ACME.admin, { path: '/automations' })
  await admin.getByRole('button', { name: 'Pause all workflows' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
  await expect(admin.getByText(/^All workflows were paused by/)).toBeVisible()
  const held = await start()
  await runs.getByRole('link', { name: 'Runs', exact: true }).first().click()
  await expect(runs.getByText('Waiting to start: all workflows are paused, position 1, high priority')).toBeVisible()
  await runs.getByRole('link', { name: 'Automations', exact: true }).click()
  await expect(runs.getByText(/^All workflows were paused by .* 1 run waits to start$/)).toBeVisible()
  await expect(runs.getByRole('button', { name: 'Resume all workflows' })).toHaveCount(0)
  await expect(runs.getByRole('listitem').filter({ hasText: 'Limited charges' })).toContainText('v1 · paused')
  await admin.getByRole('button', { name: 'Resume all workflows' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
  await expect(admin.getByText(/^All workflows were paused by/)).toHaveCount(0)
  await expect.poll(async () => (await client.runs.get(held)).status).toBe('waiting')
})

test('runs wait for a rate, and requests are merged into one run, as the editor says', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Hourly charges', document: CHARGES })
  const start = (customer: string) => client.runs.start(workflowId, { input: { customer } })

  const editor = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await editor.getByRole('spinbutton', { name: 'Starts in an interval' }).fill('1')
  await editor.getByRole('group', { name: 'Interval' }).getByRole('combobox').selectOption('h')
  await editor.getByRole('group', { name: 'Ignore repeated requests for' }).getByRole('spinbutton').fill('5')
  await editor.getByRole('textbox', { name: 'Key of a request' }).fill('{{ input.customer }}')
  const settings = async () => (await client.drafts.get(workflowId)).document.settings
  await expect.poll(settings).toMatchObject({
    rate: { limit: 1, interval: '1h' },
    dedupe: { key: '{{ input.customer }}', window: '5m' },
  })
  await client.versions.publish(workflowId)
  const first = await start('acme')
  expect(await start('acme')).toMatchObject({ runId: first.runId, deduplicated: true })
  const second = await start('umbrella')
  const runs = await openAs(ACME.viewer, { path: '/runs?status=queued' })
  const atRate = /^Waiting to start: at most 1 run of this workflow starts per hour, position 1, expected at /
  await expect(runs.getByText(atRate)).toBeVisible()

  await editor.getByRole('spinbutton', { name: 'Starts in an interval' }).fill('')
  await editor.getByRole('group', { name: 'Ignore repeated requests for' }).getByRole('spinbutton').fill('')
  await editor.getByRole('group', { name: 'Start after the last request' }).getByRole('spinbutton').fill('10')
  await expect.poll(settings).toMatchObject({ debounce: { delay: '10m' } })
  expect(await settings()).not.toHaveProperty('rate')
  await client.versions.publish(workflowId)
  const merged = await start('acme')
  expect(await start('umbrella')).toMatchObject({ runId: merged.runId, merged: true, status: 'queued' })
  await expect(runs.getByText(/^Waiting for further requests: 2 requests merged into this run/)).toBeVisible()
  for (const { runId } of [first, second, merged]) await client.runs.cancel(runId)
  await expect(runs.getByText(atRate)).toHaveCount(0)
})
