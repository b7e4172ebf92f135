import type { Span } from '../ast.ts'
import type { ExpressionFix } from './problem.ts'

/** Values in the titles of the fixes of expressions, by code of the fix. */
export interface ExpressionFixValues {
  /** Replaces a name, a key or a text by the one that was probably meant. */
  readonly CHANGE_TO: { readonly text: string }
  /** Adds the braces that end an expression. */
  readonly CLOSE_EXPRESSION: Readonly<Record<string, never>>
  /** Converts a text in a comparison with a number. */
  readonly CONVERT_TO_NUMBER: Readonly<Record<string, never>>
  /** Replaces a value that may be null or missing by an empty one, where the param takes no null. */
  readonly USE_EMPTY: { readonly kind: 'list' | 'text' }
  /** Reads a path that may be missing as `null`. */
  readonly USE_NULL: Readonly<Record<string, never>>
}

const TITLES: { readonly [Code in keyof ExpressionFixValues]: (values: ExpressionFixValues[Code]) => string } = {
  CHANGE_TO: ({ text }) => `Change to ${text}`,
  CLOSE_EXPRESSION: () => 'Close the expression',
  CONVERT_TO_NUMBER: () => 'Convert with number()',
  USE_EMPTY: ({ kind }) => `Use an empty ${kind} if missing`,
  USE_NULL: () => 'Use null if missing',
}

/** Creates a fix of a template, with its title in English. */
export function expressionFix<Code extends keyof ExpressionFixValues>(
  code: Code,
  values: ExpressionFixValues[Code],
  change: Span & { readonly text: string },
): ExpressionFix {
  return { code, values, title: TITLES[code](values), ...change }
}

/**
 * Creates the fix that replaces a span by what was probably meant; none if that is not known.
 *
 * @param write - Writes the meant text as the template needs it, such as in quotes. @defaultValue as it is
 */
export function fixTo(
  meant: string | null,
  { start, end }: Span,
  write: (text: string) => string = (text) => text,
): { readonly fix?: ExpressionFix } {
  if (meant === null) return {}
  return { fix: expressionFix('CHANGE_TO', { text: meant }, { text: write(meant), start, end }) }
}
