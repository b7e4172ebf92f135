import { describe, expect, test } from 'vitest'
import { createEditorStore } from '../store/editor-store.ts'
import { readPeers, showPeers } from './read-peers.ts'

const user = { userId: 'u1', displayName: 'Mika' }

describe('readPeers', () => {
  test('leaves out this client and users without a name', () => {
    const states = new Map<number, unknown>([
      [1, { user }],
      [2, { user: { userId: 'u2' } }],
      [3, null],
      [4, { user: { userId: 'u4', displayName: 'Jo' } }],
    ])
    expect(readPeers(states, 1).map(({ displayName }) => displayName)).toEqual(['Jo'])
  })

  test('takes nothing about the shape of a state for granted', () => {
    const state = { user, cursor: { x: 'left', y: 1 }, selection: [1, 'a', null], drag: [], editing: { nodeId: 4 } }
    expect(readPeers(new Map([[2, state]]), 1)).toEqual([
      expect.objectContaining({ cursor: null, selection: ['a'], drag: null, editing: null }),
    ])
  })
})

describe('showPeers', () => {
  const peers = readPeers(new Map([[2, { user, selection: ['a', 'b'], drag: { dx: 3, dy: 4 } }]]), 1)
  const show = () => {
    const store = createEditorStore()
    showPeers(store, peers)
    return store
  }

  test('moving a cursor changes no mark, and the same users change nothing', () => {
    const store = show()
    const shown = store.getState()
    showPeers(store, structuredClone(peers))
    expect(store.getState()).toBe(shown)
    const moved = peers.map((peer) => ({ ...peer, cursor: { x: 1, y: 1 } }))
    showPeers(store, moved)
    expect(store.getState().peers).toEqual(moved)
    expect(store.getState().peerMarks).toBe(shown.peerMarks)
    expect([...shown.peerMarks.keys()]).toEqual(['a', 'b'])
  })

  test('a drag moves what the person has selected, until they leave', () => {
    const store = show()
    expect([...store.getState().peerDrags]).toEqual([
      ['a', { dx: 3, dy: 4 }],
      ['b', { dx: 3, dy: 4 }],
    ])
    showPeers(store, [])
    expect([store.getState().peerMarks.size, store.getState().peerDrags.size]).toEqual([0, 0])
  })
})
