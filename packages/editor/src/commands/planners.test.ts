import { applyOperationsToDraft, readDraft, textFieldsOf, writeDocument } from '@tenon/core/collab'
import {
  applyOperations,
  type JsonObject,
  type KeyOrder,
  MISSING_SECRET,
  type WorkflowDocument,
} from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import type { EditorCommand, Plan } from './command.ts'
import { planCommand } from './planners.ts'

const manifest = createManifestIndex(SMALL_MANIFEST)

function runCommand(document: WorkflowDocument, command: EditorCommand) {
  const plan = planCommand(command, { document, manifest })
  if ('refused' in plan) throw new Error(plan.refused)
  return { plan, after: applyOperations(document, plan.operations) }
}

const refusalOf = (document: WorkflowDocument, command: EditorCommand) => {
  const plan = planCommand(command, { document, manifest })
  return 'refused' in plan ? plan.refused : null
}

const edgesOf = (document: WorkflowDocument) => document.edges.map((edge) => edge.id).sort()
const addedTo = (plan: Plan) => plan.select?.[0] ?? ''
const chain = workflow([node('start', 'start'), node('a', 'step'), node('z', 'stop')], ['start>a', 'a>z'])

describe('add-node', () => {
  test('behind a node with a free port, the new one is joined to it, on its right', () => {
    const document = workflow([node('start', 'start')])
    const { plan, after } = runCommand(document, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'after', nodeId: 'start' },
    })
    const added = addedTo(plan)
    expect(edgesOf(after)).toEqual([`start:success>${added}:in`])
    expect(after.nodes.find(({ id }) => id === added)?.position.x).toBeGreaterThan(236)
    expect(after.nodes.find(({ id }) => id === added)?.params).toEqual({ count: 3, kind: 'small', fields: {} })
  })

  test('behind a node whose way is taken, it goes into the edge and what follows makes room', () => {
    const { plan, after } = runCommand(chain, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'after', nodeId: 'a' },
    })
    const added = addedTo(plan)
    expect(edgesOf(after)).toEqual([`a:success>${added}:in`, `${added}:success>z:in`, 'start:success>a:in'].sort())
    const [from, to] = [added, 'z'].map((id) => after.nodes.find((each) => each.id === id)?.position.x ?? 0)
    expect((to ?? 0) - (from ?? 0)).toBeGreaterThan(236)
  })

  test('beside a node with several ports, it covers no part of it', () => {
    const ways = { ...node('ways', 'way'), position: { x: 300, y: 0 } }
    const document = workflow([node('start', 'start'), ways], ['start>ways'])
    const placement = { kind: 'after', nodeId: 'start' } as const
    const { plan, after } = runCommand(document, { type: 'add-node', nodeType: 'stop', placement })
    const added = after.nodes.find(({ id }) => id === addedTo(plan))
    // A header of 96 px, and two rows of ports.
    expect(added?.position).toEqual({ x: 300, y: 96 + 2 * 24 + 40 })
  })

  test('onto an edge: both ends are joined by way of the new node', () => {
    const { plan, after } = runCommand(chain, {
      type: 'add-node',
      nodeType: 'way',
      placement: { kind: 'on-edge', edgeId: 'start:success>a:in' },
    })
    const added = addedTo(plan)
    expect(edgesOf(after)).toEqual(['a:success>z:in', `${added}:yes>a:in`, `start:success>${added}:in`].sort())
  })

  test('a node without a way out leaves the edge alone that it is dropped on', () => {
    const { after } = runCommand(chain, {
      type: 'add-node',
      nodeType: 'stop',
      placement: { kind: 'on-edge', edgeId: 'start:success>a:in' },
    })
    expect(edgesOf(after)).toContain('start:success>a:in')
  })

  test('a trigger is joined to nothing, wherever it is added', () => {
    const { after } = runCommand(chain, {
      type: 'add-node',
      nodeType: 'start',
      placement: { kind: 'after', nodeId: 'a' },
    })
    expect(after.nodes).toHaveLength(4)
    expect(edgesOf(after)).toEqual(edgesOf(chain))
  })

  test('names are counted up and ids differ even for the same type', () => {
    const first = runCommand(workflow([]), { type: 'add-node', nodeType: 'step', placement: at(0, 0) })
    const second = runCommand(first.after, { type: 'add-node', nodeType: 'step', placement: at(0, 0) })
    expect(second.after.nodes.map(({ name }) => name)).toEqual(['Plain step', 'Plain step 2'])
    expect(new Set(second.after.nodes.map(({ id }) => id)).size).toBe(2)
    for (const { id } of second.after.nodes) expect(id).toMatch(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
  })

  test('a type that the server does not offer is refused', () => {
    expect(refusalOf(chain, { type: 'add-node', nodeType: 'gone', placement: at(0, 0) })).toBe('command.typeUnknown')
  })
})

