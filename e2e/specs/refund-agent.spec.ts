import type { Page } from '@playwright/test'
import { everyItem, type TenonClient } from '@tenon/core/client'
import { ACME } from '../fixtures/people.ts'
import { waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const MESSAGE = 'Order 1042 is lost. I want a refund.'

test('an agent calls its tools, a person changes the arguments of one after a reload, and the answer says so', async ({
  openAs,
  clientOf,
  host,
}) => {
  const client = clientOf(ACME.admin)
  const page = await openAs(ACME.admin, { path: `/automations/${await refundAgentOf(client)}` })
  const started = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/runs'),
  )
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const form = page.getByRole('dialog', { name: 'Run the workflow' })
  await form.getByRole('textbox', { name: 'Message' }).fill(MESSAGE)
  await form.getByRole('button', { name: 'Run', exact: true }).click()
  const { runId } = (await (await started).json()) as { runId: string }
  const { call } = await waitForApproval(client, runId)
  expect(call).toMatchObject({ nodeType: 'http-call', params: { body: { order: '1042', amount: 89 } } })

  // Before a person has decided, nothing is paid back, and the page can be left in the middle.
  const before = await refundsOf(host.url)
  await page.goto(page.url().replace(/\/automations\/.*$/, `/runs/${runId}`))
  await expectCalls(page, /^refund_order\s*Waiting/)
  await page.reload()
  const calls = await expectCalls(page, /^refund_order\s*Waiting/)
  expect(await refundsOf(host.url)).toEqual(before)

  const approval = calls.getByRole('article', { name: 'Allow refund_order?' })
  await approval.getByRole('button', { name: 'Edit arguments' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit arguments' })
  const body = dialog.getByRole('textbox', { name: 'Body', exact: true })
  expect(JSON.parse(await body.inputValue())).toEqual({ order: '1042', amount: 89 })
  await body.fill('{ "order": "1042", "amount": 40 }')
  await dialog.getByRole('button', { name: 'Use these arguments' }).click()
  await expect(approval.getByText('You changed the arguments.')).toBeVisible()
  await approval.getByRole('button', { name: 'Approve' }).click()

  await expectCalls(page, /^refund_order\s*Succeeded/)
  await page.getByRole('button', { name: /^refund_order/ }).click()
  await expect(calls.getByText(/^Arguments changed by /)).toBeVisible()
  await expect(calls.getByText('Arguments before the change')).toBeVisible()
  await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  const answer = 'Order 1042 (Reading lamp) is lost. 40 euros were paid back, of 89.'
  expect(await client.runs.get(runId)).toMatchObject({ outcome: 'answered', output: { answer, toolCalls: 2 } })
  expect(await refundsOf(host.url)).toEqual([...before, { order: '1042', amount: 40 }])
  await page.getByRole('tab', { name: 'Output' }).first().click()
  await expect(page.getByText(answer).first()).toBeVisible()
})

/** The calls are listed below the agent, round by round. */
async function expectCalls(page: Page, refund: RegExp) {
  await page.getByTestId('rf__node-agent').click()
  const calls = page.getByRole('region', { name: 'Calls' })
  await expect(calls.getByText('Round 2')).toBeVisible()
  await expect(calls.getByRole('button', { name: /^find_order\s*Succeeded/ })).toBeVisible()
  await expect(calls.getByRole('button', { name: refund })).toBeVisible()
  return calls
}

async function refundsOf(url: string): Promise<readonly object[]> {
  const response = await fetch(`${url}/demo/desk/refunds`)
  return ((await response.json()) as { readonly items: readonly object[] }).items
}

async function refundAgentOf(client: TenonClient): Promise<string> {
  for await (const { id, name } of everyItem((page) => client.workflows.list(page)))
    if (name === 'Refund agent') return id
  throw new Error('the demo has no refund agent')
}
