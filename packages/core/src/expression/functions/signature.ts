import type { Json } from '../../json.ts'

/** The types of values as people call them: `text` for a string, `list` for an array. */
export type ValueKind = 'null' | 'boolean' | 'number' | 'text' | 'list' | 'object'

/** What a call gives: a kind, or something that follows from an argument by its place. */
export type ReturnRule =
  | ValueKind
  | 'any'
  | { readonly listOf: ValueKind }
  /** The type of the argument itself. */
  | { readonly sameAs: number }
  /** The type of an item of the argument, `null` too where `orNull` is set. */
  | { readonly itemOf: number; readonly orNull?: true }
  /** What stands at the path that argument `path` names, in each item of the list `of`. */
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
  /** It is a path into each item of the list at that place, such as `"customer.name"`. */
  readonly pathInItemsOf?: number
}

/** The groups in which the functions of the expression language are listed for people. */
export const FUNCTION_FAMILIES = ['text', 'number', 'date', 'list', 'object', 'json', 'encoding'] as const
/** One of {@link FUNCTION_FAMILIES}. */
export type FunctionFamily = (typeof FUNCTION_FAMILIES)[number]

/**
 * What a function is for its callers: the editor shows it, the type checker goes by it, and the
 * evaluator refuses arguments that do not fit it.
 */
export interface FunctionSignature {
  /** Name that expressions call the function by. */
  readonly name: string
  /** Group of the function in the list of functions. */
  readonly family: FunctionFamily
  /** Parameters in order; required ones come first. */
  readonly parameters: readonly FunctionParameter[]
  /** Rule that gives the type of the result. */
  readonly returns: ReturnRule
  /** One line. */
  readonly help: string
  /** An expression without paths, and its value; run as a test. */
  readonly example: { readonly expression: string; readonly value: Json }
  /** Its value depends on more than its arguments: `now`, `uuid`, `random`. */
  readonly impure?: true
}

/** How a call looks: `slice(list, start, end?)`. */
export function describeSignature({ name, parameters }: FunctionSignature): string {
  const names = parameters.map(
    ({ name: parameter, optional, rest }) => `${rest ? '...' : ''}${parameter}${optional ? '?' : ''}`,
  )
  return `${name}(${names.join(', ')})`
}
