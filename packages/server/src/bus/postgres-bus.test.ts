import { TenonError } from '@tenon/core/errors'
import { BUS_RESTORED_TOPIC, type BusMessage } from '@tenon/runtime'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresBus } from './postgres-bus.ts'

let postgres: TestPostgres
let pool: pg.Pool

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = new pg.Pool({ connectionString: postgres.connectionString })
  pool.on('error', () => undefined)
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

const open = () => postgresBus({ pool, listen: () => pool.connect() })

/** Collects what arrives, and lets a test wait for a number of messages. */
function collector() {
  const messages: BusMessage[] = []
  const waiters: { readonly count: number; readonly resolve: () => void }[] = []
  return {
    messages,
    listener: (message: BusMessage) => {
      messages.push(message)
      for (const waiter of waiters) if (messages.length >= waiter.count) waiter.resolve()
    },
    until: (count: number) =>
      new Promise<void>((resolve) => {
        waiters.push({ count, resolve })
        if (messages.length >= count) resolve()
      }),
  }
}

/** Two processes on one database that hear each other. */
async function pair() {
  const [here, there] = [open(), open()]
  const ready = collector()
  here.subscribe('ready', ready.listener)
  // Only a notification that arrives shows that LISTEN is active.
  const knock = setInterval(() => there.publish('ready', {}), 20)
  await ready.until(1)
  clearInterval(knock)
  return { here, there, close: () => Promise.all([here.close(), there.close()]) }
}

describe('postgresBus', () => {
  test('reaches listeners of the topic in both processes, once each', async () => {
    const { here, there, close } = await pair()
    const [near, far, other] = [collector(), collector(), collector()]
    there.subscribe('run:acme:1', near.listener)
    here.subscribe('run:acme:1', far.listener)
    here.subscribe('run:acme:2', other.listener)
    for (let seq = 1; seq <= 50; seq += 1) there.publish('run:acme:1', { seq })
    await Promise.all([near.until(50), far.until(50)])
    expect(far.messages).toEqual(near.messages)
    expect(far.messages.map((message) => message.seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    expect(other.messages).toEqual([])
    await close()
  })

  test('splits what does not fit into one notification', async () => {
    const { here, there, close } = await pair()
    const far = collector()
    here.subscribe('topic', far.listener)
    for (let seq = 0; seq < 10; seq += 1) there.publish('topic', { seq, text: 'ü'.repeat(1_000) })
    await far.until(10)
    expect(far.messages.map((message) => message.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    await close()
  })

  test('listens again after its connection was cut', async () => {
    const { here, there, close } = await pair()
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen tenon' and pid <> pg_backend_pid()`,
    )
    const [far, restored] = [collector(), collector()]
    here.subscribe('topic', far.listener)
    here.subscribe(BUS_RESTORED_TOPIC, restored.listener)
    const knock = setInterval(() => there.publish('topic', {}), 50)
    await Promise.all([far.until(1), restored.until(1)])
    clearInterval(knock)
    await close()
  })

  test('sends what is gathered before it closes, and nothing after', async () => {
    const { here, there, close } = await pair()
    const far = collector()
    here.subscribe('topic', far.listener)
    there.publish('topic', { seq: 1 })
    await there.close()
    there.publish('topic', { seq: 2 })
    await far.until(1)
    expect(far.messages).toEqual([{ seq: 1 }])
    await close()
  })

  test('takes only plain channel names', () => {
    const invalid = () => postgresBus({ pool, listen: () => pool.connect(), channel: 'x; drop schema tenon' })
    expect(invalid).toThrow(TenonError)
    expect(invalid).toThrow('channel')
  })

  test('says in the log that it cannot listen or send, and stays a bus within the process', async () => {
    const lines = collector()
    const broken = postgresBus({
      pool: { query: () => Promise.reject(new Error('no pool')) },
      listen: () => Promise.reject(new Error('no listener')),
      log: (level, message, fields) => lines.listener({ level, message, reason: String(fields?.reason) }),
    })
    const near = collector()
    broken.subscribe('topic', near.listener)
    broken.publish('topic', { seq: 1 })
    await near.until(1)
    await lines.until(2)
    expect(lines.messages).toMatchObject([
      { level: 'warn', reason: 'no listener' },
      { level: 'warn', reason: 'no pool' },
    ])
    await broken.close()
  })
})
