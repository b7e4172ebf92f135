import { CHANGE_KINDS, type Change } from '../api/types.ts'
import { CLOSE_CODES } from '../collab/close-codes.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { backoffMs } from './backoff.ts'
import { followEvents } from './event-stream.ts'
import { createFrameBatch } from './frame-batch.ts'
import { openFrameSocket } from './frame-socket.ts'
import type { WebSocketConstructor } from './options.ts'
import type { TenonClient } from './types.ts'

/** A frame that the server sends: a hint or a heartbeat. */
type ChangeFrame = Change | { readonly kind: 'heartbeat' }

export interface ChangeStreamDeps {
  /** Address of the socket without its query. */
  readonly socketUrl: string
  /** WebSocket class; with `null`, server-sent events are used. */
  readonly WebSocket: WebSocketConstructor | null
  readonly getTicket: (abortSignal: AbortSignal) => Promise<string>
  /** Opens a stream of server-sent events. */
  readonly openEvents: (abortSignal: AbortSignal) => Promise<Response>
  /** @defaultValue Math.random */
  readonly random?: () => number
}

/** Result of a connection: no frame arrived, it ended, or the server would refuse it again. */
type Followed = 'failed' | 'ended' | 'refused'

/** If no first frame arrives in this time, the transport counts as not supported by the server or a proxy. */
const FIRST_FRAME_MS = 5_000
const POLL_MS = 15_000
const REFUSED_MS = 60_000

/**
 * Shares one connection among all subscribers to the changes of a tenant. It is open while there is a listener. Each
 * round tries the WebSocket, then server-sent events; if neither works, listeners get `ready` once per round.
 */
export function createChangeStream(deps: ChangeStreamDeps): TenonClient['changes'] {
  const random = deps.random ?? Math.random
  const listeners = new Set<{ readonly listener: (changes: readonly Change[]) => void }>()
  const batch = createFrameBatch<Change>(deliver)
  let following: AbortController | null = null
  /** Connections in a row that brought their first frame and nothing more. */
  let shortLived = 0

  function deliver(changes: readonly Change[]): void {
    for (const entry of listeners) {
      // A listener that throws must not keep the hints from the other listeners.
      queueMicrotask(() => {
        if (listeners.has(entry)) entry.listener(changes)
      })
    }
  }

  function onFrame(frame: ChangeFrame): void {
    shortLived = frame.kind === 'ready' ? shortLived + 1 : 0
    if (frame.kind !== 'heartbeat') batch.add(frame)
  }

  async function follow(abortSignal: AbortSignal): Promise<void> {
    while (!abortSignal.aborted) {
      const bySocket = await followSocket(deps, onFrame, abortSignal)
      if (abortSignal.aborted) return
      const followed = bySocket === 'failed' ? await followSse(deps, onFrame, abortSignal) : bySocket
      if (abortSignal.aborted) return
      if (followed === 'failed') batch.add({ kind: 'ready' })
      await sleep(
        followed === 'ended'
          ? backoffMs(Math.max(1, shortLived), random())
          : followed === 'refused'
            ? REFUSED_MS
            : POLL_MS,
        abortSignal,
      )
    }
  }

  return {
    subscribe(listener) {
      const entry = { listener }
      listeners.add(entry)
      if (following === null) {
        following = new AbortController()
        void follow(following.signal)
      }
      return () => {
        listeners.delete(entry)
        if (listeners.size > 0) return
        following?.abort()
        following = null
        batch.clear()
      }
    },
  }
}

async function followSocket(
  { WebSocket, socketUrl, getTicket }: ChangeStreamDeps,
  onFrame: (frame: ChangeFrame) => void,
  abortSignal: AbortSignal,
): Promise<Followed> {
  if (WebSocket === null) return 'failed'
  try {
    const url = `${socketUrl}?${new URLSearchParams({ ticket: await getTicket(abortSignal) }).toString()}`
    if (abortSignal.aborted) return 'failed'
    return await new Promise<Followed>((resolve) => {
      let hasFrame = false
      // Opened first, since the platform may refuse the URL.
      const close = openFrameSocket(WebSocket, url, readChangeFrame, {
        onFrame: (frame) => {
          hasFrame = true
          clearTimeout(firstFrame)
          onFrame(frame)
        },
        onLost: (code) => end(code === CLOSE_CODES.forbidden ? 'refused' : hasFrame ? 'ended' : 'failed'),
      })
      const end = (followed: Followed): void => {
        clearTimeout(firstFrame)
        abortSignal.removeEventListener('abort', onAbort)
        resolve(followed)
      }
      const onAbort = (): void => {
        close()
        end('ended')
      }
      const firstFrame = setTimeout(() => {
        close()
        end('failed')
      }, FIRST_FRAME_MS)
      abortSignal.addEventListener('abort', onAbort)
    })
  } catch (error) {
    return followedOf(error)
  }
}

async function followSse(
  { openEvents }: ChangeStreamDeps,
  onFrame: (frame: ChangeFrame) => void,
  abortSignal: AbortSignal,
): Promise<Followed> {
  try {
    const count = await followEvents(openEvents, readChangeFrame, onFrame, {
      abortSignal,
      firstFrameMs: FIRST_FRAME_MS,
    })
    return count > 0 ? 'ended' : 'failed'
  } catch (error) {
    return followedOf(error)
  }
}

/** Checks for statuses that every transport would get: not signed in, or no permission. */
function followedOf(error: unknown): Followed {
  if (!(error instanceof TenonError)) return 'failed'
  return error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN' ? 'refused' : 'failed'
}

async function sleep(delayMs: number, abortSignal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      abortSignal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, delayMs)
    abortSignal.addEventListener('abort', wake)
  })
}

/** Reads a frame; `null` for a kind that only a newer server knows. */
function readChangeFrame(value: unknown): ChangeFrame | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, id, workflowId } = value as Record<string, unknown>
  if (kind === 'ready' || kind === 'heartbeat') return { kind }
  const known = CHANGE_KINDS.find((candidate) => candidate === kind)
  if (known === undefined || typeof id !== 'string') return null
  return { kind: known, id, ...(typeof workflowId === 'string' ? { workflowId } : {}) }
}
