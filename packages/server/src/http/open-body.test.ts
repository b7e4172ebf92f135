import { expect, test } from 'vitest'
import { openBody } from './open-body.ts'

test('a body that keeps arriving, but slowly, is given up after a minute', async () => {
  let nowMs = 0
  const send = (bytesEach10s: number) => {
    nowMs = 0
    let left = 12
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          nowMs += 10_000
          left -= 1
          if (left === 0) controller.close()
          else controller.enqueue(new Uint8Array(bytesEach10s))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'content-type': 'application/octet-stream' }
    const request = new Request('https://a.example', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
    return new Response(openBody(request, 60_000, () => nowMs)).arrayBuffer()
  }
  expect((await send(10_000)).byteLength).toBe(110_000)
  await expect(send(9_000)).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
})
