/** Limits of one evaluation; beyond them, `EXPRESSION_LIMIT` with the name of the limit. */
export const EVALUATION_LIMITS = Object.freeze({
  /** Steps: one per part of the expression, one per visited item, one per 64 characters read. */
  steps: 50_000,
  /** Size of all newly built values together: characters of texts, 8 per member or item. References are free. */
  size: 262_144,
  /** Levels of a value that is compared, written as JSON or read from it. */
  valueDepth: 128,
  /** Characters of a pattern. */
  patternLength: 256,
  /** Instructions of a compiled pattern; a repetition counts once per repeat. */
  patternSize: 2_000,
})

/** Limits of all templates in one value together, such as the params of a node. */
export const VALUE_LIMITS = Object.freeze({
  steps: 10 * EVALUATION_LIMITS.steps,
  size: 10 * EVALUATION_LIMITS.size,
})
