import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Vote } from '@tenon/core/node'
import { makeValueRef, type RunStatus } from '@tenon/core/run'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { AppendOperation, PendingEvent } from './append.ts'
import { createAppender } from './appender.ts'
import { createInbox, lockOpenWaits } from './inbox.ts'
import { postgresRunReader } from './run-reader.ts'
import type { RunRef } from './run-ref.ts'

const AT = Date.UTC(2026, 0, 5)
const ACTOR = { userId: 'ann', displayName: 'Ann', role: 'admin' } as const

describe.each(TEST_DATABASES)('createInbox on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  // Fails if Postgres has seen a deadlock.
  afterAll(() => opened.close())

  const inbox = () => createInbox(opened.database, Date.now)
  const voteOf = (userId: string, choice = 'approve'): Vote => ({ actor: { ...ACTOR, userId }, choice, at: AT })

  /** A run with one open approval. */
  const openApproval = async ({ required = 1, dueAt = null as number | null } = {}) => {
    const [tenantId, runId, approvalId] = [`t-${randomUUID()}`, randomUUID(), randomUUID()]
    const waitFor = { kind: 'approval', choices: ['approve', 'reject'], approvers: {}, required, evidence: null, dueAt }
    const create = appendOfNewRun({
      tenantId,
      runId,
      at: AT,
      operations: [
        {
          ...{ op: 'wait_open', kind: 'approval', approvalId, waitId: 'a/1/0', nodeRunId: 'a', nodeId: 'a' },
          ...{ workflowId: 'w', waitFor: JSON.stringify({ ...waitFor, title: 'x', message: '' }), openedAt: AT, dueAt },
        },
      ],
    })
    const appender = createAppender(opened.database)
    await appender.append(create)
    const operate = (...operations: readonly AppendOperation[]) =>
      appender.append({ ...create, kind: 'observe', turns: 0, status: null, create: null, operations, events: [] })
    const decide = async (userId: string, choice?: string) =>
      (await inbox().decide(tenantId, approvalId, voteOf(userId, choice), { workerId: null })).outcome
    const messages = async () => (await inbox().read({ tenantId, runId })).map(({ messageId }) => messageId)
    const append = (
      status: RunStatus,
      bodies: readonly (readonly [string, PendingEvent['body']])[],
      consumed: readonly (string | undefined)[] = [],
    ) =>
      appender.append({
        ...create,
        ...{ kind: 'observe', turns: 0, status, create: null },
        operations: consumed.map((messageId) => ({ op: 'inbox_consumed', messageId: messageId ?? '' })),
        events: bodies.map(([id, body]) => ({ class: 'fact', id, at: AT, turnOffset: 0, causeOffset: null, body })),
      })
    return { tenantId, runId, approvalId, operate, append, decide, messages }
  }
  const cancel = async ({ tenantId, runId }: RunRef) =>
    (await inbox().cancel(tenantId, runId, ACTOR, { workerId: null })).outcome

  test('reads the message of a vote in flight on a wait that is due', async () => {
    const approval = await openApproval({ dueAt: AT })
    const { tenantId, runId } = approval
    const events = new EventEmitter()
    const [locked, reading] = [once(events, 'locked'), once(events, 'reading')]
    const voting = opened.database.withTenant(tenantId, async (tx) => {
      await lockOpenWaits(tx, approval)
      events.emit('locked')
      await reading
      const blocked = sql<{ count: number }>`select count(*)::integer as count from pg_locks where not granted`
      // PGlite has one connection, for which the read waits.
      if (kind === 'Postgres') await expect.poll(async () => (await blocked.execute(tx)).rows).toEqual([{ count: 1 }])
      const message = { tenant_id: tenantId, run_id: runId, message_id: 'vote', at: AT }
      const fact = JSON.stringify({ type: 'approval_decided', data: {} })
      await tx
        .insertInto('run_inbox')
        .values({ ...message, fact })
        .execute()
    })
    await locked
    const read = inbox().read(approval, AT)
    events.emit('reading')
    await voting
    expect(await read).toMatchObject([{ messageId: 'vote' }])
  })

  test('accepts one of twenty votes at once where one is needed, and answers the others that it is closed', async () => {
    const approval = await openApproval()
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const outcomes = await Promise.all(users.map((userId) => approval.decide(userId)))
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'closed')).toHaveLength(19)
    expect(await approval.messages()).toHaveLength(1)
  })

  test('accepts votes until one choice has as many as it needs', async () => {
    const approval = await openApproval({ required: 3 })
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const outcomes = await Promise.all(users.map((id, index) => approval.decide(id, index % 2 ? 'approve' : 'reject')))
    const accepted = users.filter((_, index) => outcomes[index] === 'accepted')
    expect(await approval.messages()).toHaveLength(accepted.length)
    expect(accepted.length).toBeGreaterThanOrEqual(3)
    expect(accepted.length).toBeLessThanOrEqual(5)
    expect(await approval.decide('late')).toBe('closed')
  })

  test('accepts the same vote again without a second message, also after the decision', async () => {
    const approval = await openApproval()
    const audits: string[] = []
    const route = {
      workerId: null,
      hook: async () => {
        audits.push('entry')
      },
    }
    const vote = () => inbox().decide(approval.tenantId, approval.approvalId, voteOf('ann'), route)
    const outcomes = await Promise.all([vote(), vote(), vote()])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(audits).toEqual(['entry'])
    expect(await approval.messages()).toEqual(['vote/a/1/0/ann'])
    await approval.operate(
      { op: 'wait_close', nodeRunId: 'review', approvalId: approval.approvalId, how: 'resolved', at: AT },
      { op: 'inbox_consumed', messageId: 'vote/a/1/0/ann' },
    )
    expect(await approval.decide('ann')).toBe('accepted')
    expect(await approval.decide('ann', 'reject')).toBe('closed')
    expect(await approval.decide('bob')).toBe('closed')
    expect(await approval.messages()).toEqual([])
  })

  test('closes an approval in the lists as soon as its last vote is accepted', async () => {
    const { tenantId, decide } = await openApproval({ required: 2 })
    const reader = postgresRunReader(opened.database)
    const listed = async (status: 'open' | 'closed') =>
      (await reader.listWaits(tenantId, { status })).items.map((wait) => wait.status)
    expect(await decide('ann')).toBe('accepted')
    expect([await listed('open'), await listed('closed')]).toEqual([['open'], []])
    expect(await decide('bob')).toBe('accepted')
    expect([await listed('open'), await listed('closed')]).toEqual([[], ['resolved']])
  })

  test('refuses another choice of a user who has voted, and a choice that is not offered', async () => {
    const approval = await openApproval({ required: 2 })
    expect(await approval.decide('ann')).toBe('accepted')
    await expect(approval.decide('ann', 'reject')).rejects.toMatchObject({ code: 'APPROVAL_VOTED' })
    await expect(approval.decide('bob', 'maybe')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { issues: [{ path: ['choice'] }] },
    })
  })

  test('closes an approval at its due date by the clock of the database', async () => {
    expect(await (await openApproval({ dueAt: Date.now() - 60_000 })).decide('ann')).toBe('closed')
    expect(await (await openApproval({ dueAt: Date.now() + 60_000 })).decide('ann')).toBe('accepted')
  })

  test.each(['timeout', 'canceled'])('closes an approval that ended by %s, also for a repeated vote', async (how) => {
    const approval = await openApproval({ required: 2 })
    expect(await approval.decide('ann')).toBe('accepted')
    await approval.operate({ op: 'wait_close', nodeRunId: 'review', approvalId: approval.approvalId, how, at: AT })
    expect(await approval.decide('ann')).toBe('closed')
    expect(await approval.decide('bob', 'maybe')).toBe('closed')
  })

  test('accepts no vote behind a cancelation of the run', async () => {
    const approval = await openApproval()
    expect(await cancel(approval)).toBe('accepted')
    expect(await cancel(approval)).toBe('accepted')
    expect(await approval.decide('ann')).toBe('closed')
    expect(await approval.messages()).toEqual(['cancel'])
  })

  test('accepts votes behind a cancelation without effect, of a run that undoes what it has done', async () => {
    const run = await openApproval()
    // As a parent stores it, which does not read the log of its child.
    const fact = JSON.stringify({ type: 'cancel_requested', data: { reason: 'parent', actor: null } })
    await run.operate({ op: 'message', runId: run.runId, messageId: 'cancel', fact, at: AT })
    expect(await run.decide('ann')).toBe('closed')
    await run.append('waiting', [['undo', { type: 'compensation_started', data: { because: 'failed', count: 1 } }]])
    expect(await inbox().pause(run.tenantId, run.runId, ACTOR, { workerId: null })).toMatchObject({
      outcome: 'accepted',
    })
    expect(await run.decide('ann')).toBe('accepted')

    const second = await openApproval()
    await second.append('waiting', [['undo', { type: 'compensation_started', data: { because: 'failed', count: 1 } }]])
    expect(await cancel(second)).toBe('accepted')
    expect(await second.messages()).toEqual([])
    await inbox().skipCompensation(second.tenantId, second.runId, ACTOR, { workerId: null })
    expect(await second.messages()).toEqual(['skip_compensation'])
    expect(await second.decide('ann')).toBe('closed')
  })

  test('orders a vote and a cancelation that come at once: an accepted vote is read first', async () => {
    for (let round = 0; round < 10; round += 1) {
      const approval = await openApproval()
      const [vote] = await Promise.all([approval.decide('ann'), cancel(approval)])
      expect(await approval.messages()).toEqual(vote === 'accepted' ? ['vote/a/1/0/ann', 'cancel'] : ['cancel'])
    }
  })

  test('stores requests to pause and to resume in turn, each with an id of its own', async () => {
    const { tenantId, runId, messages, operate } = await openApproval()
    const audits: string[] = []
    const route = (name: string) => ({ workerId: null, hook: async () => void audits.push(name) })
    const pause = () => inbox().pause(tenantId, runId, ACTOR, route('pause'))
    const resume = () => inbox().resume(tenantId, runId, null, route('resume'))
    expect(await resume()).toEqual({ outcome: 'unchanged' })
    const paused = await Promise.all([pause(), pause(), pause()])
    expect(paused.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'unchanged', 'unchanged'])
    expect((await resume()).outcome).toBe('accepted')
    expect((await pause()).outcome).toBe('accepted')
    const ids = (await messages()).map((id) => id ?? '')
    expect(ids.map((id) => id.split('/')[0])).toEqual(['pause', 'resume', 'pause'])
    expect(new Set(ids).size).toBe(3)
    expect(audits).toEqual(['pause', 'resume', 'pause'])
    // What the run has applied is in its status.
    await operate(...ids.map((messageId) => ({ op: 'inbox_consumed', messageId }) as const))
    expect((await pause()).outcome).toBe('accepted')
    expect(await inbox().pause('another', runId, ACTOR, route('x'))).toEqual({ outcome: 'not_found' })
  })

  test('accepts no request to pause or to resume behind a cancelation that the run has yet to apply', async () => {
    const run = await openApproval()
    const hook = () => Promise.reject(new Error('unexpected'))
    const { tenantId, runId, messages } = run
    expect((await inbox().pause(tenantId, runId, ACTOR, { workerId: null })).outcome).toBe('accepted')
    expect(await cancel(run)).toBe('accepted')
    expect(await inbox().resume(tenantId, runId, ACTOR, { workerId: null, hook })).toEqual({ outcome: 'closed' })
    expect(await inbox().pause(tenantId, runId, ACTOR, { workerId: null, hook })).toEqual({ outcome: 'closed' })
    expect((await messages()).map((id) => id?.split('/')[0])).toEqual(['pause', 'cancel'])
  })

  const output = makeValueRef({})
  const failedNode = (nodeRunId: string): PendingEvent['body'] => ({
    ...{ type: 'node_failed', nodeRunId },
    data: { pass: 1, attempt: 1, error: { code: 'NODE_FAILED', message: 'x' }, durationMs: 1 },
  })
  const parkedNode = (nodeRunId: string): PendingEvent['body'] => ({
    ...{ type: 'node_parked', nodeRunId },
    data: {
      ...{ pass: 1, waitId: `${nodeRunId}/1/0`, fingerprint: '', resolutions: [] },
      error: { code: 'NODE_FAILED', message: 'x' },
    },
  })
  const resolvedNode = (nodeRunId: string, kind: 'retry' | 'fail'): PendingEvent['body'] => ({
    type: 'parked_resolved',
    data: { waitId: `${nodeRunId}/1/0`, requestId: 'q', resolution: { kind }, actor: ACTOR },
  })
  const ENDS: readonly (readonly [string, PendingEvent['id'], PendingEvent['body']])[] = [
    ['a cancelation', 'cancel', { type: 'cancel_requested', data: { reason: 'user', actor: null } }],
    ['its time limit', 'timer/deadline', { type: 'timer_fired', data: { timerId: 'deadline', dueAt: AT, lateMs: 0 } }],
    ['the failure of a node', 'd/1/outcome', failedNode('d')],
    ['the resolution of a parked node by its failure', 'parked/e/1/0', resolvedNode('e', 'fail')],
    [
      'the failure of a join',
      'd/1/outcome:0',
      {
        type: 'join_unsatisfied',
        nodeRunId: 'meet',
        data: { mode: 'all', arrived: 1, need: 2, error: { code: 'JOIN_UNSATISFIED', message: 'x' } },
      },
    ],
  ]

  test.each(ENDS)('accepts no request to pause or to resume while bodies stop after %s', async (_, id, body) => {
    const requests = { paused: 'resume', running: 'pause' } as const
    for (const status of ['paused', 'running'] as const) {
      const { tenantId, runId, append, messages } = await openApproval()
      // These end no run: a loser of a race, also if its body fails, a failure with a policy, and a vote for a choice with
      // the name of an event.
      await append(status, [
        ['x:0', { type: 'node_cancel_requested', nodeRunId: 'b', data: { pass: 1, reason: 'loser' } }],
        ['b/1/outcome', failedNode('b')],
        ['c/1/outcome', failedNode('c')],
        ['c/1/outcome:0', { type: 'failure_handled', nodeRunId: 'c', data: { how: 'route', port: 'error', output } }],
        ['vote', { type: 'approval_decided', data: { waitId: 'a/1/0', vote: voteOf('ann', 'cancel_requested') } }],
        ['timer', { type: 'timer_fired', data: { timerId: 'c/1/0', dueAt: AT, lateMs: 0 } }],
        ['e/1/outcome', failedNode('e')],
        ['e/1/outcome:0', parkedNode('e')],
        ['f/1/outcome', failedNode('f')],
        ['f/1/outcome:0', parkedNode('f')],
        ['parked/f/1/0', resolvedNode('f', 'retry')],
      ])
      const ask = async (request: 'pause' | 'resume') =>
        (await inbox()[request](tenantId, runId, ACTOR, { workerId: null })).outcome
      expect(await ask(requests[status])).toBe('accepted')
      await append(status, [[id, body]], await messages())
      expect([await ask('pause'), await ask('resume')]).toEqual(['closed', 'closed'])
      expect(await messages()).toEqual([])
    }
  })

  test('deletes applied messages with their append, and what is left when the run ends', async () => {
    const approval = await openApproval({ required: 9 })
    for (const userId of ['ann', 'bob']) await approval.decide(userId)
    await approval.operate({ op: 'inbox_consumed', messageId: 'vote/a/1/0/ann' })
    expect(await approval.messages()).toEqual(['vote/a/1/0/bob'])
    await approval.operate({ op: 'inbox_clear' }, { op: 'finish' })
    expect(await approval.messages()).toEqual([])
  })

  test('dates readiness and messages for Temporal by the clock of the database', async () => {
    const [first, second] = [await openApproval(), await openApproval()]
    const ahead = createInbox(opened.database, () => Date.now() + 600_000)
    await ahead.decide(first.tenantId, first.approvalId, voteOf('ann'), { workerId: null })
    await second.operate({ op: 'engine', engine: 'temporal' })
    await ahead.decide(second.tenantId, second.approvalId, voteOf('ann'), { workerId: 'w' })
    await second.operate({ op: 'ready', workerId: null }, { op: 'outbox', kind: 'watch', delayMs: 60_000 })
    const rows = await opened.database.withSystem(async (tx) => ({
      ready: await tx.selectFrom('run_ready').select(['run_id', 'ready_at']).execute(),
      outbox: await tx.selectFrom('outbox').select(['kind', 'ready_at']).orderBy('outbox_id').execute(),
    }))
    const now = Date.now()
    for (const { ready_at: at } of rows.ready) expect(at).toBeLessThanOrEqual(now)
    expect(rows.ready.map((row) => row.run_id)).toEqual(expect.arrayContaining([first.runId, second.runId]))
    const [wake, watch] = rows.outbox
    expect([wake?.kind, watch?.kind]).toEqual(['wake', 'watch'])
    expect(wake?.ready_at).toBeLessThanOrEqual(now)
    expect((watch?.ready_at ?? 0) - now).toBeGreaterThan(50_000)
    expect((watch?.ready_at ?? 0) - now).toBeLessThanOrEqual(60_000)
    await second.operate({ op: 'outbox_clear' })
    expect(await opened.database.withSystem((tx) => tx.selectFrom('outbox').select('kind').execute())).toEqual([])
  })
})
