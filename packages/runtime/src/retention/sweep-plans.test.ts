import { randomUUID } from 'node:crypto'
import { node, workflow } from '@tenon/core/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Committer } from '../commit/commit-types.ts'
import { createCommitter } from '../commit/committer.ts'
import { nodeTypesOf } from '../commit/node-types.ts'
import { compile } from '../interpreter/compile.ts'
import type { Plan } from '../interpreter/plan.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { createAppender } from '../store/appender.ts'
import { storePlan } from '../store/stored-plan.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import { inMemoryBus } from '../testing/in-memory-bus.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import { deleteRun } from './delete-run.ts'
import { sweepPlans } from './sweep-plans.ts'

const HOUR_MS = 3_600_000
const { registry } = createTestNodes()

/** A plan that ends at once; plans of other names have other hashes. */
const simplePlan = (name: string): Plan =>
  compile(
    workflow(
      [node('start', 'start'), node('greet', 'set', { fields: { name } }), node('end', 'end')],
      ['start>greet', 'greet>end'],
    ),
    registry.manifest,
  )

/** A plan that starts a run of another one. */
const callingPlan = (child: Plan): Plan =>
  compile(
    workflow(
      [node('start', 'start'), node('call', 'child', { workflow: 'child' }), node('end', 'end')],
      ['start>call', 'call>end'],
    ),
    registry.manifest,
    undefined,
    { child: { version: '1', planHash: child.planHash } },
  )

/** A version of the host. */
interface Version {
  readonly plan: Plan
  /** Plan of the workflow that it pins; null without one. */
  readonly child: Plan | null
}

const FIRST: Version = { plan: simplePlan('first'), child: null }
const CHILD: Version = { plan: simplePlan('child'), child: null }
const CALLING: Version = { plan: callingPlan(CHILD.plan), child: CHILD.plan }
const VERSIONS: readonly Version[] = [FIRST, CHILD, CALLING]

