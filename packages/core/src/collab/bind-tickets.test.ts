import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as sync from 'y-protocols/sync'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { TenonError } from '../errors/index.ts'
import { bindTickets, CLOSE_CODES } from './index.ts'

const SYNC = 0
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A y-websocket server in a few lines, which takes each ticket once. */
async function startServer(isValid: (ticket: string | null) => boolean) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const ydoc = new Y.Doc()
  const seen: (string | null)[] = []
  server.on('connection', (socket, request) => {
    const ticket = new URL(request.url ?? '', 'http://x').searchParams.get('ticket')
    const isUsed = seen.includes(ticket)
    seen.push(ticket)
    if (isUsed || !isValid(ticket)) return socket.close(CLOSE_CODES.unauthenticated)
    socket.on('message', (data: Buffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(data))
      if (decoding.readVarUint(decoder) !== SYNC) return
      const encoder = encoding.createEncoder()
      encoding.writeVarUint(encoder, SYNC)
      sync.readSyncMessage(decoder, encoder, ydoc, null)
      socket.send(encoding.toUint8Array(encoder))
    })
  })
  closers.push(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const dropAll = (code: number) => {
    for (const socket of server.clients) socket.close(code)
  }
  return { url: `ws://127.0.0.1:${port}`, seen, dropAll }
}

function connect(url: string): WebsocketProvider {
  const provider = new WebsocketProvider(url, 'room', new Y.Doc(), {
    connect: false,
    disableBc: true,
    WebSocketPolyfill: WebSocket as never,
  })
  closers.push(() => provider.destroy())
  return provider
}

const synced = (provider: WebsocketProvider): Promise<void> =>
  new Promise((resolve) => {
    const check = (isSynced: boolean) => {
      if (!isSynced) return
      provider.off('sync', check)
      resolve()
    }
    provider.on('sync', check)
  })

const counted = () => {
  let count = 0
  return async () => `t${++count}`
}

describe('bindTickets', () => {
  test('connects with a first ticket, and with a new one after each end of a connection', async () => {
    const server = await startServer((ticket) => ticket !== null)
    const provider = connect(server.url)
    provider.params = { other: 'stays' }
    const first = synced(provider)
    const stop = bindTickets(provider, counted(), { retryDelayMs: 1 })
    closers.push(stop)
    await first
    expect(server.seen).toEqual(['t1'])
    const second = synced(provider)
    server.dropAll(CLOSE_CODES.draining)
    await second
    // The provider tries the used ticket by itself before it learns that it needs another.
    expect(server.seen).toEqual(['t1', 't1', 't2'])
    expect(provider.params).toEqual({ other: 'stays', ticket: 't2' })
  })

  test('asks for tickets until one is taken', async () => {
    const server = await startServer((ticket) => ticket === 't4')
    const provider = connect(server.url)
    const done = synced(provider)
    closers.push(bindTickets(provider, counted(), { retryDelayMs: 1 }))
    await done
    expect(server.seen).toEqual(['t1', 't2', 't3', 't4'])
  })

  test('asks again when the ticket cannot be fetched for the moment', async () => {
    const server = await startServer(() => true)
    const provider = connect(server.url)
    const failures: unknown[] = [new TenonError('UNAVAILABLE', 'Try later'), new TypeError('fetch failed')]
    const done = synced(provider)
    const getTicket = async () => {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      return 'fine'
    }
    closers.push(bindTickets(provider, getTicket, { retryDelayMs: 1 }))
    await done
    expect(server.seen).toEqual(['fine'])
  })

  test('gives up when there will be no ticket any more, and says why', async () => {
    const provider = connect('ws://127.0.0.1:9')
    const ended = new TenonError('UNAUTHENTICATED', 'The session has ended')
    const reported = await new Promise((onError) => {
      bindTickets(provider, () => Promise.reject(ended), { onError })
    })
    expect(reported).toBe(ended)
    bindTickets(provider, () => Promise.reject(ended))
  })

  test('leaves other final closings to the caller', async () => {
    const server = await startServer(() => true)
    const provider = connect(server.url)
    const done = synced(provider)
    closers.push(bindTickets(provider, counted()))
    await done
    const closed = new Promise<number>((resolve) =>
      provider.on('closed', ({ code }: { code: number }) => resolve(code)),
    )
    server.dropAll(CLOSE_CODES.forbidden)
    expect(await closed).toBe(CLOSE_CODES.forbidden)
    expect(server.seen).toEqual(['t1'])
  })

  test('does nothing more once it is stopped, even while a ticket is on its way', async () => {
    const provider = connect('ws://127.0.0.1:9')
    const asked: ((ticket: string) => void)[] = []
    const refused: ((error: Error) => void)[] = []
    const getTicket = () =>
      new Promise<string>((resolve, reject) => {
        asked.push(resolve)
        refused.push(reject)
      })
    const stops = [bindTickets(provider, getTicket), bindTickets(provider, getTicket), bindTickets(provider, getTicket)]
    stops.pop()?.()
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    for (const stop of stops) stop()
    asked[0]?.('late')
    refused[1]?.(new Error('late'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(provider.params).toEqual({})
    expect(provider.shouldConnect).toBe(false)
    expect(asked).toHaveLength(2)
  })
})
