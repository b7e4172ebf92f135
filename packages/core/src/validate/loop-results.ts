import type { Json, JsonSchema } from '../json.ts'
import { leavesIteration, type NodeManifestEntry } from '../node/definition.ts'
import { exitPorts } from './exit-ports.ts'
import type { FlowNode } from './flow-node.ts'
import type { OutputFacts, TypeOfValue } from './output-facts.ts'
import { asObject, eitherSchema, type FieldFacts } from './schema-facts.ts'
import { holdsNodes, isLoop, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

const NULL: JsonSchema = Object.freeze({ type: 'null' })

/**
 * Fields of the output of a loop, with their schemas by that of a result: the results of its iterations in the order of
 * the list, and the result of the last one, null if there is none.
 */
const FIELDS: readonly (readonly [key: string, schemaOf: (result: JsonSchema) => JsonSchema])[] = [
  ['results', (result) => ({ type: 'array', items: result as Json })],
  ['result', (result) => result],
  ['last', (result) => (result === true ? true : eitherSchema([result, NULL]))],
]

/** Returns the nodes of a level that no edge leaves; the last of them that runs gives the result of an iteration. */
const lastNodes = (level: readonly SurveyedNode[]): readonly SurveyedNode[] =>
  level.filter(({ outgoing, undoes }) => outgoing.length === 0 && undoes === null)

/** Checks whether every way through a level ends at one of its last nodes. */
function alwaysHasResult(level: readonly SurveyedNode[]): boolean {
  return level.every((surveyed) => {
    const used = new Set(surveyed.outgoing.map(({ sourceHandle }) => sourceHandle))
    return used.size === 0 || exitPorts(surveyed).every(({ port }) => used.has(port))
  })
}

/** Access to the nodes inside a loop for the schema of a result. */
export interface ResultSource {
  /** Returns a traced node; `undefined` for one that is not traced. */
  readonly nodeOf: (surveyed: SurveyedNode) => FlowNode | undefined
  /** Returns the schema of the values of a node, templates included. */
  readonly typeOf: (node: FlowNode) => TypeOfValue
}

/** Returns the nodes in a loop and in its scopes that end an iteration of the loop. */
function leavingNodes({ levels }: WorkflowSurvey, loop: SurveyedNode): readonly SurveyedNode[] {
  if (!isLoop(loop)) return []
  // A Set also iterates over what is added on the way, and ends for nodes inside each other.
  const within = new Set(levels.get(loop.node.id))
  for (const { node, entry } of within) {
    if (entry?.control === 'scope') for (const inner of levels.get(node.id) ?? []) within.add(inner)
  }
  return [...within].filter(({ entry }) => leavesIteration(entry?.control))
}

/**
 * Returns the schema of the result of an iteration: the output of one of the last nodes inside the loop, or null if none
 * of them runs, and for a failed item among the results; or the result of a node that ends the iteration.
 *
 * @param isBeforeNext - True for iterations that another one follows: a break ended none of them.
 */
export function resultSchema(
  survey: WorkflowSurvey,
  loop: SurveyedNode,
  { nodeOf, typeOf }: ResultSource,
  isBeforeNext = false,
): JsonSchema {
  const { levels } = survey
  const { node, params } = loop
  const level = levels.get(node.id) ?? []
  const leaving = leavingNodes(survey, loop).filter(({ entry }) => !isBeforeNext || entry?.control !== 'break')
  const leftWith = leaving.map((left): JsonSchema => {
    const { result } = left.params
    const traced = nodeOf(left)
    if (result === undefined) return NULL
    return traced === undefined ? true : typeOf(traced)(result)
  })
  const last = lastNodes(level).filter(({ entry }) => !leavesIteration(entry?.control))
  const ownSchemas = last.flatMap((last): readonly JsonSchema[] => {
    // Results of results of results are not described, so that schemas have a limited depth.
    const isDeep = holdsNodes(last) && lastNodes(levels.get(last.node.id) ?? []).some(holdsNodes)
    const traced = isDeep ? undefined : nodeOf(last)
    return traced === undefined ? [true] : traced.exits.map(({ facts }) => facts.schema)
  })
  const schemas = [...ownSchemas, ...leftWith]
  if (schemas.includes(true)) return true
  const hasFailures = params.onFailure === 'collect'
  return eitherSchema(alwaysHasResult(level) && !hasFailures ? schemas : [...schemas, NULL])
}

/** Returns the fields with results that the type of a loop describes, with the rest of the schema around them. */
function described(entry: NodeManifestEntry, port: string) {
  const output = asObject(entry.outputs[port] as Json | undefined)
  const properties = asObject(output?.properties)
  return { output, properties, results: FIELDS.filter(([key]) => properties?.[key] !== undefined) }
}

/** Returns the entry of a loop with the schemas of its results. */
function entryWith(entry: NodeManifestEntry, port: string, result: JsonSchema): NodeManifestEntry {
  const { output, properties, results } = described(entry, port)
  const typed = Object.fromEntries(results.map(([key, schemaOf]) => [key, schemaOf(result) as Json]))
  return { ...entry, outputs: { ...entry.outputs, [port]: { ...output, properties: { ...properties, ...typed } } } }
}

/**
 * Returns the facts about a port of a loop with the schemas of its results. They are built when they are first read,
 * since a loop is traced before the nodes inside it, and they before those that read the results.
 *
 * @param describe - Describes the port for an entry of the manifest.
 * @param result - Returns the schema of the result of an iteration.
 */
export function withResults(
  entry: NodeManifestEntry,
  port: string,
  describe: (entry: NodeManifestEntry) => OutputFacts,
  result: () => JsonSchema,
): OutputFacts {
  const plain = describe(entry)
  const fields = new Map(plain.adds.fields)
  let built: OutputFacts | null = null
  const typed = (): OutputFacts => {
    built ??= describe(entryWith(entry, port, result()))
    return built
  }
  const { results } = described(entry, port)
  if (results.length === 0) return plain
  for (const [key] of results) {
    const field = fields.get(key)
    // A disabled loop gives an empty output.
    if (field === undefined) return plain
    fields.set(key, {
      required: field.required,
      get schema() {
        return (typed().adds.fields.get(key) as FieldFacts).schema
      },
    })
  }
  return {
    get schema() {
      return typed().schema
    },
    adds: { ...plain.adds, fields },
  }
}
