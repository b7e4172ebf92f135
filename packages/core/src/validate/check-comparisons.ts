import type { ParamPath } from '../document/operation.ts'
import { comparisonProblem } from '../expression/check/compare-types.ts'
import { isTemplate } from '../expression/parse.ts'
import { typeOfValue } from '../expression/types/schema-to-type.ts'
import type { StaticType } from '../expression/types/static-type.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { FlowNode } from './data-flow.ts'
import { errorIssue, type ReportIssue, warningIssue } from './issue.ts'
import { schemaAt, titleAt } from './param-schema.ts'
import { asObject } from './schema-facts.ts'
import type { TracedWorkflow } from './trace-workflow.ts'

/** One comparison that a node makes, as the schema of its params declares it. */
interface DeclaredComparison {
  readonly left: ParamPath
  readonly operator: Json | undefined
  readonly right: ParamPath
}

function propertiesOf(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const properties = asObject(schema)?.properties
  return isJsonObject(properties) ? (Object.entries(properties) as [string, JsonSchema][]) : []
}

/** Returns the compared params of one object: those of the node, or of an item of a list. */
function comparedIn(schema: JsonSchema, params: Json | undefined, path: ParamPath): readonly DeclaredComparison[] {
  if (!isJsonObject(params)) return []
  return propertiesOf(schema).flatMap(([name, property]) => {
    const declared = asObject(property)?.comparesWith
    if (!isJsonObject(declared) || typeof declared.param !== 'string' || typeof declared.operator !== 'string')
      return []
    const operator = params[declared.operator] ?? asObject(schemaAt(schema, [declared.operator]).schema)?.default
    return [{ left: [declared.param], operator, right: [...path, name] }]
  })
}

function comparisonsOf(schema: JsonSchema, params: JsonObject): readonly DeclaredComparison[] {
  const own = comparedIn(schema, params, [])
  const inItems = propertiesOf(schema).flatMap(([name, property]) => {
    const items = asObject(property)?.items as JsonSchema | undefined
    const list = params[name]
    if (items === undefined || !Array.isArray(list)) return []
    return list.flatMap((item: Json, index) => comparedIn(items, item, [name, index]))
  })
  return [...own, ...inItems]
}

function typeAt(node: FlowNode, traced: TracedWorkflow, path: ParamPath): StaticType | null {
  const value = path.reduce<Json | undefined>(
    (at, key) => (at as Readonly<Record<string | number, Json>> | undefined)?.[key],
    node.surveyed.params,
  )
  if (value === undefined) return null
  if (typeof value !== 'string' || !isTemplate(value)) return typeOfValue(value)
  return traced.typeParam(node, ['params', ...path], value).type
}

/** Reports comparisons of a node whose value types are known and cannot be compared. */
export function* checkComparisons(traced: TracedWorkflow, report: ReportIssue): Generator<undefined, void> {
  for (const node of traced.flow.nodes) {
    const { node: own, name, entry, params } = node.surveyed
    const schema = entry?.params ?? true
    for (const { left, operator, right } of comparisonsOf(schema, params)) {
      const [ours, theirs] = [typeAt(node, traced, left), typeAt(node, traced, right)]
      const problem =
        ours === null || theirs === null || typeof operator !== 'string'
          ? null
          : comparisonProblem(operator, ours, theirs)
      if (problem === null) continue
      const build = problem.severity === 'error' ? errorIssue : warningIssue
      const message = `${name}: "${titleAt(schema, right)}": ${problem.message}`
      report(build(problem.code, message, { nodeId: own.id, path: ['params', ...right] }))
    }
    yield
  }
}
