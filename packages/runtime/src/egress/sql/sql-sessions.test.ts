import { createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { createEgress, type Egress } from '../egress.ts'
import type { PostgresLogin } from '../logins.ts'

const STATEMENT = { sql: 'select 1 as a', values: {}, maxRows: 1, onMoreRows: 'fail' } as const
const limits = (timeoutMs = 10_000) => ({ abortSignal: AbortSignal.timeout(timeoutMs), timeoutMs })
const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => error,
  )

afterEach(() => void vi.unstubAllEnvs())

/** Writes a message of the protocol. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const ready = message('Z', Buffer.from('I'))
const completed = (command: string) => message('C', Buffer.from(`${command}\0`))

/** Sends the head of a message of 2 GB, and as much of it as the client takes. */
function flood(socket: Socket, type: string): void {
  const head = Buffer.alloc(5)
  head.write(type, 0)
  head.writeInt32BE(0x7fffff00, 1)
  socket.write(head)
  const part = Buffer.alloc(1 << 20, 65)
  const send = () => {
    if (socket.destroyed) return
    if (socket.write(part)) setImmediate(send)
    else socket.once('drain', send)
  }
  send()
}

interface FakeDatabase {
  readonly login: PostgresLogin
  readonly seen: Buffer[]
  readonly sockets: Socket[]
  readonly egress: Egress
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A database that completes everything, and answers to nothing that `onText` takes over. */
async function startFake(onText: (text: string, socket: Socket) => boolean): Promise<FakeDatabase> {
  const sockets: Socket[] = []
  const seen: Buffer[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    let isStarted = false
    let left = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      seen.push(chunk)
      left = Buffer.concat([left, chunk])
      if (!isStarted) {
        left = left.subarray(left.readInt32BE(0))
        isStarted = true
        if (onText('login', socket)) return
        const key = message('K', Buffer.from([0, 0, 0, 7, 0, 0, 0, 9]))
        socket.write(Buffer.concat([message('R', Buffer.alloc(4)), key, ready]))
      }
      while (left.length >= 5 && left.length > left.readInt32BE(1)) {
        const type = String.fromCharCode(left[0] ?? 0)
        const body = left.subarray(5, 1 + left.readInt32BE(1))
        left = left.subarray(1 + left.readInt32BE(1))
        const text = type === 'Q' || type === 'P' ? body.toString('utf8').replaceAll('\0', '') : ''
        if (text !== '' && onText(text, socket)) return
        if (type === 'Q') socket.write(Buffer.concat([completed('DONE'), ready]))
        if (type === 'P') socket.write(message('1', Buffer.alloc(0)))
        if (type === 'B') socket.write(message('2', Buffer.alloc(0)))
        if (type === 'D') socket.write(message('n', Buffer.alloc(0)))
        if (type === 'E') socket.write(completed('DONE'))
        if (type === 'S') socket.write(ready)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { readonly port: number }
  const egress = createEgress({ allow: [`127.0.0.1:${port}`] })
  const login: PostgresLogin = {
    ...{ kind: 'postgres', host: '127.0.0.1', port, database: 'd', user: 'u', password: 'canary-password' },
    ...{ access: 'write', tls: 'off', ca: null },
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= egress.close()
    return closing
  }
  return {
    ...{ login, seen, sockets, egress, close },
    [Symbol.asyncDispose]: async () => {
      await close()
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

describe('a database that', () => {
  test('does not answer the reset blocks its account for a second at most, and not the end of the process', async () => {
    await using fake = await startFake((text) => text === 'discard all')
    const read = () => fake.egress.sql.read({ tenantId: 't', login: fake.login }, STATEMENT, limits())
    const began = Date.now()
    await Promise.all([read(), read(), read(), read()])
    expect(await outcomeOf(read())).toBe('ok')
    await fake.close()
    expect(Date.now() - began).toBeLessThan(6_000)
    await expect.poll(() => fake.sockets.every(({ destroyed }) => destroyed)).toBe(true)
    expect(await outcomeOf(read())).toMatchObject({ code: 'SQL_UNAVAILABLE', retryable: true })
  })

  test.each([
    ['login', 'E', 'SQL_UNAVAILABLE'],
    ['begin', 'N', 'SQL_RESULT_TOO_LARGE'],
    ['declare', 'N', 'SQL_RESULT_TOO_LARGE'],
    ['commit', 'N', 'SQL_UNAVAILABLE'],
  ])('sends without end at the %s is cut off', async (where, type, code) => {
    await using fake = await startFake((text, socket) => {
      if (!text.startsWith(where)) return false
      flood(socket, type)
      return true
    })
    const outcome = await outcomeOf(fake.egress.sql.read({ tenantId: 't', login: fake.login }, STATEMENT, limits()))
    expect(outcome).toMatchObject({ code, retryable: where === 'commit' })
    // What the socket of the system holds is sent, and no more.
    expect(fake.sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)).toBeLessThan(40_000_000)
  })

  test('is silent while a call is aborted gets a request to cancel with its own key', async () => {
    await using fake = await startFake((text) => text.startsWith('declare'))
    const controller = new AbortController()
    const reading = fake.egress.sql.read({ tenantId: 't', login: fake.login }, STATEMENT, {
      abortSignal: controller.signal,
      timeoutMs: null,
    })
    const outcome = outcomeOf(reading)
    await expect.poll(() => Buffer.concat(fake.seen).includes('declare')).toBe(true)
    controller.abort(new Error('canceled'))
    const request = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 7, 0, 0, 0, 9])
    await expect.poll(() => Buffer.concat(fake.seen).includes(request)).toBe(true)
    fake.sockets[1]?.destroy()
    expect(await outcome).toMatchObject({ message: 'canceled' })
  })

  test('reads the environment of the host gets nothing of it', async () => {
    await using fake = await startFake(() => false)
    for (const [name, value] of [
      ['PGOPTIONS', '-c search_path=host_secret'],
      ['PGREPLICATION', 'host_secret'],
      ['PGSSLNEGOTIATION', 'direct'],
      ['PGCLIENT_ENCODING', 'host_secret'],
      ['PGAPPNAME', 'host_secret'],
    ] as const) {
      vi.stubEnv(name, value)
    }
    expect(await outcomeOf(fake.egress.sql.read({ tenantId: 't', login: fake.login }, STATEMENT, limits()))).toBe('ok')
    expect(Buffer.concat(fake.seen).toString('latin1')).not.toContain('host_secret')
  })
})

describe('sessions', () => {
  let postgres: TestPostgres
  let admin: pg.Pool
  let egress: Egress
  let login: PostgresLogin
  beforeAll(async () => {
    postgres = await startTestPostgres()
    const url = new URL(await postgres.createDatabase())
    admin = new pg.Pool({ connectionString: url.href, max: 1 })
    egress = createEgress({ allow: [url.host] })
    login = {
      ...{ kind: 'postgres', host: url.hostname, port: Number(url.port), database: url.pathname.slice(1) },
      ...{ user: 'u0', password: 'secret-of-users', access: 'write', tls: 'off', ca: null },
    }
    const names = Array.from({ length: 9 }, (_, index) => `u${index}`)
    await admin.query(names.map((name) => `create role ${name} login password 'secret-of-users'`).join(';'))
  })
  afterAll(async () => {
    await egress.close()
    await admin.end()
    await postgres.stop()
  })

  const countOf = async (where = 'true') =>
    Number(
      (await admin.query(`select count(*) from pg_stat_activity where application_name = 'tenon' and ${where}`)).rows[0]
        .count,
    )
  const read = (user: string, sql: string = STATEMENT.sql, change: Partial<PostgresLogin> = {}) =>
    egress.sql.read({ tenantId: 't', login: { ...login, user, ...change } }, { ...STATEMENT, sql }, limits())

  test('of a tenant with nine accounts are eight at most, and the oldest idle one makes room', async () => {
    const users = Array.from({ length: 9 }, (_, index) => `u${index}`)
    for (const user of users) await read(user)
    expect(await countOf()).toBeLessThanOrEqual(8)
    await expect.poll(() => countOf("usename = 'u0'")).toBe(0)
    const all = Promise.all(users.flatMap((user) => [read(user), read(user)]))
    for (let isOver = false; !isOver; ) {
      expect(await countOf()).toBeLessThanOrEqual(8)
      isOver = await Promise.race([
        all.then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 5, false)),
      ])
    }
  })

  test('of one account wait for it, and not before the others of the tenant', async () => {
    const slow = Array.from({ length: 12 }, () => read('u1', 'select pg_sleep(0.3)::text as a'))
    const began = Date.now()
    await read('u2')
    expect(Date.now() - began).toBeLessThan(600)
    await Promise.all(slow)
  })
})
