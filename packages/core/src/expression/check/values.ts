import type { ExpressionLimit } from '../limits.ts'
import type { SyntaxFault } from '../syntax-fault.ts'

/**
 * Values in the messages of problems of expressions, by code, for texts in other languages. Codes with several messages
 * have a `reason`. Kinds of values are the names of `ValueKind`, joined by commas: `text, null`. `meant` is the known
 * name with the most similar spelling, `output.` and a key for a path to a node without its output, or empty.
 */
export interface ExpressionValues {
  /** Fault of the parser: a `reason` with its values, such as `{ reason: 'unfinished', expected: 'value' }`. */
  readonly EXPRESSION_SYNTAX: SyntaxFault
  /** Limit that the expression exceeds, and its value. */
  readonly EXPRESSION_LIMIT: { readonly limit: ExpressionLimit; readonly maximum: number }
  /** Key that could reach a prototype. */
  readonly EXPRESSION_KEY_FORBIDDEN: { readonly key: string }
  /** Name of the function. */
  readonly EXPRESSION_FUNCTION_UNKNOWN: { readonly name: string; readonly meant: string }
  /** A wrong number of arguments, or a text that the parameter does not take; `allowed` is joined by commas. */
  readonly EXPRESSION_ARGUMENTS:
    | { readonly reason: 'count'; readonly name: string; readonly signature: string }
    | { readonly reason: 'value'; readonly name: string; readonly allowed: string }
  /**
   * An unknown name; a name that only nodes inside a loop can read; a key that is missing or not declared; a key of a value without keys, which is of the kinds
   * `given`; or a key that the items of a list do not have, where `path` is the whole path in an item.
   */
  readonly EXPRESSION_PATH_MISSING:
    | { readonly reason: 'name' | 'missing' | 'undeclared'; readonly path: string; readonly meant: string }
    | { readonly reason: 'outside_loop'; readonly path: string }
    | { readonly reason: 'no_keys'; readonly path: string; readonly owner: string; readonly given: string }
    | { readonly reason: 'item'; readonly path: string; readonly key: string; readonly meant: string }
  /**
   * The value at `path` may be null, may be missing, or exists on `having` of `all` paths of the workflow; or the value
   * of an expression (`path`) may be null where the param needs one, such as in a segment of a URL's path.
   */
  readonly EXPRESSION_PATH_UNSURE:
    | { readonly reason: 'null' | 'missing' | 'needed'; readonly path: string }
    | { readonly reason: 'some_paths'; readonly path: string; readonly having: number; readonly all: number }
  /**
   * A value that an operator, a function or a computed key (`user`: its name, or `key`) never or not always accepts, a
   * result that the param does not accept, two sides that are never equal, or a part that the other side never contains.
   */
  readonly EXPRESSION_TYPE:
    | {
        readonly reason: 'never' | 'not_always'
        readonly user: string
        readonly wanted: string
        readonly given: string
      }
    | { readonly reason: 'result'; readonly wanted: string; readonly given: string }
    | { readonly reason: 'never_equal' | 'never_contained'; readonly left: string; readonly right: string }
  /**
   * A text that is not a number, or may not be one, is compared with a number; a text and a value of another kind are
   * equal only if the text contains it; or two texts are compared as numbers if both are (`number`: the one that is).
   */
  readonly COMPARISON_TYPES_DIFFER:
    | {
        readonly reason: 'not_a_number' | 'maybe_not_a_number'
        readonly operator: string
        readonly left: string
        readonly right: string
      }
    | { readonly reason: 'rarely_equal'; readonly left: string; readonly right: string }
    | { readonly reason: 'number_as_text'; readonly operator: string; readonly number: string }
  /** A text that the other side never is; `allowed` has at most eight of its texts, in quotes and joined by commas. */
  readonly EXPRESSION_VALUE:
    | { readonly reason: 'similar'; readonly value: string; readonly meant: string }
    | { readonly reason: 'other'; readonly value: string; readonly allowed: string }
}

/** One of the codes, with the values that belong to it. */
export type CodedValues = {
  [Code in keyof ExpressionValues]: { readonly code: Code; readonly values: ExpressionValues[Code] }
}[keyof ExpressionValues]
