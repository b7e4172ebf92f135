import type { Identity } from '@tenon/core/api'
import type { ServerSocket } from '../connections/server-socket.ts'

/** One socket in a room. */
export interface Member {
  readonly identity: Identity
  readonly socket: ServerSocket
  readonly canWrite: boolean
}
