import { randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import { makeValueRef, type RunEvent, type ValueRef } from '@tenon/core/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { Append, AppendOperation, PendingEvent } from './append.ts'
import { createAppendStatements } from './append-statements.ts'
import { type Appender, createAppender } from './appender.ts'
import { postgresRunReader } from './run-reader.ts'
import { packAppend } from './stored-events.ts'
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
      startedBy: { kind: 'trigger', trigger: { nodeId: 'start', name: 'Start', kind: 'start' } },
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
      startedBy: first.create?.startedBy,
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

  test('reports a missing run, and the run of another tenant, as missing', async () => {
    const first = create(tenant())
    await appender.append(first)
    expect(await appender.append(advance(create(tenant()), 1))).toEqual({ outcome: 'missing' })
    expect(await appender.append({ ...advance(first, 1), tenantId: tenant() })).toEqual({ outcome: 'missing' })
  })

  test('harms the run of a bad append only', async () => {
    const runs = Array.from({ length: 9 }, () => create(tenant()))
    const bad = create(tenant(), undefined, { patch: { startedAt: AT, outcome: 'a\u0000b' } })
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
    const counting = createAppender(counted, { lanes: 1 })
    await Promise.all(Array.from({ length: 50 }, () => counting.append(create(tenant()))))
    expect(calls).toBe(1)
  })

  test('sends what follows from one flush in the next one, together with what has waited', async () => {
    const batches: unknown[] = []
    let late: Promise<unknown> = Promise.resolve()
    const counted = {
      ...opened.database,
      call: <Row>(...[statement, values]: Parameters<typeof opened.database.call>) => {
        batches.push(Array.isArray(values[1]) ? values[1].length : 1)
        // An append that waits while the first flush is in flight.
        if (batches.length === 1) late = counting.append(create(tenant()))
        return opened.database.call<Row>(statement, values)
      },
    }
    const counting: Appender = createAppender(counted, { lanes: 1 })
    const follow = async (first: Append, steps: number): Promise<void> => {
      await counting.append(first)
      // The work of a run between two appends takes a different number of promises.
      for (let step = 0; step < steps; step += 1) await null
      await counting.append(advance(first, 1))
    }
    await Promise.all(Array.from({ length: 10 }, (_, index) => follow(create(tenant()), 5 * index)))
    await late
    expect(batches).toEqual([10, 11])
  })

  test('sends as many batches at once as it has lanes, on PGlite one', async () => {
    let inFlight = 0
    let most = 0
    const counted = {
      ...opened.database,
      call: async <Row>(...args: Parameters<typeof opened.database.call>) => {
        inFlight += 1
        most = Math.max(most, inFlight)
        try {
          return await opened.database.call<Row>(...args)
        } finally {
          inFlight -= 1
        }
      },
    }
    const wide = createAppender(counted, { lanes: 3 })
    await Promise.all(Array.from({ length: 60 }, () => wide.append(create(tenant()))))
    expect(most).toBe(kind === 'PGlite' ? 1 : 3)
  })

  test('sends no more than so many bytes together, and a larger append alone', async () => {
    const batches: number[] = []
    const counted = {
      ...opened.database,
      call: <Row>(...[text, values]: Parameters<typeof opened.database.call>) => {
        // One append alone without values has a text here.
        batches.push(Array.isArray(values[1]) ? values[1].length : 1)
        return opened.database.call<Row>(text, values)
      },
    }
    const small = createAppender(counted, { maxBytes: 100_000, lanes: 1 })
    const text = JSON.stringify('x'.repeat(40_000))
    const payloads = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ hash: `h${index}`, size: text.length, text, json: null }))
    const sizes = [1, 1, 1, 9, 1]
    await Promise.all(sizes.map((count) => small.append(create(tenant(), undefined, { payloads: payloads(count) }))))
    const messages = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        return { op: 'message', runId: 'other', messageId: `m${index}`, fact: text, at: AT } as const
      })
    await Promise.all(sizes.map((count) => small.append(create(tenant(), undefined, { operations: messages(count) }))))
    expect(batches).toEqual([2, 2, 1, 2, 2, 1])
  })

  test('refuses an append that cannot be written out, for its run alone', async () => {
    const huge = tenant()
    const strict = {
      ...opened.database,
      call: <Row>(...[text, values]: Parameters<typeof opened.database.call>) => {
        if ((values[1] as readonly string[]).includes(huge)) throw new RangeError('Invalid string length')
        return opened.database.call<Row>(text, values)
      },
    }
    const strictAppender = createAppender(strict, { lanes: 1 })
    const [refused, stored] = await Promise.allSettled([
      strictAppender.append(create(huge)),
      strictAppender.append(create(tenant())),
    ])
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'APPEND_REFUSED', retryable: false } })
    expect(stored).toMatchObject({ status: 'fulfilled', value: { outcome: 'ok' } })
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
    const lone = createAppender(away, { lanes: 1 })
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

  test('executes what belongs to an append in the same transaction', async () => {
    const opens: AppendOperation[] = [
      { op: 'timer_set', timerId: 'x', dueAt: AT + 1 },
      { op: 'timer_set', timerId: 'y', dueAt: AT + 2 },
      { op: 'timer_clear', timerId: 'x' },
      {
        op: 'wait_open',
        kind: 'approval',
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
        operations: [
          { op: 'wait_close', nodeRunId: 'review', approvalId: items[0]?.approvalId ?? '', how: 'resolved', at: AT },
        ],
      }),
    )
    expect((await reader().listWaits(first.tenantId, { status: 'closed' })).items).toHaveLength(0)
    await appender.append(
      advance(first, 1, {
        operations: [
          { op: 'wait_close', nodeRunId: 'review', approvalId: items[0]?.approvalId ?? '', how: 'resolved', at: AT },
        ],
      }),
    )
    expect((await reader().listWaits(first.tenantId, { status: 'closed' })).items).toHaveLength(1)
  })

  test('loses the row by which workers find a run with the run itself', async () => {
    const ready = { op: 'ready', workerId: null, requires: 'r' } as const
    const first = create(tenant(), undefined, { operations: [ready] })
    const other = create(tenant(), undefined, { operations: [ready] })
    for (const each of [first, other]) expect((await appender.append(each)).outcome).toBe('ok')
    const waiting = () =>
      opened.database.withSystem((tx) =>
        tx.selectFrom('run_ready').select('run_id').where('run_id', 'in', [first.runId, other.runId]).execute(),
      )
    expect(await waiting()).toHaveLength(2)
    const { tenantId, runId } = first
    await opened.database.withTenant(tenantId, (tx) => tx.deleteFrom('runs').where('run_id', '=', runId).execute())
    expect(await waiting()).toEqual([{ run_id: other.runId }])
  })

  test('stores operations without events, and adds nothing to the log', async () => {
    const first = create(tenant())
    await appender.append(first)
    const operations: AppendOperation[] = [{ op: 'timer_set', timerId: 'x', dueAt: AT }]
    const result = await appender.append({ ...observe(first, []), operations })
    expect(result).toEqual({ outcome: 'ok', firstSeq: 4, turnBefore: 1 })
    const timers = await opened.database.withTenant(first.tenantId, (tx) =>
      tx.selectFrom('timers').select('timer_id').execute(),
    )
    expect(timers).toEqual([{ timer_id: 'x' }])
    expect(await verifyRunLog(opened.database, first.tenantId, first.runId)).toEqual({ isIntact: true, events: 3 })
  })

  describe('the stored log', () => {
    const rowsOf = ({ tenantId, runId }: Append) =>
      opened.database.withTenant(tenantId, (tx) =>
        tx
          .selectFrom('run_log')
          .select(['seq', 'last_seq', 'turn', 'events', 'inlines', 'link'])
          .where('run_id', '=', runId)
          .orderBy('seq')
          .execute(),
      )
    const change = (
      { tenantId }: Append,
      seq: number,
      set: Partial<{ turn: number; events: string; inlines: string | null }>,
    ) =>
      opened.database.withTenant(tenantId, (tx) => tx.updateTable('run_log').set(set).where('seq', '=', seq).execute())
    const remove = ({ tenantId }: Append, seq: number) =>
      opened.database.withTenant(tenantId, (tx) => tx.deleteFrom('run_log').where('seq', '=', seq).execute())
    const check = ({ tenantId, runId }: Append) => verifyRunLog(opened.database, tenantId, runId)
    const journaled = (key: string, value: ValueRef): PendingEvent => {
      const body = { type: 'node_journaled', nodeRunId: 'a', data: { pass: 1, attempt: 1, key, value } } as const
      return { class: 'observation', id: `journal/${key}`, at: AT, turnOffset: 0, causeOffset: null, body }
    }

    test('has one row for each append, with each inline value once', async () => {
      const first = create(tenant())
      await appender.append(first)
      const [value, other] = [makeValueRef({ n: 1 }), makeValueRef(null)]
      const events = [journaled('x', value), journaled('y', other), journaled('z', value)]
      await appender.append({ ...observe(first, []), events })
      expect(await rowsOf(first)).toMatchObject([
        { seq: 1, last_seq: 3, turn: 0 },
        { seq: 4, last_seq: 6, turn: 1, inlines: '[[{"n":1}],[null]]' },
      ])
      const stored = await reader().readEvents(first.tenantId, first.runId, 3)
      expect(stored.map((event) => event.data)).toEqual(events.map((event) => event.body.data))
    })

    test('takes several rows for a large append, which are read, paged and checked as one', async () => {
      const first = create(tenant())
      await appender.append(first)
      const lines = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(1_000)}`)
      const fact = { ...scheduled('n', 1, 0), class: 'fact', causeOffset: null } as const
      const large = [...lines.map(logged), fact, scheduled('late', 1, lines.length)]
      const stored = await appender.append(advance(first, 1, { events: large, payloads: [] }))
      expect(stored).toEqual({ outcome: 'ok', firstSeq: 4, turnBefore: 1 })
      const rows = await rowsOf(first)
      expect(rows.length).toBeGreaterThan(4)
      expect(Math.max(...rows.map((row) => row.events.length))).toBeLessThan(70_000)
      expect(rows.slice(1).map((row) => row.link === null)).toEqual([...Array(rows.length - 2).fill(true), false])
      const all = await reader().readEvents(first.tenantId, first.runId, 0)
      expect(seqsOf(all)).toEqual(Array.from({ length: 305 }, (_, index) => index + 1))
      expect(all.at(-1)).toMatchObject({ id: 'start:late', turn: 2, cause: 304 })
      for (const [after, limit] of [
        [1, 1],
        [3, 10],
        [90, 120],
        [304, 5],
      ] as const) {
        expect(await reader().readEvents(first.tenantId, first.runId, after, limit)).toEqual(
          all.slice(after, after + limit),
        )
      }
      expect(await reader().readEvents(first.tenantId, first.runId, 305)).toEqual([])
      expect(await check(first)).toEqual({ isIntact: true, events: 305 })
      await remove(first, rows[3]?.seq ?? 0)
      expect(await check(first)).toEqual({ isIntact: false, brokenAt: rows[3]?.seq })
    })

    test('is checked to its end, over pages of rows', async () => {
      const first = create(tenant())
      await appender.append(first)
      for (let index = 0; index < 120; index += 1) await appender.append(observe(first, [`${index}`]))
      expect(await check(first)).toEqual({ isIntact: true, events: 123 })
      await remove(first, 119)
      expect(await check(first)).toEqual({ isIntact: false, brokenAt: 119 })
    })

    test('has a chain of links that shows any change', async () => {
      const first = create(tenant())
      await appender.append(first)
      await appender.append(observe(first, ['one', 'two']))
      await appender.append(advance(first, 1))
      expect(await check(first)).toEqual({ isIntact: true, events: 6 })
      const [, second] = await rowsOf(first)
      const { turn, events } = second ?? { turn: 0, events: '' }
      for (const forged of [
        { events: events.replace(String(AT), String(AT + 1)) },
        { events: events.replace('"two"', '"three"') },
        { events: '[' },
        { events: '[]' },
        { turn: turn + 1 },
      ]) {
        await change(first, 4, forged)
        expect(await check(first)).toEqual({ isIntact: false, brokenAt: 5 })
        await change(first, 4, { turn, events })
        expect(await check(first)).toMatchObject({ isIntact: true })
      }
      await remove(first, 6)
      expect(await check(first)).toEqual({ isIntact: false, brokenAt: 6 })
    })

    test('loses erased values and stays intact, and shows a changed value', async () => {
      const first = create(tenant())
      await appender.append(first)
      const [kept, erased] = [makeValueRef('kept'), makeValueRef('erased')]
      await appender.append({ ...observe(first, []), events: [journaled('x', erased), journaled('y', kept)] })
      const valuesOf = async () => {
        const events = await reader().readEvents(first.tenantId, first.runId, 3)
        return events.map((event) => (event.type === 'node_journaled' ? event.data.value : null))
      }
      await change(first, 4, { inlines: '[null,["kept"]]' })
      const { inline: _, ...bare } = erased
      expect(await valuesOf()).toEqual([bare, kept])
      expect(await check(first)).toMatchObject({ isIntact: true })
      await expect(reader().loadValue(first.tenantId, bare)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_FOUND' })
      await change(first, 4, { inlines: null })
      expect((await valuesOf()).map((value) => value?.inline)).toEqual([undefined, undefined])
      expect(await check(first)).toMatchObject({ isIntact: true })
      await change(first, 4, { inlines: '[null,["forged"]]' })
      expect(await check(first)).toEqual({ isIntact: false, brokenAt: 5 })
    })

    test('that cannot be read says from which event on', async () => {
      const first = create(tenant())
      await appender.append(first)
      await change(first, 1, { events: '[[' })
      await expect(reader().readEvents(first.tenantId, first.runId, 0)).rejects.toMatchObject({
        code: 'RUN_LOG_GAP',
        details: { seq: 1 },
      })
    })
  })

  test('keeps tenant and run of each append together in a batch of several tenants', async () => {
    const [one, two] = [create(tenant()), create(tenant())]
    await Promise.all([appender.append(one), appender.append(two)])
    const statements = createAppendStatements(opened.database.schema)
    const mixed = [one, { ...two, tenantId: one.tenantId }].map((each) => advance(each, 1))
    const batch = [...mixed, advance(two, 1)].map((append) => ({ append, packed: packAppend(append.events) }))
    const { statement, values, resultsOf } = statements.many(await opened.database.role(), batch)
    const [row] = await opened.database.call<Parameters<typeof resultsOf>[0]>(statement, values)
    // The run of the second append belongs to another tenant of the same batch.
    expect(row && resultsOf(row)).toEqual([
      { outcome: 'ok', firstSeq: 4, turnBefore: 1 },
      { outcome: 'missing' },
      { outcome: 'ok', firstSeq: 4, turnBefore: 1 },
    ])
    for (const each of [one, two]) {
      expect(await verifyRunLog(opened.database, each.tenantId, each.runId)).toEqual({ isIntact: true, events: 4 })
    }
  })

  test('creates several runs in one batch, with the row and the log of each', async () => {
    const known = create(tenant())
    await appender.append(known)
    const twin = create(tenant())
    const large = create(tenant(), undefined, { events: Array.from({ length: 3 }, () => logged('x'.repeat(40_000))) })
    const ended = create(tenant(), undefined, {
      status: 'completed',
      patch: { startedAt: AT, finishedAt: AT + 1, outcome: 'done', output: makeValueRef({ a: 1 }) },
    })
    const batch = [twin, create(twin.tenantId), large, ended, known, advance(known, 1), create(tenant())]
    const lone = createAppender(opened.database, { lanes: 1 })
    const results = await Promise.all(batch.map((each) => lone.append(each)))
    const made = { outcome: 'ok', firstSeq: 1, turnBefore: 0 }
    const advanced = { outcome: 'ok', firstSeq: 4, turnBefore: 1 }
    expect(results).toEqual([made, made, made, made, { outcome: 'exists' }, advanced, made])
    for (const { tenantId, runId } of batch) {
      const events = runId === known.runId ? 4 : 3
      expect(await verifyRunLog(opened.database, tenantId, runId)).toEqual({ isIntact: true, events })
    }
    const { tenantId, runId } = ended
    expect(await reader().getRun(tenantId, runId)).toMatchObject({
      ...{ status: 'completed', turn: 1, nextSeq: 4, queuedAt: AT, startedAt: AT, finishedAt: AT + 1 },
      ...{ outcome: 'done', output: makeValueRef({ a: 1 }), startedBy: ended.create?.startedBy },
    })
  })

  test('answers for each append of a batch with its own result', async () => {
    const runs = Array.from({ length: 6 }, () => create(tenant()))
    const [ended, exists, moved, fenced, kept] = runs as [Append, Append, Append, Append, Append]
    await Promise.all(runs.slice(0, 5).map((run) => appender.append(run)))
    await appender.append(advance(ended, 1, { status: 'completed', patch: { finishedAt: AT, outcome: 'done' } }))
    const text = JSON.stringify('long')
    const batch: Append[] = [
      observe(ended, ['late']),
      exists,
      advance(moved, 7),
      advance(fenced, 1, { expectSeq: 3 }),
      advance(kept, 1, {
        expectSeq: 4,
        payloads: [{ hash: `h-${randomUUID()}`, size: text.length, text, json: null }],
      }),
      advance(create(tenant()), 1),
    ]
    const lone = createAppender(opened.database, { lanes: 1 })
    const results = await Promise.all(batch.map((each) => lone.append(each)))
    expect(results).toEqual([
      { outcome: 'closed' },
      { outcome: 'exists' },
      { outcome: 'conflict' },
      { outcome: 'conflict' },
      { outcome: 'ok', firstSeq: 4, turnBefore: 1 },
      { outcome: 'missing' },
    ])
    const alone = batch.map((each) => ({ ...each, runId: `${each.runId}`, payloads: [] }))
    const again: unknown[] = []
    for (const each of alone.filter((each) => each.kind !== 'create')) again.push((await lone.append(each)).outcome)
    expect(again).toEqual(['closed', 'conflict', 'conflict', 'conflict', 'missing'])
  })

  test('locks waits of a run in the order of their approvals, and other runs together with its own', async () => {
    const tenantId = tenant()
    const ids = [3, 1, 2].map((id) => `run-${id}`)
    const close = (approvalId: string): AppendOperation => ({
      op: 'wait_close',
      approvalId,
      nodeRunId: 'a',
      how: 'x',
      at: AT,
    })
    const lock: AppendOperation = { op: 'waits_lock', runId: `${ids[1]}` }
    const operations = [close('b'), lock, close('a')]
    const batch = [ids[0], ids[2]].map((runId) => {
      const append = create(tenantId, runId, { operations })
      return { append, packed: packAppend(append.events) }
    })
    const { values, statement } = createAppendStatements(opened.database.schema).many(null, batch)
    const parameter = (name: string) => values[Number(new RegExp(`${name} => \\$(\\d+)`).exec(statement.text)?.[1]) - 1]
    expect(parameter('k_tenant')).toEqual([tenantId, tenantId, tenantId])
    expect(parameter('k_run')).toEqual(['run-1', 'run-2', 'run-3'])
    const ordered = [lock, lock, close('a'), close('b'), close('a'), close('b')]
    expect(parameter('o_operations')).toEqual(ordered.map((operation) => JSON.stringify(operation)))
  })

  test('locks the tables of a batch in one order, whatever its runs change', async () => {
    const tenants = [tenant(), tenant()].sort()
    const [one, two] = [create(`${tenants[0]}`), create(`${tenants[1]}`)]
    const ready: AppendOperation = { op: 'ready', workerId: null }
    const timer: AppendOperation = { op: 'timer_set', timerId: 'x', dueAt: AT }
    const plan: AppendOperation = { op: 'plan', planHash: 'p', data: '{}' }
    const batch = [
      { ...one, operations: [plan, timer, ready] },
      { ...two, operations: [plan, timer, timer, ready] },
    ].map((append) => ({ append, packed: packAppend(append.events) }))
    const { values } = createAppendStatements(opened.database.schema).many(null, batch)
    expect(values.slice(-2)).toEqual([
      [1, 2, 2, 1, 2],
      [timer, timer, timer, ready, ready].map((operation) => JSON.stringify(operation)),
    ])
    const results = await Promise.all(batch.map(({ append }) => appender.append(append)))
    expect(results.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    for (const { tenantId } of [one, two]) {
      expect(await reader().getPlan(tenantId, 'p')).toEqual({})
    }
  })
})
