/** What one evaluation may use at most; beyond it, `EXPRESSION_LIMIT` with the name of the limit. */
export const EVALUATION_LIMITS = Object.freeze({
  /** Steps: one a part of the expression, one an item that is looked at, one for 64 characters that are read. */
  steps: 50_000,
  /** Size of all newly built values together: characters of texts, 8 a member or item. References are free. */
  size: 262_144,
  /** Levels of a value that is compared, written as JSON or read from it. */
  valueDepth: 128,
  /** Characters of a pattern. */
  patternLength: 256,
  /** Instructions of a compiled pattern; repetitions count as often as they repeat. */
  patternSize: 2_000,
})

/** Limits of all templates in one value together, such as the params of a node. */
export const VALUE_LIMITS = Object.freeze({
  steps: 10 * EVALUATION_LIMITS.steps,
  size: 10 * EVALUATION_LIMITS.size,
})