describe.each(TEST_DATABASES)('sweepPlans on %s', (kind) => {
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
  })
  // Fails if Postgres has seen a deadlock.
  afterAll(() => opened.close())

  /** A tenant with a host that has versions, and processes that start runs; its time passes only by `pass`. */
  const openTenant = (processes: number) => {
    const { database } = opened
    const tenantId = `t-${randomUUID()}`
    let uptimeMs = 0
    const published = new Set<Version>()
    const runs = new Set<string>()
    const committers: readonly Committer[] = Array.from({ length: processes }, () =>
      createCommitter({
        database,
        appender: createAppender(database),
        findType: nodeTypesOf(registry),
        bus: inMemoryBus(),
        log: () => undefined,
        now: () => Date.now(),
        uptimeMs: () => uptimeMs,
      }),
    )
    const hashesOf = ({ plan, child }: Version) => [plan.planHash, ...(child === null ? [] : [child.planHash])]
    const retention = {
      sweepVersions: async () => undefined,
      plansInUse: async () => [...published].flatMap(hashesOf),
    }
    const inTenant = <Value>(work: (tx: Tx<RuntimeTables>) => Promise<Value>) => database.withTenant(tenantId, work)
    return {
      plansOf: async () => {
        const rows = await inTenant((tx) =>
          tx.selectFrom('plans').select('plan_hash').where('tenant_id', '=', tenantId).execute(),
        )
        return new Set(rows.map((row) => row.plan_hash))
      },
      publish: async (version: Version) => {
        const { child } = version
        if (child !== null) await inTenant((tx) => storePlan(tx, tenantId, child))
        published.add(version)
      },
      withdraw: (version: Version) => published.delete(version),
      start: async (by: number, version: Version) => {
        const committer = committers[by % processes]
        if (committer === undefined || !published.has(version)) return
        const run = { tenantId, runId: randomUUID() }
        const request = {
          workflowId: 'w',
          version: '1',
          mode: 'live',
          trigger: 'start',
          input: {},
          actor: null,
        } as const
        let result = await committer.create({ ...run, ...request, engine: 'temporal', operations: [] }, version.plan)
        while (result.hasMore) result = await committer.commit({ ...run, facts: [], isStale: true })
        runs.add(run.runId)
      },
      deleteRuns: async () => {
        for (const runId of runs) {
          await inTenant((tx) =>
            tx.updateTable('runs').set({ finished_at: 1 }).where('tenant_id', '=', tenantId).execute(),
          )
          await deleteRun({ database, log: () => undefined }, { tenantId, runId })
          runs.delete(runId)
        }
      },
      sweep: async () => {
        await inTenant((tx) =>
          tx.updateTable('retention_sweeps').set({ plans_at: 0 }).where('tenant_id', '=', tenantId).execute(),
        )
        return sweepPlans(database, tenantId, retention, () => false)
      },
      /** Sweeps without making it due. */
      sweepIfDue: () => sweepPlans(database, tenantId, retention, () => false),
      pass: async (hours: number) => {
        uptimeMs += hours * HOUR_MS
        await inTenant((tx) =>
          tx
            .updateTable('plans')
            .set({ unused_at: sql<number>`unused_at - ${hours * HOUR_MS}::bigint` })
            .where('tenant_id', '=', tenantId)
            .execute(),
        )
      },
      /** Plans that a run or a version needs and that the tenant does not have. */
      missing: async () => {
        const { rows } = await inTenant((tx) =>
          sql<{ hash: string }>`select plan_hash as hash from tenon.runs where tenant_id = ${tenantId}
            union select unnest(pinned) from tenon.plans where tenant_id = ${tenantId}
            except select plan_hash from tenon.plans where tenant_id = ${tenantId}`.execute(tx),
        )
        const plans = inTenant((tx) =>
          tx.selectFrom('plans').select('plan_hash').where('tenant_id', '=', tenantId).execute(),
        )
        const stored = new Set((await plans).map((row) => row.plan_hash))
        const pinned = [...published].flatMap(({ child }) => (child === null ? [] : [child.planHash]))
        return [...rows.map((row) => row.hash), ...pinned.filter((hash) => !stored.has(hash))]
      },
    }
  }

  test('deletes a plan a day after nothing refers to it any more, with those that it pins later', async () => {
    const { publish, withdraw, start, deleteRuns, sweep, sweepIfDue, pass, plansOf } = openTenant(1)
    await publish(CALLING)
    await start(0, CALLING)
    withdraw(CALLING)
    await sweep()
    await pass(30)
    // Its runs, and that which they have started, have both plans.
    expect(await sweep()).toBe(0)
    expect(await plansOf()).toEqual(new Set([CALLING.plan.planHash, CHILD.plan.planHash]))
    await deleteRuns()
    expect(await sweep()).toBe(0)
    await pass(23)
    expect(await sweep()).toBe(0)
    await pass(2)
    expect(await sweepIfDue()).toBe(0)
    expect(await sweep()).toBe(1)
    expect(await plansOf()).toEqual(new Set([CHILD.plan.planHash]))
    await sweep()
    await pass(25)
    expect(await sweep()).toBe(1)
    expect(await plansOf()).toEqual(new Set())
  })

  test('keeps a marked plan that is stored again, by a start or by a publication', async () => {
    const { publish, withdraw, start, deleteRuns, sweep, pass, plansOf } = openTenant(2)
    for (const version of [FIRST, CALLING]) {
      await publish(version)
      await start(0, version)
      withdraw(version)
    }
    await deleteRuns()
    await sweep()
    await pass(25)
    await publish(FIRST)
    // By another process, which has not stored the plan yet.
    await start(1, FIRST)
    withdraw(FIRST)
    await deleteRuns()
    expect(await sweep()).toBe(1)
    expect(await plansOf()).toEqual(new Set([FIRST.plan.planHash, CHILD.plan.planHash]))
    await pass(25)
    await publish(CALLING)
    withdraw(CALLING)
    expect(await sweep()).toBe(1)
    expect(await plansOf()).toEqual(new Set([CHILD.plan.planHash]))
  })

  test('has a process that stored a plan before store it again after its deletion', async () => {
    const { publish, withdraw, start, deleteRuns, sweep, pass, plansOf, missing } = openTenant(1)
    await publish(FIRST)
    await start(0, FIRST)
    withdraw(FIRST)
    await deleteRuns()
    await sweep()
    await pass(25)
    expect(await sweep()).toBe(1)
    expect(await plansOf()).toEqual(new Set())
    await publish(FIRST)
    await start(0, FIRST)
    expect(await missing()).toEqual([])
  })

  test('keeps a plan on which a start of the last hour relies, while its run is not deleted', async () => {
    const { publish, withdraw, start, deleteRuns, sweep, pass, plansOf } = openTenant(1)
    await publish(FIRST)
    await start(0, FIRST)
    await deleteRuns()
    withdraw(FIRST)
    await sweep()
    await pass(0.5)
    await publish(FIRST)
    // Stores nothing, and does not remove the mark.
    await start(0, FIRST)
    withdraw(FIRST)
    await pass(24)
    expect(await sweep()).toBe(0)
    expect(await plansOf()).toEqual(new Set([FIRST.plan.planHash]))
  })

  test('lets no run lose its plan, with starts, publications and deletions during sweeps', async () => {
    // By index, so that a counterexample can be read.
    const version = fc.nat(VERSIONS.length - 1)
    const versionAt = (index: number): Version => VERSIONS[index] ?? FIRST
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), by: fc.nat(2), version }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('publish' as const), version }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), version }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRuns' as const) }) },
    )
    // Steps of one group happen at once; then some hours pass.
    const groups = fc.array(
      fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 8 }), hours: fc.constantFrom(0, 0.5, 1, 23, 25) }),
      { minLength: 4, maxLength: 14 },
    )
    await fc.assert(
      fc.asyncProperty(groups, async (history) => {
        const tenant = openTenant(3)
        // A tenant without a run is not swept.
        await tenant.publish(FIRST)
        await tenant.start(0, FIRST)
        for (const { steps, hours } of history) {
          await Promise.all(
            steps.map(async (each) => {
              if (each.kind === 'start') await tenant.start(each.by, versionAt(each.version))
              else if (each.kind === 'publish') await tenant.publish(versionAt(each.version))
              else if (each.kind === 'withdraw') tenant.withdraw(versionAt(each.version))
              else await tenant[each.kind]()
            }),
          )
          expect(await tenant.missing()).toEqual([])
          await tenant.pass(hours)
        }
        for (const each of VERSIONS) tenant.withdraw(each)
        await tenant.deleteRuns()
        for (let day = 0; day < 4; day += 1) {
          await tenant.sweep()
          await tenant.pass(25)
        }
        expect(await tenant.plansOf()).toEqual(new Set())
      }),
      { numRuns: kind === 'Postgres' ? 15 : 5 },
    )
  }, 120_000)
})
