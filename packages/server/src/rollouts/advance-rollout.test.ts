import type { RolloutRuns } from '@tenon/core/api'
import type { RunId } from '@tenon/core/document'
import type { CancelResult, Engine, MigrateResult, RunReader, RuntimeTables, StoredRun } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { createMigrate } from '../tables/migrate.ts'
import type { RolloutRef } from '../tables/rollout-ref.ts'
import { claimRollout, findRollout, putRollout, storeCanaryRuns, updateRollout } from '../tables/rollout-repository.ts'
import { deleteRowsOfRun, listRefusedRows, refuseRun } from '../tables/rollout-runs-repository.ts'
import type { ServerDatabase, ServerTables, VersionRow } from '../tables/server-tables.ts'
import { findStableVersion, findVersionToStart, insertVersion } from '../tables/version-repository.ts'
import { insertWorkflow } from '../tables/workflow-repository.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { advanceRollout, type RolloutDeps } from './advance-rollout.ts'
import { changeRollout } from './change-rollout.ts'
import { presentRollouts } from './present-rollout.ts'
import { newRollout } from './publish-rollout.ts'

/** Runs that one call asks. */
const BATCH = 25
const WITHDRAWN = { code: 'MIGRATION_REFUSED', message: 'Withdrawn' }

let database: ServerDatabase
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  await createMigrate(database, {})()
})
afterAll(() => pglite.close())

/** Answers of an engine in a test: which requests arrive, and what is done before each answer. */
interface Answers {
  readonly migrate?: (runId: RunId) => Promise<MigrateResult['outcome']>
  readonly cancel?: (runId: RunId) => Promise<CancelResult['outcome']>
}

/** A workflow of a new tenant with a rollout of its version 2, and runs that only have their rows. */
async function openRollout(runs: RolloutRuns, { percent = null }: { readonly percent?: number | null } = {}) {
  const as = testIdentity()
  const { tenantId } = as
  const workflowId = 'w'
  const ref: RolloutRef = { tenantId, workflowId, version: '2' }
  const times = { created_at: 1, updated_at: 1, deleted_at: null }
  const version = (number: number): VersionRow => ({
    ...{ tenant_id: tenantId, workflow_id: workflowId, version: `${number}`, number, notes: '', content_hash: '' },
    ...{
      behavior_hash: '',
      document: '{}',
      plan: '{}',
      lockfile: '{}',
      triggers: null,
      tool_name: null,
      tool: null,
      published_at: 1,
    },
    ...{ publisher_id: as.userId, publisher_name: as.displayName },
  })
  await database.withTenant(tenantId, async (tx) => {
    const workflow = { tenant_id: tenantId, workflow_id: workflowId, name: 'w', description: '', ...times }
    await insertWorkflow(tx, { ...workflow, latest_version: 2, latest_behavior_hash: null })
    for (const number of [1, 2]) await insertVersion(tx, version(number))
    await putRollout(tx, {
      ...newRollout(as, { workflowId, number: 2, former: '1' }),
      ...{ status: percent === null ? 'in_progress' : 'canary', runs, percent },
      ...{ max_failure_percent: 0, min_runs: 1, promote_after: null },
    })
  })
  const asked: string[] = []
  const lines: string[] = []

  /** Does one part of the work as a process does, with what the engine answers. */
  async function advance({ migrate, cancel }: Answers = {}, now = Date.now): Promise<void> {
    const runtime = database.view<RuntimeTables>()
    const request =
      <Outcome extends string>(answer: ((runId: RunId) => Promise<Outcome>) | undefined) =>
      async (runId: RunId, hook: Parameters<Engine['cancel']>[3]) => {
        asked.push(runId)
        const outcome = (await answer?.(runId)) ?? 'accepted'
        if (outcome === 'accepted') await runtime.withTenant(tenantId, async (tx) => hook?.(tx))
        return { outcome }
      }
    const engine = {
      migrate: (_tenant, runId, _request, hook) => request(migrate)(runId, hook) as Promise<MigrateResult>,
      cancel: (_tenant, runId, _actor, hook) => request(cancel)(runId, hook) as Promise<CancelResult>,
    } as Partial<Engine> as Engine
    const reader = {
      getRun: async (_tenant, runId) =>
        ({ tenantId, runId, workflowId, version: '1', mode: 'live', status: 'waiting', turn: 1 }) as StoredRun,
    } as Partial<RunReader> as RunReader
    const log: RolloutDeps['log'] = (_level, line) => void lines.push(line)
    const intervals = { graceMs: 0, checkMs: 0, leaseMs: 600_000 }
    await advanceRollout({ database, engine, reader, now, bus: createInProcessBus(), log, intervals }, ref)
  }
  return {
    ...{ as, ref, asked, lines, advance },
    /** Adds runs in progress, the oldest first. */
    addRuns: (ids: readonly string[], row: Partial<Record<string, unknown>> = {}) =>
      database.withTenant(tenantId, async (tx) => {
        const rows = ids.map((runId, index) => ({
          ...{ tenant_id: tenantId, run_id: runId, start_week: 2_900, trace_id: 't', workflow_id: workflowId },
          ...{ version: '1', mode: 'live', engine: 'embedded', plan_hash: 'p', semantics: 1, status: 'waiting' },
          ...{ turn: 1, next_seq: 2, head_hash: Buffer.alloc(0), queued_at: Date.now() - 60_000 + index, ...row },
        }))
        await tx.insertInto('runs').values(rows).execute()
      }),
    /** Changes the row of a run. */
    changeRun: (runId: string, set: { turn?: number; status?: string; finished_at?: number }) =>
      database.withTenant(tenantId, (tx) => tx.updateTable('runs').set(set).where('run_id', '=', runId).execute()),
    withdraw: (runId: string) => database.withTenant(tenantId, (tx) => refuseRun(tx, { tenantId, runId }, WITHDRAWN)),
    rows: () =>
      database.withTenant(tenantId, (tx) =>
        tx.selectFrom('rollout_runs').select(['run_id', 'state']).orderBy('run_id').execute(),
      ),
    row: () => database.withTenant(tenantId, (tx) => findRollout(tx, ref)),
  }
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `r${String(index).padStart(2, '0')}`)

