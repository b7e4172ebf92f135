import { ERROR_PORT } from '../document/ports.ts'
import type { TemplateAnalysis } from '../expression/analyze.ts'
import { itemType } from '../expression/check/return-type.ts'
import { type TypedText, typesOfScope, typeTemplate } from '../expression/check/typecheck.ts'
import { isTemplate } from '../expression/parse.ts'
import { typeOfSchema } from '../expression/types/schema-to-type.ts'
import { schemaOfType } from '../expression/types/type-to-schema.ts'
import { isJsonObject, type Json, type JsonSchema } from '../json.ts'
import { isContainer, type NodeManifestEntry } from '../node/definition.ts'
import { type DescribeExit, traceDataFlow } from './data-flow.ts'
import type { DataFlow, FlowNode } from './flow-node.ts'
import { resultSchema, withResults } from './loop-results.ts'
import type { Meter } from './meter.ts'
import { type KnownOutputs, type OutputFacts, outputFacts, schemaOfValues, type TypeOfValue } from './output-facts.ts'
import { isParamLate } from './param-sink.ts'
import { eitherSchema } from './schema-facts.ts'
import { roundSchema, varsSchema } from './scope-schema.ts'
import { createScopeTypes } from './scope-types.ts'
import { createScopes, type Scopes } from './scopes.ts'
import { hasItems, isLoop, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

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
  /**
   * Returns the schema of the items of a loop, whose list is its param `items`: `true` if it is not known, `undefined`
   * for a type without that param.
   */
  readonly itemOf: (loop: FlowNode) => JsonSchema | undefined
  /** Returns the schema of `loop` for a node, which is the loop itself or inside it. */
  readonly roundOf: (loop: FlowNode, reader: FlowNode) => JsonSchema
  /** Returns a function that gives the schema of a value in the params of a node, templates included. */
  readonly typeOf: (node: FlowNode) => TypeOfValue
  /**
   * Types a template in the params or the policy of a node; it is parsed on first use.
   *
   * @param hasAttempt - True for the condition to try again, whose `error` is the failure of an attempt. @defaultValue
   * false
   */
  typeText(node: FlowNode, text: string, hasAttempt?: boolean): TypedTemplate
}

/** Adds the analysis to a typed template; one is made for most nodes, and a spread would make a larger object. */
function withAnalysis(analysis: TypedTemplate['analysis'], { type, types, problems }: TypedText): TypedTemplate {
  return { analysis, type, types, problems }
}

/** Checks whether the templates of a loop read the round that has ended, not the one to begin. */
function hasLateParam({ entry, params }: SurveyedNode): boolean {
  // Only a node whose type is known is a loop.
  const schema = (entry as NodeManifestEntry).params
  return Object.keys(params).some((name) => isParamLate(schema, params, name))
}

/** Roots whose values are the same for every node behind the same trigger. */
const SHARED_ROOTS: ReadonlySet<string> = new Set(['trigger', 'vars', 'run'])

/** Describes exits; adjacent ports of a node that share a schema share its facts. */
function describeExits(
  typeOf: (node: FlowNode) => TypeOfValue,
  resultOf: (loop: SurveyedNode) => JsonSchema,
): DescribeExit {
  const known: KnownOutputs = new Map()
  let last: { readonly node: FlowNode; readonly source: unknown; readonly facts: OutputFacts } | null = null
  return (node, port) => {
    const { entry } = node.surveyed
    const source = port === ERROR_PORT ? ERROR_PORT : (entry?.outputs[port] ?? entry?.outputs['*'])
    if (last?.node === node && last.source === source) return last.facts
    const { surveyed } = node
    const facts =
      entry !== undefined && isContainer(entry.control)
        ? withResults(
            entry,
            port,
            (own) => outputFacts({ ...surveyed, entry: own }, port, typeOf(node), known),
            () => resultOf(surveyed),
          )
        : outputFacts(surveyed, port, typeOf(node), known)
    last = { node, source, facts }
    return facts
  }
}

/**
 * Traces the data through a workflow; templates are typed on first use, each once. Yields between nodes when a
 * slice is over, so that a caller may pause.
 */
