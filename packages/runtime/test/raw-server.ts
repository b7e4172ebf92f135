import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

/** A server that answers with the very bytes of the test. */
export interface RawServer extends AsyncDisposable {
  readonly port: number
  readonly origin: string
  /** The first lines of the requests that came in. */
  readonly requests: readonly string[]
}

/** An answer with its header lines, and its body as bytes. */
export function rawAnswer(status: string, headers: readonly string[], body: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(body)
  const head = [`HTTP/1.1 ${status}`, ...headers, 'connection: close', '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

/**
 * @param answer - Bytes to send before the connection is closed; or it does what it likes with the socket.
 */
export async function startRawServer(
  answer: (requestLine: string, socket: Socket) => Buffer | undefined,
): Promise<RawServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let received = ''
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1')
      if (!received.includes('\r\n\r\n')) return
      socket.off('data', onData)
      const line = received.slice(0, received.indexOf('\r\n'))
      requests.push(line)
      const bytes = answer(line, socket)
      if (bytes !== undefined) socket.end(bytes)
    }
    socket.on('data', onData)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
