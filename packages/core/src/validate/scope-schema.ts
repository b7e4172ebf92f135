import type { ParamPath } from '../document/operation.ts'
import type { ScopeSchema } from '../expression/check/problem.ts'
import type { NodeId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { FlowNode } from './flow-node.ts'
import { asObject, eitherSchema } from './schema-facts.ts'
import type { Readable, Scopes } from './scopes.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Schema of `run` in a workflow without callbacks. */
const RUN_SCHEMA: JsonSchema = Object.freeze({
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Id of the run' },
    workflowId: { type: 'string', description: 'Id of the workflow' },
    version: { type: 'string', description: 'Version of the workflow that runs' },
    startedAt: { type: 'string', format: 'date-time', description: 'When the run started, ISO 8601 UTC' },
  },
  required: ['id', 'workflowId', 'version', 'startedAt'],
  additionalProperties: false,
})

/** Returns the schema of `run` for a node: with the URLs of the callbacks that nodes of its level or around it wait for. */
export function runSchema(survey: WorkflowSurvey, node: FlowNode): JsonSchema {
  const urls = callbackNodes(survey, node.surveyed.node.parentId)
  if (urls.length === 0) return RUN_SCHEMA
  const members = urls.map(({ node: { id }, name }): Member => [id, { type: 'string', title: name }, true])
  const callbackUrls = objectSchema(members, 'no') as JsonObject
  const { properties, required, ...rest } = RUN_SCHEMA as { properties: JsonObject; required: readonly string[] }
  return { ...rest, properties: { ...properties, callbackUrls }, required: [...required, 'callbackUrls'] }
}

function callbackNodes(survey: WorkflowSurvey, parentId: NodeId | undefined): readonly SurveyedNode[] {
  const callbacks = survey.nodes.filter(({ entry }) => entry?.control === 'callback')
  if (callbacks.length === 0) return []
  const around = new Set<NodeId | undefined>([undefined])
  for (let id = parentId; id !== undefined && !around.has(id); id = survey.byId.get(id)?.node.parentId) around.add(id)
  return callbacks.filter(({ node }) => around.has(node.parentId))
}

type Member = readonly [key: string, schema: JsonSchema, required: boolean]

function objectSchema(members: readonly Member[], others: 'no' | 'silent' | 'yes'): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([key, schema]) => [key, schema as Json])),
    required: members.filter(([, , required]) => required).map(([key]) => key),
    ...(others === 'silent' ? {} : { additionalProperties: others === 'yes' }),
  }
}

/** Returns the schema of a literal value, such as a variable without one. */
function schemaOfLiteral(value: Json): JsonSchema {
  if (value === null) return { type: 'null' }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => schemaOfLiteral(item) as Json)
    return items.length === 0
      ? { type: 'array' }
      : { type: 'array', items: items.length === 1 ? (items[0] as Json) : { anyOf: items } }
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([key, member]): Member => [key, schemaOfLiteral(member as Json), true])
    return objectSchema(members, 'no')
  }
  return { type: typeof value }
}

/** Schema of `index`, the position of an iteration in its loop. */
export const INDEX_SCHEMA: JsonSchema = Object.freeze({
  type: 'integer',
  minimum: 0,
  description: 'Position of the iteration, from 0',
})

/** Schema of `error` in the condition to try again: the failure of the attempt. */
export const ATTEMPT_ERROR_SCHEMA: JsonSchema = Object.freeze({
  type: 'object',
  properties: {
    code: { type: 'string', description: 'Error code, such as HTTP_STATUS' },
    message: { type: 'string', description: 'Sentence that describes the failure' },
    details: { description: 'Data about the failure; null without such' },
    attempt: { type: 'integer', minimum: 1, description: 'Number of the failed attempt, from 1' },
  },
  required: ['code', 'message', 'details', 'attempt'],
  additionalProperties: false,
})

/** Checks whether a text of a node is the condition to try again, which reads the failure of an attempt as `error`. */
export function isRetryIf([section, field]: ParamPath): boolean {
  return section === 'policy' && field === 'retryIf'
}

/** Outputs are objects, so one that is not known still differs from null. */
const ANY_OUTPUT: JsonSchema = Object.freeze({ type: 'object' })