function at(x: number, y: number) {
  return { kind: 'at', position: { x, y } } as const
}

describe('connect', () => {
  const loose = workflow(
    [node('start', 'start'), node('a', 'step'), node('b', 'step'), node('one', 'single')],
    ['start>a', 'a>b', 'a>one'],
  )
  const connect = (source: string, target: string, sourceHandle = 'success') =>
    refusalOf(loose, { type: 'connect', connection: { source, sourceHandle, target, targetHandle: 'in' } })

  test.each([
    ['a', 'a', 'connect.self'],
    ['b', 'a', 'connect.circle'],
    ['a', 'start', 'connect.noInput'],
    ['a', 'b', 'connect.exists'],
    ['b', 'one', 'connect.full'],
    ['b', 'gone', 'connect.gone'],
  ])('%s to %s is refused: %s', (source, target, reason) => {
    expect(connect(source, target)).toBe(reason)
  })

  test('a port that the node does not have is refused', () => {
    expect(connect('start', 'b', 'yes')).toBe('connect.noPort')
  })

  test('everything else is joined', () => {
    expect(connect('start', 'b')).toBeNull()
  })
})

describe('delete-nodes', () => {
  test('a node alone between two others leaves them joined', () => {
    const { after } = runCommand(chain, { type: 'delete-nodes', nodeIds: ['a'] })
    expect(edgesOf(after)).toEqual(['start:success>z:in'])
  })

  test('where ways part or meet, nothing is guessed', () => {
    const parted = workflow(
      [node('start', 'start'), node('w', 'way'), node('a', 'step'), node('b', 'step')],
      ['start>w', 'w:yes>a', 'w:no>b'],
    )
    expect(runCommand(parted, { type: 'delete-nodes', nodeIds: ['w'] }).after.edges).toEqual([])
  })

  test('locked nodes stay', () => {
    const locked = workflow([node('a', 'step', {}, { locked: true })])
    expect(refusalOf(locked, { type: 'delete-nodes', nodeIds: ['a'] })).toBe('command.nothingToDelete')
  })

  test('edges alone can be deleted', () => {
    const { after } = runCommand(chain, { type: 'delete-nodes', nodeIds: [], edgeIds: ['a:success>z:in'] })
    expect(edgesOf(after)).toEqual(['start:success>a:in'])
  })
})

describe('params that are not stored yet', () => {
  const bare = workflow([node('a', 'step'), node('c', 'cases')])

  test('what is written inside of one brings its default along', () => {
    const { after } = runCommand(bare, { type: 'set-param', nodeId: 'a', path: ['fields', 'who'], value: 'me' })
    expect(after.nodes[0]?.params).toEqual({ fields: { who: 'me' } })
    const inserted = runCommand(bare, { type: 'insert-item', nodeId: 'c', path: ['cases', 1], value: { id: 'b' } })
    expect(inserted.after.nodes[1]?.params).toEqual({ cases: [{ id: 'a', title: 'First' }, { id: 'b' }] })
    const renamed = runCommand(bare, { type: 'rename-port', nodeId: 'c', path: ['cases', 0, 'id'], to: 'first' })
    expect(renamed.after.nodes[1]?.params).toEqual({ cases: [{ id: 'first', title: 'First' }] })
  })

  test('a name that is too long is cut before an emoji, not within it', () => {
    const { after } = runCommand(bare, { type: 'rename-node', nodeId: 'a', name: `${'n'.repeat(199)}😀` })
    expect(after.nodes[0]?.name).toBe('n'.repeat(199))
  })

  test('objects and lists on the way are made', () => {
    const { after } = runCommand(bare, { type: 'set-param', nodeId: 'a', path: ['x', 'y', 'z'], value: 1 })
    expect(after.nodes[0]?.params).toEqual({ x: { y: { z: 1 } } })
  })

  test('taking away what is not there is no change', () => {
    expect(runCommand(bare, { type: 'unset-param', nodeId: 'a', path: ['text'] }).plan.operations).toEqual([])
  })
})