describe('runs in progress', () => {
  test('are all asked before one is asked again, and once more only after they have continued', async () => {
    const { addRuns, advance, asked, changeRun, row } = await openRollout('move')
    const ids = named(BATCH + 2)
    await addRuns(ids)
    for (let part = 0; part < 3; part += 1) await advance()
    expect(asked).toEqual([...ids].reverse())
    await changeRun('r07', { turn: 2 })
    await advance()
    expect(asked.slice(ids.length)).toEqual(['r07'])
    expect((await row())?.status).toBe('in_progress')
  })

  test('are asked to end once, however long that takes', async () => {
    const { addRuns, advance, asked, changeRun, row } = await openRollout('cancel')
    await addRuns(['a'])
    await advance()
    await changeRun('a', { turn: 2 })
    await advance()
    expect(asked).toEqual(['a'])
    await changeRun('a', { status: 'canceled', finished_at: 1 })
    await advance()
    expect(await row()).toMatchObject({ status: 'completed', canceled: 1 })
  })

  test('are asked although one of them always causes a fault', async () => {
    const { addRuns, advance, asked, lines, rows } = await openRollout('move')
    await addRuns(['a', 'b', 'c'])
    const migrate = async (runId: RunId) => {
      if (runId === 'c') throw new RangeError('unexpected')
      return 'accepted' as const
    }
    for (let part = 0; part < 4; part += 1) await advance({ migrate })
    expect(new Set(asked)).toEqual(new Set(['a', 'b', 'c']))
    expect(lines).toContain('rollout.run_failed: asking it again later')
    expect((await rows()).map(({ state }) => state)).toEqual(['pending', 'pending', 'selected'])
  })

  test.each(['unchanged', 'accepted'] as const)(
    'remain on their version if a person withdraws the request before it is answered as %s',
    async (outcome) => {
      const { addRuns, advance, asked, changeRun, rows, withdraw } = await openRollout('move')
      await addRuns(['a'])
      const migrate = async () => {
        await withdraw('a')
        return outcome
      }
      await advance({ migrate })
      await changeRun('a', { turn: 2 })
      await advance({ migrate })
      expect(asked).toEqual(['a'])
      expect(await rows()).toEqual([{ run_id: 'a', state: 'refused' }])
    },
  )

  test('are not listed as pending by a rollout that is stopped meanwhile', async () => {
    const { as, ref, addRuns, advance, row, rows } = await openRollout('move')
    await addRuns(['a', 'b'])
    const deps = { database, bus: createInProcessBus(), now: Date.now }
    const version = { workflow_id: ref.workflowId, version: ref.version } as VersionRow
    const stop = () => changeRollout(deps, as, version, 'stop')
    await advance({ migrate: () => stop().then(() => 'unchanged') })
    expect(await row()).toMatchObject({ status: 'stopped' })
    expect(await rows()).toEqual([])
  })

  test('that have refused are listed until they end or are deleted', async () => {
    const { ref, addRuns, advance, changeRun, withdraw } = await openRollout('move')
    const refused = () =>
      database.withTenant(ref.tenantId, async (tx) =>
        (await listRefusedRows(tx, ref, { after: null, limit: 10 })).map(({ run_id: runId }) => runId),
      )
    await addRuns(['a', 'b', 'c'])
    await advance()
    for (const runId of ['a', 'b', 'c']) await withdraw(runId)
    expect(await refused()).toEqual(['a', 'b', 'c'])
    await database.withTenant(ref.tenantId, (tx) => deleteRowsOfRun(tx, ref.tenantId, 'b'))
    await changeRun('c', { status: 'completed', finished_at: 1 })
    await advance()
    expect(await refused()).toEqual(['a'])
  })
})

