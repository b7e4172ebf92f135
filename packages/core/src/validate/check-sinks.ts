import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope, type EvaluationScope } from '../evaluate/scope.ts'
import { checkTemplateSink } from '../evaluate/sinks/index.ts'
import type { SinkFault, SinkName } from '../evaluate/sinks/sink.ts'
import type { Expression, ParsedTemplate } from '../expression/ast.ts'
import type { Json } from '../json.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { titleAt } from './param-schema.ts'
import { isParamUsed, sinkOf } from './param-sink.ts'
import { asObject } from './schema-facts.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

function constantsOf({ document }: WorkflowSurvey): EvaluationScope {
  return createPlainScope({ vars: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])) })
}

function faultsOf(sink: SinkName, template: ParsedTemplate, scope: EvaluationScope): readonly SinkFault[] {
  const constantOf = (expression: Expression): Json | undefined => {
    try {
      return evaluateExpression(expression, scope)
    } catch {
      return undefined
    }
  }
  return checkTemplateSink(sink, template, constantOf)
}

/** Returns the parsed template; `null` for a syntax error, which is reported elsewhere. */
function parsed({ templates }: WorkflowSurvey, text: string): ParsedTemplate | null {
  try {
    return templates.parse(text)
  } catch {
    return null
  }
}

/** Returns the params of a node type that contain a sink; most have none. */
function sinkParams(entry: SurveyedNode['entry']): readonly string[] {
  const properties = asObject(asObject(entry?.params ?? true)?.properties) ?? {}
  return Object.keys(properties).filter((name) => JSON.stringify(properties[name]).includes('"sink"'))
}

/**
 * Reports texts of params that are invalid in their own language, such as JSON, for any values of their expressions.
 */
export function* checkSinks(survey: WorkflowSurvey, meter: Meter, report: ReportIssue): Generator<undefined, void> {
  const scope = constantsOf(survey)
  const byType = new Map<SurveyedNode['entry'], readonly string[]>()
  for (const { node, name, entry, texts } of survey.nodes) {
    const names = byType.get(entry) ?? sinkParams(entry)
    byType.set(entry, names)
    const schema = entry?.params ?? true
    const used = names.filter((param) => node.params[param] !== undefined && isParamUsed(schema, node.params, param))
    for (const { path, text, schema: own, isLiteral } of texts) {
      if (used.length === 0 || !used.includes(String(path[0]))) continue
      meter.spend(text.length)
      const sink = isLiteral || text === '' ? null : sinkOf(own, schema, node.params)
      const template = sink === null ? null : parsed(survey, text)
      for (const { message, start, end } of sink === null || template === null ? [] : faultsOf(sink, template, scope)) {
        const values = { param: titleAt(schema, path), fault: message }
        const details = { nodeId: node.id, path: ['params', ...path], range: { start, end }, values }
        report(errorIssue('TEMPLATE_INVALID', `${name}: "${values.param}": ${message}`, details))
      }
    }
    if (meter.endSliceIfOver()) yield
  }
}