export function* traceWorkflow(survey: WorkflowSurvey, meter: Meter): Generator<undefined, TracedWorkflow> {
  const vars = varsSchema(survey)
  const typed = new Map<FlowNode | JsonSchema, Map<string, TypedTemplate>>()
  const built: { flow?: DataFlow; scopes?: Scopes; types?: ReturnType<typeof createScopeTypes> } = {}

  function analyze(text: string): TemplateAnalysis | null {
    try {
      return survey.templates.analyze(text)
    } catch {
      return null
    }
  }

  function typeAnew(
    node: FlowNode,
    text: string,
    analysis: TemplateAnalysis | null,
    hasAttempt = false,
  ): TypedTemplate {
    meter.spend(text.length)
    // A text with a syntax error reads nothing.
    if (analysis === null) return withAnalysis(analysis, typeTemplate(text, typesOfScope({})))
    const scope = (built.types as ReturnType<typeof createScopeTypes>)(node, analysis, hasAttempt)
    return withAnalysis(analysis, typeTemplate(survey.templates.parse(text), scope))
  }

  /**
   * Returns the cache for a template: templates that only read values shared by all nodes of a trigger are typed once
   * for all of them.
   */
  function typedBefore(node: FlowNode, analysis: TemplateAnalysis | null): Map<string, TypedTemplate> {
    const isShared = analysis?.reads.every(({ root }) => SHARED_ROOTS.has(root)) ?? false
    const owner = isShared ? (built.scopes as Scopes).trigger(node) : node
    const known = typed.get(owner)
    if (known !== undefined) return known
    const texts = new Map<string, TypedTemplate>()
    typed.set(owner, texts)
    return texts
  }

  function typeText(node: FlowNode, text: string, hasAttempt = false): TypedTemplate {
    // Rare and read once, so that they are not kept.
    if (hasAttempt) return typeAnew(node, text, analyze(text), true)
    // Most templates are asked for again, and are not shared.
    const own = typed.get(node)?.get(text)
    if (own !== undefined) return own
    const analysis = analyze(text)
    const before = typedBefore(node, analysis)
    const known = before.get(text)
    if (known !== undefined) return known
    const result = typeAnew(node, text, analysis)
    before.set(text, result)
    return result
  }

  function typeOf(node: FlowNode): TypeOfValue {
    const typeOfPart = (value: Json): JsonSchema => {
      if (typeof value === 'string')
        return isTemplate(value) ? schemaOfType(typeText(node, value).type) : { type: 'string' }
      if (value === null) return { type: 'null' }
      if (Array.isArray(value)) {
        const items = value.map(typeOfPart)
        return items.length === 0 ? { type: 'array' } : { type: 'array', items: eitherSchema(items) as Json }
      }
      return isJsonObject(value) ? schemaOfValues(value, typeOfPart) : { type: typeof value }
    }
    return typeOfPart
  }

  const items = new Map<FlowNode, JsonSchema>()
  function itemOf(loop: FlowNode): JsonSchema | undefined {
    const known = items.get(loop)
    if (known !== undefined) return known
    if (isLoop(loop.surveyed) && !hasItems(loop.surveyed)) return undefined
    const list = isLoop(loop.surveyed) ? loop.surveyed.params.items : undefined
    const isWhole = typeof list === 'string' && isTemplate(list)
    const type = isWhole ? typeText(loop, list).type : typeOfSchema(list === undefined ? true : typeOf(loop)(list))
    const schema = schemaOfType(itemType(type))
    items.set(loop, schema)
    return schema
  }

  const roundResults = new Map<FlowNode, JsonSchema>()
  function roundResultOf(loop: FlowNode): JsonSchema {
    const { flow } = built
    // While the flow is traced, the nodes that give the result may not be.
    if (flow === undefined) return true
    const known = roundResults.get(loop)
    if (known !== undefined) return known
    const schema = resultSchema(survey, loop.surveyed, { nodeOf: ({ node }) => flow.byId.get(node.id), typeOf }, true)
    roundResults.set(loop, schema)
    return schema
  }
  const rounds = new Map<JsonSchema, readonly [before: JsonSchema, after: JsonSchema]>()
  function roundOf(loop: FlowNode, reader: FlowNode): JsonSchema {
    const result = roundResultOf(loop)
    const schemas = rounds.get(result) ?? [roundSchema(result, false), roundSchema(result, true)]
    rounds.set(result, schemas)
    return schemas[loop === reader && hasLateParam(loop.surveyed) ? 1 : 0]
  }

  const flow = yield* traceDataFlow(survey, meter, (tracing) => {
    const scopes = createScopes(tracing)
    Object.assign(built, { scopes, types: createScopeTypes({ survey, scopes, vars, itemOf, roundOf }, meter) })
    const nodeOf = ({ node }: SurveyedNode) => tracing.byId.get(node.id)
    const describe = describeExits(typeOf, (loop) => resultSchema(survey, loop, { nodeOf, typeOf }))
    return (node, port) => {
      // From the outermost loop inwards, since the items of a loop may be those of an item around it.
      if (isLoop(node.surveyed)) itemOf(node)
      return describe(node, port)
    }
  })
  built.flow = flow
  return { flow, scopes: built.scopes as Scopes, itemOf, roundOf, typeOf, typeText, vars }
}
