import type { ParamPath } from '../document/operation.ts'
import { ERROR_PORT } from '../document/ports.ts'
import type { TemplateAnalysis } from '../expression/analyze.ts'
import type { ScopeSchema } from '../expression/check/problem.ts'
import { type TemplateTypes, typecheckTemplate } from '../expression/check/typecheck.ts'
import { isTemplate } from '../expression/parse.ts'
import { nearest } from '../expression/suggest.ts'
import { isJsonObject, type Json, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { type DataFlow, type DescribeExit, type FlowNode, traceDataFlow } from './data-flow.ts'
import type { Meter } from './meter.ts'
import { type KnownOutputs, type OutputFacts, outputFacts, schemaOfValues, type TypeOfParam } from './output-facts.ts'
import { schemaAt } from './param-schema.ts'
import { eitherSchema } from './schema-facts.ts'
import { buildScopeSchema, varsSchema, type Wanted } from './scope-schema.ts'
import { createScopes, type Scopes } from './scopes.ts'
import type { NodeTemplate, WorkflowSurvey } from './survey.ts'

/** A template with what is known of it at its place. */
export interface TypedTemplate {
  readonly types: TemplateTypes
  /** `null` for a text that cannot be read. */
  readonly analysis: TemplateAnalysis | null
}

/** A workflow with its flow of data. */
export interface TracedWorkflow {
  readonly flow: DataFlow
  readonly scopes: Scopes
  /** The schema of `vars`, the same for all nodes. */
  readonly vars: JsonSchema
  /** Types a template of a node. */
  typeTemplate(node: FlowNode, template: NodeTemplate): TypedTemplate
  /** Types a template in the params of a node, defaults included. @param path - From the node: `['params', ...]`. */
  typeParam(node: FlowNode, path: ParamPath, text: string): TypedTemplate
}

function wantedBy({ reads }: TemplateAnalysis): Wanted {
  const firsts = (root: string) =>
    reads.filter((read) => read.root === root).flatMap(({ path }) => path.slice(0, 1).map(String))
  return {
    roots: new Set(reads.map(({ root }) => root)),
    keys: new Set(firsts('input')),
    nodeIds: new Set(firsts('nodes')),
  }
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

/** Names for which the one that was probably meant is sought; beyond them a problem comes without a suggestion. */
const MOST_SUGGESTIONS = 50
/** Candidates that are compared with a name. */
const MOST_CANDIDATES = 500

/**
 * Follows the data through a workflow; templates are typed when they are first asked for, each once. Yields after each
 * node, so that a caller may pause.
 */
export function* traceWorkflow(survey: WorkflowSurvey, meter: Meter): Generator<undefined, TracedWorkflow> {
  let suggestionsLeft = MOST_SUGGESTIONS
  const vars = varsSchema(survey)
  const typed = new Map<FlowNode, Map<string, TypedTemplate>>()
  const built: { scopes?: Scopes } = {}
  const scopesNow = (): Scopes => built.scopes as Scopes

  /** Names that are not there, and for each the one that was probably meant: more is not needed to say so. */
  function withNearest(
    names: ReadonlySet<string>,
    isThere: (name: string) => boolean,
    all: () => readonly string[],
  ): ReadonlySet<string> {
    const strangers = [...names].filter((name) => !isThere(name)).slice(0, suggestionsLeft)
    if (strangers.length === 0) return names
    suggestionsLeft -= strangers.length
    const known = all()
    meter.spend(strangers.length * known.length)
    return new Set([...names, ...strangers.flatMap((name) => nearest(name, known) ?? [])])
  }

  function scopeFor(node: FlowNode, analysis: TemplateAnalysis): ScopeSchema {
    const scopes = scopesNow()
    const { roots, keys, nodeIds } = wantedBy(analysis)
    return buildScopeSchema({ survey, scopes, vars }, node, {
      roots,
      keys: withNearest(
        keys,
        (key) => scopes.inputKey(node, key) !== undefined,
        () => scopes.inputKeys(node, MOST_CANDIDATES),
      ),
      nodeIds: withNearest(
        nodeIds,
        (id) => scopes.output(node, id) !== undefined,
        () => scopes.outputs(node, MOST_CANDIDATES),
      ),
    })
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
    if (analysis === null) return { analysis, types: typecheckTemplate(text, {}, { expected }) }
    const types = typecheckTemplate(survey.templates.parse(text), scopeFor(node, analysis), { expected })
    return { analysis, types }
  }

  function typeOnce(node: FlowNode, path: ParamPath, text: string, expected: () => JsonSchema): TypedTemplate {
    const ofNode = typed.get(node) ?? new Map<string, TypedTemplate>()
    if (ofNode.size === 0) typed.set(node, ofNode)
    // No key has a NUL in it, and no place has both a list and an object.
    const key = path.join('\0')
    const known = ofNode.get(key)
    if (known !== undefined) return known
    const result = typeAnew(node, text, expected())
    ofNode.set(key, result)
    return result
  }

  const typeTemplate: TracedWorkflow['typeTemplate'] = (node, { path, text, expected }) =>
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
        return isTemplate(value) ? typeParam(node, path, value).types.schema : { type: 'string' }
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
    built.scopes = createScopes(tracing)
    return describeExits(typeOf)
  })
  return { flow, scopes: scopesNow(), typeTemplate, typeParam, vars }
}
