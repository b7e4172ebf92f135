import type { Identity, Permission } from '@tenon/core/api'
import type { Connections } from './connections.ts'

/** The request that a stream answers. */
export interface StreamRequest {
  readonly identity: Identity
  readonly receivedAt: number
  readonly abortSignal: AbortSignal
}

/** An event stream that is counted and watched like a socket. */
export interface WatchedStream {
  /** Aborted when the reader has gone, or when the stream must end. */
  readonly abortSignal: AbortSignal
  /** To be called when the stream has ended. */
  readonly leave: () => void
}

/**
 * Counts an event stream among the connections of its user, so that it ends when the user is revoked, loses the
 * permission, or has had it open for the longest life of a socket; its reader then connects again.
 *
 * @throws {@link TenonError} `RATE_LIMITED`, `FORBIDDEN`.
 */
export function watchStream(
  connections: Connections,
  permission: Permission,
  { identity, receivedAt, abortSignal }: StreamRequest,
): WatchedStream {
  const stop = new AbortController()
  const leave = connections.enter({
    identity,
    permissions: [permission],
    openedAt: receivedAt,
    close: () => stop.abort(),
  })
  abortSignal.addEventListener('abort', leave, { once: true })
  return { abortSignal: AbortSignal.any([abortSignal, stop.signal]), leave }
}
