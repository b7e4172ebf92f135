import { DURATION_PATTERN, type DurationString } from '../duration.ts'
import { NODE_ID_PATTERN, PORT_NAME_PATTERN } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import { malformed } from './faults.ts'
import { grammar, named, type Parser } from './grammar.ts'
import { json, jsonObject } from './json-structure.ts'
import { DOCUMENT_LIMITS, START_LIMITS } from './limits.ts'
import { boolean, either, list, number, object, oneOf, optional, record, required, text } from './structure.ts'
import {
  type Annotation,
  type ConcurrencyLimit,
  type ErrorHandler,
  type JoinMode,
  type NodePolicy,
  ON_ERROR_CHOICES,
  type Position,
  type RetryPolicy,
  RUN_PRIORITIES,
  type Size,
  type StartBatching,
  type StartDebounce,
  type StartDedupe,
  type StartRate,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  type WorkflowTool,
  type WorkflowVariable,
} from './types.ts'

/** Pattern of node types: kebab-case for built-in types, `vendor/name` for others. */
export const NODE_TYPE_PATTERN = /^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)?$/
/** Pattern of the name of a variable. */
export const VARIABLE_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** Pattern of the id of an annotation. */
export const ANNOTATION_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

const durationText = text({ pattern: new RegExp(DURATION_PATTERN), max: 20 })
const duration = durationText as Parser<DurationString>
const value: Parser<Json> = json(DOCUMENT_LIMITS.valueDepth)
const template = text({ max: DOCUMENT_LIMITS.textLength })
const handle = text({ pattern: PORT_NAME_PATTERN, max: DOCUMENT_LIMITS.handleLength })

const schema: Parser<JsonSchema> = grammar(
  (candidate, path) => {
    const parsed = value(candidate, path)
    if (typeof parsed === 'boolean') return parsed
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject
    return malformed(path, 'must be a JSON Schema')
  },
  (definitions) => ({ ...value.schemaIn(definitions), type: ['boolean', 'object'] }),
)

export const nodeId = text({ pattern: NODE_ID_PATTERN, max: 64 })
export const nodeType = text({ pattern: NODE_TYPE_PATTERN, max: DOCUMENT_LIMITS.handleLength })
export const nodeName = text({ max: DOCUMENT_LIMITS.nameLength })
export const typeVersion = number({ integer: true, min: 1, max: 1_000_000 })
export const notes = text({ max: DOCUMENT_LIMITS.notesLength })
export const params = jsonObject({ depth: DOCUMENT_LIMITS.paramDepth, keys: PORT_NAME_PATTERN })
export const flag = boolean

const LONGEST_POINTER = DOCUMENT_LIMITS.paramDepth * (2 * DOCUMENT_LIMITS.nameLength + 1)

/** The JSON Pointer of an object in `params`; the params themselves have an order of their schema. */
export const pointer = text({ pattern: /^\/[^\ud800-\udfff]*$/u, max: LONGEST_POINTER })
export const keys = list(text({ max: DOCUMENT_LIMITS.nameLength }), { max: DOCUMENT_LIMITS.members })
export const keyOrder = record(pointer, keys, { max: DOCUMENT_LIMITS.members })

const coordinate = number({ min: -1e7, max: 1e7 })
const extent = number({ min: 0, max: 1e6 })

export const position = object<Position>({ x: required(coordinate), y: required(coordinate) })
export const size = object<Size>({ width: required(extent), height: required(extent) })
export const points = list(position, { max: DOCUMENT_LIMITS.points })

// Checks types and sizes only. A draft may hold a retry policy that no engine can execute; `findRetryFaults` finds it.
const retry = object<RetryPolicy>({
  initialInterval: optional(duration),
  backoffCoefficient: optional(number({ min: 0, max: 1_000 })),
  maximumInterval: optional(duration),
  maximumAttempts: optional(number({ integer: true, min: 0, max: 1_000_000 })),
  nonRetryableErrorTypes: optional(list(text({ min: 1, max: 200 }), { max: 100 })),
})

