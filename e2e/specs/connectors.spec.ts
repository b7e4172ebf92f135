import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('Slack is connected in the editor, a channel is chosen from its list, and a run posts a message', async ({
  openAs,
  clientOf,
  host,
}) => {
  const client = clientOf(ACME.admin)
  const document = workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      node('post', 'slack/send-message', { text: 'Order {{input.id}}' }, { name: 'Post', position: { x: 280, y: 0 } }),
      node('end', 'end', { output: '{{nodes.post.output}}' }, { name: 'End', position: { x: 600, y: 0 } }),
    ],
    ['start>post', 'post>end'],
  )
  const { id: workflowId } = await client.workflows.create({ name: 'Posts', document })
  const page = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  await page.getByTestId('rf__node-post').click()
  await page.getByRole('button', { name: 'New connection' }).click()
  const dialog = page.getByRole('dialog', { name: 'New connection' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Team')
  await dialog.getByLabel('Token').fill('xoxb-canary-1')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('button', { name: 'Choose from Slack' }).click()
  await page.getByRole('combobox', { name: 'Search' }).fill('supp')
  await page.getByRole('option', { name: '#support' }).click()
  const params = async () => (await client.drafts.get(workflowId)).document.nodes[1]?.params
  await expect.poll(params).toMatchObject({ channel: 'C0SUPPORT', connection: expect.stringMatching(/^con_/) })

  await client.versions.publish(workflowId)
  const { runId } = await client.runs.start(workflowId, { input: { id: 'A-17' } })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  expect((await client.runs.get(runId)).output).toMatchObject({ channel: 'C0SUPPORT' })
  const posted = (await (await fetch(`${host.url}/demo/slack/messages`)).json()) as { readonly items: unknown[] }
  expect(posted.items).toContainEqual(expect.objectContaining({ channel: 'C0SUPPORT', text: 'Order A-17' }))
  expect(JSON.stringify(await client.runs.ledger(runId))).not.toContain('xoxb-canary')

  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${runId}`))
  await page.getByTestId('rf__node-post').click()
  await expect(page.getByText('C0SUPPORT').first()).toBeVisible()
  // The connection of another service is refused when the workflow is published.
  const [connection] = (await client.connections.list()).items
  const other = workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      node(
        'open',
        'github/create-issue',
        { connection: `${connection?.id}`, repository: 'acme/shop', title: 'Broken' },
        { name: 'Open' },
      ),
    ],
    ['start>open'],
  )
  const created = await client.workflows.create({ name: 'Opens', document: other })
  await expect(client.versions.publish(created.id)).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' })
})
