import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@tenon/core/document'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStoreEvent, type EventRequest } from '../events/send-event.ts'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { AppendOperation } from './append.ts'
import { createAppender } from './appender.ts'
import { createInbox } from './inbox.ts'
import { matchKeyOf } from './match-key.ts'
import { postgresRunReader } from './run-reader.ts'

const AT = Date.UTC(2026, 0, 5)
const target = { kind: 'event', name: 'paid', key: 'o1' } as const
const LARGE = { text: 'x'.repeat(20_000) }

describe.each(TEST_DATABASES)('putEvent on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  // Fails if Postgres has seen a deadlock.
  afterAll(() => opened.close())

  /** Sends events of one tenant. */
  const openTenant = () => {
    const tenantId = `t-${randomUUID()}`
    const store = createStoreEvent(opened.database, Date.now)
    const send = async (payload: JsonObject, request: Partial<EventRequest> = {}) =>
      (await store(tenantId, { target, payload, actor: null, ...request }, { workerId: null })).result
    const expire = () =>
      opened.database.withTenant(tenantId, (tx) =>
        tx.updateTable('event_buffer').set({ expires_at: 1 }).where('tenant_id', '=', tenantId).execute(),
      )
    const count = (table: 'payloads' | 'event_buffer' | 'run_inbox' | 'run_ready' | 'payload_refs') =>
      opened.database.withTenant(tenantId, async (tx) => {
        const query = tx.selectFrom(table).where('tenant_id', '=', tenantId)
        return Number((await query.select((eb) => eb.fn.countAll().as('rows')).executeTakeFirstOrThrow()).rows)
      })
    return { tenantId, send, expire, count }
  }

  /** A run with waits for the event; the schema of each is `null` or one of its own. */
  const openRun = async (tenantId: string, schemas: readonly (JsonObject | null)[]) => {
    const runId = randomUUID()
    const operations = schemas.map((schema, index): AppendOperation => {
      const waitId = `a#${index}/1/0` as const
      const waitFor = JSON.stringify({ ...target, schema, dueAt: null })
      return {
        ...{ op: 'wait_open', kind: 'event', approvalId: randomUUID(), waitId, nodeRunId: `a#${index}`, nodeId: 'a' },
        ...{ workflowId: 'w', waitFor, openedAt: AT, dueAt: null, matchKey: matchKeyOf(target) },
      }
    })
    await createAppender(opened.database).append(appendOfNewRun({ tenantId, runId, at: AT, operations }))
    return runId
  }

  test('keeps an event again whose id has expired, and deletes expired events with their payloads', async () => {
    const { send, expire, count } = openTenant()
    const first = await send(LARGE, { eventId: 'e1' })
    expect(first).toMatchObject({ outcome: 'buffered' })
    expect(await send(LARGE, { eventId: 'e1' })).toEqual({ ...first, isRepeated: true })
    // More than one event deletes, all older than that with the id.
    for (let index = 0; index < 101; index += 1) await send({ index })
    await expire()
    const again = await send({ other: true }, { eventId: 'e1' })
    expect(again).toMatchObject({ outcome: 'buffered' })
    expect(again).not.toEqual(first)
    expect(await count('payloads')).toBe(0)
    await send({})
    expect(await count('event_buffer')).toBe(2)
  })

  test('deletes no payload of an expired event to which something else refers', async () => {
    const { tenantId, send, expire, count } = openTenant()
    await send(LARGE)
    await expire()
    await openRun(tenantId, [null])
    expect(await send(LARGE)).toMatchObject({ outcome: 'delivered' })
    expect([await count('payloads'), await count('payload_refs'), await count('event_buffer')]).toEqual([1, 1, 0])
  })

  test('keeps the files of an event for the runs that have received it only', async () => {
    const { tenantId, send, count } = openTenant()
    const paid = { receipt: { file: `fil_${'a'.repeat(32)}`, name: 'r.pdf', type: 'application/pdf', size: 1 } }
    expect(await send(paid)).toMatchObject({ outcome: 'buffered' })
    expect(await count('payloads')).toBe(0)
    await openRun(tenantId, [null])
    expect(await send(paid)).toMatchObject({ outcome: 'delivered' })
    expect([await count('payloads'), await count('payload_refs')]).toEqual([1, 1])
  })

  test('stores no payload of a callback that is too late, and of one that was received before', async () => {
    const { tenantId, send, count } = openTenant()
    const runId = await openRun(tenantId, [])
    const callback = { target: { kind: 'callback', runId, nodeRunId: 'a' } } as const
    expect(await send({}, callback)).toMatchObject({ outcome: 'buffered' })
    await expect(send(LARGE, callback)).rejects.toMatchObject({ code: 'EVENT_ID_USED' })
    const ended = { target: { kind: 'callback', runId: randomUUID(), nodeRunId: 'a' } } as const
    expect(await send(LARGE, ended)).toEqual({ outcome: 'gone' })
    expect(await count('payloads')).toBe(0)
  })

  test('closes a wait in the lists as soon as its event is accepted', async () => {
    const { tenantId, send } = openTenant()
    await openRun(tenantId, [null, { type: 'object', required: ['n'] }])
    await send({})
    const { listEventWaits } = postgresRunReader(opened.database)
    const listed = async (status: 'open' | 'closed') =>
      (await listEventWaits(tenantId, { status })).items.map((wait) => [wait.nodeRunId, wait.status])
    expect(await listed('open')).toEqual([['a#1', 'open']])
    expect(await listed('closed')).toEqual([['a#0', 'resolved']])
  })

  test('delivers one event to many waits with a few statements', async () => {
    const { tenantId, send, count } = openTenant()
    const picky = { type: 'object', required: ['n'] }
    const runIds = [
      await openRun(
        tenantId,
        Array.from({ length: 300 }, () => null),
      ),
      await openRun(tenantId, [picky, null]),
    ]
    const sent = await send(LARGE, { eventId: 'e1' })
    expect(sent).toMatchObject({ outcome: 'delivered', delivered: 301, refused: [{ nodeRunId: 'a#0' }] })
    expect([await count('run_inbox'), await count('run_ready'), await count('payload_refs')]).toEqual([301, 2, 2])
    const inbox = createInbox(opened.database, Date.now)
    const messages = await Promise.all(runIds.map((runId) => inbox.read({ tenantId, runId })))
    expect(messages.map(({ length }) => length)).toEqual([300, 1])
    expect(messages[1]).toMatchObject([
      { messageId: 'event/a#1/1/0', fact: { type: 'event_received', data: { eventId: 'e1' } } },
    ])
    await expect(send(LARGE)).rejects.toMatchObject({ code: 'EVENT_PAYLOAD_INVALID' })
  })

  test('refuses ids that callbacks and connections have', async () => {
    const { send, count } = openTenant()
    const again = { kind: 'connection', connectionId: 'c1', generation: 0 } as const
    for (const each of [again, { kind: 'callback', runId: randomUUID(), nodeRunId: 'a' }] as const) {
      const eventId = `~${each.kind}/${matchKeyOf(each)}`
      await expect(send({}, { eventId })).rejects.toMatchObject({
        ...{ code: 'REQUEST_INVALID', details: { issues: [{ path: ['id'] }] } },
      })
    }
    expect(await count('event_buffer')).toBe(0)
    expect(await send({}, { target: again, eventId: '~other' })).toMatchObject({ outcome: 'buffered' })
  })

  test('keeps the event of a connection although the tenant has no room for others', async () => {
    const { tenantId, send } = openTenant()
    await send({})
    await opened.database.withTenant(tenantId, (tx) =>
      tx.updateTable('event_buffer').set({ size: 67_108_864 }).where('tenant_id', '=', tenantId).execute(),
    )
    await expect(send({})).rejects.toMatchObject({ code: 'EVENT_BUFFER_FULL' })
    const again = { target: { kind: 'connection', connectionId: 'c1', generation: 0 } } as const
    expect(await send({}, again)).toMatchObject({ outcome: 'buffered' })
  })
})
