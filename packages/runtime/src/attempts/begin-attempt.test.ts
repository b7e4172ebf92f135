import { randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { Fact } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCommitter } from '../commit/committer.ts'
import { nodeTypesOf } from '../commit/node-types.ts'
import { compile } from '../interpreter/compile.ts'
import { createAppender } from '../store/appender.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import { beginAttempt } from './begin-attempt.ts'

const { registry } = createTestNodes()
const slot = { release: () => undefined }
const CANCEL: Fact = { type: 'cancel_requested', data: { reason: 'user', actor: null } }
const PAUSE: Fact = { type: 'pause_requested', data: { requestId: 'p', actor: null } }
const RESUME: Fact = { type: 'resume_requested', data: { requestId: 'r', actor: null } }

const document = workflow(
  [
    node('start', 'start'),
    withPolicy(node('a', 'probe', { output: { x: '{{input.q}}' } }), {
      retry: { initialInterval: '1s', maximumAttempts: 2 },
      idempotency: 'order-{{input.q}}',
    }),
  ],
  ['start>a'],
)

describe('beginAttempt', () => {
  let opened: TestDatabase
  let now = Date.UTC(2026, 0, 5)

  beforeAll(async () => {
    opened = await openTestDatabase('Postgres')
  })
  afterAll(() => opened.close())

  const openProcess = () => {
    const findType = nodeTypesOf(registry)
    const committer = createCommitter({
      ...{ database: opened.database, appender: createAppender(opened.database), findType },
      ...{ bus: inMemoryBus(), log: () => undefined, now: () => now },
    })
    return { committer, findType, now: () => now, worker: 'me' }
  }

  async function startRun(deps = openProcess(), of = document) {
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const plan = compile(of, registry.manifest)
    const request = {
      ...run,
      workflowId: 'w',
      version: '1',
      mode: 'live',
      engine: 'embedded',
      trigger: 'start',
    } as const
    let result = await deps.committer.create({ ...request, input: { q: 7 }, actor: null }, plan)
    // A slice also ends after 50 ms, which a busy machine exceeds.
    while (result.hasMore) result = await deps.committer.commit({ ...run, facts: [] })
    const pass = { ...run, nodeRunId: 'a', pass: 1 }
    const events = async () =>
      (await postgresRunReader(opened.database).readEvents(run.tenantId, run.runId, 0)).slice(4)
    return { deps, run, pass, events }
  }

  test('stores that the body begins, with its resolved params, and gives what the body needs', async () => {
    const { deps, pass, events } = await startRun()
    const begun = await beginAttempt(pass, slot, deps, { isStale: false })
    expect(begun).toMatchObject({
      kind: 'started',
      started: { attempt: 1, params: { output: { x: 7 } }, idempotencyKey: 'order-7', failedBefore: 0, lostBefore: 0 },
    })
    expect(await events()).toMatchObject([
      { type: 'node_started', data: { attempt: 1, worker: 'me', input: { inline: { output: { x: 7 } } } } },
    ])
  })

  test('records an attempt as lost that began and never ended, and tries again later', async () => {
    const { deps, pass, events } = await startRun()
    await beginAttempt(pass, slot, deps, { isStale: false })
    const lost = await beginAttempt(pass, slot, openProcess(), { isStale: true })
    expect(lost).toMatchObject({ kind: 'later' })
    const [, event] = await events()
    expect(event).toMatchObject({ type: 'attempt_lost', data: { attempt: 1 } })
    const nextAt = lost.kind === 'later' ? lost.nextAt : 0
    const early = await beginAttempt(pass, slot, openProcess(), { isStale: true })
    expect(early).toMatchObject({ kind: 'later', nextAt, result: null })
    now = nextAt
    const again = await beginAttempt(pass, slot, openProcess(), { isStale: true })
    expect(again).toMatchObject({ kind: 'started', started: { attempt: 2, lostBefore: 1 } })
  })

  test('does not repeat a write that was lost and may have been executed', async () => {
    const write = workflow([node('start', 'start'), node('a', 'probe', { isIdempotent: false })], ['start>a'])
    const { deps, pass, run } = await startRun(openProcess(), write)
    await beginAttempt(pass, slot, deps, { isStale: false })
    const lost = await beginAttempt(pass, slot, openProcess(), { isStale: true })
    expect(lost).toMatchObject({ kind: 'ended', result: { status: 'failed' } })
    const stored = await postgresRunReader(opened.database).getRun(run.tenantId, run.runId)
    expect(stored?.error).toMatchObject({ code: 'ATTEMPTS_LOST', nodeId: 'a' })
    expect(stored?.error?.remedy).toContain('Check whether the service executed it')
  })

  test('gives up after six lost attempts, although only two may fail', async () => {
    const { deps, pass, run } = await startRun()
    let last = await beginAttempt(pass, slot, deps, { isStale: false })
    let begun = 0
    for (let round = 0; round < 20 && last.kind !== 'ended'; round += 1) {
      if (last.kind === 'started') begun += 1
      if (last.kind === 'later') now = last.nextAt
      last = await beginAttempt(pass, slot, deps, { isStale: false })
    }
    expect(begun).toBe(6)
    expect(last).toMatchObject({ kind: 'ended', result: { status: 'failed' } })
    const stored = await postgresRunReader(opened.database).getRun(run.tenantId, run.runId)
    expect(stored?.error).toMatchObject({ code: 'ATTEMPTS_LOST', nodeId: 'a' })
  })

  test('begins no body of a node run that is canceled, also when the cancelation comes from another process', async () => {
    const { deps, run, pass, events } = await startRun()
    await deps.committer.withSession(run, () => undefined)
    await openProcess().committer.commit({ ...run, facts: [{ fact: CANCEL }] })
    // This process has not heard of it: the turn that its start is pinned to is over.
    const begun = await beginAttempt(pass, slot, deps, { isStale: false })
    expect(begun).toMatchObject({ kind: 'ended', result: { status: 'canceled' } })
    expect((await events()).map((event) => event.type)).not.toContain('node_started')
  })

  test('begins no attempt in a paused run, also when the pause comes from another process', async () => {
    const { deps, run, pass, events } = await startRun()
    await openProcess().committer.commit({ ...run, facts: [{ fact: PAUSE }] })
    expect(await beginAttempt(pass, slot, deps, { isStale: false })).toEqual({ kind: 'paused' })
    expect((await events()).map((event) => event.type)).not.toContain('node_started')
    await deps.committer.commit({ ...run, facts: [{ fact: RESUME }] })
    expect(await beginAttempt(pass, slot, deps, { isStale: false })).toMatchObject({ kind: 'started' })
  })

  test('records in a paused run that an attempt was lost, and begins the next one when it is resumed', async () => {
    const { deps, run, pass } = await startRun()
    await beginAttempt(pass, slot, deps, { isStale: false })
    await deps.committer.commit({ ...run, facts: [{ fact: PAUSE }] })
    const lost = await beginAttempt(pass, slot, deps, { isStale: false })
    now = lost.kind === 'later' ? lost.nextAt : now
    expect(await beginAttempt(pass, slot, deps, { isStale: false })).toEqual({ kind: 'paused' })
    await deps.committer.commit({ ...run, facts: [{ fact: RESUME }] })
    const next = await beginAttempt(pass, slot, deps, { isStale: false })
    expect(next).toMatchObject({ kind: 'started', started: { attempt: 2, lostBefore: 1 } })
  })

  test('fails a node run that no worker takes, also in a paused run', async () => {
    const { deps, run, pass } = await startRun()
    await deps.committer.commit({ ...run, facts: [{ fact: PAUSE }] })
    const unserved = new TenonError('TASK_QUEUE_UNSERVED', 'No worker took the node')
    expect(await beginAttempt(pass, slot, deps, { isStale: false, unserved })).toMatchObject({ kind: 'ended' })
  })

  test('starts an attempt once when two processes that share a run start it at the same moment', async () => {
    const { deps, run, pass, events } = await startRun()
    const others = [deps, openProcess(), openProcess(), openProcess()]
    // Each has the run in memory as it was before any attempt.
    for (const each of others) await each.committer.withSession(run, () => undefined)
    const begun = await Promise.all(others.map((each) => beginAttempt(pass, slot, each, { isStale: false })))
    expect(begun.filter(({ kind }) => kind === 'started')).toHaveLength(1)
    const ids = (await events()).map((event) => event.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => id.endsWith('/started'))).toEqual(['a/1/1/started'])
  })

  test('goes on after an attempt whose end was reported twice, or after it was lost', async () => {
    const { deps, run, pass } = await startRun()
    await beginAttempt(pass, slot, deps, { isStale: false })
    const other = openProcess()
    const lost = await beginAttempt(pass, slot, other, { isStale: true })
    now = lost.kind === 'later' ? lost.nextAt : now
    const error = { code: 'NODE_FAILED', message: 'late', nodeId: 'a' } as const
    const data = { pass: 1, attempt: 1, error, nextAt: now + 60_000, durationMs: 1 }
    const observation = { type: 'node_error', nodeRunId: 'a', data } as const
    await deps.committer.commit({ ...run, facts: [], observations: [{ observation, pass: 1, attempt: 1, at: now }] })
    // The late report of the first process changes neither what became of the attempt nor when the next is due.
    const again = await beginAttempt(pass, slot, other, { isStale: true })
    expect(again).toMatchObject({ kind: 'started', started: { attempt: 2, failedBefore: 0, lostBefore: 1 } })
  })

  test('finds nothing to begin in a run that is over, unknown or of another tenant', async () => {
    const { deps, run, pass } = await startRun()
    const open = { isStale: true }
    expect(await beginAttempt({ ...pass, nodeRunId: 'unknown' }, slot, deps, open)).toEqual({ kind: 'gone' })
    expect(await beginAttempt({ ...pass, pass: 2 }, slot, deps, open)).toEqual({ kind: 'gone' })
    expect(await beginAttempt({ ...pass, tenantId: 'another' }, slot, deps, open)).toEqual({ kind: 'gone' })
    await deps.committer.commit({ ...run, facts: [{ fact: CANCEL }] })
    await beginAttempt(pass, slot, deps, open)
    expect(await beginAttempt(pass, slot, deps, open)).toEqual({ kind: 'gone' })
  })

  test('fails a node whose total time is over before it begins, while it is paused, and after a lost attempt', async () => {
    const timed = workflow(
      [
        node('start', 'start'),
        withPolicy(node('a', 'probe', {}), { totalTimeout: '1m', retry: { maximumAttempts: 2 } }),
      ],
      ['start>a'],
    )
    const late = await startRun(openProcess(), timed)
    const paused = await startRun(openProcess(), timed)
    const lost = await startRun(openProcess(), timed)
    const early = await startRun(openProcess(), timed)
    await paused.deps.committer.commit({ ...paused.run, facts: [{ fact: PAUSE }] })
    expect(await beginAttempt(lost.pass, slot, lost.deps, { isStale: false })).toMatchObject({ kind: 'started' })
    expect(await beginAttempt(early.pass, slot, early.deps, { isStale: false })).toMatchObject({ kind: 'started' })
    now += 30_000
    expect(await beginAttempt(early.pass, slot, early.deps, { isStale: false })).toMatchObject({ kind: 'later' })
    now += 30_000
    const unserved = new TenonError('TASK_QUEUE_UNSERVED', 'No worker took the node')
    for (const { pass, deps, events } of [late, paused, lost]) {
      expect(await beginAttempt(pass, slot, deps, { isStale: false, unserved })).toMatchObject({ kind: 'ended' })
      const failed = (await events()).find(({ type }) => type === 'node_failed')
      expect(failed).toMatchObject({ data: { attempt: 1, error: { code: 'NODE_TOTAL_TIMEOUT' } } })
    }
  })
})