describe('rename-port', () => {
  const cases = workflow(
    [node('c', 'cases', { cases: [{ id: 'way_1', title: 'VIP' }] }), node('z', 'stop')],
    ['c:way_1>z'],
  )

  test('edges follow their port', () => {
    const { after } = runCommand(cases, { type: 'rename-port', nodeId: 'c', path: ['cases', 0, 'id'], to: 'vip' })
    expect(edgesOf(after)).toEqual(['c:vip>z:in'])
    expect(after.nodes[0]?.params).toEqual({ cases: [{ id: 'vip', title: 'VIP' }] })
  })

  test.each(['Vip', '9', 'error', ''])('"%s" is no name for a port', (to) => {
    expect(refusalOf(cases, { type: 'rename-port', nodeId: 'c', path: ['cases', 0, 'id'], to })).toBe(
      'command.portName',
    )
  })
})

describe('paste and duplicate', () => {
  const source = workflow(
    [
      node('a', 'step', { text: 'x', secret: 'k' }),
      node('b', 'step', { text: '{{nodes.a.output.sum}} {{nodes.q.output.x}}' }),
    ],
    ['a>b'],
  )

  test('copies get new ids, and references among them follow; others stay', () => {
    const { plan, after } = runCommand(source, { type: 'duplicate', nodeIds: ['a', 'b'] })
    const [a = '', b = ''] = plan.select ?? []
    const copy = after.nodes.find(({ id }) => id === b)
    expect(copy?.params).toEqual({ text: `{{nodes.${a}.output.sum}} {{nodes.q.output.x}}` })
    expect(edgesOf(after)).toContain(`${a}:success>${b}:in`)
  })

  test('secrets are not copied, and are missing in the copy', () => {
    const { plan, after } = runCommand(source, { type: 'duplicate', nodeIds: ['a'] })
    expect(after.nodes.find(({ id }) => id === addedTo(plan))?.params).toEqual({ text: 'x', secret: MISSING_SECRET })
  })
})

describe('move-nodes', () => {
  test('nothing is written for nodes that stay where they are', () => {
    const { plan } = runCommand(chain, {
      type: 'move-nodes',
      moves: chain.nodes.map(({ id, position }) => ({ nodeId: id, position })),
    })
    expect(plan.operations).toEqual([])
  })
})

