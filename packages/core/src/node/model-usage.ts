import type { LanguageModelUsage, ModelPrices, ModelUsage } from './language-model.ts'

/** Parts of a dollar to which costs are rounded, so that sums of them are exact. */
const NANO = 1_000_000_000
const TOKENS_OF_A_PRICE = 1_000_000

/** Returns the cost of one call in US dollars, rounded to a billionth; `undefined` for a model without prices. */
export function modelCostUsd(usage: LanguageModelUsage, prices: ModelPrices | undefined): number | undefined {
  if (prices === undefined) return undefined
  const { inputTokens, cachedInputTokens = 0, outputTokens } = usage
  const cached = Math.min(cachedInputTokens, inputTokens)
  const { input, cachedInput = input, output } = prices
  return roundUsd(((inputTokens - cached) * input + cached * cachedInput + outputTokens * output) / TOKENS_OF_A_PRICE)
}

/** Adds the usage of a call to that of earlier ones; the model is that of the last call. */
export function addModelUsage(earlier: ModelUsage | undefined, next: ModelUsage): ModelUsage {
  if (earlier === undefined) return { ...next, calls: next.calls ?? 1 }
  return {
    model: next.model,
    inputTokens: earlier.inputTokens + next.inputTokens,
    ...sumOf('cachedInputTokens', earlier, next),
    outputTokens: earlier.outputTokens + next.outputTokens,
    calls: (earlier.calls ?? 1) + (next.calls ?? 1),
    ...sumOf('costUsd', earlier, next),
  }
}

function sumOf(
  field: 'cachedInputTokens' | 'costUsd',
  { [field]: one }: ModelUsage,
  { [field]: other }: ModelUsage,
): Partial<ModelUsage> {
  return one === undefined && other === undefined ? {} : { [field]: roundUsd((one ?? 0) + (other ?? 0)) }
}

/** Rounds an amount in US dollars to a billionth. */
function roundUsd(amount: number): number {
  return Math.round(amount * NANO) / NANO
}
