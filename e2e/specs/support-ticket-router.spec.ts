import type { Page } from '@playwright/test'
import { penOf } from '../fixtures/draw.ts'
import { ACME } from '../fixtures/people.ts'
import { orderOf, watchFrames } from '../fixtures/run-frames.ts'
import { routerOf, runToEnd, waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const TICKETS = {
  glad: 'Thanks, this is great and the delivery was quick. I love it.',
  angry: 'My order never arrived and the box was broken. This is terrible.',
  refund: 'I want a refund for the broken lamp.',
}
const DURATION = /^(<1 ms|[\d.]+ (ms|s)|\d+ min( \d+ s)?) · /

/** First events of every run of the router. */
const UNTIL_POLICY = [
  'run_started',
  'node_started analyze',
  'node_completed analyze',
  'node_started policy',
  'node_completed policy',
]

test.describe('scenario S1, from the run form to the output', () => {
  test('answers a glad customer', async ({ openAs, clientOf }) => {
    const page = await openAs(ACME.editor, { path: `/automations/${await routerOf(clientOf(ACME.editor))}` })
    const frames = watchFrames(page)
    await runByForm(page, TICKETS.glad)
    await expectSuccess(page, ['Analyze ticket', 'Check policy', 'Happy customer?', 'Auto-respond', 'Answered'])
    await expectOutput(page, 'answered', ['reply', 'sentiment', 'category'])
    await expectOrder(frames, [
      ...UNTIL_POLICY,
      'node_completed happy',
      'node_started respond',
      'node_completed respond',
      'node_completed answered',
      'run_completed',
    ])
  })

  test('escalates an angry one, with both branches joined', async ({ openAs, clientOf }) => {
    const client = clientOf(ACME.editor)
    const page = await openAs(ACME.editor, { path: `/automations/${await routerOf(client)}` })
    const started = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/runs'),
    )
    await runByForm(page, TICKETS.angry)
    await expectSuccess(page, ['In parallel', 'Escalate to a person', 'Log to the CRM', 'Both done', 'Escalated'])
    await expect(penOf(page).card('Auto-respond').getByRole('img', { name: 'Skipped' })).toBeVisible()
    await expectOutput(page, 'escalated', ['T-12345'])
    const { runId } = (await (await started).json()) as { runId: string }
    const ledger = await client.runs.ledger(runId)
    expect(ledger.nodeRuns.find((entry) => entry.nodeId === 'escalate')).toMatchObject({
      status: 'success',
      input: { body: { ticketId: 'T-12345', customerId: 'C-789' } },
      output: { status: 201 },
    })
  })

  test('asks a person about a refund and ends as they reject, while other runs go on', async ({ openAs, clientOf }) => {
    const client = clientOf(ACME.admin)
    const router = await routerOf(client)
    const page = await openAs(ACME.editor, { path: `/automations/${router}` })
    const frames = watchFrames(page)
    await runByForm(page, TICKETS.refund)
    await expect(penOf(page).card('Manual review').getByRole('img', { name: 'Waiting' })).toBeVisible()
    const meanwhile = await runToEnd(client, router, inputOf(TICKETS.glad))
    expect(meanwhile.run.outcome).toBe('answered')

    await decide(page, 'Reject')
    await expectSuccess(page, ['Manual review', 'Rejected'])
    await expectOutput(page, 'rejected', ['refund'])
    await expectOrder(frames, [
      ...UNTIL_POLICY,
      'approval_needed review',
      'approval_decided',
      'node_completed review',
      'node_completed rejected',
      'run_completed',
    ])
  })

  test('keeps a decision while it is paused, and continues at the same if-else when it is resumed', async ({
    openAs,
    clientOf,
  }) => {
    const client = clientOf(ACME.editor)
    const page = await openAs(ACME.editor, { path: `/automations/${await routerOf(client)}` })
    const frames = watchFrames(page)
    await runByForm(page, TICKETS.refund)
    await expect(penOf(page).card('Manual review').getByRole('img', { name: 'Waiting' })).toBeVisible()
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    const resume = page.getByRole('button', { name: 'Resume', exact: true })
    await expect(resume).toBeVisible()
    await decide(page, 'Approve')
    await expect.poll(() => frames.some(({ type }) => type === 'wait_closed')).toBe(true)
    await resume.click()
    await expectSuccess(page, ['Manual review', 'Happy customer?', 'Both done', 'Escalated'])
    await expectOutput(page, 'escalated', ['refund'])
    await expectOrder(frames, [
      ...UNTIL_POLICY,
      'approval_needed review',
      'run_paused',
      'approval_decided',
      'run_resumed',
      'node_completed review',
      'node_completed escalated',
      'run_completed',
    ])
  })
})

test('a decided approval is closed', async ({ clientOf }) => {
  const client = clientOf(ACME.admin)
  const started = await client.runs.start(await routerOf(client), { input: inputOf(TICKETS.refund) })
  const approval = await waitForApproval(client, started.runId)
  expect(approval).toMatchObject({
    title: 'Review ticket T-12345',
    choices: expect.arrayContaining(['approve', 'reject']),
  })
  await client.approvals.decide(approval.approvalId, { choice: 'reject', comment: 'Out of warranty' })
  await expect.poll(async () => (await client.runs.get(started.runId)).outcome).toBe('rejected')
  await expect(client.approvals.decide(approval.approvalId, { choice: 'approve' })).rejects.toMatchObject({
    code: 'APPROVAL_CLOSED',
  })
})

function inputOf(text: string) {
  return { ticket_id: 'T-12345', text, customer_id: 'C-789' }
}

async function runByForm(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const form = page.getByRole('dialog', { name: 'Run the workflow' })
  const { ticket_id, customer_id } = inputOf(text)
  await form.getByRole('textbox', { name: 'Ticket' }).fill(ticket_id)
  await form.getByRole('textbox', { name: 'Message' }).fill(text)
  await form.getByRole('textbox', { name: 'Customer' }).fill(customer_id)
  await form.getByRole('button', { name: 'Run', exact: true }).click()
}

async function decide(page: Page, choice: 'Approve' | 'Reject'): Promise<void> {
  await page.getByRole('button', { name: 'Decide' }).click()
  const approval = page.getByRole('article', { name: 'Review ticket T-12345' })
  await approval.getByRole('button', { name: choice }).click()
}

/** The cards have turned green, each with how long it took. */
async function expectSuccess(page: Page, names: readonly string[]): Promise<void> {
  const pen = penOf(page)
  for (const name of names) {
    await expect(pen.card(name).getByRole('img', { name: 'Succeeded' })).toBeVisible()
    await expect(pen.card(name).locator('.tn-card-title small')).toHaveText(DURATION)
  }
}

async function expectOutput(page: Page, outcome: string, texts: readonly string[]): Promise<void> {
  await page.getByRole('tab', { name: 'Output' }).click()
  const output = page.getByRole('tabpanel', { name: 'Output' })
  await expect(output.getByText(outcome, { exact: true }).first()).toBeVisible()
  for (const text of texts) await expect(output).toContainText(text)
}

async function expectOrder(frames: ReturnType<typeof watchFrames>, milestones: readonly string[]): Promise<void> {
  await expect.poll(() => orderOf(frames, milestones)).toEqual(milestones)
  expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index + 1))
}