describe('fields that are renamed', () => {
  const schema = { type: 'object', properties: { town: { type: 'string' } } }
  const input = { type: 'object', properties: { city: { type: 'string' } } }
  const rename: EditorCommand = {
    type: 'rename-field',
    nodeId: 'start',
    path: ['inputSchema'],
    from: 'city',
    to: 'town',
    schema,
  }
  const start = node('start', 'start', { inputSchema: input })
  const paramsAfter = (document: WorkflowDocument, id: string, command: EditorCommand = rename) =>
    runCommand(document, command).after.nodes.find((each) => each.id === id)?.params

  test('are followed by every template: in texts, lists, rows and policies, by each way to read them', () => {
    const policy = { skipIf: '{{ trigger.city == "" }}', idempotency: 'x-{{input["city"]}}', timeout: '5s' } as const
    const reader = node(
      'a',
      'step',
      {
        text: 'In {{input.city.name}} and {{ nodes.start.output.city }}',
        fields: { city: '{{upper(input.city)}}', list: ['{{ input?.city ?? "" }}', '{{input.other}}'] },
        kind: '{{input.city}}',
      },
      { policy },
    )
    const document = workflow([start, reader, node('z', 'stop')], ['start>a', 'a>z'])
    const { plan, after } = runCommand(document, rename)
    expect(after.nodes.map(({ params, policy: own }) => ({ params, own }))).toEqual([
      { params: { inputSchema: schema }, own: undefined },
      {
        params: {
          text: 'In {{input.town.name}} and {{ nodes.start.output.town }}',
          fields: { city: '{{upper(input.town)}}', list: ['{{ input?.town ?? "" }}', '{{input.other}}'] },
          // A param that takes no templates.
          kind: '{{input.city}}',
        },
        own: { skipIf: '{{ trigger.town == "" }}', idempotency: 'x-{{input["town"]}}', timeout: '5s' },
      },
      { params: {}, own: undefined },
    ])
    expect(plan.message).toEqual({ key: 'command.fieldRenamed', values: { name: 'town', count: 6 } })
    // One operation for each text that changes, so that what others write meanwhile stays.
    expect(plan.operations).toHaveLength(6)
  })

  test('keep references that mean the field of another node', () => {
    const other = node('other', 'start', { inputSchema: input })
    const text = '{{input.city}} {{nodes.start.output.city}}'
    const document = workflow(
      [start, other, node('a', 'step', { text }), node('b', 'step', { text }), node('c', 'step', { text })],
      ['start>a', 'other>b', 'start>c', 'other>c'],
    )
    expect(['a', 'b', 'c'].map((id) => paramsAfter(document, id)?.text)).toEqual([
      '{{input.town}} {{nodes.start.output.town}}',
      '{{input.city}} {{nodes.start.output.town}}',
      '{{input.city}} {{nodes.start.output.town}}',
    ])
  })

  test('are followed where an earlier node had a field of the same name, or a later one is disabled', () => {
    const late = node('late', 'start', { inputSchema: input }, { disabled: true })
    const text = '{{input.city}}'
    const document = workflow(
      [node('first', 'start', { inputSchema: input }), start, late, node('a', 'step', { text })],
      ['first>start', 'start>late', 'late>a'],
    )
    expect(paramsAfter(document, 'a')?.text).toBe('{{input.town}}')
  })

  test('of a param that describes no output are followed by nothing', () => {
    const text = '{{input.city}} {{nodes.a.output.city}}'
    const document = workflow(
      [start, node('a', 'step', { fields: { city: 1 } }), node('b', 'step', { text })],
      ['start>a', 'a>b'],
    )
    const command: EditorCommand = { type: 'rename-member', nodeId: 'a', path: ['fields'], from: 'city', to: 'town' }
    expect(paramsAfter(document, 'a', command)?.fields).toEqual({ town: 1 })
    expect(paramsAfter(document, 'b', command)?.text).toBe(text)
    expect(planCommand({ ...command, from: 'none' }, { document, manifest })).toEqual({ operations: [], message: null })
  })

  test('whose values are the output are followed, and rows that are no such output too', () => {
    const nodes = SMALL_MANIFEST.nodes.map((entry) =>
      entry.type === 'step'
        ? { ...entry, outputs: { success: { fromParam: 'fields', as: 'values' as const } } }
        : entry,
    )
    const context = { manifest: createManifestIndex({ hash: 'values', nodes }) }
    const reader = node('b', 'step', { text: '{{input.city}} {{input["full name"]}}' })
    const document = workflow([node('a', 'step', { fields: { city: 1 } }), reader], ['a>b'])
    const command = { type: 'rename-member', nodeId: 'a', path: ['fields'], from: 'city', to: 'big city' } as const
    const plan = planCommand(command, { document, ...context })
    const after = applyOperations(document, 'refused' in plan ? [] : plan.operations)
    expect(after.nodes.map(({ params }) => params)).toEqual([
      { fields: { 'big city': 1 } },
      { text: '{{input["big city"]}} {{input["full name"]}}' },
    ])
  })

  test('merge with what another person types into the same template', () => {
    const fields = textFieldsOf(SMALL_MANIFEST)
    const document = workflow([start, node('a', 'step', { text: 'To {{input.city}}' })], ['start>a'])
    const [mine, theirs] = [new Y.Doc(), new Y.Doc()]
    writeDocument(mine, document, fields)
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine))
    applyOperationsToDraft(
      theirs,
      [{ op: 'set_param', nodeId: 'a', path: ['text'], value: 'To {{input.city}}, now' }],
      fields,
    )
    applyOperationsToDraft(mine, runCommand(document, rename).plan.operations, fields)
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs))
    expect(readDraft(mine).document.nodes[1]?.params.text).toBe('To {{input.town}}, now')
  })
})

