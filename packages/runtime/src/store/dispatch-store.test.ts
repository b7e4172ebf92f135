import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { Append } from './append.ts'
import { createAppender } from './appender.ts'
import { claimRows, READY_RUNS } from './claim-rows.ts'
import { createDispatchStore } from './dispatch-store.ts'

const NOW = 1_800_000_000_000

describe.each(TEST_DATABASES)('createDispatchStore on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  beforeEach(async () => {
    await opened.database.withSystem(async (tx) => {
      await tx.deleteFrom('run_ready').execute()
      await tx.deleteFrom('timers').execute()
      await tx.deleteFrom('workers').execute()
      await tx.deleteFrom('run_requirements').execute()
    })
  })
  afterAll(() => opened.close())

  const store = (workerId: string, capabilities: readonly string[] = []) => {
    const dispatch = createDispatchStore(opened.database, { workerId, capabilities, busyGraceMs: 60_000 })
    const limits = { held: new Map(), weightOf: () => 1, mostOfTenant: 1_000, queueWaitMs: 3_600_000 }
    return {
      ...dispatch,
      findWork: (capacity: number, afterTenant = '') => dispatch.findWork({ ...limits, capacity, afterTenant }),
    }
  }

  async function ready(tenantId: string, operations: Append['operations'] = [{ op: 'ready', workerId: null }]) {
    const runId = randomUUID()
    const input = { hash: 'h', size: 2 }
    const data = { planHash: 'p', semantics: 1, seed: 's', trigger: 'start', input, deadlineAt: null, actor: null }
    const event = { class: 'fact', id: 'start', at: NOW, turnOffset: 1, causeOffset: null } as const
    await createAppender(opened.database).append({
      ...{ tenantId, runId, kind: 'create', expectTurn: 0, turns: 1, status: 'running', patch: null, payloads: [] },
      events: [{ ...event, body: { type: 'run_started', data } }],
      create: {
        ...{ startWeek: 1, traceId: 't', workflowId: 'w', version: '1', mode: 'live', engine: 'embedded' },
        ...{ planHash: 'p', semantics: 1, queuedAt: NOW },
        startedBy: { kind: 'trigger', trigger: { nodeId: 'start', name: 'Start', kind: 'start' } },
      },
      operations,
    })
    return runId
  }
  const rows = () =>
    opened.database.withSystem((tx) =>
      tx.selectFrom('run_ready').select(['tenant_id', 'run_id', 'worker_id', 'woken']).execute(),
    )

  test('claims each run for one worker only', async () => {
    for (let index = 0; index < 20; index += 1) await ready(`t${index % 4}`)
    const found = await Promise.all(['w1', 'w2', 'w3'].map((id) => store(id).findWork(100)))
    const claimed = found.flatMap((each) => each.runs.map((run) => run.runId))
    expect(new Set(claimed).size).toBe(claimed.length)
    const rest = await store('w4').findWork(100)
    expect(claimed.length + rest.runs.length).toBe(20)
  })

  test('claims one run of each tenant in turn, and begins behind the last one', async () => {
    for (const tenant of ['a', 'a', 'a', 'a', 'b', 'c', 'c']) await ready(tenant)
    const first = await store('w').findWork(4)
    expect(first.runs.map((run) => run.tenantId)).toEqual(['a', 'b', 'c', 'a'])
    expect(first.lastTenant).toBe('a')
    const second = await store('w').findWork(2, 'a')
    expect(second.runs.map((run) => run.tenantId)).toEqual(['c', 'a'])
  })

  test('releases a run to readers with what a cancelation meanwhile requires of its worker', async () => {
    const runId = await ready('a')
    const machine = ['plan:1', 'semantics:1']
    await opened.database.withTenant('a', async (tx) => {
      const sets = { '1.1': machine, '1.1/types': [...machine, 'node:mail@1'] }
      const values = Object.entries(sets).map(([key, capabilities]) => ({ requires_key: key, capabilities }))
      await tx
        .insertInto('run_requirements')
        .values(values.map((value) => ({ tenant_id: 'a', ...value })))
        .execute()
      await tx.updateTable('run_ready').set({ requires_key: '1.1/types', worker_id: 'w' }).execute()
    })
    let isCanceled = false
    const withTenant: RuntimeDatabase['withTenant'] = async (tenantId, work) => {
      const result = await opened.database.withTenant(tenantId, work)
      if (isCanceled) return result
      isCanceled = true
      await opened.database.withTenant('a', (tx) => tx.updateTable('run_ready').set({ requires_key: '1.1' }).execute())
      return result
    }
    const worker = { workerId: 'w', capabilities: [], busyGraceMs: 60_000 }
    const dispatch = createDispatchStore({ ...opened.database, withTenant }, worker)
    await dispatch.releaseToReaders({ tenantId: 'a', runId }, 'run_migrated')
    const released = await opened.database.withTenant('a', (tx) =>
      tx
        .selectFrom('run_ready')
        .innerJoin('run_requirements', 'run_requirements.requires_key', 'run_ready.requires_key')
        .select(['run_id', 'worker_id', 'woken', 'capabilities'])
        .execute(),
    )
    const capabilities = ['fact:run_migrated', ...machine]
    expect(released).toEqual([{ run_id: runId, worker_id: null, woken: true, capabilities }])
  })

  describe('queued nodes of a paused run', () => {
    const LATER = NOW * 2
    const queued = (runId: string, nodeRunId: string) => ({ tenantId: 'q', runId, nodeRunId, pass: 1 })
    /** Adds a run with queued nodes, the first of which the worker `w` owns. */
    const paused = async () => {
      const add = (nodeRunId: string) => ({ op: 'dispatch_add', nodeRunId, pass: 1, requires: 'queue:gpu' }) as const
      const runId = await ready('q', [add('b'), add('a'), add('c')])
      await opened.database.withTenant('q', async (tx) => {
        await tx.updateTable('runs').set({ status: 'paused' }).where('run_id', '=', runId).execute()
        await tx.updateTable('node_dispatches').set({ ready_at: LATER }).where('run_id', '=', runId).execute()
        const first = tx.updateTable('node_dispatches').set({ worker_id: 'w', ready_at: 1 })
        await first.where('run_id', '=', runId).where('node_run_id', '=', 'a').execute()
      })
      return runId
    }
    const resume = (runId: string) =>
      opened.database.withTenant('q', async (tx) => {
        await tx.updateTable('runs').set({ status: 'running' }).where('run_id', '=', runId).execute()
      })
    const dueNow = async (runId: string) => {
      const found = await opened.database.withTenant('q', (tx) =>
        tx
          .selectFrom('node_dispatches')
          .select(['node_run_id', 'ready_at'])
          .where('run_id', '=', runId)
          .where('worker_id', 'is', null)
          .orderBy('node_run_id')
          .execute(),
      )
      return found.filter((row) => row.ready_at < LATER).map((row) => row.node_run_id)
    }

    test('are due when the run is resumed, also one that a worker found paused before', async () => {
      const runId = await paused()
      expect(await store('w').releasePaused(queued(runId, 'a'), LATER)).toBe(true)
      expect(await dueNow(runId)).toEqual([])
      await resume(runId)
      await store('v').wakeDispatches({ tenantId: 'q', runId })
      expect(await dueNow(runId)).toEqual(['a', 'b', 'c'])
    })

    test('are due when their worker releases them after the resumption, which could not wake them', async () => {
      const runId = await paused()
      await resume(runId)
      await store('v').wakeDispatches({ tenantId: 'q', runId })
      expect(await dueNow(runId)).toEqual(['b', 'c'])
      await store('other').releasePaused(queued(runId, 'a'), LATER)
      expect(await dueNow(runId)).toEqual(['b', 'c'])
      expect(await store('w').releasePaused(queued(runId, 'a'), LATER)).toBe(false)
      expect(await dueNow(runId)).toEqual(['a', 'b', 'c'])
    })

    // PGlite has one session: there is no second transaction beside the first.
    if (kind === 'Postgres') {
      test('are released after a resumption in flight, and so are due', async () => {
        const runId = await paused()
        let released: Promise<boolean> | undefined
        await opened.database.withTenant('q', async (tx) => {
          await tx.updateTable('runs').set({ status: 'running' }).where('run_id', '=', runId).execute()
          released = store('w').releasePaused(queued(runId, 'a'), LATER)
          const waiting = sql<{ n: number }>`select count(*)::integer as n from pg_locks where not granted`
          await expect.poll(async () => (await waiting.execute(tx)).rows).toEqual([{ n: 1 }])
        })
        expect(await released).toBe(false)
        expect(await dueNow(runId)).toEqual(['a'])
      })
    }
  })

  test('claims nothing without capacity', async () => {
    await ready('a')
    expect((await store('w').findWork(0)).runs).toEqual([])
    expect((await store('w').findWork(10)).runs.map((run) => run.tenantId)).toEqual(['a'])
  })

  test('makes runs with due timers ready, and says when the next is due', async () => {
    const now = Date.now()
    const due = await ready('a', [{ op: 'timer_set', timerId: 'x', dueAt: now - 60_000 }])
    await ready('b', [{ op: 'timer_set', timerId: 'y', dueAt: now + 20_000 }])
    const found = await store('w').findWork(10)
    expect(found).toMatchObject({ runs: [{ tenantId: 'a', runId: due }] })
    expect(found.nextInMs).toBeGreaterThan(10_000)
    expect(found.nextInMs).toBeLessThanOrEqual(20_000)
    // Seen, but not acquired: it comes back later, not at once.
    await store('w').release({ tenantId: 'a', runId: due })
    expect((await store('w').findWork(10)).runs).toEqual([])
    await opened.database.withSystem((tx) =>
      tx
        .updateTable('timers')
        .set({ fire_at: now - 1 })
        .execute(),
    )
    expect((await store('w').findWork(10)).runs.map((run) => run.tenantId).sort()).toEqual(['a', 'b'])
  })

  test('gives the due timers of a run and the time by which they are due, and clears those that nothing awaits', async () => {
    const now = Date.now()
    const run = {
      tenantId: 'a',
      runId: await ready('a', [
        { op: 'ready', workerId: null },
        { op: 'timer_set', timerId: 'due', dueAt: now - 60_000 },
        { op: 'timer_set', timerId: 'old', dueAt: now - 60_000 },
        { op: 'timer_set', timerId: 'later', dueAt: now + 60_000 },
      ]),
    }
    const acquired = await store('w').acquire(run)
    expect([...(acquired?.dueTimers ?? [])].sort()).toEqual(['due', 'old'])
    expect(Math.abs((acquired?.at ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(acquired).toMatchObject({ messages: [], nextSeq: 2 })
    await store('w').clearTimers(run, ['old'])
    expect((await store('w').acquire(run))?.dueTimers).toEqual(['due'])
  })

  test('wakes the owner of a run, which does not release it before it has acquired it again', async () => {
    const runId = await ready('a')
    const run = { tenantId: 'a', runId }
    await store('w1').findWork(10)
    await opened.database.withTenant('a', (tx) => tx.updateTable('run_ready').set({ woken: true }).execute())
    expect(await store('w1').release(run)).toBe(false)
    expect((await store('w2').findWork(10)).runs).toEqual([])
    expect((await store('w1').findWork(0)).runs).toEqual([run])
    // Nor before it has acquired it: the answer of the poll may be lost, or the worker may die before it reads it.
    expect(await store('w1').release(run)).toBe(false)
    expect((await store('w1').findWork(0)).runs).toEqual([run])
    expect(await store('w1').acquire(run)).not.toBeNull()
    expect(await store('w1').release(run)).toBe(true)
    // Its row stays until the run ends, but no worker claims a run that only waits.
    expect(await rows()).toMatchObject([{ worker_id: null, woken: false }])
    expect((await store('w2').findWork(10)).runs).toEqual([])
  })

  /** Dates the lease of a worker back, as if it had been valid for a minute. */
  const holdSince = (workerId: string, startedAt = 0) =>
    opened.database.withSystem((tx) =>
      tx.updateTable('workers').set({ started_at: startedAt }).where('worker_id', '=', workerId).execute(),
    )

  test('frees the runs of workers whose lease has expired, and of those that never had one', async () => {
    await store('alive').renewLease(60_000)
    await holdSince('alive')
    await store('dead').renewLease(-1)
    const owners = ['alive', 'dead', 'unknown']
    for (const workerId of owners) await ready('a', [{ op: 'ready', workerId }])
    expect(await store('alive').renewLease(60_000)).toMatchObject({ wasValid: true })
    expect((await rows()).map((row) => row.worker_id).sort()).toEqual(['alive', null, null].sort())
    expect(await store('dead').renewLease(60_000)).toMatchObject({ wasValid: false, owned: [] })
  })

  test('frees no run for a worker whose own lease is younger than a lease: after an outage all have expired', async () => {
    await store('first').renewLease(60_000)
    await store('second').renewLease(60_000)
    await ready('a', [{ op: 'ready', workerId: 'second' }])
    await opened.database.withSystem((tx) => tx.updateTable('workers').set({ started_at: 0, lease_until: 1 }).execute())
    // The outage is over: the first to come back finds both leases expired, its own among them.
    expect(await store('first').renewLease(60_000)).toMatchObject({ wasValid: false })
    expect(await store('first').renewLease(60_000)).toMatchObject({ wasValid: true })
    expect(await rows()).toMatchObject([{ worker_id: 'second' }])
    expect(await store('second').renewLease(60_000)).toMatchObject({ owned: [{ tenantId: 'a' }] })
  })

  test('frees the runs of a worker that was seen expired a whole lease ago, also by one that has just begun', async () => {
    await store('gone').renewLease(60_000)
    await ready('a', [{ op: 'ready', workerId: 'gone' }])
    const suspect = (suspectedAt: number, leaseUntil: number) =>
      opened.database.withSystem((tx) =>
        tx
          .updateTable('workers')
          .set({ suspected_at: suspectedAt, lease_until: leaseUntil, started_at: leaseUntil })
          .where('worker_id', '=', 'gone')
          .execute(),
      )
    // It was seen before it has renewed its lease, which has expired again since.
    await suspect(1, 2)
    await store('first').renewLease(60_000)
    expect(await rows()).toMatchObject([{ worker_id: 'gone' }])
    await suspect(2, 1)
    await store('second').renewLease(60_000)
    expect(await rows()).toMatchObject([{ worker_id: null, woken: true }])
  })

  test('frees no run after two outages with a short gap, in which only one worker has renewed its lease', async () => {
    await store('first').renewLease(8_000)
    await store('second').renewLease(8_000)
    await ready('a', [{ op: 'ready', workerId: 'second' }])
    const outage = () =>
      opened.database.withSystem((tx) =>
        tx
          .updateTable('workers')
          .set({
            ...{ started_at: sql<number>`started_at - 20000`, lease_until: sql<number>`lease_until - 20000` },
            suspected_at: sql<number>`suspected_at - 20000`,
          })
          .execute(),
      )
    for (let outages = 0; outages < 2; outages += 1) {
      await outage()
      expect(await store('first').renewLease(8_000)).toMatchObject({ wasValid: false })
    }
    expect(await rows()).toMatchObject([{ worker_id: 'second' }])
  })

  test('reports to a worker which runs it owns, known to it or not', async () => {
    await store('w').renewLease(60_000)
    await store('other').renewLease(60_000)
    const mine = await ready('a', [{ op: 'ready', workerId: 'w' }])
    await ready('b', [{ op: 'ready', workerId: 'other' }])
    await ready('c')
    expect((await store('w').renewLease(60_000)).owned).toEqual([{ tenantId: 'a', runId: mine }])
  })

  test('acquires a run that no worker owns, verifies an own one, and refuses that of another or an ended one', async () => {
    const acquire = async (workerId: string, runId: string) =>
      (await store(workerId).acquire({ tenantId: 'a', runId }))?.messages ?? null
    const free = await ready('a')
    expect(await acquire('w1', free)).toEqual([])
    expect(await acquire('w1', free)).toEqual([])
    expect(await acquire('w2', free)).toBeNull()
    const waiting = await ready('a')
    expect(await acquire('w1', waiting)).toEqual([])
    await store('w1').release({ tenantId: 'a', runId: waiting })
    expect(await acquire('w2', waiting)).toEqual([])
    expect(await acquire('w1', waiting)).toBeNull()
    await opened.database.withTenant('a', (tx) =>
      tx.updateTable('runs').set({ finished_at: NOW }).where('run_id', '=', waiting).execute(),
    )
    await opened.database.withTenant('a', (tx) => tx.deleteFrom('run_ready').where('run_id', '=', waiting).execute())
    expect(await acquire('w2', waiting)).toBeNull()
    expect(await acquire('w2', 'no-such-run')).toBeNull()
    expect((await rows()).map((row) => row.worker_id)).toEqual(['w1'])
  })

  test('takes back the mark of a message when it acquires the run', async () => {
    const runId = await ready('a', [{ op: 'ready', workerId: 'w1' }])
    await opened.database.withTenant('a', (tx) => tx.updateTable('run_ready').set({ woken: true }).execute())
    await store('w1').acquire({ tenantId: 'a', runId })
    expect(await rows()).toMatchObject([{ worker_id: 'w1', woken: false }])
  })

  test('frees everything when a worker leaves', async () => {
    await store('w').renewLease(60_000)
    await ready('a', [{ op: 'ready', workerId: 'w' }])
    await store('w').leave()
    expect(await rows()).toMatchObject([{ worker_id: null }])
    expect(await store('w').renewLease(60_000)).toMatchObject({ wasValid: false, owned: [] })
  })

  const readyFor = async (tenantId: string, count: number, requires = '') => {
    const runIds = await Promise.all(
      Array.from({ length: count }, () => ready(tenantId, [{ op: 'ready', workerId: null, requires }])),
    )
    return runIds.sort()
  }
  const require = (tenantId: string, key: string, capabilities: readonly string[]) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx
        .insertInto('run_requirements')
        .values({ tenant_id: tenantId, requires_key: key, capabilities: sql`${capabilities}::text[]` })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  const tenantsOf = (runs: readonly { readonly tenantId: string }[]) => runs.map(({ tenantId }) => tenantId)

  test('claims runs whose requirements the worker meets, and leaves the others alone', async () => {
    await require('a', 'old', ['node:x@1'])
    await require('a', 'new', ['node:x@1', 'node:x@2'])
    const [old, fresh] = [await readyFor('a', 2, 'old'), await readyFor('a', 3, 'new')]
    const idsOf = (found: { runs: readonly { runId: string }[] }) => found.runs.map(({ runId }) => runId).sort()
    expect(idsOf(await store('old', ['node:x@1']).findWork(10))).toEqual(old)
    expect(idsOf(await store('old', ['node:x@1']).findWork(10))).toEqual([])
    const newWorker = store('new', ['node:x@1', 'node:x@2', 'queue:gpu'])
    expect(idsOf(await newWorker.findWork(10))).toEqual(fresh)
    // Nor does it acquire one that it was notified of.
    await newWorker.release({ tenantId: 'a', runId: fresh[0] ?? '' })
    expect(await store('old', ['node:x@1']).acquire({ tenantId: 'a', runId: fresh[0] ?? '' })).toBeNull()
    expect(await newWorker.acquire({ tenantId: 'a', runId: fresh[0] ?? '' })).not.toBeNull()
  })

  test('leaves a run alone whose requirements are not there to read', async () => {
    await readyFor('a', 1, 'unknown')
    expect((await store('w', ['node:x@1']).findWork(10)).runs).toEqual([])
  })

  test('gives a quiet tenant its run in the first claim, however many another has', async () => {
    await readyFor('noisy', 60)
    await readyFor('quiet', 1)
    expect(tenantsOf((await store('w').findWork(8)).runs)).toEqual(['noisy', 'quiet', ...Array(6).fill('noisy')])
    // At every position of the round.
    await readyFor('aaa', 1)
    expect(tenantsOf((await store('w').findWork(2, 'noisy')).runs)).toEqual(['aaa', 'noisy'])
  })

  // PGlite has one session: there is no second transaction beside the first.
  if (kind === 'Postgres') {
    test('waits for a release in flight whose answer is lost, and acquires the run again', async () => {
      const run = { tenantId: 'a', runId: await ready('a', [{ op: 'ready', workerId: 'w' }]) }
      let commit = (): void => undefined
      const isHeld = new Promise<void>((resolve) => {
        commit = resolve
      })
      let hasReleased = (): void => undefined
      const isReleased = new Promise<void>((resolve) => {
        hasReleased = resolve
      })
      const release = opened.database.withTenant('a', async (tx) => {
        await tx.updateTable('run_ready').set({ worker_id: null }).where('run_id', '=', run.runId).execute()
        hasReleased()
        await isHeld
      })
      await isReleased
      let hasAcquired = false
      const acquiring = store('w').acquire(run, true)
      void acquiring.then(() => {
        hasAcquired = true
      })
      const blocked = sql`select from pg_locks where not granted`
      const isBlocked = () => opened.database.withSystem(async (tx) => (await blocked.execute(tx)).rows.length > 0)
      await expect.poll(async () => hasAcquired || (await isBlocked())).toBe(true)
      commit()
      await release
      expect(await acquiring).not.toBeNull()
      expect(await rows()).toEqual([{ tenant_id: 'a', run_id: run.runId, worker_id: 'w', woken: false }])
    })
  }

  if (kind === 'Postgres') {
    test('locks no more rows than it claims: a second worker gets all others at the same time', async () => {
      await readyFor('a', 20)
      let claimedFirst: readonly unknown[] = []
      let commit = (): void => undefined
      const claimed = new Promise<void>((resolve) => {
        const first = opened.database.withSystem(async (tx) => {
          const request = { schema: 'tenon', workerId: 'w1', capabilities: [], capacity: 4, afterTenant: '' }
          const limits = { held: new Map(), weightOf: () => 1, mostOfTenant: 100 }
          claimedFirst = (await claimRows(tx, READY_RUNS, { ...request, ...limits })).rows
          resolve()
          await new Promise<void>((release) => {
            commit = release
          })
        })
        onTestFinished(() => first)
      })
      await claimed
      const second = await store('w2').findWork(100)
      commit()
      expect([claimedFirst.length, second.runs.length]).toEqual([4, 16])
    })
  }

  test('frees the runs of other processes at once where it is alone', async () => {
    for (const workerId of ['1-me-a', '2-other-b']) {
      await store(workerId).renewLease(60_000)
      await ready('a', [{ op: 'ready', workerId }])
    }
    await store('1-me-c').freeOthers('1-me-')
    expect((await rows()).map((row) => row.worker_id).sort()).toEqual(['1-me-a', null].sort())
  })
})
