import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TenonError } from '@tenon/core/errors'
import type pg from 'pg'
import type { GuardedSockets } from '../guarded-socket.ts'
import type { PostgresLogin } from '../logins.ts'
import { createClient, createConnection, type Driver, internalsOf, tlsOf } from './sql-driver.ts'
import { toConnectFailure } from './sql-failures.ts'

const CONNECT_MS = 10_000
const CANCEL_MS = 5_000
const END_MS = 1_000
/** Bytes of a database before it has accepted the login: certificates are not counted. */
const MAX_LOGIN_BYTES = 65_536

/** A session at a database. */
export interface SqlSession {
  readonly client: pg.Client
  /** Bytes that the database may send; each statement begins anew. */
  readonly bytes: ByteLimit
}

/** A session with what its owner does. */
export interface OwnedSession extends SqlSession {
  /** `true` if it can run no other statement. */
  readonly isBroken: boolean
  /** Chooses whether its socket keeps this process alive. */
  hold(isHeld: boolean): void
  /** Resolves when its socket is closed. */
  readonly closed: Promise<void>
  /** Cancels the statement that runs, by a request to the same address, and closes the socket. */
  cancel(): Promise<void>
  /** Ends the session; its socket closes after a second at the latest. */
  end(): void
}

/** @throws {@link TenonError} `SQL_UNAVAILABLE`, `SQL_LOGIN_FAILED`, `EGRESS_REFUSED`; the reason of the signal. */
export async function openSession(
  driver: Driver,
  login: PostgresLogin,
  sockets: GuardedSockets,
  abortSignal: AbortSignal,
): Promise<OwnedSession> {
  abortSignal.throwIfAborted()
  const socket = sockets.create()
  const bytes = createByteLimit(MAX_LOGIN_BYTES)
  const onAbort = () => void socket.destroy()
  try {
    bytes.watch(socket)
    const client = createClient(driver, login, socket, CONNECT_MS)
    const session = ownSession(driver, login, sockets, { client, socket, bytes })
    abortSignal.addEventListener('abort', onAbort, { once: true })
    await client.connect()
    return session
  } catch (error) {
    socket.destroy()
    if (abortSignal.aborted) throw abortSignal.reason
    throw bytes.isOver ? tooTalkative(error) : toConnectFailure(error)
  } finally {
    abortSignal.removeEventListener('abort', onAbort)
  }
}

interface SessionParts extends SqlSession {
  readonly client: pg.Client
  readonly socket: Socket
}

function ownSession(
  driver: Driver,
  login: PostgresLogin,
  sockets: GuardedSockets,
  { client, socket, bytes }: SessionParts,
): OwnedSession {
  const internals = internalsOf(client)
  let isBroken = false
  client.on('error', () => {
    isBroken = true
  })
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isBroken = true
      resolve()
    })
  })
  // From then on, bytes pass through another stream.
  internals.connection.on('sslconnect', () => bytes.watch(internals.connection.stream))
  const destroy = (): void => {
    isBroken = true
    internals.connection.stream.destroy()
    socket.destroy()
  }
  return {
    ...{ client, bytes, closed },
    get isBroken() {
      return isBroken || bytes.isOver
    },
    hold: (isHeld) => (isHeld ? internals.connection.ref() : internals.connection.unref()),
    async cancel() {
      isBroken = true
      const { processID, secretKey } = internals
      if (processID !== null && secretKey !== null && socket.remoteAddress !== undefined) {
        await cancelStatement(driver, login, sockets.create(socket.remoteAddress), [processID, secretKey])
      }
      destroy()
    },
    end() {
      isBroken = true
      const alarm = setTimeout(destroy, END_MS)
      void closed.then(() => clearTimeout(alarm))
      client.end().catch(destroy)
    },
  }
}

/**
 * Sends the request of the protocol to cancel a statement, which needs no login: the secret of the session proves it, and a
 * pooler knows which of its sessions it means.
 */
function cancelStatement(
  driver: Driver,
  login: PostgresLogin,
  socket: Socket,
  [processId, secretKey]: readonly [number, number],
): Promise<void> {
  const tls = tlsOf(login)
  const connection = createConnection(driver, { stream: () => socket, ssl: tls })
  createByteLimit(MAX_LOGIN_BYTES).watch(socket)
  return new Promise((resolve) => {
    // The session itself is closed after that, so a request that does not arrive is no error.
    const alarm = setTimeout(() => socket.destroy(), CANCEL_MS)
    socket.once('close', () => {
      clearTimeout(alarm)
      resolve()
    })
    const cancel = () => connection.cancel(processId, secretKey)
    connection.on('error', () => void socket.destroy())
    connection.on('connect', () => (tls === false ? cancel() : connection.requestSsl()))
    connection.on('sslconnect', cancel)
    connection.connect(login.port, login.host)
  })
}

function tooTalkative(cause: unknown): TenonError {
  return new TenonError('SQL_UNAVAILABLE', `The server sent more than ${MAX_LOGIN_BYTES} bytes before the login`, {
    cause,
    retryable: false,
    remedy: 'Check host and port of the connection: the server does not seem to be a Postgres database.',
  })
}

/** Counts the bytes that a server sends, so that none fills the memory of this process. */
interface ByteLimit {
  /** `true` once the server has sent more than the limit; its socket is closed then. */
  readonly isOver: boolean
  /** Counts again from 0. */
  restart(maxBytes: number): void
  /** Counts the bytes that pass through a stream. */
  watch(stream: Duplex): void
}

function createByteLimit(maxBytes: number): ByteLimit {
  let left = maxBytes
  return {
    get isOver() {
      return left < 0
    },
    restart(next) {
      if (left >= 0) left = next
    },
    watch(stream) {
      stream.on('data', (chunk: Buffer) => {
        left -= chunk.byteLength
        if (left < 0) stream.destroy()
      })
    },
  }
}
