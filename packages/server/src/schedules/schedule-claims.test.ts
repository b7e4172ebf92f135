import type { BackfillResult, TriggerEvent } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { postgresRunReader, type RuntimeTables } from '@tenon/runtime'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ClaimedSchedule } from '../tables/schedule-repository.ts'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { DAY_MS, noteLooked, openTestSchedules, timeOf } from '../testing/kit/test-schedules.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { fireSchedule } from './fire-schedule.ts'

const { baseAt: BASE_AT, scheduled, waiting, openSchedule } = openTestSchedules()
let server: TestServer
let database: ServerDatabase
let reader: ReturnType<typeof postgresRunReader>
beforeAll(async () => {
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  await noteLooked(database)
  reader = postgresRunReader(database.view<RuntimeTables>())
  server = await openTestServer({
    ...{ nodes: nodesWithWebhook, database: { pglite }, clockPace: { idleMs: 20, retryMs: 20 } },
    log: () => undefined,
  })
})
afterAll(() => server.close())

const open = (document: WorkflowDocument) => openSchedule(server, database, document)
const brief = (events: readonly TriggerEvent[]) =>
  events.map(({ outcome, dueAt, code }) => [outcome, Date.parse(dueAt ?? '') - BASE_AT, code]).sort()

/** Parts of a process that works on a schedule by itself, with an engine that starts nothing. */
function processOf(start = vi.fn()) {
  const engine = { start, cancel: vi.fn() }
  const dataUsage = { checkRoom: async () => undefined }
  const deps = { database, reader, engine, dataUsage, now: Date.now, log: vi.fn() } as unknown as Parameters<
    typeof fireSchedule
  >[0]
  const fire = (claimed: ClaimedSchedule) =>
    fireSchedule(deps, claimed, {
      ...{ now: Date.now(), outages: [], leaseMs: 60_000, isClosing: () => false },
      inTurn: (work) => work(),
    })
  return { engine, fire }
}

type Schedule = Awaited<ReturnType<typeof open>>

/** The schedule as a process has it that has claimed it now, and that no other one claims. */
async function claim({ ref, row, setDue }: Schedule, dueAt: number): Promise<ClaimedSchedule> {
  await setDue(dueAt, { wake_at: Date.now() + 60_000 })
  const { revision = 0, claim = 0, waiting_at: waitingAt = null, last_run_id: lastRunId = null } = (await row()) ?? {}
  return { ...ref, revision, claim, dueAt, waitingAt, lastRunId, failingFrom: null }
}

test.each(['cancel', 'skip', 'queue', 'allow'])(
  'a process that has lost its claim does nothing: %s',
  async (overlap) => {
    const schedule = await open(waiting({ overlap }))
    await schedule.setDue(BASE_AT)
    const [event] = await schedule.untilEvents(1)
    await untilRun(server, schedule.as, event?.runId ?? '', ({ status }) => status === 'waiting')
    const stale = await claim(schedule, BASE_AT - DAY_MS)
    await schedule.setDue(BASE_AT + DAY_MS, { claim: stale.claim + 1, wake_at: null })
    const before = await schedule.row()
    const { engine, fire } = processOf()
    await fire(stale)
    // The same if it has changed meanwhile.
    await fire({ ...stale, claim: stale.claim + 1, revision: stale.revision - 1 })
    expect(engine.cancel).not.toHaveBeenCalled()
    expect(engine.start).not.toHaveBeenCalled()
    expect(await schedule.row()).toEqual(before)
    expect(await schedule.events()).toHaveLength(1)
  },
)

test('a failure of the server decides nothing, and the time is tried again', async () => {
  const schedule = await open(scheduled())
  const claimed = await claim(schedule, BASE_AT)
  for (const code of ['PAYLOAD_UNAVAILABLE', 'DB_RLS_BROKEN'] as const) {
    const { fire } = processOf(vi.fn().mockRejectedValue(new TenonError(code, 'Not now')))
    await expect(fire(claimed)).rejects.toMatchObject({ code })
    expect(await schedule.events()).toMatchObject([{ outcome: 'pending', dueAt: timeOf(BASE_AT) }])
  }
  await schedule.setDue(BASE_AT)
  await expect.poll(async () => (await schedule.events())[0]?.outcome, { interval: 10 }).toBe('started')
})

