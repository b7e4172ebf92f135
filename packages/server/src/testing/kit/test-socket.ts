import type { Identity, SocketTicket } from '@tenon/core/api'
import { WebSocket } from 'ws'
import { type TestServer, tokenOf } from './test-server.ts'

/** A socket of `ws` that collects what arrives. */
export interface TestSocket {
  readonly socket: WebSocket
  readonly frames: Uint8Array[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly opened: Promise<void>
  /** Resolves with the frames once `isEnough` says so. */
  until(isEnough: (frames: readonly Uint8Array[]) => boolean): Promise<readonly Uint8Array[]>
}

export interface TestSocketOptions {
  readonly as?: Identity
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

export function openSocket(url: string, { as, protocols = [], headers }: TestSocketOptions = {}): TestSocket {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], {
    headers: { ...(as === undefined ? {} : { authorization: `Bearer ${tokenOf(as)}` }), ...headers },
  })
  socket.binaryType = 'arraybuffer'
  const frames: Uint8Array[] = []
  const waiters = new Set<() => void>()
  socket.on('message', (data, isBinary) => {
    frames.push(isBinary ? new Uint8Array(data as ArrayBuffer) : Buffer.from(data as ArrayBuffer))
    for (const waiter of waiters) waiter()
  })
  return {
    socket,
    frames,
    opened: new Promise((resolve) => socket.once('open', resolve)),
    closed: new Promise((resolve, reject) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
      socket.once('error', reject)
    }),
    until: (isEnough) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!isEnough(frames)) return
          waiters.delete(check)
          resolve(frames)
        }
        waiters.add(check)
        check()
      }),
  }
}

export async function ticketFor(server: TestServer, as: Identity): Promise<string> {
  return (await server.json<SocketTicket>(201, '/socket-tickets', { as, method: 'POST' })).ticket
}
