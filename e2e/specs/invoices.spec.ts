import { everyItem, type TenonClient } from '@tenon/core/client'
import { makePdf } from '../../packages/core/test/make-pdf.ts'
import { ACME } from '../fixtures/people.ts'
import { waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const INVOICE = makePdf([
  ['Invoice INV-2031', 'Supplier: Northwind Traders', 'Date: 2026-11-03'],
  ['Line: Tea; 400.00', 'Line: Cups (blue); 600.00'],
  ['Total: 1000.00'],
])

test('scenario S2: an invoice of three pages is read, checked, stored, approved, and seen with its boxes', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const page = await openAs(ACME.editor, { path: `/automations/${await invoicesOf(client)}` })
  const started = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/runs'),
  )
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const form = page.getByRole('dialog')
  await form
    .locator('input[type=file]')
    .setInputFiles({ name: 'invoice.pdf', mimeType: 'application/pdf', buffer: Buffer.from(INVOICE) })
  await expect(form.getByText(/application\/pdf/)).toBeVisible()
  await form.getByRole('button', { name: 'Run' }).click()
  const { runId } = (await (await started).json()) as { runId: string }

  // The first document also loads the reader.
  const countOpen = async () => (await client.approvals.list({ runId, status: 'open' })).items.length
  await expect.poll(countOpen, { timeout: 60_000 }).toBe(1)
  const approval = await waitForApproval(client, runId)
  expect(approval).toMatchObject({ title: 'Pay INV-2031?' })
  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${runId}`))
  await page.getByTestId('rf__node-read').click()
  const document = page.getByRole('region', { name: 'Document', exact: true })
  await document.getByRole('option', { name: /Northwind Traders/ }).click()
  await expect(document.locator('.tn-mark[data-chosen]')).toHaveCount(2)
  await expect(document.getByRole('img', { name: 'Page 1 of invoice.pdf' })).toBeVisible()
  await document.getByRole('button', { name: 'Next page' }).click()
  await expect(document.getByText('Page 2 of 3')).toBeVisible()

  await client.approvals.decide(approval.approvalId, { choice: 'approve' })
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  expect(await client.runs.get(runId)).toMatchObject({ outcome: 'ready', output: { number: 'INV-2031', total: 1000 } })
})

async function invoicesOf(client: TenonClient): Promise<string> {
  for await (const { id, name } of everyItem((page) => client.workflows.list(page))) if (name === 'Invoices') return id
  throw new Error('the demo has no workflow of invoices')
}
