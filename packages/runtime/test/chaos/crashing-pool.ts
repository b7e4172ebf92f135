import type pg from 'pg'
import type { PgPool } from '../../src/postgres/pg-link.ts'

/**
 * A moment at which a process kills itself: when it is about to send a statement that writes, or when the transaction of the
 * statement is stored and the process does not know it yet.
 */
export interface ProcessCrash {
  /** Statement, as `insert run_inbox`, or operation of an append, as `append/finish`. */
  readonly label: string
  readonly side: 'before' | 'after'
}

type Client = Awaited<ReturnType<PgPool['connect']>>
type Query = Parameters<Client['query']>[0]

const WRITE = /\b(insert into|update|delete from)\s+"?tenon"?\."?(\w+)"?/gi
const APPEND = /\bappend_(create|one|many)_v\d+\(/

/** Returns the labels of a statement: the tables that it writes to, or the operations of its appends. */
function labelsOfStatement({ text, values = [] }: Query): readonly string[] {
  const kind = APPEND.exec(text)?.[1]
  if (kind !== undefined) return [`append.${kind}`, ...values.flatMap(operationsIn).map((op) => `append/${op}`)]
  return [...text.matchAll(WRITE)].map(([, verb = '', table]) => `${verb.split(/\s/)[0]?.toLowerCase()} ${table}`)
}

/** Finds the operations in a value of an append, which is an encoded list of JSON texts. */
function operationsIn(value: unknown): readonly string[] {
  const text =
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : typeof value === 'string' ? value : ''
  return [...text.matchAll(/\{"op":"(\w+)"/g)].map(([, op = '']) => op)
}

/** Wraps the pool of a process, which dies at a moment. */
export function crashingPool(pool: pg.Pool, crash: ProcessCrash): PgPool {
  const wrapped = new WeakMap<object, Client>()
  return {
    connect: async () => {
      const client = await pool.connect()
      const known = wrapped.get(client) ?? crashingClient(client, crash)
      wrapped.set(client, known)
      return known
    },
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
    off: (event, listener) => pool.off(event, listener),
    listenerCount: (event) => pool.listenerCount(event),
    options: pool.options,
    get waitingCount() {
      return pool.waitingCount
    },
  }
}

function crashingClient(client: pg.PoolClient, { label, side }: ProcessCrash): Client {
  let isOpen = false
  let isReached = false
  const query = async (given: Query) => {
    const isMeant = labelsOfStatement(given).includes(label)
    if (isMeant && side === 'before') die()
    if (given.text.startsWith('begin')) [isOpen, isReached] = [true, false]
    isReached ||= isMeant
    const result = await client.query(given)
    const isStored = given.text === 'commit' || !isOpen
    if (isStored && isReached) die()
    if (given.text === 'commit' || given.text === 'rollback') isOpen = false
    return result
  }
  return new Proxy(client as unknown as Client, {
    get: (target, name) => {
      if (name === 'query') return query
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Ends the process as a machine that loses its power does. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal may arrive a little later, and nothing must happen until then.
  for (;;);
}
