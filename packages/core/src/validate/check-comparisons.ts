import type { ParamPath } from '../document/operation.ts'
import { comparisonProblem } from '../expression/check/compare-types.ts'
import { isTemplate } from '../expression/parse.ts'
import { typeOfValue } from '../expression/types/schema-to-type.ts'
import type { StaticType } from '../expression/types/static-type.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { FlowNode } from './flow-node.ts'
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

/** A param that is compared with another one, as its schema declares it. */
interface ComparedParam {
  readonly name: string
  readonly left: string
  /** Param that contains the operator. */
  readonly operator: string
  readonly defaultOperator: Json | undefined
}

/** Compared params of a node type: those of the node itself, and those in the items of lists. */
interface ComparedParams {
  readonly own: readonly ComparedParam[]
  readonly inLists: readonly { readonly name: string; readonly items: readonly ComparedParam[] }[]
}

function comparedIn(schema: JsonSchema): readonly ComparedParam[] {
  return propertiesOf(schema).flatMap(([name, property]): ComparedParam[] => {
    const declared = asObject(property)?.comparesWith
    if (!isJsonObject(declared) || typeof declared.param !== 'string' || typeof declared.operator !== 'string')
      return []
    const defaultOperator = asObject(schemaAt(schema, [declared.operator]).schema)?.default
    return [{ name, left: declared.param, operator: declared.operator, defaultOperator }]
  })
}

function comparedParams(schema: JsonSchema): ComparedParams {
  const inLists = propertiesOf(schema).flatMap(([name, property]) => {
    const items = comparedIn((asObject(property)?.items ?? true) as JsonSchema)
    return items.length === 0 ? [] : [{ name, items }]
  })
  return { own: comparedIn(schema), inLists }
}

const NO_COMPARISONS: readonly DeclaredComparison[] = Object.freeze([])

function comparisonsOf({ own, inLists }: ComparedParams, params: JsonObject): readonly DeclaredComparison[] {
  if (own.length === 0 && inLists.length === 0) return NO_COMPARISONS
  const within = (compared: readonly ComparedParam[], owner: JsonObject, path: ParamPath): DeclaredComparison[] =>
    compared.map(({ name, left, operator, defaultOperator }) => ({
      left: [left],
      operator: owner[operator] ?? defaultOperator,
      right: [...path, name],
    }))
  const found = within(own, params, [])
  for (const { name, items } of inLists) {
    const list = params[name]
    if (!Array.isArray(list)) continue
    list.forEach((item: Json, index) => {
      if (isJsonObject(item)) found.push(...within(items, item, [name, index]))
    })
  }
  return found
}

function typeAt(node: FlowNode, traced: TracedWorkflow, path: ParamPath): StaticType | null {
  const value = path.reduce<Json | undefined>(
    (at, key) => (at as Readonly<Record<string | number, Json>> | undefined)?.[key],
    node.surveyed.params,
  )
  if (value === undefined) return null
  if (typeof value !== 'string' || !isTemplate(value)) return typeOfValue(value)
  return traced.typeText(node, value).type
}

/** Reports comparisons of a node whose value types are known and cannot be compared. */
export function* checkComparisons(traced: TracedWorkflow, report: ReportIssue): Generator<undefined, void> {
  const bySchema = new Map<JsonSchema, ComparedParams>()
  for (const node of traced.flow.nodes) {
    const { node: own, name, entry, params } = node.surveyed
    const schema = entry?.params ?? true
    const compared = bySchema.get(schema) ?? comparedParams(schema)
    bySchema.set(schema, compared)
    for (const { left, operator, right } of comparisonsOf(compared, params)) {
      const [ours, theirs] = [typeAt(node, traced, left), typeAt(node, traced, right)]
      const problem =
        ours === null || theirs === null || typeof operator !== 'string'
          ? null
          : comparisonProblem(operator, ours, theirs)
      if (problem === null) continue
      const build = problem.severity === 'error' ? errorIssue : warningIssue
      const message = `${name}: "${titleAt(schema, right)}": ${problem.message}`
      // A plain text, since the compiler cannot match each code of the union with its values here.
      const code: string = problem.code
      const values = { ...problem.values, param: titleAt(schema, right) }
      report(build(code, message, { nodeId: own.id, path: ['params', ...right], values }))
    }
    if (traced.flow.meter.endSliceIfOver()) yield
  }
}
