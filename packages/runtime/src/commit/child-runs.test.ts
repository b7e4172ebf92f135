import { randomUUID } from 'node:crypto'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createNodeRegistry, type NodeRegistry } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesTopic } from '../bus.ts'
import { compile } from '../interpreter/compile.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createAppender } from '../store/appender.ts'
import { createInbox } from '../store/inbox.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import type { RunRef } from '../store/run-ref.ts'
import { verifyRunLog } from '../store/verify-run-log.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes, inlineNodes } from '../testing/test-nodes.ts'
import type { CommitResult, Committer } from './commit-types.ts'
import { type CommitterDeps, createCommitter } from './committer.ts'
import { nodeTypesOf } from './node-types.ts'

const { registry } = createTestNodes()
const withoutChild = createNodeRegistry(inlineNodes().filter(({ definition }) => definition.type !== 'child'))
const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** start > greet > end, all inline. */
const greeting = (start: JsonObject = {}, isDisabled = false): WorkflowDocument => {
  const trigger = { ...node('start', 'start', start), disabled: isDisabled }
  return workflow(
    [trigger, node('greet', 'set', { fields: { text: 'hello' } }), node('end', 'end')],
    ['start>greet', 'greet>end'],
  )
}

const calling = workflow(
  [node('start', 'start'), node('call', 'child', { workflow: 'greeter' }), node('end', 'end')],
  ['start>call', 'call>end'],
)

