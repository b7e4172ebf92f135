import { type Identity, roleAllows } from '@tenon/core/api'
import { CLOSE_CODES } from '@tenon/core/collab'
import { decodeFrame } from '../collab/frames.ts'
import type { Member } from '../collab/member.ts'
import type { Rooms } from '../collab/rooms.ts'
import { closeCodeOf, closeReasonOf } from '../connections/close-error.ts'
import type { ServerSocket } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'
import type { DraftRef } from '../tables/draft-repository.ts'

/** Frames in one second that no editor sends. */
const MAX_FRAMES_PER_SECOND = 300

/** Lets a socket take part in the editing of a draft until it closes. */
export async function collaborate(
  server: ServerContext,
  rooms: Rooms,
  ref: DraftRef,
  identity: Identity,
  socket: ServerSocket,
): Promise<void> {
  const member: Member = { identity, socket, canWrite: roleAllows(identity.role, 'workflow:write') }
  const room = rooms.enter(ref)
  const isTooFast = createRateMeter(MAX_FRAMES_PER_SECOND, server.now)
  const refuse = (thrown: unknown): void => {
    socket.close(closeCodeOf(thrown), closeReasonOf(thrown))
    room.leave(member)
  }
  const joined = room.join(member)
  socket.onClose(() => room.leave(member))
  socket.onMessage((data) => {
    if (isTooFast()) {
      socket.close(CLOSE_CODES.rateLimited, 'Too many messages per second')
      room.leave(member)
      return
    }
    try {
      const frame = decodeFrame(data)
      if (frame.kind === 'sync-step-1') room.answerSync(member, frame.stateVector).catch(refuse)
      else if (frame.kind === 'update') room.receiveUpdate(member, frame.update)
      else if (frame.kind === 'awareness') room.presence.receive(member, frame.entries).catch(refuse)
      else room.presence.greet(member)
    } catch (thrown) {
      refuse(thrown)
    }
  })
  await joined
}

function createRateMeter(perSecond: number, now: () => number): () => boolean {
  let windowStart = 0
  let count = 0
  return () => {
    const at = now()
    if (at - windowStart >= 1_000) {
      windowStart = at
      count = 0
    }
    count += 1
    return count > perSecond
  }
}
