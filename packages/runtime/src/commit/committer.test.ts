import { randomUUID } from 'node:crypto'
import type { Json, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createNodeRegistry } from '@tenon/core/node'
import { type Fact, makeValueRef } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeLog } from '../engine.ts'
import { compile } from '../interpreter/compile.ts'
import { restep } from '../interpreter/restep.ts'
import type { Append, PendingEvent } from '../store/append.ts'
import { createAppender } from '../store/appender.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import type { RunRef } from '../store/run-ref.ts'
import { verifyRunLog } from '../store/verify-run-log.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes, inlineNodes } from '../testing/test-nodes.ts'
import { advanceRun } from './advance-run.ts'
import type { CommitResult, Committer } from './commit-types.ts'
import { createCommitter } from './committer.ts'
import type { LogLimits } from './log-limits.ts'
import { nodeTypesOf } from './node-types.ts'

const { registry } = createTestNodes()

const parallel = workflow(
  [
    node('start', 'start'),
    node('a', 'probe', { output: { x: '{{input.q}}' } }),
    node('b', 'probe'),
    node('join', 'join'),
    node('end', 'end'),
  ],
  ['start>a', 'start>b', 'a>join', 'b>join', 'join>end'],
)

function completed(nodeRunId: string, output: Json = {}, pass = 1): Fact {
  const data = { pass, attempt: 1, port: 'success', output: makeValueRef(output), durationMs: 1 }
  return { type: 'node_completed', nodeRunId, data }
}

