import { startTestPostgres } from '@tenon/runtime/testing'
import { type Host, launchHost } from '../fixtures/host.ts'
import { ACME, clientFor } from '../fixtures/people.ts'
import { routerOf, waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const REFUND = { ticket_id: 'T-9', text: 'I want a refund for the broken lamp.', customer_id: 'C-9' }

test.describe('a host that is killed with -9 in the middle of runs', () => {
  test('finishes them after its restart, with its data in PGlite', async ({ engine, temporalAddress }) => {
    await killAndFinish(await launchHost({ engine, temporalAddress }))
  })

  test('finishes them after its restart, with its data in Postgres', async ({ engine, temporalAddress }) => {
    const postgres = await startTestPostgres()
    try {
      const databaseUrl = await postgres.createDatabase()
      await killAndFinish(await launchHost({ engine, databaseUrl, temporalAddress }))
    } finally {
      await postgres.stop()
    }
  })
})

async function killAndFinish(host: Host): Promise<void> {
  try {
    const before = clientFor(host.url, ACME.admin)
    const router = await routerOf(before)
    const waiting = await before.runs.start(router, { input: REFUND })
    const approval = await waitForApproval(before, waiting.runId)
    const inFlight = await before.runs.start(router, { input: { ...REFUND, text: 'It never arrived, terrible.' } })
    await host.kill()
    await host.start()

    const after = clientFor(host.url, ACME.admin)
    await expect.poll(async () => (await after.runs.get(inFlight.runId)).outcome, { timeout: 60_000 }).toBe('escalated')
    expect((await after.runs.get(waiting.runId)).status).toBe('waiting')
    await after.approvals.decide(approval.approvalId, { choice: 'reject' })
    await expect.poll(async () => (await after.runs.get(waiting.runId)).outcome, { timeout: 60_000 }).toBe('rejected')
    const ledger = await after.runs.ledger(inFlight.runId)
    expect(ledger.nodeRuns.filter((entry) => entry.status === 'success').map((entry) => entry.nodeId)).toEqual(
      expect.arrayContaining(['escalate', 'crm', 'both', 'escalated']),
    )
  } finally {
    await host.close()
  }
}
