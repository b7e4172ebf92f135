import { CLOSE_CODES } from '@tenon/core/collab'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { createRoom, type Room } from './room.ts'

/** The drafts that are open in this process. */
export interface Rooms {
  /**
   * The room of a draft; opened if need be. The caller joins it in the same turn of the event loop.
   *
   * @throws {@link TenonError} `RATE_LIMITED` when the tenant has too many drafts open.
   */
  enter(ref: DraftRef): Room
  close(): Promise<void>
}

export function createRooms(server: ServerContext): Rooms {
  const rooms = new Map<string, Room>()
  const leaving = new Set<Promise<void>>()

  function checkOpenDrafts(tenantId: TenantId): void {
    const most = server.limits.openDraftsPerTenant
    const prefix = `${tenantId}/`
    let open = 0
    for (const key of rooms.keys()) if (key.startsWith(prefix)) open += 1
    if (open < most) return
    throw new TenonError('RATE_LIMITED', `The tenant has reached its limit of ${most} open drafts`, {
      remedy: 'Close other workflows, then try again.',
    })
  }

  return {
    enter(ref) {
      const key = `${ref.tenantId}/${ref.workflowId}`
      const open = rooms.get(key)
      if (open !== undefined) return open
      checkOpenDrafts(ref.tenantId)
      const room = createRoom(server, ref, (done) => {
        if (rooms.get(key) === room) rooms.delete(key)
        leaving.add(done)
        done.finally(() => leaving.delete(done))
      })
      rooms.set(key, room)
      return room
    },
    async close() {
      const open = [...rooms.values()]
      rooms.clear()
      await Promise.all(open.map((room) => room.close(CLOSE_CODES.draining, 'The server is shutting down')))
      await Promise.all(leaving)
    },
  }
}