describe.each(TEST_DATABASES)('runs that start runs, on %s', (kind) => {
  let opened: TestDatabase
  let now = Date.UTC(2026, 0, 5)
  const woken: string[] = []

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  afterAll(() => opened.close())

  /** Creates one more committer, as each process on the database has its own. */
  const committer = (types: NodeRegistry = registry, deps: Partial<CommitterDeps> = {}): Committer =>
    createCommitter({
      database: opened.database,
      appender: createAppender(opened.database),
      findType: nodeTypesOf(types),
      bus: inMemoryBus(),
      log: () => undefined,
      now: () => now,
      requirementsOf: async () => '1.1/hash',
      onRunsWoken: (runs) => woken.push(...runs.map(({ runId }) => runId)),
      ...deps,
    })
  const reader = () => postgresRunReader(opened.database)
  const inbox = () => createInbox(opened.database, () => now)

  interface Options {
    readonly engine?: 'embedded' | 'temporal'
    readonly by?: Committer
    /** Node types of the plan. @defaultValue those of the registry */
    readonly types?: NodeRegistry
    /** Published workflow; `null` for a version whose plan is missing. */
    readonly greeter?: WorkflowDocument | null
  }

  /** Starts a run of `calling` in a new tenant. */
  async function start({
    engine = 'embedded',
    types = registry,
    by = committer(types),
    greeter = greeting(),
  }: Options = {}) {
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const child = greeter === null ? null : compile(greeter, registry.manifest)
    if (child !== null) await keep(run.tenantId, child)
    const workflows = { greeter: { version: '3', planHash: child?.planHash ?? 'missing' } }
    const plan = compile(calling, types.manifest, undefined, workflows)
    const operations = engine === 'embedded' ? ([{ op: 'ready', workerId: 'w' }] as const) : []
    const request = { workflowId: 'w', version: '1', mode: 'live', trigger: 'start', input: {}, actor: null } as const
    const result = await rest(by, run, await by.create({ ...run, ...request, engine, operations }, plan))
    return { run, result }
  }

  const keep = (tenantId: string, { planHash, ...plan }: Plan) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('plans')
        .values({ tenant_id: tenantId, plan_hash: planHash, data: JSON.stringify({ planHash, ...plan }) })
        .execute(),
    )

  const childrenOf = async ({ tenantId, runId }: RunRef) =>
    (await reader().listRuns(tenantId, { parentRunId: runId })).items

  async function childOf(run: RunRef): Promise<RunRef> {
    const [child] = await childrenOf(run)
    if (child === undefined) throw new Error('The run has no child')
    return { tenantId: child.tenantId, runId: child.runId }
  }

  /** Applies the messages of a run, as a process does that takes it over. */
  const advance = async (run: RunRef) => {
    const by = committer()
    return rest(by, run, await by.commit({ ...run, facts: await inbox().read(run) }))
  }

  /** Commits until nothing is left: a slice also ends after 50 ms, which a busy machine exceeds. */
  async function rest(by: Committer, run: RunRef, first: CommitResult): Promise<CommitResult> {
    let last = first
    while (last.hasMore) last = await by.commit({ ...run, facts: [], isStale: true })
    return last
  }

  const messagesOf = async (run: RunRef) => (await inbox().read(run)).map(({ messageId }) => messageId)
  const rows = async (table: 'run_ready' | 'outbox', { tenantId, runId }: RunRef) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx.selectFrom(table).selectAll().where('tenant_id', '=', tenantId).where('run_id', '=', runId).execute(),
    )
  test('fail the node whose child may not get its input, and wait while that is unknown', async () => {
    const checked: unknown[] = []
    let fault: Error = new RangeError('The database is away')
    const checkChildInput = async (tenantId: string, input: unknown) => {
      checked.push([tenantId, input])
      throw fault
    }
    const by = committer(registry, { checkChildInput })
    await expect(start({ by })).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: fault })
    fault = new TenonError('PAYLOAD_LIMIT_REACHED', 'The tenant stores values of 7 bytes; its limit is 7')
    const { run, result } = await start({ by })
    expect(result).toMatchObject({ outcome: 'committed', status: 'failed' })
    expect(await reader().getRun(run.tenantId, run.runId)).toMatchObject({
      error: { code: 'PAYLOAD_LIMIT_REACHED', nodeId: 'call', message: expect.stringContaining('limit is 7') },
    })
    expect(await childrenOf(run)).toEqual([])
    expect(checked.at(-1)).toEqual([run.tenantId, {}])
  })

  test('store a child with the decision, and its end with its last event, whatever process comes next', async () => {
    const { run, result } = await start()
    expect(result).toMatchObject({ outcome: 'committed', status: 'waiting' })
    const child = await childOf(run)
    expect(await childrenOf(run)).toMatchObject([{ status: 'queued', startedAt: null, turn: 0, version: '3' }])
    expect(await messagesOf(child)).toEqual(['start'])
    expect(await rows('run_ready', child)).toMatchObject([{ worker_id: null, woken: true, requires_key: '1.1/hash' }])
    expect(await rows('run_ready', run)).toMatchObject([{ worker_id: 'w', woken: false }])

    expect(await advance(child)).toMatchObject({ status: 'completed' })
    expect([await messagesOf(child), await messagesOf(run)]).toEqual([[], ['child/call/1/0']])
    expect([await rows('run_ready', child), await rows('run_ready', run)]).toMatchObject([[], [{ woken: true }]])

    const [message] = await inbox().read(run)
    expect(await advance(run)).toMatchObject({ status: 'completed' })
    const again = message === undefined ? [] : [message]
    expect(await committer().commit({ ...run, facts: again })).toMatchObject({ outcome: 'unchanged' })
    expect(await messagesOf(run)).toEqual([])
    expect(woken.slice(-2)).toEqual([child.runId, run.runId])
    for (const each of [run, child]) {
      expect(await verifyRunLog(opened.database, each.tenantId, each.runId)).toMatchObject({ isIntact: true })
    }
  })

  test('repeat the node when the database could not prepare its child for a moment', async () => {
    const { run } = await start({ by: committer(withoutChild) })
    let failing: string[] = []
    const fail = () => {
      const code = failing.shift() ?? ''
      if (code !== '') throw Object.assign(new Error('not now'), { code })
    }
    const { database } = opened
    const by = committer(registry, {
      database: {
        ...database,
        withTenant: async (...args) => {
          fail()
          return database.withTenant(...args)
        },
      },
      requirementsOf: async () => {
        fail()
        return '1.1/hash'
      },
    })
    /** Commits with the given errors of the reads of the child's plan and of the write of its requirements. */
    const commit = async (...codes: string[]) => {
      failing = []
      await by.withSession(run, () => null)
      failing = codes
      return by.commit({ ...run, facts: [] })
    }
    await expect(commit('57P01')).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { code: '57P01' } })
    await expect(commit('', '53300')).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { code: '53300' } })
    expect(await commit()).toMatchObject({ outcome: 'committed', status: 'waiting' })
    expect(await childrenOf(run)).toHaveLength(1)
  })

  test('announce a new child to open lists', async () => {
    const bus = inMemoryBus()
    const { run } = await start({ by: committer(withoutChild) })
    const changes: unknown[] = []
    bus.subscribe(changesTopic(run.tenantId), (change) => changes.push(change))
    await committer(registry, { bus }).commit({ ...run, facts: [] })
    const { runId } = await childOf(run)
    expect(changes).toContainEqual({ kind: 'run', id: runId, workflowId: 'greeter' })
  })

  test('start a child once, if two processes evaluate its node at the same time', async () => {
    const { run } = await start({ by: committer(withoutChild) })
    expect(await childrenOf(run)).toEqual([])
    now += 60_000
    const both = [committer(), committer()].map((each) => each.commit({ ...run, facts: [], isStale: true }))
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual(['waiting', 'waiting'])
    const [child, ...others] = await childrenOf(run)
    expect(others).toEqual([])
    // Its id has the time at which the node was scheduled, by which ids of runs are sorted.
    expect(Number.parseInt(`${child?.runId.replaceAll('-', '').slice(0, 12)}`, 16)).toBe(now - 60_000)
  })

  test('cancel a child that has not begun, and leave no message behind', async () => {
    const { run } = await start()
    const child = await childOf(run)
    await inbox().cancel(run.tenantId, run.runId, ACTOR, { workerId: null })
    expect(await advance(run)).toMatchObject({ status: 'waiting' })
    expect(await messagesOf(child)).toEqual(['start', 'cancel'])
    // Any worker can end it.
    expect(await rows('run_ready', child)).toMatchObject([{ woken: true, requires_key: '1.1' }])
    expect(await advance(child)).toMatchObject({ status: 'canceled' })
    // As if it had ended while the request to cancel it was stored.
    const late = { message_id: 'cancel', fact: '{}', at: now, tenant_id: child.tenantId, run_id: child.runId }
    await opened.database.withTenant(child.tenantId, (tx) => tx.insertInto('run_inbox').values(late).execute())
    expect(await advance(run)).toMatchObject({ status: 'canceled' })
    expect([await messagesOf(run), await messagesOf(child)]).toEqual([[], []])
    expect(await childrenOf(run)).toMatchObject([
      {
        error: {
          code: 'RUN_CANCELED',
          message: 'Canceled with the run that started it',
          details: { reason: 'parent' },
        },
      },
    ])
  })

  test('on Temporal have the shell of the child started, and that of the parent woken', async () => {
    const { run } = await start({ engine: 'temporal' })
    const child = await childOf(run)
    expect((await rows('outbox', child)).map((row) => 'kind' in row && row.kind).sort()).toEqual(['start', 'watch'])
    expect([await rows('run_ready', child), await rows('outbox', run)]).toEqual([[], []])
    expect(await advance(child)).toMatchObject({ status: 'completed' })
    expect([await rows('outbox', child), await rows('outbox', run)]).toMatchObject([[], [{ kind: 'wake' }]])
    expect(await advance(run)).toMatchObject({ status: 'completed' })
  })

  test('fail a node whose type has no control for it', async () => {
    const types = createNodeRegistry(
      inlineNodes().map((each) => {
        if (each.definition.type !== 'child') return each
        const { control, ...definition } = each.definition
        expect(control).toBe('child')
        return { ...each, definition }
      }),
    )
    const { run, result } = await start({ types })
    expect(result.status).toBe('failed')
    expect(await reader().getRun(run.tenantId, run.runId)).toMatchObject({
      error: {
        code: 'NODE_OUTPUT_INVALID',
        message: `"child" cannot start runs: its definition lacks control: 'child'`,
        nodeId: 'call',
      },
    })
    expect(await childrenOf(run)).toEqual([])
  })

  test.each<[string, Options, string]>([
    ['without its plan', { greeter: null }, 'SUBWORKFLOW_NOT_PUBLISHED'],
    ['whose triggers are disabled', { greeter: greeting({}, true) }, 'TRIGGER_DISABLED'],
    ['that does not take the input', { greeter: greeting({ inputSchema: { required: ['n'] } }) }, 'RUN_INPUT_INVALID'],
  ])('fail the node for a version %s, and start nothing', async (_, options, code) => {
    const { run, result } = await start(options)
    expect(result.status).toBe('failed')
    expect(await reader().getRun(run.tenantId, run.runId)).toMatchObject({ error: { code, nodeId: 'call' } })
    expect(await childrenOf(run)).toEqual([])
  })
})
