import { randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import { makeValueRef, type RunEvent } from '@tenon/core/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { Append, AppendOperation, PendingEvent } from './append-types.ts'
import { type Appender, createAppender } from './create-appender.ts'
import { postgresRunReader } from './run-reader.ts'
import { verifyRunLog } from './verify-run-log.ts'

const AT = Date.UTC(2026, 0, 5, 12)

function started(): PendingEvent {
  const data = { planHash: 'p', semantics: 1, seed: 's', trigger: 'start', deadlineAt: null, actor: null }
  const body = { type: 'run_started', data: { ...data, input: makeValueRef({ a: 'x\u0000"\\\n😀' }) } } as const
  return { class: 'fact', id: 'start', at: AT, turnOffset: 1, causeOffset: null, body }
}

function scheduled(nodeRunId: string, turnOffset: number, causeOffset: number): PendingEvent {
  const data = { pass: 1, mode: 'dispatch', queue: null, resume: null } as const
  const body = { type: 'node_scheduled', nodeRunId, data } as const
  return { class: 'decision', id: `start:${nodeRunId}`, at: AT, turnOffset, causeOffset, body }
}

function logged(message: string): PendingEvent {
  const data = { timestamp: new Date(AT).toISOString(), level: 'info', message } as const
  const body = { type: 'node_log', nodeRunId: 'a', data } as const
  return { class: 'observation', id: `log/${message}`, at: AT, turnOffset: 0, causeOffset: null, body }
}

function create(tenantId: string, runId: string = randomUUID(), fields: Partial<Append> = {}): Append {
  return {
    tenantId,
    runId,
    kind: 'create',
    expectTurn: 0,
    turns: 1,
    events: [started(), scheduled('a', 1, 0), scheduled('b', 1, 0)],
    status: 'running',
    create: {
      startWeek: 2922,
      traceId: 't',
      workflowId: 'w',
      version: '1',
      mode: 'live',
      engine: 'embedded',
      planHash: 'p',
      semantics: 1,
      queuedAt: AT,
    },
    patch: { startedAt: AT },
    operations: [],
    payloads: [],
    ...fields,
  }
}

function advance(first: Append, expectTurn: number, fields: Partial<Append> = {}): Append {
  const { tenantId, runId } = first
  const event = { ...scheduled(`n${expectTurn}`, 1, 0), class: 'fact', causeOffset: null } as const
  return {
    ...create(tenantId, runId),
    kind: 'advance',
    expectTurn,
    events: [event],
    create: null,
    patch: null,
    ...fields,
  }
}

function observe(first: Append, messages: readonly string[]): Append {
  return { ...advance(first, 0), kind: 'observe', turns: 0, events: messages.map(logged), status: null }
}

describe.each(TEST_DATABASES)('createAppender on %s', (kind) => {
  let opened: TestDatabase
  let appender: Appender
  const tenant = () => `t-${randomUUID()}`
  const reader = () => postgresRunReader(opened.database)
  const seqsOf = (events: readonly RunEvent[]) => events.map((event) => event.seq)

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
    appender = createAppender(opened.database)
  })
  afterAll(() => opened.close())

  test('makes a run with its first turn and reads it back unchanged', async () => {
    const first = create(tenant())
    expect(await appender.append(first)).toEqual({ outcome: 'ok', firstSeq: 1, turnBefore: 0 })
    expect(await reader().getRun(first.tenantId, first.runId)).toMatchObject({
      status: 'running',
      turn: 1,
      nextSeq: 4,
      queuedAt: AT,
      startedAt: AT,
      finishedAt: null,
    })
    const events = await reader().readEvents(first.tenantId, first.runId, 0)
    expect(events).toEqual([
      { seq: 1, turn: 1, class: 'fact', id: 'start', v: 1, at: AT, ...started().body },
      { seq: 2, turn: 1, class: 'decision', id: 'start:a', v: 1, at: AT, cause: 1, ...scheduled('a', 1, 0).body },
      { seq: 3, turn: 1, class: 'decision', id: 'start:b', v: 1, at: AT, cause: 1, ...scheduled('b', 1, 0).body },
    ])
  })

  test('says that a run exists instead of making it twice', async () => {
    const first = create(tenant())
    await appender.append(first)
    expect(await appender.append(first)).toEqual({ outcome: 'exists' })
    expect(await reader().readEvents(first.tenantId, first.runId, 0)).toHaveLength(3)
  })

  test('lets one of two commits of the same turn win', async () => {
    const first = create(tenant())
    await appender.append(first)
    const results = await Promise.all([appender.append(advance(first, 1)), appender.append(advance(first, 1))])
    expect(results.map((result) => result.outcome).sort()).toEqual(['conflict', 'ok'])
    expect((await reader().getRun(first.tenantId, first.runId))?.turn).toBe(2)
  })

  test('numbers observations densely without a turn, until the run has ended', async () => {
    const first = create(tenant())
    await appender.append(first)
    const results = await Promise.all([
      appender.append(observe(first, ['one', 'two'])),
      appender.append(advance(first, 1)),
      appender.append(observe(first, ['three'])),
    ])
    expect(results).toEqual([
      { outcome: 'ok', firstSeq: 4, turnBefore: 1 },
      { outcome: 'ok', firstSeq: 6, turnBefore: 1 },
      { outcome: 'ok', firstSeq: 7, turnBefore: 2 },
    ])
    const events = await reader().readEvents(first.tenantId, first.runId, 0)
    expect(seqsOf(events)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(events.map((event) => event.turn)).toEqual([1, 1, 1, 1, 1, 2, 2])
    await appender.append(advance(first, 2, { status: 'completed', patch: { finishedAt: AT + 5, outcome: 'done' } }))
    expect(await appender.append(observe(first, ['late']))).toEqual({ outcome: 'closed' })
  })

  test('tells a missing run, and the run of another tenant, as missing', async () => {
    const first = create(tenant())
    await appender.append(first)
    expect(await appender.append(advance(create(tenant()), 1))).toEqual({ outcome: 'missing' })
    expect(await appender.append({ ...advance(first, 1), tenantId: tenant() })).toEqual({ outcome: 'missing' })
  })

  test('harms the run of a bad append only', async () => {
    const runs = Array.from({ length: 9 }, () => create(tenant()))
    const bad = { ...create(tenant()), events: [{ ...started(), id: 'a\u0000b' }] }
    const results = await Promise.allSettled([...runs, bad].map((each) => appender.append(each)))
    expect(results.slice(0, 9).map((result) => result.status)).toEqual(Array(9).fill('fulfilled'))
    // PGlite says 22021 for it, Postgres too: the same class of data that will never be stored.
    expect(results[9]).toMatchObject({
      status: 'rejected',
      reason: { code: 'APPEND_REFUSED', retryable: false, details: { sqlState: expect.stringMatching(/^22/) } },
    })
    const stored = await Promise.all(runs.map((run) => reader().getRun(run.tenantId, run.runId)))
    expect(stored.every((run) => run?.turn === 1)).toBe(true)
    expect(await reader().getRun(bad.tenantId, bad.runId)).toBeNull()
  })

  test('sends what is ready together in one statement', async () => {
    let calls = 0
    const counted = {
      ...opened.database,
      call: <Row>(...args: Parameters<typeof opened.database.call>) => {
        calls += 1
        return opened.database.call<Row>(...args)
      },
    }
    const counting = createAppender(counted)
    await Promise.all(Array.from({ length: 50 }, () => counting.append(create(tenant()))))
    expect(calls).toBe(1)
  })

  test('sends a batch once when the database does not answer', async () => {
    let calls = 0
    const away = {
      ...opened.database,
      call: async () => {
        calls += 1
        throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
      },
    }
    const appends = Array.from({ length: 50 }, () => create(tenant()))
    const lone = createAppender(away)
    const results = await Promise.allSettled(appends.map((each) => lone.append(each)))
    expect(results.map((result) => result.status)).toEqual(Array(50).fill('rejected'))
    expect(results[0]).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
    expect(calls).toBe(1)
  })

  test('stores payloads once a tenant and finds them by hash', async () => {
    const text = JSON.stringify('long '.repeat(5_000))
    const payload = { hash: `h-${randomUUID()}`, size: text.length, text, json: null }
    const first = create(tenant(), undefined, { payloads: [payload, payload] })
    await appender.append(first)
    await appender.append(advance(first, 1, { payloads: [payload] }))
    const ref = { hash: payload.hash, size: payload.size }
    expect(await reader().loadValue(first.tenantId, ref)).toBe(JSON.parse(text))
    await expect(reader().loadValue(tenant(), ref)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_FOUND' })
  })

  test('carries out what belongs to an append in the same transaction', async () => {
    const opens: AppendOperation[] = [
      { op: 'timer_set', timerId: 'x', dueAt: AT + 1 },
      { op: 'timer_set', timerId: 'y', dueAt: AT + 2 },
      { op: 'timer_clear', timerId: 'x' },
      {
        op: 'wait_open',
        approvalId: randomUUID(),
        waitId: 'review/1/0',
        nodeRunId: 'review',
        nodeId: 'review',
        workflowId: 'w',
        waitFor: JSON.stringify({ kind: 'approval', title: 'nul \u0000', evidence: null }),
        openedAt: AT,
        dueAt: null,
      },
      { op: 'ready', workerId: null },
    ]
    const first = create(tenant(), undefined, { operations: opens })
    await appender.append(first)
    const timers = await opened.database.withTenant(first.tenantId, (tx) =>
      tx.selectFrom('timers').select('timer_id').execute(),
    )
    expect(timers).toEqual([{ timer_id: 'y' }])
    const { items } = await reader().listWaits(first.tenantId, { status: 'open' })
    expect(items).toMatchObject([{ waitId: 'review/1/0', status: 'open', waitFor: { title: 'nul \u0000' }, votes: [] }])
    await appender.append(
      advance(first, 7, {
        operations: [{ op: 'wait_close', approvalId: items[0]?.approvalId ?? '', how: 'resolved', at: AT }],
      }),
    )
    expect((await reader().listWaits(first.tenantId, { status: 'closed' })).items).toHaveLength(0)
    await appender.append(
      advance(first, 1, {
        operations: [{ op: 'wait_close', approvalId: items[0]?.approvalId ?? '', how: 'resolved', at: AT }],
      }),
    )
    expect((await reader().listWaits(first.tenantId, { status: 'closed' })).items).toHaveLength(1)
  })

  test('checks a long log to its end', async () => {
    const first = create(tenant())
    await appender.append(first)
    const lines = Array.from({ length: 1_500 }, (_, index) => `${index}`)
    await appender.append(observe(first, lines))
    const check = () => verifyRunLog(opened.database, first.tenantId, first.runId)
    expect(await check()).toEqual({ isIntact: true, events: 1_503 })
    await opened.database.withTenant(first.tenantId, (tx) =>
      tx.deleteFrom('run_events').where('seq', '=', 1_400).execute(),
    )
    expect(await check()).toEqual({ isIntact: false, brokenAt: 1_400 })
  })

  test('links each append into a chain that shows any change of the log', async () => {
    const first = create(tenant())
    await appender.append(first)
    await appender.append(observe(first, ['one', 'two']))
    await appender.append(advance(first, 1))
    expect(await verifyRunLog(opened.database, first.tenantId, first.runId)).toEqual({ isIntact: true, events: 6 })
    const forge = (set: { data?: string; at?: number }) =>
      opened.database.withTenant(first.tenantId, (tx) =>
        tx.updateTable('run_events').set(set).where('seq', '=', 4).execute(),
      )
    await forge({ at: AT + 1 })
    expect(await verifyRunLog(opened.database, first.tenantId, first.runId)).toEqual({ isIntact: false, brokenAt: 5 })
    await forge({ at: AT })
    expect(await verifyRunLog(opened.database, first.tenantId, first.runId)).toMatchObject({ isIntact: true })
    await opened.database.withTenant(first.tenantId, (tx) => tx.deleteFrom('run_events').where('seq', '=', 6).execute())
    expect(await verifyRunLog(opened.database, first.tenantId, first.runId)).toEqual({ isIntact: false, brokenAt: 6 })
  })
})
