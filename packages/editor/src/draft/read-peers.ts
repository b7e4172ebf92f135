import type { NodeId } from '@tenon/core/document'
import type { Peer, PeerMark } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { shareStructure } from '../store/share-structure.ts'
import { avatarColor } from '../ui/avatar.tsx'

/**
 * Returns the other users in a room from their awareness states, which come from other programs and may have any shape.
 */
export function readPeers(states: ReadonlyMap<number, unknown>, ownClientId: number): readonly Peer[] {
  const peers: Peer[] = []
  for (const [clientId, state] of states) {
    if (clientId === ownClientId || !isRecord(state) || !isRecord(state.user)) continue
    const { userId, displayName } = state.user
    if (typeof userId !== 'string' || typeof displayName !== 'string') continue
    peers.push({
      clientId,
      userId,
      displayName,
      color: avatarColor(userId),
      cursor: readPoint(state.cursor, 'x', 'y') as Peer['cursor'],
      selection: Array.isArray(state.selection) ? state.selection.filter((id) => typeof id === 'string') : [],
      drag: readPoint(state.drag, 'dx', 'dy') as Peer['drag'],
      editing: readEditing(state.editing),
    })
  }
  return peers.sort((a, b) => a.clientId - b.clientId)
}

/** Shows other users with their marks and drags; what has not changed keeps its reference. */
export function showPeers(store: EditorStore, read: readonly Peer[]): void {
  const before = store.getState()
  const peers = shareStructure(before.peers, read)
  if (peers === before.peers) return
  store.setState({
    peers,
    peerMarks: markPeers(peers, before.peerMarks),
    peerDrags: dragsOf(peers, before.peerDrags),
  })
}

/** Returns the user who has selected each node; of several, the first by client id. */
function markPeers(peers: readonly Peer[], before: ReadonlyMap<NodeId, PeerMark>): ReadonlyMap<NodeId, PeerMark> {
  const marks = new Map<NodeId, PeerMark>()
  for (const { clientId, displayName, color, selection } of peers) {
    for (const id of selection) {
      if (!marks.has(id)) marks.set(id, shareStructure(before.get(id), { clientId, displayName, color }))
    }
  }
  const isSame = marks.size === before.size && [...marks].every(([id, mark]) => before.get(id) === mark)
  return isSame ? before : marks
}

type Drags = ReadonlyMap<NodeId, { readonly dx: number; readonly dy: number }>

/** Returns the drag offsets of other users by node; the same map while nothing moves. */
function dragsOf(peers: readonly Peer[], before: Drags): Drags {
  const drags = new Map(
    peers.flatMap(({ drag, selection }) => (drag === null ? [] : selection.map((id) => [id, drag] as const))),
  )
  const isSame = drags.size === before.size && [...drags].every(([id, drag]) => before.get(id) === drag)
  return isSame ? before : drags
}

function readPoint<X extends string, Y extends string>(value: unknown, x: X, y: Y): Record<X | Y, number> | null {
  if (!isRecord(value)) return null
  const [first, second] = [value[x], value[y]]
  if (!Number.isFinite(first) || !Number.isFinite(second)) return null
  return { [x]: first, [y]: second } as Record<X | Y, number>
}

function readEditing(value: unknown): Peer['editing'] {
  if (!isRecord(value) || typeof value.nodeId !== 'string' || !Array.isArray(value.path)) return null
  const path = value.path.filter((key) => typeof key === 'string' || typeof key === 'number')
  return { nodeId: value.nodeId, path }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
