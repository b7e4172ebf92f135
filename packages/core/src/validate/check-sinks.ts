import { textLeaves } from '../document/node-texts.ts'
import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope, type EvaluationScope } from '../evaluate/scope.ts'
import { checkTemplateSink } from '../evaluate/sinks/index.ts'
import type { SinkFault, SinkName } from '../evaluate/sinks/sink.ts'
import type { Expression } from '../expression/ast.ts'
import type { Json } from '../json.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { schemaAt, titleAt } from './param-schema.ts'
import { isParamUsed, paramSink } from './param-sink.ts'
import { asObject } from './schema-facts.ts'
import type { Survey, SurveyedNode } from './survey.ts'

function constantsOf({ document }: Survey): EvaluationScope {
  return createPlainScope({ vars: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])) })
}

function faultsOf(sink: SinkName, text: string, scope: EvaluationScope): readonly SinkFault[] {
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

/** The params of a node type that have a sink somewhere: most have none, and most nodes need no look. */
function sinkParams(entry: SurveyedNode['entry']): readonly string[] {
  const properties = asObject(asObject(entry?.params ?? true)?.properties) ?? {}
  return Object.keys(properties).filter((name) => JSON.stringify(properties[name]).includes('"sink"'))
}

/** Texts of params that have a language of their own can be read in it, whatever their expressions give. */
export function* checkSinks(survey: Survey, meter: Meter, report: ReportIssue): Generator<undefined, void> {
  const scope = constantsOf(survey)
  const byType = new Map<SurveyedNode['entry'], readonly string[]>()
  for (const { node, name, entry } of survey.nodes) {
    const names = byType.get(entry) ?? sinkParams(entry)
    byType.set(entry, names)
    const schema = entry?.params ?? true
    const used = names.filter((param) => node.params[param] !== undefined && isParamUsed(schema, node.params, param))
    for (const { path, text } of used.flatMap((param) => textLeaves(node.params[param] as Json, [param]))) {
      meter.spend(text.length)
      const sink = schemaAt(schema, path).isLiteral || text === '' ? null : paramSink(schema, node.params, path)
      for (const { message, start, end } of sink === null ? [] : faultsOf(sink, text, scope)) {
        const details = { nodeId: node.id, path: ['params', ...path], range: { start, end } }
        report(errorIssue('TEMPLATE_INVALID', `${name}: "${titleAt(schema, path)}": ${message}`, details))
      }
    }
    yield
  }
}
