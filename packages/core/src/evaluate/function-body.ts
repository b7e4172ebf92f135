import type { TenonError, TenonErrorCode } from '../errors/index.ts'
import type { Span } from '../expression/ast.ts'
import type { Json } from '../json.ts'
import type { Evaluation } from './evaluation.ts'
import { spendText } from './meter.ts'

/** One call of a function, for its body: where it stands and what it may use. */
export interface FunctionCall {
  readonly name: string
  readonly evaluation: Evaluation
  readonly place: Span
  readonly fault: (code: TenonErrorCode, message: string) => TenonError
}

/**
 * Code of a function. Its arguments fit the signature already; those left out are `undefined`. It
 * counts what it reads and builds before it does.
 */
export type FunctionBody = (args: readonly Json[], call: FunctionCall) => Json

export type FunctionBodies = Readonly<Record<string, FunctionBody>>

/** Lets a number pass that is whole and within bounds. */
export function wholeNumber(call: FunctionCall, value: Json | undefined, name: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  const bound = Number.isFinite(least) ? ` from ${least} on` : ''
  throw call.fault('EXPRESSION_VALUE', `${call.name} takes as ${name} a whole number${bound}`)
}

/** Counts a text that was just made of another; what came out unchanged is no new value. */
export function builtText({ evaluation }: FunctionCall, result: string, source: string): string {
  if (result !== source) spendText(evaluation.meter, result.length)
  return result
}
