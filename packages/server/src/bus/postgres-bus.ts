import {
  aFunction,
  anObjectWith,
  checkOptions,
  type OptionCheck,
  optional,
  optionFault,
  shownOption,
} from '@tenon/core/options'
import { BUS_RESTORED_TOPIC, type Bus, type BusMessage, type RuntimeLog } from '@tenon/runtime'
import { reasonOf } from '../log/reason-of.ts'
import { createInProcessBus } from './in-process-bus.ts'

/** A connection that stays open and hears notifications; a client of `pg` is one. */
export interface ListenClient {
  /** Executes the `listen` statement. */
  query(statement: string): Promise<unknown>
  /** Registers a listener for notifications, or for the loss of the connection. */
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: () => void): unknown
  /**
   * Returns the connection to its pool.
   *
   * @param destroy - Do not give the connection back to the pool.
   */
  release?(destroy: boolean): void
  /** Closes a connection that belongs to no pool. */
  end?(): Promise<void>
}

/** Options of {@link postgresBus}: connections to the host's own Postgres. */
export interface PostgresBusOptions {
  /** Sends the notifications; a pool of `pg`. */
  readonly pool: { query(statement: string, values: readonly unknown[]): Promise<unknown> }
  /**
   * Opens the connection that listens. Must be a direct one: a pooler such as pgbouncer in transaction mode loses
   * notifications.
   */
  readonly listen: () => Promise<ListenClient>
  /** Lower-case letters, digits and `_`, at most 63. @defaultValue 'tenon' */
  readonly channel?: string
  /** Hears when LISTEN cannot be set up or is lost, and when a notification cannot be sent. @defaultValue silent */
  readonly log?: RuntimeLog
}

interface Envelope {
  readonly topic: string
  readonly message: BusMessage
}

/** Postgres takes payloads below 8,000 bytes; several messages travel in one notification. */
const MAX_PAYLOAD = 7_500
const GATHER_MS = 10
const RETRY_MS = 1_000

const channelCheck: OptionCheck = (value, field) =>
  typeof value === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(value)
    ? []
    : optionFault(
        field,
        `${field} must be a plain name of lower-case letters, digits and _, starting with a letter or _, at most 63 characters (got ${shownOption(value)})`,
      )

/**
 * Fan-out between all processes on one Postgres by LISTEN and NOTIFY. Listeners in this process hear at once, the
 * others some milliseconds later; what is lost while the connection is away is made up for by polling.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option, such as a `channel` that
 * Postgres would have to quote.
 *
 * @example
 * ```ts
 * createWorkflowServer({ ..., bus: postgresBus({ pool, listen: () => pool.connect() }) })
 * ```
 */
export function postgresBus(options: PostgresBusOptions): Bus {
  checkOptions('postgresBus', options, {
    pool: anObjectWith(['query'], 'pool must be a pg.Pool'),
    listen: aFunction('listen must be a function that opens a connection: listen: () => pool.connect()'),
    channel: optional(channelCheck),
    log: optional(aFunction('log must be a function (level, message, fields)')),
  })
  const channel = options.channel ?? 'tenon'
  const log = options.log ?? (() => undefined)
  const local = createInProcessBus()
  const origin = crypto.randomUUID()
  let outgoing: Envelope[] = []
  let flushTimer: ReturnType<typeof setTimeout> | null = null
  let retryTimer: ReturnType<typeof setTimeout> | null = null
  let client: ListenClient | null = null
  let sending: Promise<unknown> = Promise.resolve()
  let isClosed = false
  let wasLost = false
  const listening = listen()

  async function listen(): Promise<void> {
    if (isClosed) return
    try {
      const opened = await options.listen()
      client = opened
      opened.on('notification', ({ payload }) => receive(payload ?? ''))
      opened.on('error', () => lose(opened))
      opened.on('end', () => lose(opened))
      await opened.query(`listen ${channel}`)
      if (wasLost) local.publish(BUS_RESTORED_TOPIC, {})
      wasLost = false
    } catch (error) {
      log('warn', 'bus.listen_failed: using polling', { reason: reasonOf(error) })
      lose(client)
    }
  }

  function lose(lost: ListenClient | null): void {
    if (isClosed || lost !== client || retryTimer !== null) return
    client = null
    wasLost = true
    release(lost)
    retryTimer = setTimeout(() => {
      retryTimer = null
      void listen()
    }, RETRY_MS)
    retryTimer.unref?.()
  }

  function receive(payload: string): void {
    const batch = readBatch(payload)
    if (batch === null || batch.origin === origin) return
    for (const { topic, message } of batch.messages) local.publish(topic, message)
  }

  function flush(): Promise<unknown> {
    if (flushTimer !== null) clearTimeout(flushTimer)
    flushTimer = null
    // One after the other: a topic's messages arrive in the order in which they were sent.
    for (const messages of intoBatches(outgoing)) {
      const payload = JSON.stringify({ origin, messages })
      // A hint that does not go out is made up for by polling, like any that gets lost.
      sending = sending
        .then(() => options.pool.query('select pg_notify($1, $2)', [channel, payload]))
        .catch((error: unknown) =>
          log('warn', 'bus.notify_failed: other processes use polling', { reason: reasonOf(error) }),
        )
    }
    outgoing = []
    return sending
  }

  return {
    publish(topic, message) {
      local.publish(topic, message)
      if (isClosed) return
      outgoing.push({ topic, message })
      flushTimer ??= setTimeout(() => void flush(), GATHER_MS)
    },
    subscribe: (topic, listener) => local.subscribe(topic, listener),
    async close() {
      if (isClosed) return
      await listening
      await flush()
      isClosed = true
      if (retryTimer !== null) clearTimeout(retryTimer)
      release(client)
      client = null
      await local.close()
    },
  }
}

function release(client: ListenClient | null): void {
  if (client?.release !== undefined) client.release(true)
  else client?.end?.().catch(() => undefined)
}

function intoBatches(messages: readonly Envelope[]): readonly (readonly Envelope[])[] {
  const batches: Envelope[][] = []
  let room = 0
  for (const envelope of messages) {
    const size = new TextEncoder().encode(JSON.stringify(envelope)).byteLength + 1
    if (size > MAX_PAYLOAD) continue
    if (size > room) {
      batches.push([])
      room = MAX_PAYLOAD
    }
    batches.at(-1)?.push(envelope)
    room -= size
  }
  return batches
}

function readBatch(payload: string): { readonly origin: string; readonly messages: readonly Envelope[] } | null {
  try {
    const batch = JSON.parse(payload) as { origin: string; messages: readonly Envelope[] }
    return Array.isArray(batch.messages) ? batch : null
  } catch {
    return null
  }
}