describe('a canary', () => {
  test('counts runs that were given up as failed, and keeps its numbers when it ends', async () => {
    const { ref, addRuns, advance, row } = await openRollout('finish', { percent: 50 })
    const queued_at = Date.now()
    const error = (code: string) => JSON.stringify({ code })
    await addRuns(['a'], { version: '2', status: 'canceled', error: error('RUN_CANCELED'), queued_at })
    await advance()
    expect(await row()).toMatchObject({ status: 'canary', canary_started: 1, canary_failed: 0 })
    await addRuns(['b'], { version: '2', status: 'canceled', error: error('RUN_TIMEOUT'), queued_at })
    await advance()
    const ended = await row()
    expect(ended).toMatchObject({ status: 'rolled_back', canary_started: 2, canary_completed: 0, canary_failed: 1 })
    // Nothing is counted for it any more.
    await addRuns(['c'], { version: '2', status: 'failed', queued_at })
    const [rollout] = await presentRollouts({ database }, ended === null ? [] : [ended])
    expect(rollout?.canary).toMatchObject({ started: 2, failed: 1 })
    // One that ended before the numbers were stored is counted.
    const { canary_started: _, ...earlier } = ended ?? {}
    const [counted] = await presentRollouts({ database }, [
      { ...earlier, canary_started: null } as typeof ended & object,
    ])
    expect(counted?.canary).toMatchObject({ started: 3, failed: 2 })
    expect(await database.withSystem((tx) => claimRollout(tx, 1))).not.toMatchObject(ref)
  })

  test('whose runs do not change is looked at less and less often', async () => {
    const { ref, advance, row } = await openRollout('finish', { percent: 50 })
    const dueIn = () =>
      database.withTenant(ref.tenantId, async (tx) => {
        const { due_at: dueAt } = await tx.selectFrom('rollout_sweeps').select('due_at').executeTakeFirstOrThrow()
        return dueAt - Date.now()
      })
    await advance()
    expect(await dueIn()).toBeLessThan(20_000)
    await advance({}, () => Date.now() + 3_600_000)
    expect(await dueIn()).toBeGreaterThan(25_000)
    const stored = await row()
    const runs = { started: 1, completed: 0, failed: 0 }
    const store = () =>
      database.withTenant(ref.tenantId, async (tx) => stored !== null && storeCanaryRuns(tx, ref, stored, runs))
    expect(await store()).toBe(true)
  })

  test('that was replaced gets no run of a request that has read its number before', async () => {
    const { ref } = await openRollout('finish', { percent: 1 })
    const { tenantId, workflowId } = ref
    await database.withTenant(tenantId, async (tx) => {
      await updateRollout(tx, ref, { status: 'replaced' })
      const found = await findVersionToStart(tx, tenantId, workflowId, { latest: '2', bucket: 0 })
      expect(found?.version).toBe('1')
      expect(await findStableVersion(tx, tenantId, workflowId, 2)).toBe('1')
    })
  })
})
