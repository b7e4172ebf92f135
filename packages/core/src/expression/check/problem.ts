import type { JsonSchema } from '../../json.ts'
import type { Span } from '../ast.ts'
import type { StaticType } from '../types/static-type.ts'
import type { ExpressionFixValues } from './fix.ts'
import type { CodedValues, ExpressionValues } from './values.ts'

/** Codes of problems found in a template before it is evaluated; evaluation throws most of the same codes. */
export type ExpressionProblemCode = keyof ExpressionValues

/** A change of the template's text that resolves a problem. */
export interface ExpressionFix extends Span {
  /** Kind of the change, for titles in other languages. */
  readonly code: keyof ExpressionFixValues
  /** Values in the title, by name. */
  readonly values: ExpressionFixValues[keyof ExpressionFixValues]
  /** Short description of the change, in English. */
  readonly title: string
  /** Text that replaces the span. */
  readonly text: string
}

/** Details of a fault, beside its code and its values. */
interface ProblemDetails extends Span {
  /** `error`: it fails whenever it is evaluated. `warning`: it fails for some values, or has no effect. */
  readonly severity: 'error' | 'warning'
  /** Sentence for the person who edits the template, in English. */
  readonly message: string
  /** Change of the text that removes the fault, where one is known. */
  readonly fix?: ExpressionFix
}

/** One fault of a template, with its code, the values in its message by name, and its span. */
export type ExpressionProblem = CodedValues & ProblemDetails

/** Schemas of the names in an expression: `{ input: ..., nodes: ..., vars: ... }`. */
export type ScopeSchema = Readonly<Record<string, JsonSchema>>

/** Types of the names in an expression. */
export interface ScopeTypes {
  /** Returns the type of a name; `undefined` for an unknown one. */
  readonly root: (name: string) => StaticType | undefined
  readonly rootNames: readonly string[]
}

/** State that the parts of one check share. */
export interface Checking extends ScopeTypes {
  readonly text: string
  readonly report: (problem: ExpressionProblem) => void
}
