import type { ExpressionPart, ParsedTemplate, Span } from '../../expression/ast.ts'
import { parseTemplate } from '../../expression/parse.ts'
import type { Json } from '../../json.ts'
import { evaluate } from '../evaluate-expression.ts'
import { createEvaluation, fault } from '../evaluation.ts'
import { type Meter, spendText } from '../meter.ts'
import type { EvaluationScope } from '../scope.ts'
import { textOf, writeJson } from '../write-json.ts'
import { addressesSink } from './addresses-sink.ts'
import { htmlSink } from './html-sink.ts'
import { jsonSink } from './json-sink.ts'
import { headerSink, querySink } from './row-sinks.ts'
import type { ConstantOf, SinkFault, SinkName, TemplateSink } from './sink.ts'
import { urlSink } from './url-sink.ts'

/** Sinks by name. A new one needs an entry here and its name in `SINK_NAMES`. */
const TEMPLATE_SINKS: Readonly<Record<SinkName, TemplateSink>> = Object.freeze({
  url: urlSink,
  json: jsonSink,
  header: headerSink,
  query: querySink,
  html: htmlSink,
  addresses: addressesSink,
})

/**
 * Finds faults in the text around the expressions of a template, such as `{"name": }` for JSON, before any value is
 * known.
 *
 * @param constantOf - Returns the value of an expression over variables alone; `undefined` if it is not known.
 * @throws {@link TenonError} as `parseTemplate`.
 */
export function checkTemplateSink(
  sink: SinkName,
  template: string | ParsedTemplate,
  constantOf: ConstantOf,
): readonly SinkFault[] {
  return TEMPLATE_SINKS[sink].check(typeof template === 'string' ? parseTemplate(template) : template, constantOf)
}

/**
 * Lists the expressions of a template whose value its sink refuses if it is `null`, such as one that is a whole segment
 * of a URL's path.
 *
 * @param constantOf - As for {@link checkTemplateSink}.
 */
export function valuesNeededBy(
  sink: SinkName,
  template: ParsedTemplate,
  constantOf: ConstantOf,
): readonly ExpressionPart[] {
  return TEMPLATE_SINKS[sink].needed(template, constantOf)
}

/**
 * Evaluates a template whose text belongs to a sink: every value is encoded for the part of the text that contains it.
 *
 * @param name - Key of the param or row, for messages.
 * @throws {@link TenonError} as `evaluateTemplate`, and `TEMPLATE_INVALID` or `TEMPLATE_VALUE_INVALID`; details hold
 * `position` and `end` in the template.
 */
export function evaluateForSink(
  sink: SinkName,
  template: string | ParsedTemplate,
  scope: EvaluationScope,
  { name, meter }: { readonly name: string; readonly meter: Meter },
): Json {
  const evaluation = createEvaluation(scope, meter)
  return TEMPLATE_SINKS[sink].write(typeof template === 'string' ? parseTemplate(template) : template, {
    name,
    evaluate: (expression) => evaluate(evaluation, expression),
    toText: (value, span) => textOf(evaluation, value, span),
    toJson: (value, span) => writeJson(evaluation, value, span),
    spend: (text) => {
      spendText(meter, text.length)
      return text
    },
    fault: (code, message, span: Span) => fault(code, message, span),
  })
}
