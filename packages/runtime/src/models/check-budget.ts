import { TenonError } from '@tenon/core/errors'
import type { ModelBudget, ModelBudgets, PlannedModelCall } from '@tenon/core/node'
import { type SpendCounts, type SpendKey, toNanoUsd } from './spend-rows.ts'

const UNITS = ['calls', 'tokens', 'costUsd', 'durationMs'] as const
const BUDGET_OF = { node: 'node', run: 'run', workflow: 'workflowDay', tenant: 'tenantMonth' } as const
const NAMES = {
  node: 'the node',
  run: 'the run',
  workflow: 'the workflow for one day',
  tenant: 'the tenant for one month',
}
const WORDS = { calls: 'calls', tokens: 'tokens', costUsd: 'US dollars', durationMs: 'milliseconds' }

/** Checks whether there is a limit at all, so that calls have to be counted before they are made. */
export function hasLimits(budgets: ModelBudgets, own: ModelBudget = {}): boolean {
  return [...Object.values(budgets as Readonly<Record<string, ModelBudget>>), own].some((budget) =>
    UNITS.some((unit) => budget[unit] !== undefined),
  )
}

/**
 * Checks a call against the budgets, with what its scopes have used and reserved.
 *
 * @throws {@link TenonError} `BUDGET_EXCEEDED` (details: `scope`, `unit`, `limit`, `spent`, `needed`, `period`);
 * `MODEL_FAILED` for a model without prices if a budget limits the cost.
 */
export function checkBudget(
  call: PlannedModelCall,
  budgets: ModelBudgets,
  counts: readonly SpendCounts[],
  keys: readonly SpendKey[],
): void {
  const needed = { calls: 1, tokens: call.inputTokens + call.outputTokens, costUsd: call.costUsd ?? 0, durationMs: 0 }
  for (const { scope, calls, tokens, nanoUsd, durationMs } of counts) {
    const spent = { calls, tokens, costUsd: nanoUsd / 1_000_000_000, durationMs }
    const own = scope === 'node' ? [call.budget ?? {}] : []
    for (const budget of [budgets[BUDGET_OF[scope]] ?? {}, ...own]) {
      for (const unit of UNITS) {
        const limit = budget[unit]
        if (limit === undefined) continue
        if (unit === 'costUsd' && call.costUsd === undefined) throw priceUnknown(call.model)
        // The time of a call is not known before: it may begin while time is left.
        const isOver =
          unit === 'costUsd'
            ? nanoUsd + toNanoUsd(needed.costUsd) > toNanoUsd(limit)
            : unit === 'durationMs'
              ? durationMs >= limit
              : spent[unit] + needed[unit] > limit
        if (!isOver) continue
        const period = keys.find((key) => key.scope === scope)?.period ?? ''
        throw new TenonError(
          'BUDGET_EXCEEDED',
          `The budget of ${NAMES[scope]} is ${limit} ${WORDS[unit]}: ${spent[unit]} are used or reserved, and the call needs about ${needed[unit]}`,
          { details: { scope, unit, limit, spent: spent[unit], needed: needed[unit], period: period || null } },
        )
      }
    }
  }
}

function priceUnknown(model: string): TenonError {
  return new TenonError('MODEL_FAILED', `A budget limits the cost, and the model "${model}" has no prices`, {
    details: { cause: 'access' },
    remedy: 'Add the prices of the model to the catalog of the server, or choose a model that has prices.',
  })
}
