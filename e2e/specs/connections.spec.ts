import { node, workflow } from '@tenon/core/testing'
import { ACME, tokenFor } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('an account is connected in the editor, a run uses it, and no one can read its secret', async ({
  openAs,
  clientOf,
  host,
}) => {
  const client = clientOf(ACME.admin)
  // The service is the API itself, which says who has called.
  const token = await tokenFor(host.url, ACME.admin)
  const document = workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      node('call', 'http-call', { url: `${host.url}/me` }, { name: 'Ask', position: { x: 280, y: 0 } }),
      node('end', 'end', { output: '{{nodes.call.output.body}}' }, { name: 'End', position: { x: 600, y: 0 } }),
    ],
    ['start>call', 'call>end'],
  )
  const { id: workflowId } = await client.workflows.create({ name: 'Asks', document })

  const page = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  await page.getByTestId('rf__node-call').click()
  await page.getByRole('button', { name: 'New connection' }).click()
  const dialog = page.getByRole('dialog', { name: 'New connection' })
  await dialog.getByRole('combobox', { name: 'Service' }).selectOption('Bearer token')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Our API')
  await dialog.getByLabel('Token').fill(token)
  await dialog.getByRole('textbox', { name: 'Allowed hosts' }).fill(new URL(host.url).origin)
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByRole('combobox', { name: 'Connection' })).toHaveText(/Our API/)
  const chosen = async () => (await client.drafts.get(workflowId)).document.nodes[1]?.params.connection
  await expect.poll(chosen).toMatch(/^con_/)

  await client.versions.publish(workflowId)
  const { runId } = await client.runs.start(workflowId, { input: {} })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  expect((await client.runs.get(runId)).output).toMatchObject({ userId: ACME.admin })
  const seen = JSON.stringify([await client.connections.list(), await client.runs.ledger(runId)])
  expect(seen).not.toContain(token)

  await page.goto(page.url().replace(/\/automations\/.*$/, '/connections'))
  const item = page.getByRole('list', { name: 'Connections' }).getByRole('listitem')
  await expect(item).toContainText('Our API')
  await page.getByRole('button', { name: 'Show the workflows that use Our API' }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Asks' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete Our API' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('No connections yet')).toBeVisible()
  const failing = await client.runs.start(workflowId, { input: {} })
  await expect.poll(async () => (await client.runs.get(failing.runId)).error?.code).toBe('CONNECTION_NOT_FOUND')
})
