// @vitest-environment jsdom
import type { NodeId } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { t } from '../../test/fixtures/render.tsx'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import type { Peer } from '../store/editor-state.ts'
import { select } from '../store/editor-store.ts'

const A = 'a' as NodeId
const CHAIN = workflow(
  [node('start', 'start'), node('a', 'step', { text: 'hi' }), node('z', 'stop')],
  ['start>a', 'a>z'],
)

const peer = (userId: string, displayName: string, selection: readonly string[]): Peer => ({
  clientId: userId.length,
  userId,
  displayName,
  color: 'red',
  cursor: null,
  selection: selection as NodeId[],
  drag: null,
  editing: null,
})

/** The inspector with the form of the node "a", and a second editor of the same draft. */
async function openTwo(peers: readonly Peer[]) {
  const view = renderInspector({ document: CHAIN, nodeId: A })
  const { session } = view
  const other = createEditorSession({ translate: () => t })
  other.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(session.doc))
  other.read()
  other.store.setState({ phase: { kind: 'ready' } })
  act(() => session.store.setState({ peers }))
  await screen.findByRole('spinbutton', { name: 'Count' })
  const send = () =>
    act(async () => {
      Y.applyUpdate(session.doc, Y.encodeStateAsUpdate(other.doc, Y.encodeStateVector(session.doc)))
      session.read()
    })
  const remove = async () => {
    other.dispatch({ type: 'delete-nodes', nodeIds: [A] })
    await send()
  }
  return { ...view, other, send, remove }
}

