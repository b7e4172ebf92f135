import type { Json } from '../../json.ts'

/** Types of values by their names in messages: `text` for a string, `list` for an array. */
export type ValueKind = 'null' | 'boolean' | 'number' | 'text' | 'list' | 'object'

/** Types with their articles, for messages. */
export const KIND_NAMES: Readonly<Record<ValueKind, string>> = Object.freeze({
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  text: 'a text',
  list: 'a list',
  object: 'an object',
})

/** Rule for the type of a call: a kind, or a type that follows from the argument at an index. */
export type ReturnRule =
  | ValueKind
  | 'any'
  | { readonly listOf: ValueKind }
  /** The type of the argument itself. */
  | { readonly sameAs: number }
  /** The type of an item of the argument, `null` too where `orNull` is set. */
  | { readonly itemOf: number; readonly orNull?: true }
  /** A list of the values at a path in each item of a list; `path` and `pluckedFrom` are indexes of arguments. */
  | { readonly pluckedFrom: number; readonly path: number }
  /** A list whose items are those of all lists given. */
  | { readonly joined: true }
  /** An object whose values are lists of the argument's items. */
  | { readonly groupsOf: number }
  /** A list of lists of the argument's items. */
  | { readonly chunksOf: number }
  | { readonly orNull: ValueKind }

/** One parameter of a function of the expression language, as the checker and the completion read it. */
export interface FunctionParameter {
  /** Name that the editor shows in the call. */
  readonly name: string
  /** Kinds that it takes; nothing is converted. */
  readonly type: 'any' | ValueKind | readonly ValueKind[]
  /** Marks a parameter that calls may omit. */
  readonly optional?: true
  /** Takes all further arguments. Only the last parameter may. */
  readonly rest?: true
  /** The only texts that it takes. */
  readonly values?: readonly string[]
  /** Index of the argument with the list whose items the path reads, such as `"customer.name"`. */
  readonly pathInItemsOf?: number
}

/** Groups of functions in the list that the editor shows. */
export const FUNCTION_FAMILIES = ['text', 'number', 'date', 'list', 'object', 'json', 'encoding'] as const
/** One of {@link FUNCTION_FAMILIES}. */
export type FunctionFamily = (typeof FUNCTION_FAMILIES)[number]

/** Signature of a function: the editor shows it, and the type checker and the evaluator check arguments against it. */
export interface FunctionSignature {
  /** Name that expressions call the function by. */
  readonly name: string
  /** Group of the function in the list of functions. */
  readonly family: FunctionFamily
  /** Parameters in order; required ones come first. */
  readonly parameters: readonly FunctionParameter[]
  /** Rule that gives the type of the result. */
  readonly returns: ReturnRule
  /** One sentence of help. */
  readonly help: string
  /** An expression without paths, and its value; run as a test. */
  readonly example: { readonly expression: string; readonly value: Json }
  /** Marks a function whose value depends on more than its arguments: `now`, `uuid`, `random`. */
  readonly impure?: true
}

/** Formats a signature: `slice(list, start, end?)`. */
export function describeSignature({ name, parameters }: FunctionSignature): string {
  const names = parameters.map(
    ({ name: parameter, optional, rest }) => `${rest ? '...' : ''}${parameter}${optional ? '?' : ''}`,
  )
  return `${name}(${names.join(', ')})`
}
