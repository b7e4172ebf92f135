import type { ParamPath } from '../document/operation.ts'
import { ERROR_PORT } from '../document/ports.ts'
import type { TemplateAnalysis } from '../expression/analyze.ts'
import { type TypedText, typesOfScope, typeTemplate } from '../expression/check/typecheck.ts'
import type { ValueKind } from '../expression/functions/signature.ts'
import { isTemplate } from '../expression/parse.ts'
import { typeOfSchema } from '../expression/types/schema-to-type.ts'
import { kindsOf } from '../expression/types/static-type.ts'
import { schemaOfType } from '../expression/types/type-to-schema.ts'
import { isJsonObject, type Json, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { type DataFlow, type DescribeExit, type FlowNode, traceDataFlow } from './data-flow.ts'
import type { Meter } from './meter.ts'
import { type KnownOutputs, type OutputFacts, outputFacts, schemaOfValues, type TypeOfParam } from './output-facts.ts'
import { schemaAt } from './param-schema.ts'
import { eitherSchema } from './schema-facts.ts'
import { varsSchema } from './scope-schema.ts'
import { createScopeTypes } from './scope-types.ts'
import { createScopes, type Scopes } from './scopes.ts'
import type { NodeTemplate, WorkflowSurvey } from './survey.ts'

/** A template with its types in the scope of its node. */
export interface TypedTemplate extends TypedText {
  /** Analysis of the template; `null` for a syntax error. */
  readonly analysis: TemplateAnalysis | null
}

/** A workflow with its data flow. */
export interface TracedWorkflow {
  readonly flow: DataFlow
  readonly scopes: Scopes
  /** Schema of `vars`, the same for all nodes. */
  readonly vars: JsonSchema
  /** Types a template of a node. */
  typeTemplate(node: FlowNode, template: NodeTemplate): TypedTemplate
  /** Types a template in the params of a node, defaults included. @param path - From the node: `['params', ...]`. */
  typeParam(node: FlowNode, path: ParamPath, text: string): TypedTemplate
}

/** Ports of a node that share a schema share its facts. */
function describeExits(typeOf: (node: FlowNode) => TypeOfParam): DescribeExit {
  const known: KnownOutputs = new Map()
  let described: { readonly node: FlowNode; readonly facts: Map<unknown, OutputFacts> } | null = null
  return (node, port) => {
    const { entry } = node.surveyed
    if (described?.node !== node) described = { node, facts: new Map() }
    const source = port === ERROR_PORT ? ERROR_PORT : (entry?.outputs[port] ?? entry?.outputs['*'])
    const facts = described.facts.get(source) ?? outputFacts(node.surveyed, port, typeOf(node), known)
    described.facts.set(source, facts)
    return facts
  }
}

/**
 * Traces the data through a workflow; templates are typed on first use, each once. Yields after each node, so that a
 * caller may pause.
 */
export function* traceWorkflow(survey: WorkflowSurvey, meter: Meter): Generator<undefined, TracedWorkflow> {
  const vars = varsSchema(survey)
  const typed = new Map<FlowNode, Map<string, TypedTemplate>>()
  const kinds = new Map<JsonSchema, readonly ValueKind[] | null>()
  const built: { scopes?: Scopes; types?: ReturnType<typeof createScopeTypes> } = {}

  function kindsIn(expected: JsonSchema): readonly ValueKind[] | null {
    const known = kinds.get(expected)
    if (known !== undefined) return known
    const found = kindsOf(typeOfSchema(expected))
    kinds.set(expected, found)
    return found
  }

  function analyze(text: string): TemplateAnalysis | null {
    try {
      return survey.templates.analyze(text)
    } catch {
      return null
    }
  }

  function typeAnew(node: FlowNode, text: string, expected: JsonSchema): TypedTemplate {
    meter.spend(text.length)
    const analysis = analyze(text)
    // A text that cannot be read has nothing to look up.
    if (analysis === null) return { analysis, ...typeTemplate(text, typesOfScope({}), null) }
    const scope = (built.types as ReturnType<typeof createScopeTypes>)(node, analysis)
    return { analysis, ...typeTemplate(survey.templates.parse(text), scope, kindsIn(expected)) }
  }

  function typeOnce(node: FlowNode, path: ParamPath, text: string, expected: () => JsonSchema): TypedTemplate {
    const ofNode = typed.get(node) ?? new Map<string, TypedTemplate>()
    if (ofNode.size === 0) typed.set(node, ofNode)
    // NUL separates the keys without ambiguity, since no key contains it.
    const key = path.join('\0')
    const known = ofNode.get(key)
    if (known !== undefined) return known
    const result = typeAnew(node, text, expected())
    ofNode.set(key, result)
    return result
  }

  const typeOfTemplate: TracedWorkflow['typeTemplate'] = (node, { path, text, expected }) =>
    typeOnce(node, path, text, () => expected)

  const typeParam: TracedWorkflow['typeParam'] = (node, path, text) =>
    typeOnce(node, path, text, () => {
      // Params of an unknown type are not typed.
      const { params } = node.surveyed.entry as NodeManifestEntry
      return schemaAt(params, path.slice(1)).schema
    })

  function typeOf(node: FlowNode): TypeOfParam {
    const typeOfPart = (value: Json, path: ParamPath): JsonSchema => {
      if (typeof value === 'string')
        return isTemplate(value) ? schemaOfType(typeParam(node, path, value).type) : { type: 'string' }
      if (value === null) return { type: 'null' }
      if (Array.isArray(value)) {
        const items = value.map((item: Json, index) => typeOfPart(item, [...path, index]))
        return items.length === 0 ? { type: 'array' } : { type: 'array', items: eitherSchema(items) as Json }
      }
      return isJsonObject(value) ? schemaOfValues(value, path, typeOfPart) : { type: typeof value }
    }
    return typeOfPart
  }

  const flow = yield* traceDataFlow(survey, meter, (tracing) => {
    const scopes = createScopes(tracing)
    Object.assign(built, { scopes, types: createScopeTypes({ survey, scopes, vars }, meter) })
    return describeExits(typeOf)
  })
  return { flow, scopes: built.scopes as Scopes, typeTemplate: typeOfTemplate, typeParam, vars }
}