describe.each(TEST_DATABASES)('createCommitter on %s', (kind) => {
  let opened: TestDatabase
  let now = Date.UTC(2026, 0, 5)

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  afterAll(() => opened.close())

  /** Creates one more committer, as each process on the database has its own. */
  const committer = (maxSessionBytes = 67_108_864, database = opened.database, limits: LogLimits = {}): Committer =>
    createCommitter({
      ...limits,
      database,
      appender: createAppender(database),
      findType: nodeTypesOf(registry),
      bus: inMemoryBus(),
      log: () => undefined,
      now: () => now,
      maxSessionBytes,
    })
  const reader = () => postgresRunReader(opened.database)

  async function create(by: Committer, document: WorkflowDocument, input: Json = {}) {
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const plan = compile(document, registry.manifest)
    const request = {
      ...run,
      workflowId: 'w',
      version: '1',
      mode: 'live',
      engine: 'embedded',
      trigger: 'start',
    } as const
    const result = await by.create({ ...request, input, actor: null }, plan)
    const check = async () => {
      const events = await reader().readEvents(run.tenantId, run.runId, 0, 10_000)
      expect(restep(events, plan)).toMatchObject({ same: true })
      expect(await verifyRunLog(opened.database, run.tenantId, run.runId)).toMatchObject({ isIntact: true })
      return events
    }
    return { run, result, plan, check }
  }

  /** Commits until nothing is left: a slice also ends after 50 ms, which a busy machine exceeds. */
  async function rest(by: Committer, run: RunRef, first: CommitResult): Promise<CommitResult> {
    let last = first
    while (last.hasMore) last = await by.commit({ ...run, facts: [], isStale: true })
    return last
  }

  test('answers with the commands of what it has stored, each with the number of its decision', async () => {
    const { result, check } = await create(committer(), parallel, { q: 1 })
    expect(result).toMatchObject({ outcome: 'committed', status: 'running', started: [], metOthers: false })
    expect(result.commands).toEqual([
      { kind: 'start_node', id: 4, nodeRunId: 'a', pass: 1, queue: null, resume: null },
      { kind: 'start_node', id: 5, nodeRunId: 'b', pass: 1, queue: null, resume: null },
    ])
    expect((await check()).map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
  })

  test('cancels a run whose log reaches its limit, also after it was loaded again', async () => {
    const looping = workflow(
      [
        node('start', 'start'),
        node('each', 'loop', { items: '{{input.list}}' }),
        { ...node('note', 'set', { fields: { x: 1 } }), parentId: 'each' },
        node('end', 'end'),
      ],
      ['start>each', 'each>end'],
    )
    const limits = { maxRunEvents: 1_000 }
    const by = committer(undefined, undefined, limits)
    const { run, result, check } = await create(by, looping, { list: Array.from({ length: 400 }, (_, index) => index) })
    expect(await rest(committer(undefined, undefined, limits), run, result)).toMatchObject({ status: 'canceled' })
    expect(await reader().getRun(run.tenantId, run.runId)).toMatchObject({ error: { code: 'RUN_LOG_FULL' } })
    const events = await check()
    expect(events.filter(({ type }) => type === 'cancel_requested')).toHaveLength(1)
    expect(events.length).toBeLessThan(2_000)
  })

  test('reads a value that is null, and the values of several references at once', async () => {
    const tenantId = `t-${randomUUID()}`
    const refs = [makeValueRef(null), makeValueRef({ a: 1 }), makeValueRef(null)]
    expect(await reader().loadValues(tenantId, refs)).toEqual([null, { a: 1 }, null])
    const { values } = committer()
    expect([await values.load(tenantId, makeValueRef(null)), values.peek(tenantId, makeValueRef(null))]).toEqual([
      null,
      null,
    ])
  })

  test('puts the start of the nodes that are taken into the same append', async () => {
    const by = committer()
    const plan = compile(parallel, registry.manifest)
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const slot = { release: () => undefined }
    const result = await by.create(
      {
        ...{ ...run, workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' },
        ...{
          input: { q: 5 },
          actor: null,
          worker: 'me',
          acquireSlot: ({ nodeRunId }) => (nodeRunId === 'a' ? slot : null),
        },
      },
      plan,
    )
    expect(result.started).toMatchObject([{ nodeRunId: 'a', attempt: 1, params: { output: { x: 5 } } }])
    const links = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_log').select(['seq']).where('link', 'is not', null).execute(),
    )
    expect(links).toHaveLength(1)
    const events = await reader().readEvents(run.tenantId, run.runId, 0)
    expect(events.filter((event) => event.type === 'node_started')).toMatchObject([
      { id: 'a/1/1/started', data: { worker: 'me', input: { inline: { output: { x: 5 } } } } },
    ])
  })

  test('knows a run as it is after a second start of it, which changes nothing', async () => {
    const by = committer()
    const { run, plan, check } = await create(by, parallel, { q: 1 })
    await by.commit({ ...run, facts: [{ fact: completed('a') }] })
    const again = { ...run, workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' } as const
    expect(await by.create({ ...again, input: {}, actor: null }, plan)).toMatchObject({ outcome: 'unchanged' })
    const open = await by.withSession(run, ({ machine }) => machine.openNodeRuns().map(({ nodeRunId }) => nodeRunId))
    expect(open).toEqual(['b'])
    const ended = await by.commit({ ...run, facts: [{ fact: completed('b') }] })
    expect(await rest(by, run, ended)).toMatchObject({ status: 'completed' })
    await check()
  })

  test('lets two processes commit the two branches of a run at the same moment', async () => {
    const [one, two] = [committer(), committer()]
    for (let round = 0; round < 5; round += 1) {
      const { run, check } = await create(one, parallel, { q: 1 })
      const results = await Promise.all([
        one.commit({ ...run, facts: [{ fact: completed('a') }] }),
        two.commit({ ...run, facts: [{ fact: completed('b') }] }),
      ])
      expect(results.map((result) => result.outcome)).toEqual(['committed', 'committed'])
      await rest(one, run, results[0])
      await rest(two, run, results[1])
      expect(await reader().getRun(run.tenantId, run.runId)).toMatchObject({ status: 'completed' })
      await check()
    }
  })

  test('reads the tail of a stale run only if its session has not come as far', async () => {
    const { withTenant } = opened.database
    let reads = 0
    const counting = {
      ...opened.database,
      withTenant: ((...args) => {
        reads += 1
        return withTenant(...args)
      }) as typeof withTenant,
    }
    const [one, two] = [committer(67_108_864, counting), committer()]
    const { run } = await create(one, parallel, { q: 1 })
    const open = (nextSeq: number) =>
      one.withSession({ ...run, isStale: true, nextSeq }, ({ machine }) => machine.openNodeRun('a')?.nodeRunId ?? null)
    reads = 0
    expect([await open(6), await open(5), reads]).toEqual(['a', 'a', 0])
    await two.commit({ ...run, facts: [{ fact: completed('a') }] })
    expect([await open(6), reads]).toEqual(['a', 0])
    expect([await open(7), reads]).toEqual([null, 1])
    expect([await open(7), reads]).toEqual([null, 1])
  })

  test('drops the second outcome of a pass, whichever committer brings it', async () => {
    const [one, two] = [committer(), committer()]
    const { run, check } = await create(one, parallel, { q: 1 })
    const fact = completed('a', { from: 'first' })
    expect((await one.commit({ ...run, facts: [{ fact }] })).outcome).toBe('committed')
    expect((await one.commit({ ...run, facts: [{ fact }] })).outcome).toBe('unchanged')
    const late = await two.commit({ ...run, facts: [{ fact: completed('a', { from: 'second' }) }] })
    expect(late.outcome).toBe('unchanged')
    expect((await check()).filter((event) => event.id === 'a/1/outcome')).toHaveLength(1)
  })

  test('stores observations once although the answer to their first commit was lost', async () => {
    let isLost = false
    const by = committer(67_108_864, {
      ...opened.database,
      call: async <Row>(...args: Parameters<typeof opened.database.call>) => {
        const rows = await opened.database.call<Row>(...args)
        if (isLost) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
        return rows
      },
    })
    const { run, check } = await create(by, parallel)
    const line = (message: string, index: number) => {
      const data = { timestamp: new Date(now).toISOString(), level: 'info', message } as const
      return { observation: { type: 'node_log', nodeRunId: 'a', data }, pass: 1, attempt: 1, index, at: now } as const
    }
    const facts = [{ fact: completed('a') }]
    isLost = true
    await expect(by.commit({ ...run, facts, observations: [line('one', 0)] })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    isLost = false
    await by.commit({ ...run, facts, observations: [line('one', 0), line('two', 1)], isRepeated: true })
    const events = await check()
    const lines = events.flatMap((event) => (event.type === 'node_log' ? [event.data.message] : []))
    expect(lines).toEqual(['one', 'two'])
    expect(events.filter((event) => event.id === 'a/1/outcome')).toHaveLength(1)
  })

  test.each(['before', 'after'])(
    'stores observations once when an append that was given up lands %s its repetition',
    async (order) => {
      let late: (() => Promise<unknown>) | null = null
      let isHeld = false
      const { call } = opened.database
      const by = committer(67_108_864, {
        ...opened.database,
        call: async <Row>(...args: Parameters<typeof call>) => {
          if (!isHeld) return call<Row>(...args)
          late = () => call(...args)
          throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
        },
      })
      const { run, check } = await create(by, parallel)
      const data = { timestamp: new Date(now).toISOString(), level: 'info', message: 'one' } as const
      const observation = { type: 'node_log', nodeRunId: 'a', data } as const
      const observations = [{ observation, pass: 1, attempt: 1, index: 0, at: now }]
      const timerId = 'attempt/a/1'
      const operations = [{ op: 'timer_set', timerId, dueAt: now }] as const
      const request = { ...run, facts: [], observations, operations }
      const { withTenant } = opened.database
      isHeld = true
      await expect(by.commit(request)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      isHeld = false
      const land = async () => {
        await late?.()
      }
      if (order === 'before') {
        await land()
        // It has fired; the repetition must not set it again.
        await withTenant(run.tenantId, (tx) => tx.deleteFrom('timers').where('timer_id', '=', timerId).execute())
      }
      await by.commit({ ...request, isRepeated: true })
      if (order === 'after') await land()
      const timers = await withTenant(run.tenantId, (tx) =>
        tx.selectFrom('timers').select('timer_id').where('run_id', '=', run.runId).execute(),
      )
      expect(timers.map((row) => row.timer_id)).toEqual(order === 'before' ? [] : [timerId])
      expect((await check()).filter((event) => event.type === 'node_log')).toHaveLength(1)
    },
  )

  test('adds no observation behind the end of a run that another process has ended', async () => {
    const [one, two] = [committer(), committer()]
    const { run, check } = await create(one, parallel)
    await two.withSession(run, ({ machine }) => machine.turn)
    const facts = [{ fact: { type: 'cancel_requested', data: { reason: 'user', actor: null } } }] as const
    await one.commit({ ...run, facts })
    for (const nodeRunId of ['a', 'b']) {
      await one.commit({
        ...run,
        facts: [{ fact: { type: 'node_canceled', nodeRunId, data: { pass: 1, how: 'canceled' } } }],
      })
    }
    const data = { timestamp: new Date(now).toISOString(), level: 'info', message: 'late' } as const
    const observation = { type: 'node_log', nodeRunId: 'a', data } as const
    const late = await two.commit({
      ...run,
      facts: [],
      observations: [{ observation, pass: 1, attempt: 1, index: 0, at: now }],
    })
    expect(late).toMatchObject({ outcome: 'unchanged', events: [] })
    expect((await check()).at(-1)?.type).toBe('run_canceled')
  })

  describe('when an append fails behind another one of its commit', () => {
    /** A run with strict durability, whose commits store each turn alone; `failing` makes the next appends fail. */
    async function strict() {
      const slots: string[] = []
      let left = Number.POSITIVE_INFINITY
      const appender = createAppender(opened.database)
      const by = createCommitter({
        database: opened.database,
        appender: {
          ...appender,
          append: async (append) => {
            left -= 1
            if (left < 0) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
            return appender.append(append)
          },
        },
        ...{ findType: nodeTypesOf(registry), bus: inMemoryBus(), log: () => undefined, now: () => now },
      })
      const document = workflow(
        [
          node('start', 'start'),
          ...['a', 'b', 'c'].map((id) => node(id, 'probe')),
          node('pure', 'set', { fields: {} }),
          node('end', 'end'),
        ],
        ['start>a', 'start>b', 'a>c', 'a>pure', 'pure>end'],
        { settings: { durability: 'strict' } },
      )
      const { run, check, result } = await create(by, document)
      await rest(by, run, result)
      const acquireSlot = ({ nodeRunId }: { readonly nodeRunId: string }) => {
        slots.push(nodeRunId)
        return { release: () => void slots.splice(slots.indexOf(nodeRunId), 1) }
      }
      const commit = (facts: readonly Fact[], appends = Number.POSITIVE_INFINITY) => {
        left = appends
        return by.commit({ ...run, acquireSlot, facts: facts.map((fact) => ({ fact })) })
      }
      return { slots, commit, check, finish: (last: CommitResult) => rest(by, run, last) }
    }

    test('returns the nodes that have begun, and continues later', async () => {
      const { slots, commit, check, finish } = await strict()
      const result = await commit([completed('a')], 1)
      expect(result).toMatchObject({ outcome: 'committed', hasMore: true })
      expect([result.started.map(({ nodeRunId }) => nodeRunId), slots]).toEqual([['c'], ['c']])
      expect(await finish(await commit([]))).toMatchObject({ outcome: 'committed', hasMore: false })
      expect((await check()).some(({ id }) => id === 'pure/1/outcome')).toBe(true)
    })

    test('gives back the slots of the nodes that have begun if a fact is not stored', async () => {
      const { slots, commit, check } = await strict()
      await expect(commit([completed('a'), completed('b')], 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(slots).toEqual([])
      await commit([completed('a'), completed('b')])
      expect((await check()).filter(({ id }) => id === 'c/1/1/started')).toHaveLength(1)
    })
  })

  test('stores observations of two processes side by side, although each expects the end of the log', async () => {
    const [one, two] = [committer(), committer()]
    const { run, check } = await create(one, parallel)
    const line = (nodeRunId: string, index: number) => {
      const data = { timestamp: new Date(now).toISOString(), level: 'info', message: `${index}` } as const
      return { observation: { type: 'node_log', nodeRunId, data }, pass: 1, attempt: 1, index, at: now } as const
    }
    for (let index = 0; index < 5; index += 1) {
      const results = await Promise.all([
        one.commit({ ...run, facts: [], observations: [line('a', index)] }),
        two.commit({ ...run, facts: [], observations: [line('b', index)] }),
      ])
      expect(results.map(({ outcome }) => outcome)).toEqual(['committed', 'committed'])
    }
    expect((await check()).filter((event) => event.type === 'node_log')).toHaveLength(10)
  })

  test('refuses a fact that cannot be and continues where it was', async () => {
    const by = committer()
    const { run, check } = await create(by, parallel, { q: 1 })
    const impossible = by.commit({ ...run, facts: [{ fact: completed('unknown') }] })
    await expect(impossible).rejects.toMatchObject({ code: 'FACT_INVALID' })
    expect((await by.commit({ ...run, facts: [{ fact: completed('a') }] })).outcome).toBe('committed')
    await check()
  })

  test('takes a message that cannot be out of the way of those behind it', async () => {
    const by = committer()
    const { run } = await create(by, parallel, { q: 1 })
    const at = now
    const messages = ['bad', 'good'].map((message_id) => ({
      ...{ tenant_id: run.tenantId, run_id: run.runId },
      message_id,
    }))
    await opened.database.withTenant(run.tenantId, (tx) =>
      tx
        .insertInto('run_inbox')
        .values(messages.map((row) => ({ ...row, fact: '{}', at })))
        .execute(),
    )
    const result = await by.commit({
      ...run,
      facts: [
        { fact: completed('unknown'), messageId: 'bad' },
        { fact: completed('a'), messageId: 'good' },
      ],
    })
    expect(result.outcome).toBe('committed')
    const rows = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_inbox').select('message_id').execute(),
    )
    expect(rows).toEqual([])
  })

  test('deletes messages although none of them mattered', async () => {
    const by = committer()
    const { run } = await create(by, parallel, { q: 1 })
    const row = { tenant_id: run.tenantId, run_id: run.runId, message_id: 'late', fact: '{}', at: now }
    await opened.database.withTenant(run.tenantId, (tx) => tx.insertInto('run_inbox').values(row).execute())
    const wait = {
      waitId: 'a/1/0',
      vote: { actor: { userId: 'u', displayName: 'U', role: 'admin' }, choice: 'x', at: 1 },
    }
    const fact: Fact = { type: 'approval_decided', data: wait }
    expect((await by.commit({ ...run, facts: [{ fact, messageId: 'late' }] })).outcome).toBe('unchanged')
    const left = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_inbox').select('message_id').execute(),
    )
    expect(left).toEqual([])
  })

  test('knows nothing of a run of another tenant', async () => {
    const by = committer()
    const { run } = await create(by, parallel, { q: 1 })
    const foreign = { tenantId: 'another', runId: run.runId }
    expect((await by.commit({ ...foreign, facts: [{ fact: completed('a') }] })).outcome).toBe('missing')
    expect(await by.withSession(foreign, () => 'seen')).toBeNull()
  })

  test('stores what pure nodes give slice by slice, and goes on where a process has stopped', async () => {
    const ids = Array.from({ length: 450 }, (_, index) => `n${index}`)
    const long = workflow(
      [node('start', 'start'), ...ids.map((id) => node(id, 'set', { fields: { last: id } })), node('end', 'end')],
      ['start>n0', ...ids.slice(1).map((id, index) => `${ids[index]}>${id}`), 'n449>end'],
    )
    const by = committer()
    const { run, result, check } = await create(by, long)
    // After its first slice it answers: the caller reads the inbox before it goes on.
    expect(result).toMatchObject({ outcome: 'committed', status: 'running', hasMore: true })
    let last = result
    while (last.hasMore) last = await by.commit({ ...run, facts: [] })
    expect(last).toMatchObject({ outcome: 'committed', status: 'completed' })
    await check()
    const appends = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_log').select('turn').where('link', 'is not', null).orderBy('seq').execute(),
    )
    expect(appends.length).toBeGreaterThan(2)
    expect(appends[0]?.turn).toBe(0)
    expect(appends[1]?.turn).toBeLessThanOrEqual(200)
    const events = await reader().readEvents(run.tenantId, run.runId, 0, 2_000)
    expect(events.at(-1)?.turn).toBe(453)
  })

  test('evaluates inline nodes that a process has left behind', async () => {
    const by = committer()
    const mixed = workflow([node('start', 'start'), node('a', 'probe'), node('pure', 'set')], ['start>a', 'a>pure'])
    const { run, plan, check } = await create(by, mixed)
    // What a process stores that is killed between two slices: the outcome, and not what follows from it inline.
    const appender = createAppender(opened.database)
    const event = { at: now, turnOffset: 1, class: 'fact', id: 'a/1/outcome', causeOffset: null } as const
    const scheduled = { pass: 1, mode: 'inline', queue: null, resume: null } as const
    await appender.append({
      ...{ ...run, kind: 'advance', expectTurn: 2, turns: 1, status: null, create: null, patch: null },
      events: [
        { ...event, body: completed('a') },
        {
          ...{ ...event, class: 'decision', id: 'a/1/outcome:0', causeOffset: 0 },
          body: { type: 'node_scheduled', nodeRunId: 'pure', data: scheduled },
        },
      ],
      operations: [],
      payloads: [],
    })
    expect(plan.nodes).toHaveLength(3)
    const result = await committer().commit({ ...run, facts: [], isStale: true })
    expect(result).toMatchObject({ outcome: 'committed', status: 'completed' })
    await check()
  })

  test('rebuilds a long run from its snapshot and the log behind it, and does without one it cannot read', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `n${index}`)
    const long = workflow(
      [node('start', 'start'), ...ids.map((id) => node(id, 'probe', { output: { [id]: 1 } })), node('last', 'probe')],
      ['start>n0', ...ids.slice(1).map((id, index) => `${ids[index]}>${id}`), 'n299>last'],
    )
    const by = committer()
    const { run, check } = await create(by, long)
    for (const id of ids) await by.commit({ ...run, facts: [{ fact: completed(id, { [id]: 1 }) }] })
    const snapshot = () =>
      opened.database.withTenant(run.tenantId, (tx) =>
        tx.selectFrom('run_snapshots').select(['seq', 'data']).executeTakeFirst(),
      )
    expect((await snapshot())?.seq).toBeGreaterThan(500)
    const open = (from: Committer) => from.withSession(run, ({ machine, nextSeq }) => [machine.openNodeRuns(), nextSeq])
    const known = await open(by)
    expect(await open(committer())).toEqual(known)
    await opened.database.withTenant(run.tenantId, (tx) =>
      tx.updateTable('run_snapshots').set({ data: '{"sessionVersion":1,"machine":{}}' }).execute(),
    )
    const rebuilt = committer()
    expect(await open(rebuilt)).toEqual(known)
    expect(await rebuilt.commit({ ...run, facts: [{ fact: completed('last') }] })).toMatchObject({
      status: 'completed',
    })
    await check()
  }, 60_000)

  test('stores a snapshot with a later append if the one with it was refused', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `n${index}`)
    const long = workflow(
      [node('start', 'start'), ...ids.map((id) => node(id, 'set')), node('a', 'probe'), node('b', 'probe')],
      ['start>n0', ...ids.slice(1).map((id, index) => `${ids[index]}>${id}`), 'n299>a', 'a>b'],
    )
    const { database } = opened
    let refusals = 1
    const by = committer(undefined, {
      ...database,
      call: (statement, values) => {
        const isRefused = JSON.stringify(values).includes('snapshot') && refusals > 0
        if (isRefused) refusals -= 1
        const refusal = Object.assign(new Error('refused'), { code: '54000' })
        return isRefused ? Promise.reject(refusal) : database.call(statement, values)
      },
    })
    const { run, result, check } = await create(by, long)
    for (let last = result; last.hasMore; ) last = await by.commit({ ...run, facts: [] })
    const snapshots = () =>
      database.withTenant(run.tenantId, (tx) =>
        tx.selectFrom('run_snapshots').select('seq').where('run_id', '=', run.runId).execute(),
      )
    for (const id of ['a', 'b']) await by.commit({ ...run, facts: [{ fact: completed(id) }] })
    expect(refusals).toBe(0)
    expect(await snapshots()).toHaveLength(1)
    await check()
  })

  test('needs no memory of a run: with room for none it does the same', async () => {
    const by = committer(0)
    const { run, result, check } = await create(by, parallel, { q: 1 })
    await rest(by, run, result)
    await rest(by, run, await by.commit({ ...run, facts: [{ fact: completed('a') }] }))
    const end = await rest(by, run, await by.commit({ ...run, facts: [{ fact: completed('b') }] }))
    expect(end).toMatchObject({ outcome: 'committed', status: 'completed' })
    await check()
  })

  test('gives no session that has read a part of the log only, up to a fact of a later version', async () => {
    const by = committer()
    const { run, result } = await create(by, parallel, { q: 1 })
    await rest(by, run, result)
    const { turn } = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('runs').select('turn').where('run_id', '=', run.runId).executeTakeFirstOrThrow(),
    )
    const event = { class: 'fact', id: 'later', at: Date.now(), turnOffset: 1, causeOffset: null } as const
    const body = { type: 'run_migrated', data: {} } as unknown as PendingEvent['body']
    await createAppender(opened.database).append({
      ...{ ...run, kind: 'advance', expectTurn: turn, turns: 1, status: null, create: null, patch: null },
      ...{ events: [{ ...event, body }], operations: [], payloads: [] },
    })
    const newer = { code: 'RUN_LOG_NEWER', details: { type: 'run_migrated' } }
    await expect(by.withSession({ ...run, isStale: true }, () => true)).rejects.toMatchObject(newer)
    await expect(by.withSession(run, () => true)).rejects.toMatchObject(newer)
  })

  test('gives instants that never go back, whatever the clock does', async () => {
    const by = committer()
    const { run, check } = await create(by, parallel, { q: 1 })
    now -= 3_600_000
    await by.commit({ ...run, facts: [{ fact: completed('a') }] })
    now += 3_600_000
    const at = (await check()).map((event) => event.at)
    expect(at).toEqual([...at].sort((a, b) => a - b))
  })

  test('fires the timers that are due, the earliest first, and no other', async () => {
    const waits = workflow(
      [
        node('start', 'start'),
        node('soon', 'delay', { duration: '1s' }),
        node('later', 'delay', { duration: '2s' }),
        node('much', 'delay', { duration: '1h' }),
      ],
      ['start>soon', 'start>later', 'start>much'],
    )
    const by = committer()
    const { run, result, check } = await create(by, waits)
    await rest(by, run, result)
    const began = now
    now += 2_500
    await by.commit({ ...run, facts: [], fireTimersDueAt: now })
    const fired = (await check()).filter((event) => event.type === 'timer_fired')
    expect(fired.map((event) => event.data)).toEqual([
      { timerId: 'soon/1/0', dueAt: began + 1_000, lateMs: 1_500 },
      { timerId: 'later/1/0', dueAt: began + 2_000, lateMs: 500 },
    ])
    const left = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('timers').select('timer_id').execute(),
    )
    expect(left).toEqual([{ timer_id: 'much/1/0' }])
  })

  test('draws the same random values on every attempt, and others in every node', async () => {
    const random = workflow(
      [
        node('start', 'start'),
        withPolicy(node('a', 'set', { fields: { id: '{{uuid()}}', at: '{{now()}}' } }), { skipIf: '{{random() > 2}}' }),
        node('b', 'set', { fields: { id2: '{{uuid()}}' } }),
        node('end', 'end'),
      ],
      ['start>a', 'a>b', 'b>end'],
    )
    const by = committer()
    const { run, result } = await create(by, random)
    // A slice also ends after 50 ms, which a busy machine exceeds.
    for (let last = result; last.hasMore; ) last = await by.commit({ ...run, facts: [] })
    const stored = await reader().getRun(run.tenantId, run.runId)
    const output = stored?.output?.inline as { readonly id: string; readonly id2: string }
    expect(stored?.status).toBe('completed')
    expect(output.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(output.id).not.toBe(output.id2)
  })

  test('reads large values that another process has stored, and fails the node whose value is gone', async () => {
    const text = 'a large value '.repeat(2_000)
    const large = workflow(
      [node('start', 'start'), node('a', 'probe'), node('size', 'set', { fields: { size: '{{length(input.text)}}' } })],
      ['start>a', 'a>size'],
    )
    const [kept, erased] = [await create(committer(), large, { text }), await create(committer(), large, { text })]
    await opened.database.withTenant(erased.run.tenantId, async (tx) => {
      await tx.deleteFrom('payload_refs').execute()
      await tx.deleteFrom('payloads').execute()
    })
    for (const { run } of [kept, erased]) await committer().commit({ ...run, facts: [{ fact: completed('a') }] })
    const sizes = (await kept.check()).filter((event) => event.id === 'size/1/outcome')
    expect(sizes).toMatchObject([{ data: { output: { inline: { size: text.length } } } }])
    expect(await reader().getRun(erased.run.tenantId, erased.run.runId)).toMatchObject({
      status: 'failed',
      error: { code: 'PAYLOAD_NOT_FOUND', nodeId: 'size' },
    })
    await erased.check()
  })

  test('leaves an inline node whose type this process lacks to one that has it', async () => {
    const { run, plan, check } = await create(
      committer(),
      workflow([node('start', 'start'), node('a', 'probe'), node('pure', 'set')], ['start>a', 'a>pure']),
    )
    const poorer = createCommitter({
      ...{ database: opened.database, appender: createAppender(opened.database), bus: inMemoryBus() },
      ...{ log: () => undefined, now: () => now, findType: nodeTypesOf(createNodeRegistry([])) },
    })
    await poorer.commit({ ...run, facts: [{ fact: completed('a') }] })
    expect(plan.nodes.map(({ id }) => id)).toContain('pure')
    const status = async () => (await reader().getRun(run.tenantId, run.runId))?.status
    expect(await status()).toBe('running')
    const ready = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_ready').select(['worker_id', 'woken']).where('run_id', '=', run.runId).execute(),
    )
    expect(ready).toEqual([{ worker_id: null, woken: true }])
    expect((await poorer.commit({ ...run, facts: [], isStale: true })).outcome).toBe('unchanged')
    await committer().commit({ ...run, facts: [], isStale: true })
    expect(await status()).toBe('completed')
    await check()
  })

  test('wakes a worker that has the type of an inline node behind a full slice', async () => {
    const sets = Array.from({ length: 199 }, (_, index) => `s${index}`)
    const ids = ['start', 'a', ...sets, 'end']
    const { run, check } = await create(
      committer(),
      workflow(
        ids.map((id) => node(id, sets.includes(id) ? 'set' : id === 'a' ? 'probe' : id)),
        ids.slice(1).map((id, index) => `${ids[index]}>${id}`),
      ),
    )
    const setsOnly = createNodeRegistry(inlineNodes().filter(({ definition }) => definition.type === 'set'))
    const poorer = createCommitter({
      ...{ database: opened.database, appender: createAppender(opened.database), bus: inMemoryBus() },
      ...{ log: () => undefined, now: () => now, findType: nodeTypesOf(setsOnly) },
    })
    await rest(poorer, run, await poorer.commit({ ...run, facts: [{ fact: completed('a') }] }))
    const ready = await opened.database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_ready').select('woken').where('run_id', '=', run.runId).execute(),
    )
    expect(ready).toEqual([{ woken: true }])
    await rest(committer(), run, await committer().commit({ ...run, facts: [], isStale: true }))
    expect((await check()).at(-1)?.type).toBe('run_completed')
  })

  describe('what the database refuses for good', () => {
    /** A committer whose database refuses every append with such an event. */
    function refusing(isBad: (append: Append) => boolean, lines: string[] = []): Committer {
      const appender = createAppender(opened.database)
      const refused = new TenonError('APPEND_REFUSED', 'The database cannot store it', {
        details: { sqlState: '22P05' },
      })
      return createCommitter({
        database: opened.database,
        appender: {
          ...appender,
          append: async (append) => (isBad(append) ? Promise.reject(refused) : appender.append(append)),
        },
        findType: nodeTypesOf(registry),
        bus: inMemoryBus(),
        log: (level, message) => lines.push(`${level} ${message}`),
        now: () => now,
      })
    }
    const holds = (type: string, nodeRunId?: string) => (append: Append) =>
      append.events.some(
        ({ body }) =>
          body.type === type && (nodeRunId === undefined || ('nodeRunId' in body && body.nodeRunId === nodeRunId)),
      )

    const twoPure = workflow(
      [
        node('start', 'start'),
        node('x', 'set', { fields: { x: 1 } }),
        node('y', 'set', { fields: { y: 2 } }),
        node('end', 'end'),
      ],
      ['start>x', 'x>y', 'y>end'],
    )

    test('an inline node among others fails, and what came before it is stored', async () => {
      const by = refusing(holds('node_completed', 'y'))
      const { run, result, check } = await create(by, twoPure)
      await rest(by, run, result)
      const stored = await reader().getRun(run.tenantId, run.runId)
      expect(stored).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_REFUSED', nodeId: 'y' } })
      const facts = (await check())
        .filter((event) => event.class === 'fact')
        .map((event) => `${event.type} ${event.id}`)
      expect(facts).toEqual([
        'run_started start',
        'node_completed start/1/outcome',
        'node_completed x/1/outcome',
        'node_failed y/1/outcome',
      ])
    })

    test('the start of a run is refused to its caller, and leaves no run', async () => {
      await expect(create(refusing(holds('run_started')), twoPure)).rejects.toMatchObject({
        code: 'APPEND_REFUSED',
        retryable: false,
      })
    })

    test('a message is dropped, so that the others are taken in', async () => {
      const lines: string[] = []
      const asking = workflow(
        [node('start', 'start'), node('ask', 'approval', { title: 'x', required: 1 })],
        ['start>ask'],
      )
      const { run, result: begun, check } = await create(committer(), asking)
      const needed = begun.events.find((event) => event.type === 'approval_needed')
      const waitId = needed?.type === 'approval_needed' ? needed.data.waitId : ''
      const by = refusing(holds('approval_decided'), lines)
      const vote = { actor: { userId: 'ann', displayName: 'Ann', role: 'admin' }, choice: 'approve', at: now }
      const fact: Fact = { type: 'approval_decided', data: { waitId, vote } }
      const result = await by.commit({ ...run, facts: [{ fact, messageId: 'vote/ask/1/ann' }], isStale: true })
      expect(result).toMatchObject({ outcome: 'unchanged', status: 'waiting' })
      expect(lines).toEqual(['error run.message_dropped: the database cannot store it'])
      await check()
    })

    test('a fact of the caller is refused to the caller', async () => {
      const { run, check } = await create(committer(), parallel)
      const by = refusing(holds('node_completed', 'a'))
      await expect(by.commit({ ...run, facts: [{ fact: completed('a') }] })).rejects.toMatchObject({
        code: 'APPEND_REFUSED',
      })
      expect(await by.commit({ ...run, facts: [{ fact: completed('b') }] })).toMatchObject({ outcome: 'committed' })
      await check()
    })

    test('a run whose timer brings about what is refused is canceled, with the reason', async () => {
      const waiting = workflow([node('start', 'start'), node('a', 'probe')], ['start>a'], {
        settings: { timeout: '1h' },
      })
      const { run, check } = await create(committer(), waiting)
      const lines: string[] = []
      const by = refusing(holds('timer_fired'), lines)
      const log: RuntimeLog = (level, message) => lines.push(`${level} ${message}`)
      const result = await advanceRun(by, { ...run, facts: [], fireTimersDueAt: now + 7_200_000 }, log)
      expect(result.status).toBe('running')
      await by.commit({
        ...run,
        facts: [{ fact: { type: 'node_canceled', nodeRunId: 'a', data: { pass: 1, how: 'canceled' } } }],
      })
      expect((await check()).at(-1)).toMatchObject({ type: 'run_canceled', data: { reason: 'refused' } })
      expect(lines).toEqual(['error run.canceled: the database cannot store what follows'])
    })

    test('a run that undoes what it has done then ends without the rest', async () => {
      const undoing = workflow(
        [
          node('start', 'start'),
          withPolicy(node('a', 'probe'), { compensation: 'undo' }),
          node('b', 'probe'),
          node('undo', 'probe'),
        ],
        ['start>a', 'a>b'],
        { settings: { timeout: '1h' } },
      )
      const { run, check } = await create(committer(), undoing)
      const by = refusing(holds('timer_fired'))
      await by.commit({ ...run, facts: [{ fact: completed('a') }] })
      const error = { code: 'HTTP_FAILED', message: 'x' }
      const failed: Fact = { type: 'node_failed', nodeRunId: 'b', data: { pass: 1, attempt: 1, error, durationMs: 1 } }
      await by.commit({ ...run, facts: [{ fact: failed }] })
      await advanceRun(by, { ...run, facts: [], fireTimersDueAt: now + 7_200_000 }, () => undefined)
      const canceled: Fact = { type: 'node_canceled', nodeRunId: 'undo', data: { pass: 1, how: 'canceled' } }
      expect(await by.commit({ ...run, facts: [{ fact: canceled }] })).toMatchObject({ status: 'failed' })
      const ended = (await check()).find(({ type }) => type === 'compensation_ended')
      expect(ended?.data).toEqual({ undone: 0, skipped: 1, left: 0 })
    })

    test('what only passes is thrown as it is, for the caller to try again', async () => {
      const by = committer(67_108_864, {
        ...opened.database,
        call: () => Promise.reject(Object.assign(new RangeError('deadlock'), { code: '40P01' })),
      })
      await expect(create(by, twoPure)).rejects.toThrow('deadlock')
    })
  })
})
