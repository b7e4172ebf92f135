import type { Json, JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { exitPorts } from './exit-ports.ts'
import type { FlowNode } from './flow-node.ts'
import type { OutputFacts } from './output-facts.ts'
import { asObject, eitherSchema, type FieldFacts } from './schema-facts.ts'
import { isLoop, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

/** Field of the output of a loop with the results of its iterations, in the order of the list. */
const RESULTS = 'results'
const NULL: JsonSchema = Object.freeze({ type: 'null' })

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
    const isDeep = isLoop(last) && lastNodes(levels.get(last.node.id) ?? []).some(isLoop)
    const traced = isDeep ? undefined : nodeOf(last)
    return traced === undefined ? [true] : traced.exits.map(({ facts }) => facts.schema)
  })
  if (schemas.includes(true)) return true
  const hasFailures = params.onFailure === 'collect'
  return eitherSchema(alwaysHasResult(level) && !hasFailures ? schemas : [...schemas, NULL])
}

/** Returns the entry of a loop with a schema of its results; `null` if its type does not describe them. */
function entryWith(
  entry: NodeManifestEntry | undefined,
  port: string,
  result: () => JsonSchema,
): (() => NodeManifestEntry) | null {
  const output = asObject(entry?.outputs[port] as Json | undefined)
  const properties = asObject(output?.properties)
  if (entry === undefined || properties?.[RESULTS] === undefined) return null
  return () => {
    const described = { ...properties, [RESULTS]: { type: 'array', items: result() as Json } }
    return { ...entry, outputs: { ...entry.outputs, [port]: { ...output, properties: described } } }
  }
}

/**
 * Returns the facts about a port of a loop with the schema of its results. It is built when it is first read, since a
 * loop is traced before the nodes inside it, and they before those that read the results.
 *
 * @param describe - Describes the port for an entry of the manifest.
 * @param result - Returns the schema of the result of an iteration.
 */
export function withResults(
  { entry }: SurveyedNode,
  port: string,
  describe: (entry: NodeManifestEntry | undefined) => OutputFacts,
  result: () => JsonSchema,
): OutputFacts {
  const plain = describe(entry)
  const results = plain.adds.fields.get(RESULTS)
  const typedEntry = entryWith(entry, port, result)
  if (results === undefined || typedEntry === null) return plain
  let built: OutputFacts | null = null
  const typed = (): OutputFacts => {
    built ??= describe(typedEntry())
    return built
  }
  const field: FieldFacts = {
    required: results.required,
    get schema() {
      return (typed().adds.fields.get(RESULTS) as FieldFacts).schema
    },
  }
  return {
    get schema() {
      return typed().schema
    },
    adds: { ...plain.adds, fields: new Map(plain.adds.fields).set(RESULTS, field) },
  }
}
