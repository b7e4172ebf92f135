import { describe, expect, test } from 'vitest'
import { dragsOf, markPeers, readPeers } from './read-peers.ts'

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

describe('markPeers and dragsOf', () => {
  const peers = readPeers(new Map([[2, { user, selection: ['a', 'b'], drag: { dx: 3, dy: 4 } }]]), 1)

  test('moving a cursor changes no mark', () => {
    const marks = markPeers(peers, new Map())
    const moved = peers.map((peer) => ({ ...peer, cursor: { x: 1, y: 1 } }))
    expect(markPeers(moved, marks)).toBe(marks)
    expect([...marks.keys()]).toEqual(['a', 'b'])
  })

  test('a drag moves what the person has selected', () => {
    expect([...dragsOf(peers, new Map())]).toEqual([
      ['a', { dx: 3, dy: 4 }],
      ['b', { dx: 3, dy: 4 }],
    ])
  })
})