const countedJoin = object<{ readonly count: number }>({ count: required(number({ integer: true, min: 1, max: 1e6 })) })

export const policyFields = {
  retry: optional(retry),
  retryIf: optional(template),
  timeout: optional(duration),
  totalTimeout: optional(duration),
  heartbeat: optional(duration),
  taskQueue: optional(text({ min: 1, max: 200 })),
  onError: optional(oneOf(...ON_ERROR_CHOICES)),
  compensation: optional(nodeId),
  join: optional(either<JoinMode, JoinMode>(countedJoin, oneOf('all', 'any', 'first-success'))),
  skipIf: optional(template),
  idempotency: optional(template),
} as const

export const policy = named('NodePolicy', object<NodePolicy>(policyFields))

const concurrency = object<ConcurrencyLimit>({
  limit: required(number({ integer: true, min: 1, max: START_LIMITS.runs })),
  key: optional(template),
})

const rate = object<StartRate>({
  limit: required(number({ integer: true, min: 1, max: START_LIMITS.starts })),
  interval: required(duration),
  key: optional(template),
})

const dedupe = object<StartDedupe>({ key: required(template), window: required(duration) })

const debounce = object<StartDebounce>({
  delay: required(duration),
  maxWait: optional(duration),
  key: optional(template),
})

const batching = object<StartBatching>({
  maxSize: required(number({ integer: true, min: 2, max: START_LIMITS.items })),
  maxWait: required(duration),
  key: optional(template),
})

const errorHandler = object<ErrorHandler>({
  workflow: required(text({ min: 1, max: DOCUMENT_LIMITS.nameLength })),
  onTimeout: optional(boolean),
  onCancel: optional(boolean),
})

const tool = object<WorkflowTool>({ name: required(notes), description: required(notes) })

export const settingFields = {
  timeout: optional(duration),
  durability: optional(oneOf('normal', 'strict')),
  concurrency: optional(concurrency),
  rate: optional(rate),
  dedupe: optional(dedupe),
  debounce: optional(debounce),
  batching: optional(batching),
  priority: optional(oneOf(...RUN_PRIORITIES)),
  compensateOnCancel: optional(boolean),
  errorHandler: optional(errorHandler),
  keepRunsDays: optional(number({ integer: true, min: 1, max: 36_500 })),
  tool: optional(tool),
  description: optional(notes),
} as const

export const settings = named('WorkflowSettings', object<WorkflowSettings>(settingFields))

export const node = named(
  'WorkflowNode',
  object<WorkflowNode>({
    id: required(nodeId),
    type: required(nodeType),
    typeVersion: required(typeVersion),
    name: required(nodeName),
    params: required(params),
    keyOrder: optional(keyOrder),
    position: required(position),
    size: optional(size),
    parentId: optional(nodeId),
    policy: optional(policy),
    disabled: optional(boolean),
    locked: optional(boolean),
    notes: optional(notes),
  }),
)

/** The id of an edge follows from its ends; any other text is corrected when it is read. */
export const edgeRef = text({ max: 2 * (64 + DOCUMENT_LIMITS.handleLength) + 3 })

export const edge = named(
  'WorkflowEdge',
  object<WorkflowEdge>({
    id: required(edgeRef),
    source: required(nodeId),
    sourceHandle: required(handle),
    target: required(nodeId),
    targetHandle: required(handle),
    points: optional(points),
  }),
)

export const variableName = text({ pattern: VARIABLE_NAME_PATTERN, max: 64 })

export const variable = named(
  'WorkflowVariable',
  object<WorkflowVariable>({
    name: required(variableName),
    schema: optional(schema),
    value: required(value),
  }),
)

export const annotationId = text({ pattern: ANNOTATION_ID_PATTERN, max: 64 })
const rect = object<Position & Size>({
  x: required(coordinate),
  y: required(coordinate),
  width: required(extent),
  height: required(extent),
})

export const annotation = named(
  'Annotation',
  object<Annotation>({
    id: required(annotationId),
    kind: required(oneOf('note', 'frame')),
    rect: required(rect),
    color: optional(text({ max: 64 })),
    text: required(notes),
  }),
)