describe('members of an object', () => {
  const rows = (fields: JsonObject, keyOrder?: KeyOrder) =>
    workflow([node('a', 'step', { fields }, keyOrder === undefined ? {} : { keyOrder })])
  const at = { nodeId: 'a', path: ['fields'] } as const
  const after = (document: WorkflowDocument, command: EditorCommand) => runCommand(document, command).after.nodes[0]

  test('are added behind the others; an order that is sorted is not stored', () => {
    const sorted = after(rows({ a: 1 }), { type: 'add-member', ...at, name: 'b', value: '' })
    expect(sorted).toMatchObject({ params: { fields: { a: 1, b: '' } } })
    expect(sorted).not.toHaveProperty('keyOrder')
    expect(after(rows({ b: 1 }), { type: 'add-member', ...at, name: 'a', value: '' })?.keyOrder).toEqual({
      '/fields': ['b', 'a'],
    })
  })

  test('are added to an object that is a default so far', () => {
    const document = workflow([node('a', 'step')])
    expect(after(document, { type: 'add-member', ...at, name: 'b', value: 1 })?.params).toEqual({ fields: { b: 1 } })
    expect(after(document, { type: 'move-member', ...at, name: 'b', to: 0 })).not.toHaveProperty('keyOrder')
  })

  test('are moved within bounds, and keep their position under another name', () => {
    const order = { '/fields': ['c', 'a', 'b'] }
    const document = rows({ a: 1, b: 2, c: 3 }, order)
    expect(after(document, { type: 'move-member', ...at, name: 'c', to: 9 })?.keyOrder).toEqual({
      '/fields': ['a', 'b', 'c'],
    })
    expect(after(document, { type: 'move-member', ...at, name: 'b', to: -1 })?.keyOrder).toEqual({
      '/fields': ['b', 'c', 'a'],
    })
    expect(after(document, { type: 'rename-member', ...at, from: 'a', to: 'z' })).toMatchObject({
      params: { fields: { b: 2, c: 3, z: 1 } },
      keyOrder: { '/fields': ['c', 'z', 'b'] },
    })
  })

  test('keep the order of the keys inside them under another name', () => {
    const fields = { a: { y: 1, x: [{ d: 1, c: 2 }] }, ab: { n: 1, m: 2 }, z: { q: 1, p: { l: 1, k: 2 } } }
    const keyOrder = {
      '/fields': ['z', 'a', 'ab'],
      '/fields/a': ['y', 'x'],
      '/fields/a/x/0': ['d', 'c'],
      '/fields/ab': ['n', 'm'],
    }
    const rename = { type: 'rename-member', ...at, from: 'a' } as const
    const renamed = after(rows(fields, keyOrder), { ...rename, to: 'b/c' })
    expect(renamed?.keyOrder).toEqual({
      '/fields': ['z', 'b/c', 'ab'],
      '/fields/b~1c': ['y', 'x'],
      '/fields/b~1c/x/0': ['d', 'c'],
      '/fields/ab': ['n', 'm'],
    })
    const replaced = { ...keyOrder, '/fields/z': ['q', 'p'], '/fields/z/p': ['l', 'k'] }
    expect(after(rows(fields, replaced), { ...rename, to: 'z' })?.keyOrder).toEqual({
      '/fields': ['z', 'ab'],
      '/fields/z': ['y', 'x'],
      '/fields/z/x/0': ['d', 'c'],
      '/fields/ab': ['n', 'm'],
    })
    const schemas = { properties: { a: { default: { y: 1, x: 2 } } } }
    const schema = { properties: { b: schemas.properties.a } }
    const field = { type: 'rename-field', ...at, from: 'a', to: 'b', schema } as const
    expect(after(rows(schemas, { '/fields/properties/a/default': ['y', 'x'] }), field)?.keyOrder).toEqual({
      '/fields/properties/b/default': ['y', 'x'],
    })
  })

  test('keep the order in which they are written, and forget the one of what was there', () => {
    const document = rows({ a: { y: 1, x: 2 } }, { '/fields/a': ['y', 'x'], '/fields': ['a'] })
    const command: EditorCommand = {
      type: 'set-param',
      nodeId: 'a',
      path: ['fields', 'a'],
      value: { b: [{ d: 1, c: 2 }] },
    }
    expect(after(document, { ...command, isAsWritten: true })?.keyOrder).toEqual({
      '/fields': ['a'],
      '/fields/a/b/0': ['d', 'c'],
    })
    expect(after(document, command)?.keyOrder).toEqual({ '/fields/a': ['y', 'x'], '/fields': ['a'] })
  })
})
