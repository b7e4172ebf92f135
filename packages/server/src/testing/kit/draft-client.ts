import type { Identity } from '@tenon/core/api'
import { readDraft } from '@tenon/core/collab'
import type { WorkflowDocument } from '@tenon/core/document'
import * as decoding from 'lib0/decoding'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { encodeSyncStep1 } from '../../collab/frames.ts'
import { testIdentity } from '../test-identity.ts'
import { greeting } from './sample-workflows.ts'
import type { TestServer } from './test-server.ts'
import { openSocket, ticketFor } from './test-socket.ts'

/** A stock y-websocket provider with its document, as any Yjs application uses it. */
export interface StockClient {
  readonly provider: WebsocketProvider
  readonly ydoc: Y.Doc
  /** The code of the first close. */
  readonly closed: Promise<number>
  readonly as: Identity
  reconnect(): Promise<void>
}

/** Server to which the clients of a test connect. */
export interface DraftServer {
  readonly server: TestServer
  readonly url: string
}

export async function connect(
  { server, url }: DraftServer,
  as: Identity,
  workflowId: string,
  ydoc = new Y.Doc(),
): Promise<StockClient> {
  const provider = new WebsocketProvider(`${url.replace('http', 'ws')}/workflows`, `${workflowId}/collab`, ydoc, {
    params: { ticket: await ticketFor(server, as) },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  })
  const closed = new Promise<number>((resolve) => {
    provider.on('connection-close', (event: { code: number } | null) => resolve(event?.code ?? 0))
  })
  const reconnect = async () => {
    provider.params = { ticket: await ticketFor(server, as) }
    provider.connect()
  }
  return { provider, ydoc, closed, reconnect, as }
}

export function synced({ provider }: StockClient): Promise<void> {
  return new Promise((resolve) => {
    if (provider.synced) resolve()
    else provider.once('sync', () => resolve())
  })
}

export function leave(clients: readonly StockClient[]): void {
  for (const { provider } of clients) provider.destroy()
}

/** Resolves when the document looks as it should. */
export function until(ydoc: Y.Doc, isThere: (document: WorkflowDocument) => boolean): Promise<WorkflowDocument> {
  return new Promise((resolve) => {
    const check = (): void => {
      const { document } = readDraft(ydoc)
      if (!isThere(document)) return
      ydoc.off('update', check)
      resolve(document)
    }
    ydoc.on('update', check)
    check()
  })
}

/** A draft of the greeting, with so many people of one tenant connected to it. */
export async function newDraft(host: DraftServer, members = 1) {
  const first = testIdentity()
  const people = [first, ...Array.from({ length: members - 1 }, () => testIdentity({ tenantId: first.tenantId }))]
  const body = { name: 'Shared', document: greeting }
  const { id } = await host.server.json<{ id: string }>(201, '/workflows', { as: first, method: 'POST', body })
  const clients = await Promise.all(people.map((as) => connect(host, as, id)))
  await Promise.all(clients.map(synced))
  return {
    id,
    first,
    clients: clients as [StockClient, StockClient, StockClient],
    path: `/workflows/${id}/draft`,
  }
}

export const nodeOf = (ydoc: Y.Doc, id = 'greet') => ydoc.getMap('nodes').get(id) as Y.Map<unknown>
export const nameOf = (document: WorkflowDocument) => document.nodes.find((node) => node.id === 'greet')?.name

/** A socket that speaks the protocol by hand, and a copy of the draft to speak about. */
export async function rawClient({ url }: DraftServer, as: Identity, id: string, protocols: readonly string[] = []) {
  const socket = openSocket(`${url}/workflows/${id}/collab`, { as, protocols })
  await socket.opened
  const ydoc = new Y.Doc()
  socket.socket.send(encodeSyncStep1(Y.encodeStateVector(ydoc)))
  await socket.until((frames) => frames.some((frame) => frame[0] === 0 && frame[1] === 1))
  for (const frame of socket.frames.filter((candidate) => candidate[0] === 0 && candidate[1] === 1)) {
    const decoder = decoding.createDecoder(frame)
    decoding.readVarUint(decoder)
    decoding.readVarUint(decoder)
    Y.applyUpdate(ydoc, decoding.readVarUint8Array(decoder))
  }
  const change = (write: () => void): Uint8Array => {
    const before = Y.encodeStateVector(ydoc)
    ydoc.transact(write)
    return Y.encodeStateAsUpdate(ydoc, before)
  }
  return { ...socket, ydoc, change, send: (frame: Uint8Array) => socket.socket.send(frame) }
}
