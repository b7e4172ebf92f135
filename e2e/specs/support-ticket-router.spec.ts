import type { RunEventFrame } from '@tenon/core/run'
import { routerOf, runToEnd, waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const TICKETS = {
  glad: 'Thanks, this is great and the delivery was quick. I love it.',
  angry: 'My order never arrived and the box was broken. This is terrible.',
  refund: 'I want a refund for the broken lamp.',
}

test.describe('scenario S1', () => {
  test('answers a glad customer', async ({ clientOf }) => {
    const client = clientOf('ana')
    const { run, frames } = await runToEnd(client, await routerOf(client), inputOf(TICKETS.glad))
    expect(run).toMatchObject({
      status: 'completed',
      outcome: 'answered',
      output: { category: expect.any(String), reply: expect.any(String) },
    })
    expect(inOrder(frames, ['run_started', 'node_started', 'node_completed', 'run_completed'])).toBe(true)
  })

  test('escalates an angry one, with both branches joined', async ({ clientOf }) => {
    const client = clientOf('ana')
    const { run, frames } = await runToEnd(client, await routerOf(client), inputOf(TICKETS.angry))
    expect(run).toMatchObject({ status: 'completed', outcome: 'escalated' })
    const completed = frames.filter((frame) => frame.type === 'node_completed').map((frame) => frame.nodeRunId)
    expect(completed).toEqual(expect.arrayContaining(['escalate', 'crm', 'both', 'escalated']))
    const ledger = await client.runs.ledger(run.runId)
    expect(ledger.nodeRuns.find((entry) => entry.nodeId === 'escalate')).toMatchObject({
      status: 'success',
      input: { body: { ticketId: 'T-12345', customerId: 'C-789' } },
      output: { status: 201 },
    })
  })

  test('asks a person about a refund, and ends as they decide, while other runs go on', async ({ clientOf }) => {
    const client = clientOf('ana')
    const router = await routerOf(client)
    const started = await client.runs.start(router, { input: inputOf(TICKETS.refund) })
    const approval = await waitForApproval(client, started.runId)
    expect(approval).toMatchObject({
      title: 'Review ticket T-12345',
      choices: expect.arrayContaining(['approve', 'reject']),
    })
    expect((await client.runs.get(started.runId)).status).toBe('waiting')

    const meanwhile = await runToEnd(client, router, inputOf(TICKETS.glad))
    expect(meanwhile.run.outcome).toBe('answered')

    await client.approvals.decide(approval.approvalId, { choice: 'reject', comment: 'Out of warranty' })
    await expect.poll(async () => (await client.runs.get(started.runId)).outcome).toBe('rejected')
    await expect(client.approvals.decide(approval.approvalId, { choice: 'approve' })).rejects.toMatchObject({
      code: 'APPROVAL_CLOSED',
    })
  })

  test('goes on to the same if-else when the person approves', async ({ clientOf }) => {
    const client = clientOf('ana')
    const started = await client.runs.start(await routerOf(client), { input: inputOf(TICKETS.refund) })
    const approval = await waitForApproval(client, started.runId)
    await client.approvals.decide(approval.approvalId, { choice: 'approve' })
    await expect.poll(async () => (await client.runs.get(started.runId)).outcome).toBe('escalated')
  })
})

function inputOf(text: string) {
  return { ticket_id: 'T-12345', text, customer_id: 'C-789' }
}

function inOrder(frames: readonly RunEventFrame[], types: readonly string[]): boolean {
  let at = 0
  for (const frame of frames) if (frame.type === types[at]) at += 1
  return at === types.length
}
