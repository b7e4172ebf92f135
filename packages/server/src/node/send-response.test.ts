import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { sendResponse } from './send-response.ts'

/** Asks a real server that sends this response. */
async function received(response: Response): Promise<IncomingMessage> {
  const server = createServer((_request, outgoing) => void sendResponse(response, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, resolve).once('error', reject)
  })
}

describe('sendResponse', () => {
  test('keeps every cookie a header of its own', async () => {
    const headers = new Headers({ 'x-a': '1' })
    headers.append('set-cookie', 'a=1; Path=/')
    headers.append('set-cookie', 'b=2')
    const answer = await received(new Response('hello', { status: 201, headers }))
    expect(answer.statusCode).toBe(201)
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2'])
    expect(answer.headers['x-a']).toBe('1')
    expect((await buffer(answer)).toString()).toBe('hello')
  })

  test('sends a response without a body', async () => {
    const answer = await received(new Response(null, { status: 204 }))
    expect(answer.statusCode).toBe(204)
    expect(await buffer(answer)).toHaveLength(0)
  })

  test('waits for a reader that is slower than the response', async () => {
    const chunks = 64
    let pulled = 0
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(256 * 1024).fill(pulled))
        if (pulled === chunks) controller.close()
      },
    })
    const answer = await received(new Response(stream))
    const body = await buffer(answer)
    expect(body).toHaveLength(chunks * 256 * 1024)
    expect([body[0], body.at(-1)]).toEqual([1, chunks])
  })

  test('cuts the connection when the response breaks after its head', async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array([1])),
      pull: (controller) => controller.error(new RangeError('gone')),
    })
    const answer = await received(new Response(stream))
    await expect(buffer(answer)).rejects.toThrow()
  })

  test('stops reading when its reader goes', async () => {
    let isCanceled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array([1])),
      cancel: () => {
        isCanceled = true
      },
    })
    const answer = await received(new Response(stream))
    answer.destroy()
    await vi.waitFor(() => expect(isCanceled).toBe(true), 20_000)
  })
})
