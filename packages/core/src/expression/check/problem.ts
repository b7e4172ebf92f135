import type { TenonErrorCode } from '../../errors/index.ts'
import type { JsonSchema } from '../../json.ts'
import type { Span } from '../ast.ts'
import type { StaticType } from '../types/static-type.ts'

/** What can be said against a template before it is evaluated; evaluation throws most of the same codes. */
export type ExpressionProblemCode = Extract<TenonErrorCode, `EXPRESSION_${string}`> | 'COMPARISON_TYPES_DIFFER'

/** A change of the template's text that would mend a problem. */
export interface ExpressionFix extends Span {
  /** What the change does, in a few words. */
  readonly title: string
  /** What to put in the place of the span. */
  readonly text: string
}

/** One fault of a template, with its place in it. */
export interface ExpressionProblem extends Span {
  /** Code of the kind of fault. */
  readonly code: ExpressionProblemCode
  /** `error`: it fails whenever it is evaluated. `warning`: it fails for some values, or never does what it says. */
  readonly severity: 'error' | 'warning'
  /** Sentence for the person who edits the template. */
  readonly message: string
  /** Change of the text that removes the fault, where one is known. */
  readonly fix?: ExpressionFix
}

/** The schemas of an expression's names: `{ input: ..., nodes: ..., vars: ... }`. */
export type ScopeSchema = Readonly<Record<string, JsonSchema>>

/** What the parts of one check share. */
export interface Checking {
  readonly text: string
  readonly root: (name: string) => StaticType | undefined
  readonly rootNames: readonly string[]
  readonly report: (problem: ExpressionProblem) => void
}
