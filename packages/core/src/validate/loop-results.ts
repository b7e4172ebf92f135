import type { Json, JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { exitPorts } from './exit-ports.ts'
import type { FlowNode } from './flow-node.ts'
import type { OutputFacts } from './output-facts.ts'
import { asObject, eitherSchema, type FieldFacts } from './schema-facts.ts'
import { holdsNodes, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

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
  level.filter(({ outgoing }) => outgoing.length === 0)

/** Checks whether every way through a level ends at one of its last nodes. */
function alwaysHasResult(level: readonly SurveyedNode[]): boolean {
  return level.every((surveyed) => {
    const used = new Set(surveyed.outgoing.map(({ sourceHandle }) => sourceHandle))
    return used.size === 0 || exitPorts(surveyed).every(({ port }) => used.has(port))
  })
}

/**
 * Returns the schema of the result of an iteration: the output of one of the last nodes inside the loop, or null if none
 * of them runs, and for a failed item among the results.
 *
 * @param nodeOf - Returns a traced node; `undefined` for one that is not traced.
 */
export function resultSchema(
  { levels }: WorkflowSurvey,
  { node, params }: SurveyedNode,
  nodeOf: (surveyed: SurveyedNode) => FlowNode | undefined,
): JsonSchema {
  const level = levels.get(node.id) ?? []
  const schemas = lastNodes(level).flatMap((last): readonly JsonSchema[] => {
    // Results of results of results are not described, so that schemas have a limited depth.
    const isDeep = holdsNodes(last) && lastNodes(levels.get(last.node.id) ?? []).some(holdsNodes)
    const traced = isDeep ? undefined : nodeOf(last)
    return traced === undefined ? [true] : traced.exits.map(({ facts }) => facts.schema)
  })
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
