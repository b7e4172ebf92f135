import { node, workflow } from '@tenon/core/testing'
import { startTestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const INSERT = 'insert into orders (number, total) values (:number, :total) returning id, number'
const SELECT = 'select number, total from orders where number = any(:numbers)'

test('a database is connected in the editor, and a run writes to it and reads from it', async ({
  openAs,
  clientOf,
}) => {
  const postgres = await startTestPostgres()
  const url = new URL(await postgres.createDatabase())
  const database = new pg.Client({ connectionString: url.href })
  await database.connect()
  await database.query('create table orders (id int generated always as identity, number text, total numeric)')
  const client = clientOf(ACME.admin)
  const values = { number: '{{input.number}}', total: '{{input.total}}' }
  const document = workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      node('write', 'postgres-write', { sql: INSERT, values }, { name: 'Store', position: { x: 280, y: 0 } }),
      node('read', 'postgres-query', { sql: SELECT, values: { numbers: '{{[input.number]}}' } }, { name: 'Read' }),
      node('end', 'end', { output: '{{nodes.read.output}}' }, { name: 'End', position: { x: 900, y: 0 } }),
    ],
    ['start>write', 'write>read', 'read>end'],
  )
  const { id: workflowId } = await client.workflows.create({ name: 'Orders', document })

  const page = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  await page.getByTestId('rf__node-write').click()
  await page.getByRole('button', { name: 'New connection' }).click()
  const dialog = page.getByRole('dialog', { name: 'New connection' })
  const entries = { Name: 'Shop', Host: url.hostname, Port: url.port, Database: url.pathname.slice(1) }
  for (const [name, text] of Object.entries({ ...entries, 'User name': url.username })) {
    await dialog.getByRole('textbox', { name, exact: true }).fill(text)
  }
  await dialog.getByLabel('Password').fill('canary-password')
  await dialog.getByRole('combobox', { name: 'Nodes may' }).selectOption('Read and insert')
  await dialog.getByRole('combobox', { name: 'TLS' }).selectOption('off')
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByRole('combobox', { name: 'Connection' })).toHaveText(/Shop/)
  const [connection] = (await client.connections.list()).items
  const operations = [{ op: 'set_param', nodeId: 'read', path: ['connection'], value: `${connection?.id}` }] as const
  await client.drafts.patch(workflowId, { operations })

  await client.versions.publish(workflowId)
  const hostile = "7'); drop table orders; --"
  const { runId } = await client.runs.start(workflowId, { input: { number: hostile, total: 12.5 } })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  expect((await client.runs.get(runId)).output).toMatchObject({ rows: [{ number: hostile, total: 12.5 }], rowCount: 1 })
  const seen = JSON.stringify([await client.connections.list(), await client.runs.ledger(runId)])
  expect(seen).not.toContain('canary-password')

  await page.goto(page.url().replace(/\/automations\/.*$/, '/connections'))
  await page.getByRole('button', { name: 'Test Shop' }).click()
  await expect(page.getByText('The server accepted the credentials')).toBeVisible()
  await database.end()
  await client.connections.remove(`${connection?.id}`)
  await postgres.stop()
})
