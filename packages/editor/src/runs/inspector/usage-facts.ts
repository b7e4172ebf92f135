import type { Translate } from '../../messages/format.ts'
import type { Fact } from '../../ui/facts.tsx'

/** Tokens and cost of calls of models. */
interface Use {
  readonly inputTokens: number
  readonly outputTokens: number
  /** In US dollars; `undefined` if no model that was called has prices. */
  readonly costUsd?: number | undefined
}

/** Returns the facts about what calls of models have used. */
export function usageFacts({ inputTokens, outputTokens, costUsd }: Use, t: Translate, locale: string): Fact[] {
  const count = (tokens: number) => new Intl.NumberFormat(locale).format(tokens)
  const counts = { inputTokens: count(inputTokens), outputTokens: count(outputTokens) }
  return [
    { label: t('runs.fact.tokens'), value: t('runs.fact.tokenCounts', counts) },
    ...(costUsd === undefined ? [] : [{ label: t('runs.fact.cost'), value: formatCost(costUsd, locale) }]),
  ]
}

/** Formats a cost in US dollars: to the cent, and one below a cent with its first two digits. */
export function formatCost(usd: number, locale: string): string {
  const digits = usd > 0 && usd < 0.01 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 }
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', ...digits }).format(usd)
}
