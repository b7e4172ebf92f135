import type { ModelBudgets, PlannedModelCall } from '@tenon/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDataTable } from '../testing/data-table-kit.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { createModelLedger, type ModelBudgetsOf } from './model-ledger.ts'

const AT = Date.UTC(2026, 11, 1, 12)
const call: PlannedModelCall = { model: 'small', inputTokens: 80, outputTokens: 20, costUsd: 0.001 }
const spent = { inputTokens: 50, cachedInputTokens: 10, outputTokens: 5, costUsd: 0.0005, durationMs: 40 }

describe.each(TEST_DATABASES)('the ledger of models on %s', (kind) => {
  let opened: TestDatabase
  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  afterAll(() => opened.close())

  /** A run of a tenant of its own; ledgers are those of two processes. */
  const openRun = async (budgets?: ModelBudgets | ModelBudgetsOf) => {
    const { database } = opened
    const { tenantId, runId } = await openDataTable(database)
    const lines: string[] = []
    const budgetsOf = typeof budgets === 'function' ? budgets : budgets === undefined ? undefined : () => budgets
    const ledgerOf = (now = AT) =>
      createModelLedger({ database, log: (_, message) => void lines.push(message), budgetsOf, now: () => now })
    const run = { tenantId, runId }
    const reservations = () =>
      database.withTenant(tenantId, (tx) =>
        tx.selectFrom('model_reservations').selectAll().where('tenant_id', '=', tenantId).execute(),
      )
    return { run, tenantId, ledgerOf, lines, reservations, database }
  }

  test('counts calls by node, run, workflow and tenant without a budget', async () => {
    const { run, tenantId, ledgerOf, reservations } = await openRun()
    const ledger = ledgerOf()
    for (const node of ['a', 'a', 'b']) await (await ledger.modelsOf(run, node).begin(call)).end(spent)
    const sum = {
      calls: 3,
      inputTokens: 150,
      cachedInputTokens: 30,
      outputTokens: 15,
      costUsd: 0.0015,
      durationMs: 120,
    }
    expect(await ledger.readRun(run)).toEqual(sum)
    expect(await ledger.modelsOf(run, 'a').spentByRun()).toEqual(sum)
    expect(await ledger.readMonth(tenantId, '2026-12')).toEqual({ ...sum, workflows: [{ workflowId: 'w', ...sum }] })
    expect(await ledger.readMonth(tenantId, '2026-11')).toMatchObject({ calls: 0, costUsd: 0, workflows: [] })
    expect(await reservations()).toEqual([])
  })

  test.each<readonly [string, ModelBudgets, object]>([
    [
      'calls of a run',
      { run: { calls: 2 } },
      { scope: 'run', unit: 'calls', limit: 2, spent: 2, needed: 1, period: null },
    ],
    ['calls of a node', { node: { calls: 2 } }, { scope: 'node', unit: 'calls', limit: 2, period: null }],
    [
      'tokens of a tenant',
      { tenantMonth: { tokens: 209 } },
      { scope: 'tenant', spent: 110, needed: 100, period: '2026-12' },
    ],
    [
      'cost of a workflow',
      { workflowDay: { costUsd: 0.0019 } },
      { scope: 'workflow', unit: 'costUsd', spent: 0.001, period: '2026-12-01' },
    ],
    ['time of a run', { run: { durationMs: 80 } }, { scope: 'run', unit: 'durationMs', spent: 80 }],
  ])('refuses the call that would go beyond the %s', async (_what, budgets, details) => {
    const { run, ledgerOf } = await openRun(budgets)
    const models = ledgerOf().modelsOf(run, 'a')
    for (let made = 0; made < 2; made += 1) await (await models.begin(call)).end(spent)
    await expect(models.begin(call)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', retryable: false, details })
    expect((await models.spentByRun()).calls).toBe(2)
  })

  test('counts each node of a run, each day and each month of its own', async () => {
    const budgets = { node: { calls: 1 }, workflowDay: { calls: 2 } }
    const { run, ledgerOf } = await openRun(budgets)
    const today = ledgerOf()
    await today.modelsOf(run, 'a').begin(call)
    await today.modelsOf(run, 'b').begin(call)
    await expect(today.modelsOf(run, 'c').begin(call)).rejects.toMatchObject({ details: { scope: 'workflow' } })
    const tomorrow = ledgerOf(AT + 86_400_000)
    await tomorrow.modelsOf(run, 'c').begin(call)
    await expect(tomorrow.modelsOf(run, 'c').begin(call)).rejects.toMatchObject({ details: { scope: 'node' } })
  })

  test('applies the budget of the node itself', async () => {
    const { run, ledgerOf } = await openRun()
    const models = ledgerOf().modelsOf(run, 'a')
    const limited = { ...call, budget: { tokens: 150 } }
    await (await models.begin(limited)).end(spent)
    await expect(models.begin(limited)).rejects.toMatchObject({ details: { scope: 'node', unit: 'tokens', spent: 55 } })
  })

  test('stays exact when calls of two processes begin at once, and gives back what they did not use', async () => {
    const { run, ledgerOf, reservations } = await openRun({ run: { tokens: 1_000 }, tenantMonth: { calls: 100 } })
    const ledgers = [ledgerOf(), ledgerOf()]
    const begun = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => ledgers[index % 2]?.modelsOf(run, `n${index % 3}`).begin(call)),
    )
    const made = begun.flatMap((each) => (each.status === 'fulfilled' && each.value !== undefined ? [each.value] : []))
    expect(made).toHaveLength(10)
    const codes = begun.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))
    expect(new Set(codes)).toEqual(new Set(['BUDGET_EXCEEDED']))
    expect(await reservations()).toHaveLength(10)
    await Promise.all(made.map((each) => each.end(spent)))
    expect(await ledgers[0]?.readRun(run)).toMatchObject({ calls: 10, inputTokens: 500, outputTokens: 50 })
    expect(await reservations()).toEqual([])
    await ledgers[1]?.modelsOf(run, 'a').begin(call)
  })

  test('counts a call that no process ended as it was estimated, and an end once', async () => {
    const { run, ledgerOf } = await openRun({ run: { tokens: 250 } })
    const models = ledgerOf().modelsOf(run, 'a')
    await models.begin(call)
    const second = await models.begin(call)
    await second.end(spent)
    await second.end(spent)
    expect(await models.spentByRun()).toMatchObject({ calls: 2, inputTokens: 50 })
    await expect(models.begin(call)).rejects.toMatchObject({ details: { spent: 155, needed: 100 } })
  })

  test('refuses a model without prices where a budget limits the cost, and asks the host for each call', async () => {
    const questions: unknown[] = []
    const { run, tenantId, ledgerOf } = await openRun((question) => {
      questions.push(question)
      return { tenantMonth: { costUsd: 1 } }
    })
    const models = ledgerOf().modelsOf(run, 'a')
    await expect(models.begin({ ...call, costUsd: undefined })).rejects.toMatchObject({
      ...{ code: 'MODEL_FAILED', details: { cause: 'access' } },
    })
    await models.begin(call)
    expect(questions).toEqual([
      { tenantId, workflowId: 'w' },
      { tenantId, workflowId: 'w' },
    ])
  })

  test('a function of the host that throws refuses the call, which may be tried again', async () => {
    const { run, ledgerOf, lines } = await openRun(() => Promise.reject(new Error('secret')))
    const failure = ledgerOf().modelsOf(run, 'a').begin(call)
    await expect(failure).rejects.toMatchObject({ code: 'MODEL_FAILED', retryable: true })
    await expect(failure).rejects.not.toThrow('secret')
    expect(lines).toEqual(['model_budgets.failed: the call is refused'])
  })

  test('the end of a call of a deleted run changes nothing', async () => {
    const { run, tenantId, ledgerOf, database } = await openRun({ run: { calls: 5 } })
    const ledger = ledgerOf()
    const begun = await ledger.modelsOf(run, 'a').begin(call)
    const unlimited = await ledgerOf().modelsOf({ tenantId, runId: 'gone' }, 'a').begin(call)
    await database.withTenant(tenantId, async (tx) => {
      for (const table of ['model_reservations', 'model_spend'] as const) {
        await tx.deleteFrom(table).where('tenant_id', '=', tenantId).where('run_id', '=', run.runId).execute()
      }
    })
    await begun.end(spent)
    await unlimited.end(spent)
    expect(await ledger.readRun(run)).toMatchObject({ calls: 0 })
    expect(await ledger.readMonth(tenantId, '2026-12')).toMatchObject({ calls: 1, inputTokens: 0 })
  })
})
