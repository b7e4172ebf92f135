import { randomUUID } from 'node:crypto'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type {
  ModelBudget,
  ModelBudgets,
  ModelSpend,
  NodeModels,
  PlannedModelCall,
  SpentModelCall,
} from '@tenon/core/node'
import type { RuntimeLog } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import type { RunRef } from '../store/run-ref.ts'
import { checkBudget, hasLimits } from './check-budget.ts'
import {
  addSpend,
  type CountedCall,
  lockSpend,
  selectSpend,
  selectWorkflowSpend,
  spendKeys,
  toNanoUsd,
  workflowOfRun,
} from './spend-rows.ts'

/** Runs whose budgets are asked for. */
export interface BudgetQuestion {
  /** Tenant of the runs. */
  readonly tenantId: TenantId
  /** Workflow of the runs. */
  readonly workflowId: string
}

/** Returns the budgets of a tenant; called for each call of a model. */
export type ModelBudgetsOf = (question: BudgetQuestion) => ModelBudgets | Promise<ModelBudgets>

/** Counts of what calls of models use. */
export interface ModelLedger {
  /** Returns the account of a node for its context. */
  modelsOf(run: RunRef, nodeId: string): NodeModels
  /** Reads the use of a run. */
  readRun(run: RunRef): Promise<ModelSpend>
  /** Reads the use of a tenant in a month, as `2026-12`, with that of its workflows, the most expensive first. */
  readMonth(tenantId: TenantId, month: string): Promise<MonthSpend>
}

/** Use of models by a tenant in a month. */
export interface MonthSpend extends ModelSpend {
  /** At most 100 workflows. */
  readonly workflows: readonly (ModelSpend & { readonly workflowId: string })[]
}

/** Dependencies of {@link createModelLedger}. */
export interface ModelLedgerDeps {
  readonly database: RuntimeDatabase
  readonly log: RuntimeLog
  /** Budgets of the host. @defaultValue none */
  readonly budgetsOf?: ModelBudgetsOf | undefined
  /** Milliseconds since the Unix epoch. @defaultValue `Date.now` */
  readonly now?: () => number
}

/** Attempts to store the end of a call. */
const MOST_TRIES = 5
const FIRST_WAIT_MS = 200

/**
 * Creates the ledger of a server or worker. With a budget, a call is counted with its estimate before it is made, in a
 * transaction that locks the rows of its scopes: calls of all processes together stay within the budget, apart from the
 * amount by which calls exceed their estimates. Without one, a call is counted at its end.
 */
export function createModelLedger({ database, log, budgetsOf, now = Date.now }: ModelLedgerDeps): ModelLedger {
  const store = async (run: RunRef, write: () => Promise<void>): Promise<void> => {
    for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
      try {
        return await write()
      } catch (error) {
        const isLast = attempt === MOST_TRIES
        const what = isLast ? 'the call counts as it was estimated' : 'retrying'
        log('warn', `model_spend.store_failed: ${what}`, { runId: run.runId, reason: reasonOf(error) })
        if (!isLast) await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 1)))
      }
    }
  }

  const budgetsFor = async (question: BudgetQuestion): Promise<ModelBudgets> => {
    try {
      return (await budgetsOf?.(question)) ?? {}
    } catch (error) {
      log('error', 'model_budgets.failed: the call is refused', { ...question, reason: reasonOf(error) })
      throw new TenonError('MODEL_FAILED', 'The server could not read the budgets of the tenant', {
        ...{ cause: error, retryable: true },
        remedy: 'Try again; the function modelBudgets of the server has failed.',
      })
    }
  }

  const reserve = async (call: CountedCall, callId: string, planned: PlannedModelCall, budgets: ModelBudgets) => {
    const { tenantId, runId, workflowId, nodeId, at } = call
    const reservedTokens = planned.inputTokens + planned.outputTokens
    const reservedNanoUsd = toNanoUsd(planned.costUsd ?? 0)
    await database.withTenant(tenantId, async (tx) => {
      const added = await tx
        .insertInto('model_reservations')
        .values({
          ...{ tenant_id: tenantId, run_id: runId, call_id: callId, workflow_id: workflowId, node_id: nodeId, at },
          ...{ tokens: reservedTokens, nano_usd: reservedNanoUsd },
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('call_id')
        .executeTakeFirst()
      // The transaction was committed, and its answer was lost.
      if (added === undefined) return
      checkBudget(planned, budgets, await lockSpend(tx, call), spendKeys(call))
      await addSpend(tx, call, { calls: 1, reservedTokens, reservedNanoUsd, spent: null })
    })
  }

  const endReserved = (call: CountedCall, callId: string, spent: SpentModelCall): Promise<void> =>
    database.withTenant(call.tenantId, async (tx) => {
      const reservation = await tx
        .deleteFrom('model_reservations')
        .where('tenant_id', '=', call.tenantId)
        .where('run_id', '=', call.runId)
        .where('call_id', '=', callId)
        .returning(['tokens', 'nano_usd'])
        .executeTakeFirst()
      // Ended before, or the run was deleted.
      if (reservation === undefined) return
      await lockSpend(tx, call)
      const { tokens, nano_usd: nanoUsd } = reservation
      await addSpend(tx, call, {
        ...{ calls: 0, reservedTokens: -Number(tokens), reservedNanoUsd: -Number(nanoUsd), spent },
      })
    })

  const addUnreserved = (run: RunRef, nodeId: string, at: number, spent: SpentModelCall): Promise<void> =>
    database.withTenant(run.tenantId, async (tx) => {
      const workflowId = await workflowOfRun(tx, run)
      if (workflowId === null) return
      const call = { ...run, workflowId, nodeId, at }
      await lockSpend(tx, call)
      await addSpend(tx, call, { calls: 1, reservedTokens: 0, reservedNanoUsd: 0, spent })
    })

  const readRun = ({ tenantId, runId }: RunRef): Promise<ModelSpend> =>
    database.withTenant(tenantId, (tx) => selectSpend(tx, tenantId, { scope: 'run', scopeId: runId, period: '' }))

  return {
    readRun,
    modelsOf: ({ tenantId, runId }, nodeId) => {
      const run = { tenantId, runId }
      let workflowId: string | null = null
      const budgetsIn = async (own: ModelBudget | undefined): Promise<ModelBudgets> => {
        if (budgetsOf === undefined && own === undefined) return {}
        workflowId ??= await database.withTenant(tenantId, (tx) => workflowOfRun(tx, run))
        return workflowId === null ? {} : budgetsFor({ tenantId, workflowId })
      }
      return {
        spentByRun: () => readRun(run),
        begin: async (planned) => {
          const at = now()
          const budgets = await budgetsIn(planned.budget)
          if (workflowId === null || !hasLimits(budgets, planned.budget)) {
            // Use without a budget is for information: it is not counted twice, and may be lost.
            const add = (spent: SpentModelCall) =>
              addUnreserved(run, nodeId, at, spent).catch((error: unknown) =>
                log('warn', 'model_spend.store_failed: the call is not counted', { runId, reason: reasonOf(error) }),
              )
            return { end: add }
          }
          const call = { ...run, workflowId, nodeId, at }
          const callId = randomUUID()
          await reserve(call, callId, planned, budgets)
          return { end: (spent) => store(run, () => endReserved(call, callId, spent)) }
        },
      }
    },
    readMonth: (tenantId, month) =>
      database.withTenant(tenantId, async (tx) => ({
        ...(await selectSpend(tx, tenantId, { scope: 'tenant', scopeId: '', period: month })),
        workflows: await selectWorkflowSpend(tx, tenantId, month),
      })),
  }
}
