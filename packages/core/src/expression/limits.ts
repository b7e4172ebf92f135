/** Limits of an expression; beyond them parsing throws `EXPRESSION_LIMIT` with the name of the limit. */
export const EXPRESSION_LIMITS = Object.freeze({
  /** Characters (UTF-16 code units) of one expression. */
  expressionLength: 8_192,
  /** Characters of a whole template. */
  templateLength: 262_144,
  /** Levels of parentheses, lists, objects, calls, branches and prefix operators around one value. */
  depth: 64,
  /** Values, operators, path segments and object members of one expression. */
  nodes: 2_000,
})

/** Names the limit that an expression exceeds: a key of {@link EXPRESSION_LIMITS}. */
export type ExpressionLimit = keyof typeof EXPRESSION_LIMITS
