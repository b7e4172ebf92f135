import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createHeartbeat } from './heartbeat.ts'

/** A real server under a heartbeat, with two clients: one that answers, one that is as good as gone. */
async function openServer() {
  const httpServer = createServer()
  const server = new WebSocketServer({ server: httpServer })
  const heartbeat = createHeartbeat(server.clients)
  server.on('connection', (client) => heartbeat.watch(client))
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    httpServer.close()
  })
  const url = `ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`
  const open = async (autoPong: boolean) => {
    const client = new WebSocket(url, { autoPong })
    const closed = new Promise<number>((resolve) => client.once('close', resolve))
    await new Promise((resolve) => client.once('open', resolve))
    return { client, closed }
  }
  const [alive, dead] = [await open(true), await open(false)]
  return { server, heartbeat, alive, dead }
}

describe('createHeartbeat', () => {
  test('cuts off who has not answered the last time, and leaves the others', async () => {
    const { server, heartbeat, alive, dead } = await openServer()
    const answered = Promise.any(
      [...server.clients].map((each) => new Promise((resolve) => each.once('pong', resolve))),
    )
    heartbeat.beat()
    await answered
    expect(server.clients.size).toBe(2)
    heartbeat.beat()
    expect(await dead.closed).toBe(1006)
    expect(alive.client.readyState).toBe(WebSocket.OPEN)
  })
})
