import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { openRoom } from '../../test/fixtures/room.ts'
import { type CollabListener, connectRoom } from './collab-provider.ts'

afterEach(() => vi.unstubAllGlobals())

const eventually = (check: () => void) => vi.waitFor(check, 15_000)

function join(url: string) {
  // Browsers have it; this is the one of Node's own tests.
  vi.stubGlobal('WebSocket', WebSocket)
  const doc = new Y.Doc()
  const saved: boolean[] = []
  let isConnected = false
  const listener: CollabListener = {
    onSynced: () => undefined,
    onConnected: (next) => {
      isConnected = next
    },
    onSaved: (isComplete) => saved.push(isComplete),
    onLocalChange: () => undefined,
    onAwareness: () => undefined,
    onClosed: () => undefined,
    onTicketRefused: () => undefined,
  }
  const connection = connectRoom({ doc, url, workflowId: 'w', getTicket: async () => 'ticket', listener })
  onTestFinished(connection.stop)
  return { nodes: doc.getMap('nodes'), saved, isConnected: () => isConnected }
}

describe('connectRoom', () => {
  test('takes nothing for saved while a deletion is on its way', async () => {
    const room = await openRoom()
    const { nodes, saved } = join(room.url)
    await eventually(() => expect(room.taken()).toBe(1))
    nodes.set('a', 'text')
    nodes.delete('a')
    await eventually(() => expect(room.taken()).toBe(3))
    room.save(2)
    await eventually(() => expect(saved).toEqual([false]))
    room.save(3)
    await eventually(() => expect(saved).toEqual([false, true]))
  })

  test('counts anew on a new connection, which first brings what was deleted without one', async () => {
    const room = await openRoom()
    const { nodes, saved, isConnected } = join(room.url)
    await eventually(() => expect(room.taken()).toBe(1))
    nodes.set('a', 'text')
    await eventually(() => expect(room.taken()).toBe(2))
    room.cut()
    await eventually(() => expect(isConnected()).toBe(false))
    nodes.delete('a')
    await eventually(() => expect(room.stored.getMap('nodes').has('a')).toBe(false))
    expect(room.taken()).toBe(1)
    room.save(0)
    room.save(1)
    await eventually(() => expect(saved).toEqual([false, true]))
  })
})
