import type { ParamPath } from '../document/operation.ts'
import { ERROR_PORT } from '../document/ports.ts'
import { analyzeTemplate, type TemplateAnalysis } from '../expression/analyze.ts'
import type { ScopeSchema } from '../expression/check/problem.ts'
import { type TemplateTypes, typecheckTemplate } from '../expression/check/typecheck.ts'
import { isTemplate, parseTemplate } from '../expression/parse.ts'
import { nearest } from '../expression/suggest.ts'
import { isJsonObject, type Json, type JsonSchema } from '../json.ts'
import { type DataFlow, type DescribeExit, type FlowNode, traceDataFlow } from './data-flow.ts'
import type { Meter } from './meter.ts'
import { type OutputFacts, outputFacts, schemaOfValues, type TypeOfParam } from './output-facts.ts'
import { schemaAt } from './param-schema.ts'
import { eitherSchema } from './schema-facts.ts'
import { buildScopeSchema, varsSchema, type Wanted } from './scope-schema.ts'
import { createScopes, type Scopes } from './scopes.ts'
import type { Survey } from './survey.ts'

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
  /** Types a template of a node. @param path - From the node: `['params', ...]` or `['policy', ...]`. */
  typeTemplate(node: FlowNode, path: ParamPath, text: string): TypedTemplate
}

function analyze(text: string): TemplateAnalysis | null {
  try {
    return analyzeTemplate(parseTemplate(text))
  } catch {
    return null
  }
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

/** What the value at a place has to be; conditions of policies give true or false. */
function expectedAt({ surveyed }: FlowNode, path: ParamPath): JsonSchema {
  const [section, ...rest] = path
  if (section === 'params') return schemaAt(surveyed.entry?.params ?? true, rest).schema
  return rest[0] === 'skipIf' ? { type: 'boolean' } : true
}

/** Ports of a node that share a schema share its facts. */
function describeExits(typeOf: (node: FlowNode) => TypeOfParam): DescribeExit {
  let described: { readonly node: FlowNode; readonly facts: Map<unknown, OutputFacts> } | null = null
  return (node, port) => {
    const { entry } = node.surveyed
    if (described?.node !== node) described = { node, facts: new Map() }
    const source = port === ERROR_PORT ? ERROR_PORT : (entry?.outputs[port] ?? entry?.outputs['*'])
    const known = described.facts.get(source) ?? outputFacts(node.surveyed, port, typeOf(node))
    described.facts.set(source, known)
    return known
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
export function* traceWorkflow(survey: Survey, meter: Meter): Generator<undefined, TracedWorkflow> {
  let suggestionsLeft = MOST_SUGGESTIONS
  const vars = varsSchema(survey)
  const typed = new Map<string, TypedTemplate>()
  const built: { scopes?: Scopes } = {}
  const scopesNow = (): Scopes => built.scopes as Scopes

  /** Names that are not there, and for each the one that was probably meant: more is not needed to say so. */
  function withNearest(
    names: ReadonlySet<string>,
    isThere: (name: string) => boolean,
    all: () => readonly string[],
  ): Set<string> {
    const strangers = [...names].filter((name) => !isThere(name)).slice(0, suggestionsLeft)
    suggestionsLeft -= strangers.length
    const known = strangers.length === 0 ? [] : all()
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

  function typeTemplate(node: FlowNode, path: ParamPath, text: string): TypedTemplate {
    const key = JSON.stringify([node.rank, ...path])
    const known = typed.get(key)
    if (known !== undefined) return known
    meter.spend(text.length)
    const analysis = analyze(text)
    const scope = analysis === null ? {} : scopeFor(node, analysis)
    const result = { analysis, types: typecheckTemplate(text, scope, { expected: expectedAt(node, path) }) }
    typed.set(key, result)
    return result
  }

  function typeOf(node: FlowNode): TypeOfParam {
    const typeOfPart = (value: Json, path: ParamPath): JsonSchema => {
      if (typeof value === 'string')
        return isTemplate(value) ? typeTemplate(node, path, value).types.schema : { type: 'string' }
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
  return { flow, scopes: scopesNow(), typeTemplate, vars }
}
