import type { TenonError, TenonErrorCode } from '../errors/index.ts'
import type { Span } from '../expression/ast.ts'
import type { Json } from '../json.ts'
import type { Evaluation } from './evaluation.ts'
import { spendText } from './meter.ts'

/** Context of one call of a function: its position, and the evaluation that it belongs to. */
export interface FunctionCall {
  readonly name: string
  readonly evaluation: Evaluation
  readonly span: Span
  readonly fault: (code: TenonErrorCode, message: string) => TenonError
}

/**
 * Code of a function. The arguments are checked against the signature; omitted ones are `undefined`. It counts the work
 * against the limits before it does it.
 */
export type FunctionBody = (args: readonly Json[], call: FunctionCall) => Json

export type FunctionBodies = Readonly<Record<string, FunctionBody>>

/** Checks that a value is a whole number within bounds. */
export function wholeNumber(call: FunctionCall, value: Json | undefined, name: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  const bound = Number.isFinite(least) ? ` from ${least} on` : ''
  throw call.fault('EXPRESSION_VALUE', `${call.name} takes as ${name} a whole number${bound}`)
}

/** Counts a text that was built from another; an unchanged text is not counted. */
export function builtText({ evaluation }: FunctionCall, result: string, source: string): string {
  if (result !== source) spendText(evaluation.meter, result.length)
  return result
}
