import type { Run, Usage } from '@tenon/core/api'
import { createModelServer, node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openaiLanguageModel } from '../../../nodes/src/openai/index.ts'
import { createBuiltInNodes } from '../../../nodes/src/server/index.ts'
import { publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const usage = { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 }
const model = createModelServer(() => ({ kind: 'answer', text: '{"answer":"Bern"}', usage }))
const languageModel = openaiLanguageModel({
  ...{ apiKey: 'k', models: [{ id: 'small', prices: { input: 2, cachedInput: 0.5, output: 10 } }] },
  fetch: async (url, init) => model.handle(new Request(url, init)),
})
/** 600 tokens at 2 dollars, 400 at 0.5 and 100 at 10, for a million each. */
const COST = 0.0024

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({
    nodes: createBuiltInNodes({ languageModel }),
    modelBudgets: ({ tenantId }) => (tenantId.startsWith('poor-') ? { tenantMonth: { costUsd: 0.06 } } : {}),
  })
})
afterAll(() => server.close())

const asking = workflow(
  [node('start', 'start'), node('ask', 'llm-transform', { prompt: 'Capital?' }), node('end', 'end')],
  ['start>ask', 'ask>end'],
)

describe('use of models', () => {
  test('is counted for the run, its workflow and the tenant, and stays when the run is deleted', async () => {
    const as = testIdentity({ role: 'admin', tenantId: `rich-${crypto.randomUUID()}` })
    const workflowId = await publish(server, as, asking)
    const { runId } = await runToEnd(server, as, workflowId, {})
    await runToEnd(server, as, workflowId, {})
    const run = await server.json<Run>(200, `/runs/${runId}`, { as })
    expect(run.modelUsage).toMatchObject({ calls: 1, ...usage, costUsd: COST })
    await server.call(`/runs/${runId}`, { as, method: 'DELETE' })
    const { models } = await server.json<Usage>(200, '/usage', { as })
    expect(models).toMatchObject({
      ...{ calls: 2, inputTokens: 2_000, costUsd: 2 * COST },
      workflows: [{ workflowId, calls: 2, costUsd: 2 * COST }],
    })
    const other = testIdentity({ tenantId: `rich-${crypto.randomUUID()}` })
    expect((await server.json<Usage>(200, '/usage', { as: other })).models).toMatchObject({ calls: 0, workflows: [] })
  })

  test('is refused before the call that would go beyond a budget', async () => {
    const as = testIdentity({ role: 'admin', tenantId: `poor-${crypto.randomUUID()}` })
    const workflowId = await publish(server, as, asking)
    // Each call is estimated at 2,000 tokens of response, which is 0.02 dollars and a little more.
    const runs = await Promise.all([0, 1, 2, 3, 4].map(() => runToEnd(server, as, workflowId, {})))
    const failed = runs.filter(({ status }) => status === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed[0]).toMatchObject({
      error: { code: 'BUDGET_EXCEEDED', details: { scope: 'tenant', unit: 'costUsd', limit: 0.06 } },
    })
    const { models } = await server.json<Usage>(200, '/usage', { as })
    expect(models.calls).toBe(runs.length - failed.length)
    expect(models.costUsd).toBeLessThanOrEqual(0.06)
  })
})
