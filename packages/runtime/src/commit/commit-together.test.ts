import { randomUUID } from 'node:crypto'
import type { Json, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Fact, makeValueRef } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import { restep } from '../interpreter/restep.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { createAppender } from '../store/appender.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { verifyRunLog } from '../store/verify-run-log.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import { createCommitter } from './committer.ts'
import { nodeTypesOf } from './node-types.ts'
import { storeValue } from './stored-value.ts'

const { registry } = createTestNodes()
const NOW = Date.UTC(2026, 0, 5)
const IDS = Array.from({ length: 30 }, (_, index) => `n${index}`)

/** start > 30 probes > join > end */
const WIDE = workflow(
  [node('start', 'start'), ...IDS.map((id) => node(id, 'probe')), node('join', 'join'), node('end', 'end')],
  [...IDS.flatMap((id) => [`start>${id}`, `${id}>join`]), 'join>end'],
)

function completed(nodeRunId: string, output: Json = { from: nodeRunId }): Fact {
  const data = { pass: 1, attempt: 1, port: 'success', output: makeValueRef(output), durationMs: 1 }
  return { type: 'node_completed', nodeRunId, data }
}

describe.each(TEST_DATABASES)('commits that share an append on %s', (kind) => {
  let opened: TestDatabase
  let now = NOW

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
    // A slice also ends after 50 ms, which a busy machine exceeds.
    vi.spyOn(performance, 'now').mockReturnValue(0)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await opened.close()
  })

  const committerOn = (database: RuntimeDatabase) =>
    createCommitter({
      ...{ database, appender: createAppender(database), findType: nodeTypesOf(registry), bus: inMemoryBus() },
      ...{ log: () => undefined, now: () => now },
    })

  async function create(document: WorkflowDocument = WIDE, database: RuntimeDatabase = opened.database) {
    const by = committerOn(database)
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const plan = compile(document, registry.manifest)
    const start = { workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', trigger: 'start' } as const
    await by.create({ ...run, ...start, input: {}, actor: null }, plan)
    const { tenantId, runId } = run
    return {
      by,
      run,
      complete: (nodeRunId: string) => by.commit({ ...run, facts: [{ fact: completed(nodeRunId) }] }),
      /** Checks the log, and returns its events and the number of its appends after the first. */
      check: async () => {
        const events = await postgresRunReader(opened.database).readEvents(tenantId, runId, 0, 10_000)
        expect(restep(events, plan)).toMatchObject({ same: true })
        expect(await verifyRunLog(opened.database, tenantId, runId)).toMatchObject({ isIntact: true })
        const links = await opened.database.withTenant(tenantId, (tx) =>
          tx.selectFrom('run_log').select('seq').where('link', 'is not', null).execute(),
        )
        return { events, appends: links.length - 1 }
      },
    }
  }

  test('stores outcomes that wait for the same run with one append, and gives each its own events', async () => {
    const { complete, check } = await create()
    const results = await Promise.all(IDS.map(complete))
    const { events, appends } = await check()
    expect(appends).toBe(2)
    expect(results.flatMap((result) => result.events)).toEqual(events.filter(({ seq }) => seq >= 34))
    expect(results.map(({ outcome }) => outcome)).toEqual(IDS.map(() => 'committed'))
    expect(results.map(({ commands }) => commands.length)).toEqual([...IDS.slice(1).map(() => 0), 1])
    expect(results.at(-2)).toMatchObject({ status: 'running' })
    expect(results.at(-1)).toMatchObject({ status: 'completed', commands: [{ kind: 'close_run' }] })
  })

  test('lets an impossible fact and a refused outcome harm only themselves', async () => {
    const refused = new TenonError('APPEND_REFUSED', 'The database cannot store it', { details: { sqlState: '22P05' } })
    const { database } = opened
    const faulty: RuntimeDatabase = {
      ...database,
      call: (statement, values) => {
        // What a server does that has another idea of texts than this process.
        if (JSON.stringify(values).includes('unstorable')) throw refused
        return database.call(statement, values)
      },
    }
    const { by, run, complete, check } = await create(WIDE, faulty)
    const bad = [completed('unknown'), completed('n1', { text: 'unstorable' })]
    const answers = await Promise.allSettled([
      complete('n0'),
      ...bad.map((fact) => by.commit({ ...run, facts: [{ fact }] })),
      ...IDS.slice(2).map(complete),
    ])
    const codes = answers.map((each) => (each.status === 'rejected' ? each.reason.code : each.value.outcome))
    expect(codes).toEqual(['committed', 'FACT_INVALID', 'APPEND_REFUSED', ...IDS.slice(2).map(() => 'committed')])
    expect(await complete('n1')).toMatchObject({ outcome: 'committed', status: 'completed' })
    // n0, the last one and n1 alone; the others in halves.
    expect((await check()).appends).toBeLessThan(10)
  })

  test('commits a cancelation that waits before outcomes that cannot share an append', async () => {
    const { by, run, complete, check } = await create({ ...WIDE, settings: { ...WIDE.settings, durability: 'strict' } })
    const cancel: Fact = { type: 'cancel_requested', data: { reason: 'user', actor: null } }
    const outcomes = IDS.slice(0, 4).map(complete)
    const canceled = by.commit({ ...run, facts: [{ fact: cancel }], isStale: true })
    await Promise.all([...outcomes, canceled])
    const { events } = await check()
    const facts = events.filter((event) => event.class === 'fact').slice(2)
    expect(facts.map((fact) => ('nodeRunId' in fact ? fact.nodeRunId : fact.type))).toEqual([
      ...['n0', 'n1', 'cancel_requested', 'n2', 'n3'],
    ])
  })

  test('reports a lost answer to all that shared the append, which is stored once', async () => {
    let isLost = false
    const { database } = opened
    const { by, run, complete, check } = await create(WIDE, {
      ...database,
      call: async <Row>(...args: Parameters<typeof database.call>) => {
        const rows = await database.call<Row>(...args)
        if (isLost) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
        return rows
      },
    })
    const first = complete('n0')
    const others = IDS.slice(1).map(complete)
    expect(await first).toMatchObject({ outcome: 'committed' })
    isLost = true
    const answers = await Promise.allSettled(others)
    expect(answers.map((each) => (each.status === 'rejected' ? each.reason.code : null))).toEqual(
      others.map(() => 'UNAVAILABLE'),
    )
    isLost = false
    const again = await Promise.all(
      IDS.slice(1).map((id) => by.commit({ ...run, facts: [{ fact: completed(id) }], isRepeated: true })),
    )
    expect(again.every(({ outcome }) => outcome !== 'committed')).toBe(true)
    const { events, appends } = await check()
    expect(appends).toBe(2)
    expect(events.filter(({ type }) => type === 'node_completed')).toHaveLength(33)
  })

  test('applies what another process has written before', async () => {
    const { database } = opened
    const other = committerOn(database)
    let calls = 0
    const { by, run, complete, check } = await create(WIDE, {
      ...database,
      call: async <Row>(...args: Parameters<typeof database.call>) => {
        calls += 1
        // Before the append that the others share.
        if (calls === 3) await other.commit({ ...run, facts: [{ fact: completed('n29') }] })
        return database.call<Row>(...args)
      },
    })
    const results = await Promise.all(IDS.slice(0, 29).map(complete))
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'committed'))
    expect(results.filter(({ metOthers }) => metOthers)).toHaveLength(1)
    expect(await by.withSession(run, ({ machine }) => machine.status)).toBe('completed')
    await check()
  })

  test('stores a start that waits with the outcomes around it, fenced by the end of the log', async () => {
    const { by, run, complete, check } = await create()
    const begin = (nodeRunId: string) =>
      by.commitDecision(run, async ({ machine }) => {
        const open = machine.openNodeRun(nodeRunId) !== null
        const data = { pass: 1, attempt: 1, input: makeValueRef({}), worker: 'me', queue: null }
        const observation = { type: 'node_started', nodeRunId, data } as const
        const started = { observation, pass: 1, attempt: 1, at: NOW }
        return { value: open, work: open ? { facts: [], observations: [started] } : null }
      })
    const begun = [complete('n0'), complete('n1'), begin('n2'), complete('n3'), begin('n1')] as const
    const [, , ready, , gone] = await Promise.all(begun)
    expect(ready).toMatchObject({ value: true, result: { outcome: 'committed', events: [{ type: 'node_started' }] } })
    expect(gone).toEqual({ value: false, result: null })
    const { events, appends } = await check()
    expect(appends).toBe(2)
    expect(events.filter(({ type }) => type === 'node_started')).toHaveLength(1)
    expect(await begin('n0')).toEqual({ value: false, result: null })
    expect((await check()).appends).toBe(2)
  })

  test('adds no observation behind the end of a run, and leaves what has no effect out of the log', async () => {
    const pair = workflow(
      [node('start', 'start'), ...['a', 'b'].map((id) => node(id, 'probe')), node('end', 'end')],
      ['start>a', 'start>b', 'a>end', 'b>end'],
    )
    const { by, run, complete, check } = await create(pair)
    const data = { timestamp: new Date(NOW).toISOString(), level: 'info', message: 'late' } as const
    const observation = { type: 'node_log', nodeRunId: 'a', data } as const
    const late = { facts: [{ fact: completed('a') }], observations: [{ observation, pass: 1, attempt: 1, at: NOW }] }
    const results = await Promise.all([
      complete('a'),
      complete('a'),
      complete('a'),
      complete('b'),
      by.commit({ ...run, ...late }),
      by.commit({ ...run, ...late }),
    ])
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...['committed', 'unchanged', 'unchanged', 'committed', 'unchanged', 'unchanged'],
    ])
    const { events, appends } = await check()
    expect(events.at(-1)?.type).toBe('run_completed')
    expect(appends).toBe(2)
  })

  test('answers the works of a run that the tenant does not have, and does nothing for those without effect', async () => {
    const { by, run, complete, check } = await create()
    await complete('n0')
    const repeated = await Promise.all([complete('n0'), complete('n0'), complete('n0')])
    expect(repeated.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    expect((await check()).appends).toBe(1)
    const foreign = { tenantId: 'another', runId: run.runId }
    const missing = IDS.slice(0, 3).map((id) => by.commit({ ...foreign, facts: [{ fact: completed(id) }] }))
    expect((await Promise.all(missing)).map(({ outcome }) => outcome)).toEqual(['missing', 'missing', 'missing'])
  })

  test('stores each outcome of a run with strict durability alone', async () => {
    const { complete, check } = await create({ ...WIDE, settings: { ...WIDE.settings, durability: 'strict' } })
    const before = (await check()).appends
    await Promise.all(IDS.slice(0, 6).map(complete))
    expect((await check()).appends).toBe(before + 6)
  })

  test('shares an append as long as it has room for the log lines of the bodies', async () => {
    const { by, run, check } = await create()
    const data = { timestamp: new Date(NOW).toISOString(), level: 'info', message: 'line' } as const
    const linesOf = (nodeRunId: string) =>
      Array.from({ length: 15 }, (_, index) => {
        return { observation: { type: 'node_log', nodeRunId, data }, pass: 1, attempt: 1, index, at: NOW } as const
      })
    const commits = IDS.slice(0, 6).map((id) =>
      by.commit({ ...run, facts: [{ fact: completed(id) }], observations: linesOf(id) }),
    )
    await Promise.all(commits)
    const { events, appends } = await check()
    // One alone, and then as often as needed two with 30 lines.
    expect(appends).toBe(4)
    expect(events.filter(({ type }) => type === 'node_log')).toHaveLength(90)
  })

  test.each([
    [32, 2],
    [33, 3],
  ])('shares an append for %i observations with %i appends in all', async (lines, appends) => {
    const { by, run, complete, check } = await create()
    const data = { timestamp: new Date(NOW).toISOString(), level: 'info', message: 'line' } as const
    const linesOf = (nodeRunId: string, count: number) =>
      Array.from({ length: count }, (_, index) => {
        return { observation: { type: 'node_log', nodeRunId, data }, pass: 1, attempt: 1, index, at: NOW } as const
      })
    const commit = (id: string, count: number) =>
      by.commit({ ...run, facts: [{ fact: completed(id) }], observations: linesOf(id, count) })
    await Promise.all([complete('n0'), commit('n1', 16), commit('n2', lines - 16)])
    expect((await check()).appends).toBe(appends)
  })

  test('shares no append beyond 8 MiB of values', async () => {
    const { by, run, complete, check } = await create()
    const large = (id: string) => {
      const { ref, payloads } = storeValue({ text: id.padEnd(3 * 1_048_576, 'x') })
      const data = { pass: 1, attempt: 1, port: 'success', output: ref, durationMs: 1 }
      return by.commit({ ...run, facts: [{ fact: { type: 'node_completed', nodeRunId: id, data } }], payloads })
    }
    await Promise.all([complete('n0'), ...IDS.slice(1, 6).map(large)])
    // One alone, three with 9 MiB, two.
    expect((await check()).appends).toBe(3)
  })

  test('shares no append beyond 50 ms, and gives its events no earlier time than those before', async () => {
    const { by, run, complete, check } = await create()
    const slow = IDS.slice(1, 4).map((id) => ({
      decide: async () => {
        vi.mocked(performance.now).mockReturnValue(performance.now() + 30)
        return { value: id, work: { facts: [{ fact: completed(id) }] } }
      },
    }))
    const first = complete('n0')
    now = NOW - 60_000
    await Promise.all([first, ...slow.map(({ decide }) => by.commitDecision(run, decide))])
    now = NOW
    const { events, appends } = await check()
    // One alone, two after 60 ms, the last one.
    expect(appends).toBe(3)
    expect(Math.min(...events.map(({ at }) => at))).toBe(NOW)
  })

  test('leaves the works for later appends that the first one has no room for', async () => {
    const tail = Array.from({ length: 120 }, (_, index) => index)
    const chains = ['a', 'b', 'c', 'd']
    // Each outcome is followed by 120 turns of inline nodes; an append takes 200.
    const long = workflow(
      [
        node('start', 'start'),
        ...chains.flatMap((id) => [node(id, 'probe'), ...tail.map((no) => node(`${id}-${no}`, 'set'))]),
      ],
      chains.flatMap((id) => [
        ...[`start>${id}`, `${id}>${id}-0`],
        ...tail.slice(1).map((no) => `${id}-${no - 1}>${id}-${no}`),
      ]),
    )
    const { complete, check } = await create(long)
    const results = await Promise.all(chains.map(complete))
    expect(results.map(({ outcome }) => outcome)).toEqual(chains.map(() => 'committed'))
    const { events, appends } = await check()
    expect(appends).toBeGreaterThanOrEqual(3)
    expect(events.filter(({ type }) => type === 'node_completed').length).toBeGreaterThan(240)
  })
})