describe('a node that another user deletes while its form is open', () => {
  test('is named with the user, and the focus goes to the panel', async () => {
    const { remove } = await openTwo([peer('u1', 'Ada Obi', ['a']), peer('u2', 'Ben', ['z'])])
    screen.getByRole('spinbutton', { name: 'Count' }).focus()
    await remove()
    expect(screen.getByRole('alert').textContent).toContain('Ada Obi deleted "a".')
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'a' }))
  })

  test.each([
    ['no one had it selected', [peer('u2', 'Ben', ['z'])]],
    ['two users had it selected', [peer('u1', 'Ada Obi', ['a']), peer('u22', 'Ben', ['a'])]],
  ])('names no user if %s', async (_why, peers) => {
    const { remove } = await openTwo(peers)
    await remove()
    expect(screen.getByRole('alert').textContent).toContain('Someone else deleted "a".')
  })

  test('comes back with its edges, the text that was being typed and the text that was refused', async () => {
    const { remove, user, session, nodeOf } = await openTwo([])
    const edges = () => session.read().edges.map(({ id }) => id)
    fireEvent.change(screen.getByRole('spinbutton', { name: 'Count' }), { target: { value: '99' } })
    fireEvent.change(screen.getByRole('textbox', { name: 'Name of the node' }), { target: { value: 'Alpha' } })
    await remove()
    expect(nodeOf('a')).toBeUndefined()
    expect(edges()).toEqual(['start:success>z:in'])
    await user.click(screen.getByRole('button', { name: 'Restore the node' }))
    expect(session.read().nodes.map(({ id }) => id)).toEqual(['start', 'a', 'z'])
    expect(edges()).toEqual(['a:success>z:in', 'start:success>a:in'])
    expect(nodeOf('a')).toMatchObject({ name: 'Alpha', params: { text: 'hi' } })
    expect(screen.queryByRole('alert')?.textContent ?? '').not.toContain('deleted')
    expect(await screen.findByRole('spinbutton', { name: 'Count' })).toHaveProperty('value', '99')
    act(() => session.undo())
    act(() => session.undo())
    expect(nodeOf('a')).toBeUndefined()
  })

  test.each(['notes', ['text']] as const)('comes back with the last characters of the shared %s', async (path) => {
    const { remove, user, session, nodeOf } = await openTwo([])
    const before = session.textAt(A, path)?.toString() ?? ''
    // Not read between the key press and the change of the other user.
    act(() => session.textAt(A, path)?.insert(before.length, '!'))
    await remove()
    expect(nodeOf('a')).toBeUndefined()
    await user.click(screen.getByRole('button', { name: 'Restore the node' }))
    expect(session.textAt(A, path)?.toString()).toBe(`${before}!`)
  })

  test('comes back with a field that it has beside its params', async () => {
    const { remove, user, session, nodeOf } = await openTwo([])
    await remove()
    const command = { type: 'set-fields', set: { locked: true } } as const
    const { announcement } = session.store.getState()
    expect(session.dispatch({ ...command, nodeIds: [A] })).toEqual({ ok: false, reason: 'command.outdated' })
    expect(session.store.getState().announcement).toBe(announcement)
    act(() => void session.dispatch({ ...command, nodeIds: [A, 'z' as NodeId] }))
    expect(session.store.getState().announcement.text).toBe(t('command.outdated'))
    expect(nodeOf('z')?.locked).toBeUndefined()
    await user.click(screen.getByRole('button', { name: 'Restore the node' }))
    expect(nodeOf('a')?.locked).toBe(true)
  })

  test('is reported before the input that was kept for it', async () => {
    const { remove, user, session } = await openTwo([])
    fireEvent.change(screen.getByRole('textbox', { name: 'Name of the node' }), { target: { value: 'Alpha' } })
    await remove()
    const reported: [command: string, name: string | undefined][] = []
    session.onChange(({ command, document }) =>
      reported.push([command, document.nodes.find(({ id }) => id === A)?.name]),
    )
    await user.click(screen.getByRole('button', { name: 'Restore the node' }))
    expect(reported).toEqual([
      ['restore-node', 'a'],
      ['rename-node', 'Alpha'],
    ])
    expect(session.store.getState().announcement.text).toBe(t('command.restored', { name: 'a' }))
  })

  test('is shown again when the other user restores it', async () => {
    const { remove, other, send, nodeOf } = await openTwo([])
    fireEvent.change(screen.getByRole('textbox', { name: 'Name of the node' }), { target: { value: 'Alpha' } })
    await remove()
    other.undo()
    await send()
    expect(nodeOf('a')?.name).toBe('Alpha')
    expect(screen.getByRole('textbox', { name: 'Name of the node' })).toHaveProperty('value', 'Alpha')
  })

  test('is no longer mentioned after Close, and not at all if this user has deleted it', async () => {
    const { remove, user, session } = await openTwo([])
    await remove()
    await user.click(screen.getByRole('button', { name: 'Close' }))
    expect(screen.queryByText(/deleted/)).toBeNull()
    act(() => session.undo())
    act(() => session.store.setState({ selectedNodes: new Set(['z' as NodeId]) }))
    act(() => void session.dispatch({ type: 'delete-nodes', nodeIds: ['z' as NodeId] }))
    expect(screen.queryByText(/deleted/)).toBeNull()
  })
})

describe('a node of a run that is no longer in the draft', () => {
  const choose = (lastRun: ((nodeId: NodeId) => ReactNode) | null) => {
    const view = renderInspector({ document: CHAIN, lastRun })
    act(() => select(view.session.store, ['gone']))
    return view
  }

  test('shows its data from the run, and says that it was deleted', async () => {
    const { user, session } = choose((nodeId) => <p>Run of {nodeId}</p>)
    const panel = screen.getByRole('region', { name: 'Deleted node' })
    expect(panel.textContent).toContain('This node is no longer in the workflow.')
    expect(panel.textContent).toContain('Run of gone')
    await user.click(screen.getByRole('button', { name: 'Close' }))
    expect(session.store.getState().selectedNodes.size).toBe(0)
  })

  test('is replaced by the panel of the workflow once the run is closed', () => {
    choose(null)
    expect(screen.queryByRole('region', { name: 'Deleted node' })).toBeNull()
    expect(screen.getByRole('complementary', { name: 'Inspector' }).textContent).toContain('3 nodes')
  })
})
