import type { TenonErrorCode } from '../../errors/index.ts'
import type { Expression, ExpressionPart, ParsedTemplate, Span } from '../../expression/ast.ts'
import type { Json } from '../../json.ts'

/** Languages in which a template can write its values; a param declares one with `.meta({ sink })`. */
export const SINK_NAMES = ['url', 'json', 'header', 'query', 'html', 'addresses'] as const
/** One of {@link SINK_NAMES}. */
export type SinkName = (typeof SINK_NAMES)[number]

/** A fault in the text around the expressions of a template, with its position in the template. */
export interface SinkFault extends Span {
  readonly message: string
}

/** Dependencies of a sink; all work is metered. */
export interface SinkWriter {
  /** Key of the param or of the row that holds the template, for messages. */
  readonly name: string
  readonly evaluate: (expression: Expression) => Json
  /** Converts a value to text: `null` to empty text, lists and objects to JSON. */
  readonly toText: (value: Json, span: Span) => string
  readonly toJson: (value: Json, span: Span) => string
  /** Counts a text that a sink builds. */
  readonly spend: (text: string) => string
  readonly fault: (code: TenonErrorCode, message: string, span: Span) => Error
}

/** Returns the value of an expression that reads only variables of the workflow; `undefined` if it is not known. */
export type ConstantOf = (expression: Expression) => Json | undefined

/**
 * A language into which templates write values: every value is encoded for the part of the text that contains it, so
 * that no value can change the structure of the template.
 */
export interface TemplateSink {
  /** Finds faults of the text around the expressions, before any value is known. */
  readonly check: (template: ParsedTemplate, constantOf: ConstantOf) => readonly SinkFault[]
  /** Lists the expressions whose value `write` refuses if it is `null`; a template with faults has none. */
  readonly needed: (template: ParsedTemplate, constantOf: ConstantOf) => readonly ExpressionPart[]
  /**
   * Writes the template with its values.
   *
   * @throws {@link TenonError} `TEMPLATE_INVALID` for the text around the expressions, `TEMPLATE_VALUE_INVALID` for a
   * value that its part of the text cannot carry.
   */
  readonly write: (template: ParsedTemplate, writer: SinkWriter) => Json
}

/** The first argument if the expression is a call of the named function; else `null`. */
export function argumentOf(expression: Expression, name: string): Expression | null {
  return expression.kind === 'call' && expression.name === name ? (expression.arguments[0] ?? null) : null
}

/** Returns the only expression of a template without other text; an empty list for any other template. */
export function wholeParts({ parts, whole }: ParsedTemplate): readonly ExpressionPart[] {
  return whole === null ? [] : (parts as readonly ExpressionPart[])
}

export const wholeSpan = ({ text }: ParsedTemplate): Span => ({ start: 0, end: text.length })