test('runs of past times that people ask for are none that a schedule waits for or cancels', async () => {
  for (const overlap of ['cancel', 'skip', 'queue']) {
    const { as, post, setDue, untilEvents } = await open(waiting({ overlap }))
    const range = { from: timeOf(BASE_AT - 2 * DAY_MS), to: timeOf(BASE_AT - DAY_MS) }
    const { items } = await post<BackfillResult>('backfill', range)
    const runIds = items.map(({ runId }) => runId ?? '')
    for (const runId of runIds) await untilRun(server, as, runId, ({ status }) => status === 'waiting')
    await setDue(BASE_AT)
    expect(brief(await untilEvents(3))).toContainEqual(['started', 0, null])
    for (const runId of runIds)
      expect(await server.json(200, `/runs/${runId}`, { as })).toMatchObject({ status: 'waiting' })
  }
})

test.each([
  ['skip', 'skipped', 'waiting'],
  ['cancel', 'started', 'canceled'],
  ['allow', 'started', 'waiting'],
])('a time that waits is decided by the policy that was published meanwhile: %s', async (overlap, outcome, status) => {
  const { as, row, setDue, events, untilEvents, publishAgain } = await open(waiting({ overlap: 'queue' }))
  await setDue(BASE_AT)
  const [first] = await untilEvents(1)
  await untilRun(server, as, first?.runId ?? '', (run) => run.status === 'waiting')
  await setDue(BASE_AT + 1_000)
  await expect.poll(async () => (await row())?.waiting_at, { interval: 10 }).toBe(BASE_AT + 1_000)
  await publishAgain({ overlap })
  await setDue(BASE_AT + DAY_MS)
  await expect.poll(async () => (await events()).length, { interval: 10, timeout: 5_000 }).toBe(2)
  expect((await events()).find(({ dueAt }) => dueAt === timeOf(BASE_AT + 1_000))).toMatchObject({ outcome })
  await untilRun(server, as, first?.runId ?? '', (run) => run.status === status)
})

test('a time that was begun by a process that was killed is started if its run exists, and missed if not', async () => {
  const [withRun, without] = [await open(scheduled({ catchUp: 'none' })), await open(scheduled({ catchUp: 'none' }))]
  await withRun.setOutage()
  const dueAt = BASE_AT - DAY_MS
  await withRun.post('backfill', { from: timeOf(dueAt), to: timeOf(dueAt) })
  await database.withTenant(withRun.as.tenantId, (tx) =>
    tx.updateTable('trigger_events').set({ outcome: 'pending', is_backfill: false, at: dueAt }).execute(),
  )
  expect(await withRun.events()).toMatchObject([
    { outcome: 'failed', message: expect.stringContaining('the schedule starts it') },
  ])
  const { fire } = processOf(vi.fn().mockRejectedValue(new Error('Killed')))
  await expect(fire(await claim(without, dueAt))).rejects.toThrow('Killed')
  for (const { setDue } of [withRun, without]) await setDue(dueAt)
  expect(brief(await withRun.untilEvents(2))).toEqual([
    ['started', -DAY_MS, null],
    ['started', 0, null],
  ])
  expect(brief(await without.untilEvents(2))).toEqual([
    ['missed', -DAY_MS, 'SCHEDULE_MISSED'],
    ['started', 0, null],
  ])
})

test('times that are due or wait are listed when they go with a publication, a pause or a deletion', async () => {
  const listed = ['skipped', -1_000, 'SCHEDULE_CHANGED']
  const late = { due_at: BASE_AT - 1_000, wake_at: null }
  const changed = await open(scheduled())
  await changed.setDue(BASE_AT, late)
  await changed.publishAgain({ every: '2d' })
  expect(brief(await changed.events())).toEqual([listed])
  const deleted = await open(scheduled())
  await deleted.setDue(BASE_AT, { ...late, waiting_at: BASE_AT - 2_000 })
  await server.json(204, `/workflows/${deleted.id}`, { as: deleted.as, method: 'DELETE' })
  await server.json(200, `/workflows/${deleted.id}/restore`, { as: deleted.as, method: 'POST' })
  expect(brief(await deleted.events())).toEqual([listed, ['skipped', -2_000, 'SCHEDULE_CHANGED']])
  const paused = await open(scheduled())
  await paused.setDue(BASE_AT, late)
  await paused.post('pause')
  expect(brief(await paused.events())).toEqual([['skipped', -1_000, 'TRIGGER_PAUSED']])
})

test('a publication with the same times leaves the claim to its process', async () => {
  const schedule = await open(scheduled())
  await claim(schedule, BASE_AT)
  const before = await schedule.row()
  await schedule.publishAgain({ overlap: 'allow' })
  expect(await schedule.row()).toEqual(before)
})
