import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope } from '../evaluate/scope.ts'
import { checkTemplateSink } from '../evaluate/sinks/index.ts'
import type { ConstantOf } from '../evaluate/sinks/sink.ts'
import type { ParsedTemplate } from '../expression/ast.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { titleOfText } from './param-schema.ts'
import { isParamUsed, sinkOf } from './param-sink.ts'
import { asObject } from './schema-facts.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Creates the evaluation of expressions that read only variables of the workflow. */
export function createConstantOf({ document }: WorkflowSurvey): ConstantOf {
  const vars = Object.fromEntries(document.variables.map(({ name, value }) => [name, value]))
  const scope = createPlainScope({ vars })
  return (expression) => {
    try {
      return evaluateExpression(expression, scope)
    } catch {
      return undefined
    }
  }
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
  const constantOf = createConstantOf(survey)
  const byType = new Map<SurveyedNode['entry'], readonly string[]>()
  for (const { node, name, entry, texts } of survey.nodes) {
    const names = byType.get(entry) ?? sinkParams(entry)
    byType.set(entry, names)
    const schema = entry?.params ?? true
    const used = names.filter((param) => node.params[param] !== undefined && isParamUsed(schema, node.params, param))
    for (const { path, text, schema: own, isLiteral } of texts) {
      if (used.length === 0 || !used.includes(String(path[1]))) continue
      meter.spend(text.length)
      const sink = isLiteral || text === '' ? null : sinkOf(own, schema, node.params)
      const template = sink === null ? null : parsed(survey, text)
      const faults = sink === null || template === null ? [] : checkTemplateSink(sink, template, constantOf)
      for (const { message, start, end } of faults) {
        const values = { param: titleOfText(schema, path), fault: message }
        const details = { nodeId: node.id, path, range: { start, end }, values }
        report(errorIssue('TEMPLATE_INVALID', `${name}: "${values.param}": ${message}`, details))
      }
    }
    if (meter.endSliceIfOver()) yield
  }
}
