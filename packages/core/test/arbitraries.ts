import fc from 'fast-check'
import {
  applyOperation,
  type DocumentOperation,
  edgeId,
  type NodePolicy,
  type ParamPath,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '../src/document/index.ts'
import type { Json, JsonObject } from '../src/json.ts'

// Small pools, so that random documents and operations meet at the same nodes, params and positions.
const NODE_IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const
const PARAM_NAMES = ['prompt', 'title', 'cases', 'value'] as const
const NAMES = ['x', 'y', 'z'] as const

/** Node types of random documents; `draft` has texts that are edited by character, see {@link TEXT_MANIFEST}. */
export const RANDOM_TYPES = ['set', 'draft', 'acme/thing'] as const

const someText = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constant(''))
const leaf: fc.Arbitrary<Json> = fc.oneof(
  someText,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)

const { value: anyJson } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('k', 'title', 'prompt', ''), tie('value'), { maxKeys: 3 }),
  ),
}))

const caseItem = fc.record({ id: fc.constantFrom(...NAMES), title: someText }, { requiredKeys: ['id'] })

const anyParams: fc.Arbitrary<JsonObject> = fc.record(
  { prompt: fc.oneof(someText, leaf), title: someText, cases: fc.array(caseItem, { maxLength: 4 }), value: anyJson },
  { requiredKeys: [] },
)

const pointer = fc.constantFrom('/value', '/value/k', '/value/0', '/cases/0', '/cases/1', '/cases/2')
const keys = fc.array(fc.constantFrom('k', 'title', 'prompt', 'id', ''), { maxLength: 3 })

const coordinate = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const position = fc.record({ x: coordinate, y: coordinate })
const size = fc.record({ width: fc.nat(1000), height: fc.nat(1000) })
const points = fc.array(position, { maxLength: 2 })

const policy: fc.Arbitrary<NodePolicy> = fc.record(
  {
    retry: fc.record({ maximumAttempts: fc.integer({ min: 1, max: 9 }) }),
    timeout: fc.constantFrom('1s', '5m'),
    onError: fc.constantFrom('fail', 'route'),
    join: fc.oneof(
      fc.constantFrom('all' as const, 'any' as const),
      fc.record({ count: fc.integer({ min: 1, max: 4 }) }),
    ),
    retryIf: someText,
    skipIf: someText,
  },
  { requiredKeys: [] },
)

const anyNode = (id: string): fc.Arbitrary<WorkflowNode> =>
  fc.record(
    {
      id: fc.constant(id),
      type: fc.constantFrom(...RANDOM_TYPES),
      typeVersion: fc.constantFrom(1, 2),
      name: someText,
      params: anyParams,
      keyOrder: fc.dictionary(pointer, keys, { maxKeys: 3 }),
      position,
      size,
      policy,
      disabled: fc.boolean(),
      locked: fc.boolean(),
      notes: someText,
    },
    { requiredKeys: ['id', 'type', 'typeVersion', 'name', 'params', 'position'] },
  )

const anyEdge = (ids: readonly string[]): fc.Arbitrary<WorkflowEdge> =>
  fc
    .record(
      {
        source: fc.constantFrom(...ids),
        sourceHandle: fc.constantFrom('success', 'error'),
        target: fc.constantFrom(...ids),
        targetHandle: fc.constant('in'),
        points,
      },
      { requiredKeys: ['source', 'sourceHandle', 'target', 'targetHandle'] },
    )
    .map((ends) => ({ id: edgeId(ends), ...ends }))

const anyVariable = (name: string) =>
  fc.record(
    { name: fc.constant(name), schema: fc.constantFrom(true, { type: 'number' }), value: anyJson },
    { requiredKeys: ['name', 'value'] },
  )

const anyAnnotation = (id: string) =>
  fc.record(
    {
      id: fc.constant(id),
      kind: fc.constantFrom('note' as const, 'frame' as const),
      rect: fc.tuple(position, size).map(([corner, extent]) => ({ ...corner, ...extent })),
      color: fc.constantFrom('amber', 'blue'),
      text: someText,
    },
    { requiredKeys: ['id', 'kind', 'rect', 'text'] },
  )

const anySettings = fc.record(
  {
    timeout: fc.constantFrom('1h' as const, '2d' as const),
    durability: fc.constantFrom('normal' as const, 'strict' as const),
    description: someText,
  },
  { requiredKeys: [] },
)

const subsetOf = <Item extends string>(pool: readonly Item[]) => fc.shuffledSubarray([...pool])

/** Random containers without cycles: a node may be inside one that comes before it in `nodes`. */
function withParents(nodes: readonly WorkflowNode[], picks: readonly number[]): WorkflowNode[] {
  return nodes.map((node, index) => {
    const parent = nodes[(picks[index] ?? 0) - 1]
    return parent === undefined || nodes.indexOf(parent) >= index ? node : { ...node, parentId: parent.id }
  })
}

/** Any sound document, not necessarily one that could run: cycles of edges and unknown types included. */
export function arbitraryDocument(): fc.Arbitrary<WorkflowDocument> {
  return subsetOf(NODE_IDS).chain((ids) =>
    fc.record({
      schemaVersion: fc.constant(1 as const),
      nodes: fc
        .tuple(fc.tuple(...ids.map(anyNode)), fc.array(fc.nat(12), { maxLength: 7 }), fc.nat())
        .map(([nodes, picks, turn]) => {
          const inside = withParents(nodes, picks)
          const at = turn % (inside.length + 1)
          return [...inside.slice(at), ...inside.slice(0, at)]
        }),
      edges:
        ids.length === 0 ? fc.constant([]) : fc.uniqueArray(anyEdge(ids), { selector: ({ id }) => id, maxLength: 8 }),
      variables: subsetOf(NAMES).chain((names) => fc.tuple(...names.map(anyVariable))),
      annotations: subsetOf(NAMES).chain((names) => fc.tuple(...names.map(anyAnnotation))),
      settings: anySettings,
    }),
  )
}

