import { TenonError } from '../errors/index.ts'
import type { Json } from '../json.ts'
import { faultsOf, sentenceOf } from './faults.ts'
import { grammar, named, type Parser } from './grammar.ts'
import { json } from './json-structure.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import { type DocumentOperation, DRAFT_PARTS, type NodeFields, type NodeMove, type ParamPath } from './operation.ts'
import {
  annotation,
  annotationId,
  edge,
  edgeRef,
  flag,
  keys,
  node,
  nodeId,
  nodeName,
  notes,
  pointer,
  points,
  policyFields,
  position,
  settingFields,
  size,
  typeVersion,
  variable,
  variableName,
} from './shape.ts'
import { either, list, nullable, number, object, oneOf, optional, required, text } from './structure.ts'

const paramPath: Parser<ParamPath> = list(
  either<string | number, string | number>(
    number({ integer: true, min: 0, max: DOCUMENT_LIMITS.members }),
    text({ max: DOCUMENT_LIMITS.nameLength }),
  ),
  { min: 1, max: DOCUMENT_LIMITS.paramDepth },
)
const paramValue = json(DOCUMENT_LIMITS.paramDepth)
const someValue = json(DOCUMENT_LIMITS.valueDepth)

const fields = object<NodeFields>({
  name: optional(nodeName),
  typeVersion: optional(typeVersion),
  parentId: optional(nullable(nodeId)),
  disabled: optional(nullable(flag)),
  locked: optional(nullable(flag)),
  notes: optional(nullable(notes)),
})

const move = object<NodeMove>({
  nodeId: required(nodeId),
  position: required(position),
  size: optional(nullable(size)),
})

const keysOf = <Shape extends object>(shape: Shape) => Object.keys(shape) as (keyof Shape & string)[]

type Named<Op extends DocumentOperation['op']> = Extract<DocumentOperation, { op: Op }>

const isOp = <const Op extends DocumentOperation['op']>(op: Op) => ({ op: required(oneOf(op)) })
const atParam = { nodeId: required(nodeId), path: required(paramPath) }

const shapes: { readonly [Op in DocumentOperation['op']]: Parser<Named<Op>> } = {
  add_node: object<Named<'add_node'>>({ ...isOp('add_node'), node: required(node) }),
  remove_node: object<Named<'remove_node'>>({ ...isOp('remove_node'), nodeId: required(nodeId) }),
  update_node: object<Named<'update_node'>>({
    ...isOp('update_node'),
    nodeId: required(nodeId),
    set: required(fields),
  }),
  set_param: object<Named<'set_param'>>({ ...isOp('set_param'), ...atParam, value: required(paramValue) }),
  unset_param: object<Named<'unset_param'>>({ ...isOp('unset_param'), ...atParam }),
  insert_param_item: object<Named<'insert_param_item'>>({
    ...isOp('insert_param_item'),
    ...atParam,
    value: required(paramValue),
  }),
  remove_param_item: object<Named<'remove_param_item'>>({ ...isOp('remove_param_item'), ...atParam }),
  set_key_order: object<Named<'set_key_order'>>({
    ...isOp('set_key_order'),
    nodeId: required(nodeId),
    pointer: required(pointer),
    keys: required(nullable(keys)),
  }),
  set_policy: object<Named<'set_policy'>>({
    ...isOp('set_policy'),
    nodeId: required(nodeId),
    field: required(oneOf(...keysOf(policyFields))),
    value: required<Json | null>(someValue),
  }),
  place_node: object<Named<'place_node'>>({
    ...isOp('place_node'),
    nodeId: required(nodeId),
    before: required(nullable(nodeId)),
  }),
  move_nodes: object<Named<'move_nodes'>>({
    ...isOp('move_nodes'),
    moves: required(list(move, { min: 1, max: DOCUMENT_LIMITS.nodes })),
  }),
  add_edge: object<Named<'add_edge'>>({ ...isOp('add_edge'), edge: required(edge) }),
  remove_edge: object<Named<'remove_edge'>>({ ...isOp('remove_edge'), edgeId: required(edgeRef) }),
  set_edge_points: object<Named<'set_edge_points'>>({
    ...isOp('set_edge_points'),
    edgeId: required(edgeRef),
    points: required(nullable(points)),
  }),
  set_variable: object<Named<'set_variable'>>({
    ...isOp('set_variable'),
    name: required(variableName),
    variable: required(nullable(variable)),
  }),
  set_annotation: object<Named<'set_annotation'>>({
    ...isOp('set_annotation'),
    id: required(annotationId),
    annotation: required(nullable(annotation)),
  }),
  set_setting: object<Named<'set_setting'>>({
    ...isOp('set_setting'),
    key: required(oneOf(...keysOf(settingFields))),
    value: required<Json | null>(someValue),
  }),
  drop_unreadable: object<Named<'drop_unreadable'>>({
    ...isOp('drop_unreadable'),
    part: required(oneOf(...DRAFT_PARTS)),
    key: required(nullable(text({ max: 400 }))),
  }),
}

const operationName = oneOf(...keysOf(shapes))

/** Reads one operation; throws `DOCUMENT_MALFORMED` with the path of the fault. */
export const operationShape: Parser<DocumentOperation> = named(
  'DocumentOperation',
  grammar(
    (candidate, path) => {
      const name = typeof candidate === 'object' && candidate !== null && 'op' in candidate ? candidate.op : undefined
      return shapes[operationName(name, [...path, 'op'])](candidate, path)
    },
    (definitions) => ({ oneOf: Object.values(shapes).map((each) => each.schemaIn(definitions)) }),
  ),
)

/** Converts structural faults to `OPERATION_INVALID` with the index of the operation. */
export function withIndex<Result>(index: number, op: string, act: () => Result): Result {
  try {
    return act()
  } catch (fault) {
    const faults = faultsOf(fault)
    const issues = faults.map((each) => ({
      path: [index, ...each.path],
      code: 'OPERATION_INVALID',
      message: sentenceOf(each),
    }))
    throw new TenonError('OPERATION_INVALID', `Operation ${index} (${op}): ${sentenceOf(faults[0])}`, {
      details: { index, op, path: faults[0].path, issues },
    })
  }
}

/**
 * Reads operations from outside, such as the body of a PATCH.
 *
 * @throws {@link TenonError} `OPERATION_INVALID` with `details.index` and `details.path`.
 */
export function parseOperations(candidate: unknown): DocumentOperation[] {
  if (!Array.isArray(candidate)) {
    throw new TenonError('OPERATION_INVALID', 'The operations must be a list', { details: { path: [] } })
  }
  return candidate.map((each: unknown, index) => withIndex(index, 'malformed', () => operationShape(each, [])))
}
