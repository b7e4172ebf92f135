import { type NodeText, textLeaves } from '../document/node-texts.ts'
import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope, type EvaluationScope } from '../evaluate/scope.ts'
import { checkTemplateSink } from '../evaluate/sinks/index.ts'
import type { SinkFault } from '../evaluate/sinks/sink.ts'
import type { Expression } from '../expression/ast.ts'
import type { Json, JsonSchema } from '../json.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import { schemaAt, titleAt } from './param-schema.ts'
import { isParamUsed, paramSink } from './param-sink.ts'
import type { Survey, SurveyedNode } from './survey.ts'

function constantsOf({ document }: Survey): EvaluationScope {
  return createPlainScope({ vars: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])) })
}

function faultsOf(
  { node }: SurveyedNode,
  schema: JsonSchema,
  { path, text }: NodeText,
  scope: EvaluationScope,
): readonly SinkFault[] {
  const sink = schemaAt(schema, path).isLiteral || text === '' ? null : paramSink(schema, node.params, path)
  if (sink === null || !isParamUsed(schema, node.params, String(path[0]))) return []
  const constantOf = (expression: Expression): Json | undefined => {
    try {
      return evaluateExpression(expression, scope)
    } catch {
      return undefined
    }
  }
  try {
    return checkTemplateSink(sink, text, constantOf)
  } catch {
    // What cannot be read as a template is reported as a fault of its expression.
    return []
  }
}

/** Texts of params that have a language of their own can be read in it, whatever their expressions give. */
export function checkSinks(survey: Survey, report: ReportIssue): void {
  const scope = constantsOf(survey)
  for (const surveyed of survey.nodes) {
    const { node, name, entry } = surveyed
    const schema = entry?.params ?? true
    for (const leaf of textLeaves(node.params)) {
      for (const { message, start, end } of faultsOf(surveyed, schema, leaf, scope)) {
        const path = ['params', ...leaf.path]
        const title = titleAt(schema, leaf.path)
        const details = { nodeId: node.id, path, range: { start, end } }
        report(errorIssue('TEMPLATE_INVALID', `${name}: "${title}": ${message}`, details))
      }
    }
  }
}