const nodeId = fc.constantFrom(...NODE_IDS)
const name = fc.constantFrom(...NAMES)
const path: fc.Arbitrary<ParamPath> = fc.oneof(
  fc.tuple(fc.constantFrom(...PARAM_NAMES)),
  fc.tuple(fc.constant('cases'), fc.nat(3)),
  fc.tuple(fc.constant('cases'), fc.nat(3), fc.constantFrom('id', 'title')),
  fc.tuple(fc.constant('value'), fc.oneof(fc.nat(2), fc.constantFrom('k', 'title', 'prompt'))),
  fc.tuple(fc.constant('value'), fc.constantFrom('k', 'title'), fc.oneof(fc.nat(2), fc.constant('k'))),
)
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 3 })
const onParam = <Op extends string>(op: Op) => ({ op: fc.constant(op), nodeId, path })

const anyOperation: fc.Arbitrary<DocumentOperation> = fc.oneof(
  nodeId.chain((id) => fc.record({ op: fc.constant('add_node' as const), node: anyNode(id) })),
  fc.record({ op: fc.constant('remove_node' as const), nodeId }),
  fc.record({
    op: fc.constant('update_node' as const),
    nodeId,
    set: fc.record(
      {
        name: someText,
        typeVersion: fc.constantFrom(1, 2),
        parentId: orNull(nodeId),
        disabled: orNull(fc.boolean()),
        locked: orNull(fc.boolean()),
        notes: orNull(someText),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ ...onParam('set_param' as const), value: anyJson }),
  fc.record({ ...onParam('set_param' as const), value: someText }),
  fc.record(onParam('unset_param' as const)),
  fc.record({ ...onParam('insert_param_item' as const), value: anyJson }),
  fc.record(onParam('remove_param_item' as const)),
  fc.record({ op: fc.constant('set_key_order' as const), nodeId, pointer, keys: orNull(keys) }),
  fc.record({
    op: fc.constant('set_policy' as const),
    nodeId,
    field: fc.constant('timeout' as const),
    value: orNull(fc.constant('9s')),
  }),
  fc.record({ op: fc.constant('place_node' as const), nodeId, before: orNull(nodeId) }),
  fc.record({
    op: fc.constant('move_nodes' as const),
    moves: fc.array(fc.record({ nodeId, position, size: orNull(size) }, { requiredKeys: ['nodeId', 'position'] }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ op: fc.constant('add_edge' as const), edge: anyEdge(NODE_IDS) }),
  anyEdge(NODE_IDS).map(({ id }) => ({ op: 'remove_edge' as const, edgeId: id })),
  fc
    .tuple(anyEdge(NODE_IDS), orNull(points))
    .map(([{ id }, bends]) => ({ op: 'set_edge_points' as const, edgeId: id, points: bends })),
  name.chain((id) =>
    fc.record({ op: fc.constant('set_variable' as const), name: fc.constant(id), variable: orNull(anyVariable(id)) }),
  ),
  name.chain((id) =>
    fc.record({
      op: fc.constant('set_annotation' as const),
      id: fc.constant(id),
      annotation: orNull(anyAnnotation(id)),
    }),
  ),
  fc.record({
    op: fc.constant('set_setting' as const),
    key: fc.constant('description' as const),
    value: orNull(someText),
  }),
)

/** Random operations over the ids of {@link arbitraryDocument}; many do not fit, see {@link fitting}. */
export function arbitraryOperations(maxLength = 12): fc.Arbitrary<DocumentOperation[]> {
  return fc.array(anyOperation, { maxLength })
}

/** Those of the operations that fit the document, one after the other. */
export function fitting(document: WorkflowDocument, operations: readonly DocumentOperation[]): DocumentOperation[] {
  let current = document
  return operations.filter((operation) => {
    try {
      current = applyOperation(current, operation)
      return true
    } catch {
      return false
    }
  })
}

/** The params schemas behind {@link RANDOM_TYPES}: texts at the top, in list items and below any key. */
export const TEXT_MANIFEST = {
  nodes: [
    {
      type: 'draft',
      version: 1,
      params: {
        type: 'object',
        properties: {
          prompt: { type: 'string', control: 'prompt' },
          title: { type: 'string', control: 'text' },
          cases: {
            type: 'array',
            items: {
              type: 'object',
              properties: { id: { type: 'string' }, title: { type: 'string', control: 'text' } },
            },
          },
          value: {
            type: 'object',
            additionalProperties: { anyOf: [{ type: 'string', control: 'code' }, { type: 'number' }] },
          },
        },
      },
    },
    {
      type: 'draft',
      version: 2,
      params: { type: 'object', properties: { prompt: { type: 'string', control: 'prompt' } } },
    },
    { type: 'set', version: 1, params: { type: 'object', properties: { value: { type: 'object' } } } },
  ],
} as const

/** Any value that a run may hold: JSON without the key that is refused. */
export function arbitraryRunValue(): fc.Arbitrary<unknown> {
  return fc
    .jsonValue({ maxDepth: 5, stringUnit: 'grapheme' })
    .filter((value) => !JSON.stringify(value).includes('"__proto__":'))
}