/**
 * Returns the schema of `loop`.
 *
 * @param result - Schema of the result of an iteration.
 * @param isAfterRound - True if it is read after an iteration only, where there is always a previous one.
 */
export function roundSchema(result: JsonSchema, isAfterRound: boolean): JsonSchema {
  const output = result === true ? ANY_OUTPUT : result
  const previous = isAfterRound ? result : eitherSchema([output, { type: 'null' }])
  return objectSchema(
    [
      ['index', INDEX_SCHEMA, true],
      ['previous', previous, true],
    ],
    'no',
  )
}

/** Returns the schema of `vars`. */
export function varsSchema({ document }: WorkflowSurvey): JsonSchema {
  const members = document.variables.map(
    ({ name, schema, value }): Member => [name, schema ?? schemaOfLiteral(value), true],
  )
  return objectSchema(members, 'no')
}

/** Adds the writers of a value to its schema, for people and the inspector. */
function withWriters(survey: WorkflowSurvey, { schema, writers }: Readable): JsonSchema {
  const names = writers.map((id) => (survey.byId.get(id) as SurveyedNode).name)
  const own: JsonObject = asObject(schema) ?? (schema === true ? {} : { not: {} })
  return { description: `From ${names.join(', ')}`, ...own, 'x-writers': writers }
}

type Named = readonly [name: string, readable: Readable]

/** Looks names up; a name may be listed for a node that does not see its value. */
function readablesOf(names: readonly string[], readableOf: (name: string) => Readable | undefined): readonly Named[] {
  return names
    .map((name) => [name, readableOf(name)] as const)
    .filter((found): found is Named => found[1] !== undefined)
}

function nodesSchema(survey: WorkflowSurvey, scopes: Scopes, node: FlowNode): JsonSchema {
  const members = readablesOf(scopes.outputs(node), (id) => scopes.output(node, id)).map(([id, output]): Member => {
    const title = (survey.byId.get(id) as SurveyedNode).name
    const schema = { ...asObject(objectSchema([['output', output.schema, true]], 'no')), title }
    return [id, schema, output.required]
  })
  return objectSchema(members, 'no')
}

function inputSchema(survey: WorkflowSurvey, scopes: Scopes, node: FlowNode): JsonSchema {
  const members = readablesOf(scopes.inputKeys(node), (key) => scopes.inputKey(node, key)).map(
    ([key, readable]): Member => [key, withWriters(survey, readable), readable.required],
  )
  return objectSchema(members, scopes.inputOthers(node))
}

/** Input for the schemas of a scope. */
export interface ScopeSource {
  readonly survey: WorkflowSurvey
  readonly scopes: Scopes
  readonly vars: JsonSchema
  /** Returns the schema of the items of a loop; `undefined` for one that has no list. */
  readonly itemOf: (loop: FlowNode) => JsonSchema | undefined
  /** Returns the schema of `loop` for a node, which is the loop itself or inside it. */
  readonly roundOf: (loop: FlowNode, reader: FlowNode) => JsonSchema
}

/** Builds the schemas of the names that expressions of a node can use. */
export function buildScopeSchema(source: ScopeSource, node: FlowNode): ScopeSchema {
  const { survey, scopes, vars, itemOf, roundOf } = source
  const error = scopes.error(node)
  const loop = scopes.listAround(node)
  const item = loop && itemOf(loop)
  const round = scopes.loopAt(node)
  return {
    input: inputSchema(survey, scopes, node),
    trigger: scopes.trigger(node),
    nodes: nodesSchema(survey, scopes, node),
    vars,
    run: runSchema(survey, node),
    ...(error === undefined ? {} : { error: error.schema }),
    ...(item === undefined ? {} : { item }),
    ...(loop === undefined ? {} : { index: INDEX_SCHEMA }),
    ...(round === undefined ? {} : { loop: roundOf(round, node) }),
  }
}

/** Returns the scope that all nodes share, for a node that is not in the document. */
export function commonScopeSchema(survey: WorkflowSurvey): ScopeSchema {
  return {
    input: { type: 'object' },
    trigger: true,
    nodes: objectSchema([], 'no'),
    vars: varsSchema(survey),
    run: RUN_SCHEMA,
  }
}
