import { paramText } from '@tenon/core/collab'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { select } from '../store/editor-store.ts'
import { createEditorSession } from './session.ts'
import type { DraftChange } from './session-types.ts'

const chain = workflow(
  [node('start', 'start'), node('a', 'step', { text: 'hi' }), node('z', 'stop')],
  ['start>a', 'a>z'],
)

function open(document = chain) {
  const session = createEditorSession({ translate: () => createTranslate(en, 'en') })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  session.adopt(document)
  session.store.setState({ phase: { kind: 'ready' } })
  const changes: DraftChange[] = []
  session.onChange((change) => changes.push(change))
  const state = () => session.store.getState()
  return { session, changes, state }
}

describe('createEditorSession', () => {
  test('a command is one transaction, one change and one undo', () => {
    const { session, changes, state } = open()
    let transactions = 0
    session.doc.on('afterTransaction', ({ changed }) => {
      if (changed.size > 0) transactions += 1
    })
    session.dispatch({ type: 'delete-nodes', nodeIds: ['a'] })
    expect(transactions).toBe(1)
    expect(changes).toHaveLength(1)
    expect(state().document.nodes.map(({ id }) => id)).toEqual(['start', 'z'])
    session.undo()
    expect(state().document).toEqual(
      expect.objectContaining({ nodes: expect.arrayContaining([expect.objectContaining({ id: 'a' })]) }),
    )
    expect(state().document.edges.map(({ id }) => id)).toEqual(['a:success>z:in', 'start:success>a:in'])
  })

  test('undo and redo bring the selection back that went with the change', () => {
    const { session, state } = open()
    select(session.store, ['a'])
    session.dispatch({ type: 'duplicate', nodeIds: ['a'] })
    const [copy] = state().selectedNodes
    expect(copy).not.toBe('a')
    session.undo()
    expect([...state().selectedNodes]).toEqual(['a'])
    select(session.store, [])
    session.redo()
    expect([...state().selectedNodes]).toEqual([copy])
  })

  test('on a phone, undo and redo keep the panel closed, and switch it if it is open', () => {
    const { session, state } = open()
    session.store.setState({ isPhone: true })
    select(session.store, ['a'])
    session.dispatch({ type: 'delete-nodes', nodeIds: ['a'] })
    session.undo()
    expect(state().nodesById.has('a')).toBe(true)
    expect(state().selectedNodes.size).toBe(0)
    select(session.store, ['a'])
    session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'Renamed' })
    select(session.store, ['z'])
    session.undo()
    expect([...state().selectedNodes]).toEqual(['a'])
  })

  test('a new node opens on the tab of its params, whichever tab was used last; undo leaves the tab', () => {
    const { session, state } = open()
    const onPolicy = () => session.store.setState({ tab: 'policy' })
    onPolicy()
    session.dispatch({ type: 'add-node', nodeType: 'step', placement: { kind: 'after', nodeId: 'a' } })
    expect(state().tab).toBe('setup')
    onPolicy()
    session.dispatch({ type: 'duplicate', nodeIds: ['a'] })
    expect(state().tab).toBe('setup')
    onPolicy()
    session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'Renamed' })
    session.undo()
    expect(state().tab).toBe('policy')
  })

  test('what others and the host change is not undone', () => {
    const { session, state } = open()
    session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'Mine' })
    session.adopt({ ...state().document, settings: { description: 'host' } })
    const other = new Y.Doc()
    Y.applyUpdate(other, Y.encodeStateAsUpdate(session.doc))
    paramText(other, 'a', ['text'])?.insert(0, 'oh ')
    Y.applyUpdate(session.doc, Y.encodeStateAsUpdate(other))
    session.undo()
    const after = session.read()
    expect(after.nodes.find(({ id }) => id === 'a')).toMatchObject({ name: 'a', params: { text: 'oh hi' } })
    expect(after.settings).toEqual({ description: 'host' })
  })

  test('nothing happens to a draft that is read only or not there yet, and it is said why', () => {
    const { session, state } = open()
    session.store.setState({ isReadOnly: true })
    expect(session.dispatch({ type: 'delete-nodes', nodeIds: ['a'] })).toEqual({
      ok: false,
      reason: 'command.readOnly',
    })
    expect(state().announcement.text).toBe(en['command.readOnly'])
    session.store.setState({ isReadOnly: false, phase: { kind: 'loading' } })
    expect(session.dispatch({ type: 'delete-nodes', nodeIds: ['a'] })).toMatchObject({ ok: false })
    expect(state().document.nodes).toHaveLength(3)
  })

  test('a fix that no longer fits is refused and changes nothing', () => {
    const { session, state } = open()
    const before = state().document
    const result = session.dispatch({ type: 'fix', title: 'x', operations: [{ op: 'remove_node', nodeId: 'gone' }] })
    expect(result).toEqual({ ok: false, reason: 'command.outdated' })
    expect(state().document).toBe(before)
  })

  test('typing into a shared text is reported as an operation before the next command', () => {
    const { session, changes } = open()
    const stop = session.start()
    session.textAt('a', ['text'])?.insert(2, '!')
    session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'B' })
    expect(changes.map(({ command }) => command)).toEqual(['typing', 'rename-node'])
    expect(changes[0]?.operations).toEqual([{ op: 'set_param', nodeId: 'a', path: ['text'], value: 'hi!' }])
    expect(changes[1]?.operations).toHaveLength(1)
    stop()
  })

  test('starting and stopping twice leaves nothing behind', () => {
    const { session } = open()
    session.start()()
    const listeners = () =>
      ['beforeTransaction', 'afterTransactionCleanup'].map((event) => session.doc._observers.get(event)?.size ?? 0)
    const before = listeners()
    const stop = session.start()
    expect(listeners()).toEqual(before.map((count) => count + 1))
    stop()
    expect(listeners()).toEqual(before)
  })

  test('cards that did not change keep their reference through a change elsewhere', () => {
    const { session, state } = open()
    const before = state().nodesById.get('z')
    session.dispatch({ type: 'rename-node', nodeId: 'a', name: 'B' })
    expect(state().nodesById.get('z')).toBe(before)
  })
})
