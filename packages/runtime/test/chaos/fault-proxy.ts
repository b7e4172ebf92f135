import { createServer, connect as openSocket, type Server, type Socket } from 'node:net'

/** A TCP proxy in front of Postgres that disturbs connections as a network does. */
export interface FaultProxy {
  /** Connection string of the database by way of the proxy. */
  readonly url: string
  /** Faults so far, by kind. */
  readonly counts: { readonly lost: number; readonly late: number; readonly silent: number }
  /** Cuts a share of the connections after the server has executed a statement, before the client hears of it. */
  loseAnswers(rate: number): void
  /** Cuts a share of the connections before a statement, which reaches the server so many milliseconds later. */
  delayStatements(rate: number, delayMs: number): void
  /** The next so many connections that send a statement go silent: nothing passes any more, until the client closes. */
  silence(connections: number): void
  /** Disturbs no more connections; those that are silent stay so. */
  heal(): void
  close(): Promise<void>
}

/** `ReadyForQuery`, without the byte for the state of the transaction that ends it. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5])
/** That state outside of a transaction: what the client has asked for is stored. */
const IDLE = 0x49

/**
 * Opens a proxy.
 *
 * @param target - Connection string of the database on this machine.
 * @param random - Numbers from 0 up to 1 that decide which connections are disturbed.
 */
export async function openFaultProxy(target: string, random: () => number): Promise<FaultProxy> {
  const { port, pathname } = new URL(target)
  const counts = { lost: 0, late: 0, silent: 0 }
  const sockets = new Set<Socket>()
  let loseRate = 0
  let lateRate = 0
  let lateMs = 0
  let toSilence = 0

  const carry = (client: Socket): void => {
    const backend = openSocket(Number(port), '127.0.0.1')
    let isReady = false
    let mode: 'open' | 'silent' | 'late' = 'open'
    for (const socket of [client, backend]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk) => {
      if (mode !== 'open') return
      if (isReady && toSilence > 0) {
        toSilence -= 1
        counts.silent += 1
        mode = 'silent'
      } else if (isReady && random() < lateRate) {
        counts.late += 1
        mode = 'late'
        client.destroy()
        setTimeout(() => backend.write(chunk), lateMs)
      } else backend.write(chunk)
    })
    backend.on('data', (chunk) => {
      if (mode === 'silent') return
      const isAnswered = chunk.subarray(-READY.length - 1, -1).equals(READY)
      const isIdle = isAnswered && chunk.at(-1) === IDLE
      if (mode === 'late') {
        // The answer reaches no client, and a transaction that is open ends with the connection.
        if (isAnswered) backend.destroy()
        return
      }
      if (isReady && isIdle && random() < loseRate) {
        counts.lost += 1
        client.destroy()
        backend.destroy()
        return
      }
      isReady ||= isIdle
      client.write(chunk)
    })
    client.on('close', () => {
      if (mode !== 'late') backend.destroy()
    })
    backend.on('close', () => {
      if (mode !== 'silent') client.destroy()
    })
  }
  const server = createServer(carry)
  const ownPort = await listen(server)
  return {
    url: `postgres://postgres@127.0.0.1:${ownPort}${pathname}`,
    counts,
    loseAnswers: (rate) => {
      loseRate = rate
    },
    delayStatements: (rate, delayMs) => {
      lateRate = rate
      lateMs = delayMs
    },
    silence: (connections) => {
      toSilence = connections
    },
    heal: () => {
      loseRate = 0
      lateRate = 0
      toSilence = 0
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
