import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { apply, askIn, fields, pair, sample, seeded, setParam } from '../../test/drafts.ts'
import type { DocumentOperation, Json } from '../document/index.ts'
import { edge, node } from '../testing/index.ts'
import { annotationText, applyOperationsToDraft, draftUndoScope, notesText, paramText, readDraft } from './index.ts'

describe('applyOperationsToDraft', () => {
  test('is one transaction of the origin given, and one step of undo', () => {
    const ydoc = seeded()
    const origin = {}
    const undo = new Y.UndoManager(draftUndoScope(ydoc), { trackedOrigins: new Set([origin]) })
    const origins: unknown[] = []
    ydoc.on('afterTransaction', (transaction: Y.Transaction) => origins.push(transaction.origin))
    const before = readDraft(ydoc).document
    const operations: DocumentOperation[] = [
      { op: 'remove_node', nodeId: 'log' },
      { op: 'move_nodes', moves: [{ nodeId: 'ask', position: { x: 9, y: 9 } }] },
      { op: 'set_setting', key: 'durability', value: 'strict' },
    ]
    const result = applyOperationsToDraft(ydoc, operations, fields, origin)
    expect(origins).toEqual([origin])
    expect(result.before).toEqual(before)
    expect(result.document).toEqual(readDraft(ydoc).document)
    undo.undo()
    expect(readDraft(ydoc).document).toEqual(before)
  })

  test('writes nothing when an operation does not fit', () => {
    const ydoc = seeded()
    const before = Y.encodeStateAsUpdate(ydoc)
    const bad: DocumentOperation[] = [setParam(['prompt'], 'x'), { op: 'remove_node', nodeId: 'missing' }]
    expect(() => apply(ydoc, ...bad)).toThrow(expect.objectContaining({ code: 'OPERATION_INVALID' }))
    expect(Y.encodeStateAsUpdate(ydoc)).toEqual(before)
  })

  test('writes nothing when a value stays as it is', () => {
    const ydoc = seeded()
    const before = Y.encodeStateVector(ydoc)
    apply(
      ydoc,
      setParam(['prompt'], 'Hello'),
      { op: 'set_param', nodeId: 'log', path: ['value'], value: { text: 'plain' } },
      { op: 'set_policy', nodeId: 'log', field: 'timeout', value: '1s' },
      { op: 'update_node', nodeId: 'ask', set: { name: 'ask', notes: 'n' } },
    )
    expect(Y.encodeStateVector(ydoc)).toEqual(before)
  })

  test('keeps positions short: each move replaces the entry of the node', () => {
    const ydoc = seeded()
    for (let x = 0; x < 200; x++) apply(ydoc, { op: 'move_nodes', moves: [{ nodeId: 'ask', position: { x, y: 0 } }] })
    expect(ydoc.getArray('positions').length).toBe(2)
    expect(Y.encodeStateAsUpdate(ydoc).length).toBeLessThan(3_000)
  })

  test('keeps what another person changed inside a value that is set as a whole', () => {
    const { a, b, meet } = pair()
    const cases = [{ id: 'x', title: 'One' }, { id: 'y', title: 'Two' }, { id: 'z' }]
    apply(a, { op: 'set_param', nodeId: 'ask', path: ['cases'], value: cases })
    paramText(b, 'ask', ['cases', 0, 'title'])?.insert(3, ' (1)')
    expect(askIn(meet())?.params.cases).toEqual([{ id: 'x', title: 'One (1)' }, ...cases.slice(1)])
  })

  test('goes on inside values that were stored as plain JSON', () => {
    const ydoc = seeded()
    const params = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('ask')?.get('params')
    params?.set('cases', [{ id: 'x', title: 'One' }, [1]])
    params?.set('value', { k: { deep: [1, 2] } })
    apply(
      ydoc,
      setParam(['cases', 0, 'title'], 'Eins'),
      { op: 'insert_param_item', nodeId: 'ask', path: ['cases', 1, 0], value: 0 },
      { op: 'remove_param_item', nodeId: 'ask', path: ['value', 'k', 'deep', 0] },
      { op: 'unset_param', nodeId: 'ask', path: ['cases', 0, 'id'] },
    )
    ydoc
      .getMap<Y.Map<Y.Map<Y.Array<unknown>>>>('nodes')
      .get('ask')
      ?.get('params')
      ?.get('cases')
      ?.push([[8]])
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['cases', 2, 0], value: 9 })
    expect(askIn(readDraft(ydoc).document)?.params).toMatchObject({
      cases: [{ title: 'Eins' }, [0, 1], [9]],
      value: { k: { deep: [2] } },
    })
    expect(paramText(ydoc, 'ask', ['cases', 0, 'title'])?.toString()).toBe('Eins')
  })

  test('makes params, policy, notes and texts anew where something else lies there instead', () => {
    const ydoc = seeded()
    const nodes = ydoc.getMap<Y.Map<unknown>>('nodes')
    for (const field of ['params', 'policy', 'notes']) nodes.get('ask')?.set(field, 'broken')
    ydoc.getMap<Y.Map<unknown>>('annotations').get('n')?.set('text', 'flat')
    const [note] = sample.annotations
    if (note === undefined) throw new Error('the sample has a note')
    apply(
      ydoc,
      setParam(['prompt'], 'again'),
      { op: 'set_policy', nodeId: 'ask', field: 'timeout', value: '2s' },
      { op: 'update_node', nodeId: 'ask', set: { notes: 'new' } },
      { op: 'set_annotation', id: 'n', annotation: { ...note, text: 'shared', color: 'blue' } },
    )
    expect(askIn(readDraft(ydoc).document)).toMatchObject({
      params: { prompt: 'again' },
      policy: { timeout: '2s' },
      notes: 'new',
    })
    expect(notesText(ydoc, 'ask')?.toString()).toBe('new')
    expect(annotationText(ydoc, 'n')?.toString()).toBe('shared')
  })

  test('gives a variable its position again where something else lies under its name', () => {
    const ydoc = seeded({
      ...sample,
      variables: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
    })
    ydoc.getMap('variables').set('a', 'broken')
    apply(ydoc, { op: 'set_variable', name: 'a', variable: { name: 'a', value: 3 } })
    expect(readDraft(ydoc).document.variables).toEqual([
      { name: 'b', value: 2 },
      { name: 'a', value: 3 },
    ])
  })

  test('gives variables their order anew where a key of theirs is broken', () => {
    const ydoc = seeded({ ...sample, variables: [{ name: 'a', value: 1 }] })
    ydoc.getMap('variables').set('b', { value: 2, order: '!' })
    apply(ydoc, { op: 'set_variable', name: 'c', variable: { name: 'c', value: 3 } })
    expect(readDraft(ydoc).document.variables.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  test('sets a list over one that holds what cannot be read', () => {
    const ydoc = seeded()
    const cases = ydoc.getMap<Y.Map<Y.Map<Y.Array<unknown>>>>('nodes').get('ask')?.get('params')?.get('cases')
    cases?.push([new Uint8Array(1)])
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['cases'], value: [1, null, 2] })
    expect(readDraft(ydoc)).toMatchObject({
      document: { nodes: [{ params: { cases: [1, null, 2] } }, {}] },
      repairs: [],
    })
  })

  test('sets an object over another by its members', () => {
    const ydoc = seeded()
    apply(ydoc, { op: 'set_param', nodeId: 'log', path: ['value'], value: { a: 1, b: { c: 2 } } })
    const shared = ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('log')?.get('params')?.get('value')
    apply(ydoc, { op: 'set_param', nodeId: 'log', path: ['value'], value: { b: { c: 3 } } })
    expect(readDraft(ydoc).document.nodes[1]?.params.value).toEqual({ b: { c: 3 } })
    expect(shared).toBeInstanceOf(Y.Map)
    expect(ydoc.getMap<Y.Map<Y.Map<unknown>>>('nodes').get('log')?.get('params')?.get('value')).toBe(shared)
  })

  test('sets lists and their items in place, longer and shorter', () => {
    const ydoc = seeded()
    const casesNow = () => askIn(readDraft(ydoc).document)?.params.cases
    const set = (path: (string | number)[], value: Json) => apply(ydoc, { op: 'set_param', nodeId: 'ask', path, value })
    const title = paramText(ydoc, 'ask', ['cases', 1, 'title'])
    set(['cases', 1], { id: 'y', title: 'Zwei' })
    set(['cases'], [{ id: 'new' }, { id: 'x', title: 'One' }, { id: 'y', title: 'Zwei' }])
    expect(title?.toString()).toBe('Zwei')
    set(['cases'], [{ id: 'y', title: 'Zwei' }])
    expect(casesNow()).toEqual([{ id: 'y', title: 'Zwei' }])
    expect(paramText(ydoc, 'ask', ['cases', 0, 'title'])).toBe(title)
    set(['cases', 0], 'none')
    expect(casesNow()).toEqual(['none'])
  })

  test('ignores fields that are undefined', () => {
    const ydoc = seeded()
    const set = { name: 'Ask', notes: undefined } as never
    apply(ydoc, { op: 'update_node', nodeId: 'ask', set })
    expect(askIn(readDraft(ydoc).document)).toMatchObject({ name: 'Ask', notes: 'n' })
  })

  test('does not bring back an edge that a merge had left without its end', () => {
    const { a, b, meet } = pair()
    apply(a, { op: 'remove_node', nodeId: 'log' })
    apply(b, { op: 'add_edge', edge: edge('log>ask') })
    expect(meet().edges).toEqual([])
    apply(a, { op: 'add_node', node: node('log', 'set') })
    expect(readDraft(a)).toMatchObject({ document: { edges: [] }, repairs: [] })
  })

  describe('drop_unreadable', () => {
    /** A draft with something unreadable in every part. */
    const spoiled = () => {
      const ydoc = seeded({ ...sample, settings: { description: 'kept', timeout: '1h' } })
      const nodes = ydoc.getMap<unknown>('nodes')
      const ask = nodes.get('ask') as Y.Map<unknown>
      const params = ask.get('params') as Y.Map<unknown>
      params.set('Bad', 1)
      params.set('list', [1, new Uint8Array(1)])
      ask.set('policy', new Y.Map<unknown>([...Object.entries({ timeout: 'soon', retry: { maximumAttempts: 2 } })]))
      nodes.set('broken', 'x')
      ydoc.getArray('positions').push([['broken', 1, 1]])
      ydoc.getMap('edges').set('ask:a>log:in', 'x')
      ydoc.getMap('variables').set('nope', 1)
      ydoc.getMap('variables').set('part', { value: { a: new Uint8Array(1), b: 1 }, order: 'a1' })
      ydoc.getMap('variables').set('shared', new Y.Map([['value', new Y.Map([['text', 'x'.repeat(300_000)]])]]))
      ydoc.getMap('annotations').set('flat', 1)
      ydoc.getMap('settings').set('description', 'd'.repeat(300_000))
      ydoc.getMap('settings').set('timeout', 'never')
      return ydoc
    }
    const PARTS = ['nodes', 'edges', 'variables', 'annotations', 'settings'] as const

    test('brings all parts to what readers find of them, and keeps the texts that are edited by character', () => {
      const ydoc = spoiled()
      const { document, losses } = readDraft(ydoc)
      expect(new Set(losses.map(({ part }) => part))).toEqual(new Set(PARTS))
      const prompt = paramText(ydoc, 'ask', ['prompt'])
      apply(ydoc, ...PARTS.map((part) => ({ op: 'drop_unreadable', part, key: null }) as const))
      expect(readDraft(ydoc)).toEqual({ document, repairs: [], losses: [] })
      expect(ydoc.getArray('positions').toJSON()).not.toContainEqual(['broken', 1, 1])
      expect(paramText(ydoc, 'ask', ['prompt'])).toBe(prompt)
    })

    test('changes one entry only where a key is given, and none that can be read', () => {
      const ydoc = spoiled()
      const before = readDraft(ydoc)
      apply(ydoc, { op: 'drop_unreadable', part: 'nodes', key: 'broken' })
      const { document, losses } = readDraft(ydoc)
      expect(document).toEqual(before.document)
      expect(losses).toEqual(before.losses.filter(({ key }) => key !== 'broken'))
      const state = Y.encodeStateAsUpdate(ydoc)
      apply(ydoc, { op: 'drop_unreadable', part: 'nodes', key: 'log' })
      apply(ydoc, { op: 'drop_unreadable', part: 'edges', key: 'gone' })
      expect(Y.encodeStateAsUpdate(ydoc)).toEqual(state)
    })

    test('keeps what can be read of a node without a policy, and leaves a sound draft as it is', () => {
      const ydoc = seeded(sample)
      const log = ydoc.getMap<unknown>('nodes').get('log') as Y.Map<unknown>
      log.delete('policy')
      const state = Y.encodeStateAsUpdate(ydoc)
      apply(ydoc, { op: 'drop_unreadable', part: 'annotations', key: null })
      expect(Y.encodeStateAsUpdate(ydoc)).toEqual(state)
      const params = log.get('params') as Y.Map<unknown>
      params.set('Bad', 1)
      const { document } = readDraft(ydoc)
      apply(ydoc, { op: 'drop_unreadable', part: 'nodes', key: 'log' })
      expect(readDraft(ydoc)).toEqual({ document, repairs: [], losses: [] })
    })
  })
})
