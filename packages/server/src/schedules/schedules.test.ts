import type {
  BackfillResult,
  Identity,
  Run,
  SchedulePreview,
  StartedRun,
  Trigger,
  TriggerEvent,
  Workflow,
} from '@tenon/core/api'
import type { JsonObject, WorkflowDocument } from '@tenon/core/document'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { DAY_MS, noteLooked, openTestSchedules, timeOf } from '../testing/kit/test-schedules.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const log = vi.fn()
const { baseAt: BASE_AT, scheduled, waiting, openSchedule: openScheduleOn } = openTestSchedules()

let server: TestServer
let database: ServerDatabase
beforeAll(async () => {
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  await noteLooked(database)
  const clockPace = { idleMs: 20, retryMs: 20 }
  server = await openTestServer({ nodes: nodesWithWebhook, database: { pglite }, clockPace, log })
})
afterAll(() => server.close())

const openSchedule = (document: WorkflowDocument) => openScheduleOn(server, database, document)

test('a time that is due starts one run, whose input says the time, and the next time is a later one', async () => {
  const { as, id, path, row, setDue, untilEvents } = await openSchedule(scheduled({ zone: 'Asia/Kolkata' }))
  const nextAt = timeOf(BASE_AT + DAY_MS)
  expect(await server.json<Trigger>(200, path, { as })).toMatchObject({
    ...{ kind: 'schedule', state: 'active', url: null, test: null },
    schedule: { zone: 'Asia/Kolkata', nextAt, waitingAt: null },
  })
  expect(await server.json<Workflow>(200, `/workflows/${id}`, { as })).toMatchObject({ nextRunAt: nextAt })
  await setDue(BASE_AT)
  const [event] = await untilEvents(1)
  expect(event).toMatchObject({ outcome: 'started', dueAt: timeOf(BASE_AT), repeats: 0, mode: 'live' })
  const run: Run = await untilRun(server, as, event?.runId ?? '')
  const local = new Date(BASE_AT + 5.5 * 3_600_000).toISOString()
  expect(run.output).toEqual({
    ...{ due_at: timeOf(BASE_AT), fired_at: expect.any(String), zone: 'Asia/Kolkata', backfill: false },
    ...{ date: local.slice(0, 10), time: local.slice(11, 16) },
  })
  expect(run.status).toBe('completed')
  expect(run.startedBy).toMatchObject({ kind: 'trigger', trigger: { kind: 'schedule' } })
  const { runId } = await server.json<StartedRun>(201, `/workflows/${id}/runs`, { as, method: 'POST', body: {} })
  expect(await untilRun(server, as, runId)).toMatchObject({
    startedBy: {
      kind: 'user',
      user: { userId: as.userId, displayName: as.displayName },
      trigger: { kind: 'schedule' },
    },
  })
  // The same time once more, as another process finds it that has claimed it before.
  await setDue(BASE_AT)
  await expect.poll(async () => (await row())?.due_at, { interval: 10 }).toBe(BASE_AT + DAY_MS)
  expect(await untilEvents(1)).toMatchObject([{ runId: event?.runId }])
})

test('times that were missed are caught up by the policy, and said', async () => {
  const minutes = { every: '30m', catchUpWindow: '3h' }
  const open = (catchUp: string) => openSchedule(scheduled({ ...minutes, catchUp }))
  const [none, last, all] = [await open('none'), await open('last'), await open('all')]
  const dueAt = BASE_AT - 2 * 3_600_000 - 30 * 60_000
  await none.setOutage()
  for (const { setDue } of [none, last, all]) await setDue(dueAt)
  const brief = (events: readonly TriggerEvent[]) =>
    events
      .map(({ dueAt, outcome, repeats }) => [outcome, (Date.parse(dueAt ?? '') - BASE_AT) / 60_000, repeats])
      .sort(([, one], [, other]) => Number(one) - Number(other))
  expect(brief(await none.untilEvents(2))).toEqual([
    ['missed', -150, 4],
    ['started', 0, 0],
  ])
  expect(brief(await last.untilEvents(2))).toEqual([
    ['missed', -150, 4],
    ['started', 0, 0],
  ])
  expect(brief(await all.untilEvents(6))).toEqual([-150, -120, -90, -60, -30, 0].map((at) => ['started', at, 0]))
  const missed = (await none.events()).find(({ outcome }) => outcome === 'missed')
  expect(missed).toMatchObject({ code: 'SCHEDULE_MISSED', message: expect.stringContaining('5 times'), runId: null })
  const said = (event: string) => log.mock.calls.filter(([level, line]) => `${level} ${line}`.startsWith(event))
  expect(said('warn schedule.missed')).toHaveLength(2)
  // The last time, now, is late as well on a busy machine.
  expect(said('warn schedule.late').filter(([, , { dueAt }]) => dueAt < BASE_AT)).toHaveLength(5)
})

test('a time at which the run before is in progress is skipped, waits, cancels it or starts another run', async () => {
  const open = (overlap: string) => openSchedule(waiting({ overlap }))
  const schedules = [await open('skip'), await open('queue'), await open('cancel'), await open('allow')] as const
  const [skip, queue, cancel, allow] = schedules
  const first = new Map<unknown, string>()
  for (const each of schedules) {
    await each.setDue(BASE_AT)
    const [event] = await each.untilEvents(1)
    first.set(each, event?.runId ?? '')
    await untilRun(server, each.as, event?.runId ?? '', ({ status }) => status === 'waiting')
  }
  for (const each of schedules) await each.setDue(BASE_AT + 1_000)
  const [skipped] = await skip.untilEvents(2)
  expect(skipped).toMatchObject({
    outcome: 'skipped',
    code: 'SCHEDULE_OVERLAP',
    runId: null,
    dueAt: timeOf(BASE_AT + 1_000),
  })
  expect(await allow.untilEvents(2)).toMatchObject([{ outcome: 'started' }, { outcome: 'started' }])
  await cancel.untilEvents(2)
  expect(await untilRun(server, cancel.as, first.get(cancel) ?? '')).toMatchObject({ status: 'canceled' })

  await expect.poll(async () => (await queue.row())?.waiting_at, { interval: 10 }).toBe(BASE_AT + 1_000)
  // One time waits at most.
  await queue.setDue(BASE_AT + 2_000)
  expect(await queue.untilEvents(2)).toMatchObject([{ outcome: 'skipped', dueAt: timeOf(BASE_AT + 2_000) }, {}])
  expect((await server.json<Trigger>(200, queue.path, { as: queue.as })).schedule?.waitingAt).toBe(
    timeOf(BASE_AT + 1_000),
  )
  await server.json(200, `/runs/${first.get(queue)}/cancel`, { as: queue.as, method: 'POST', body: {} })
  const events = await queue.untilEvents(3)
  expect(events.map(({ outcome, dueAt }) => [outcome, Date.parse(dueAt ?? '') - BASE_AT]).sort()).toEqual([
    ['skipped', 2_000],
    ['started', 0],
    ['started', 1_000],
  ])
})

test('a paused schedule starts no runs, nor those of the times that passed meanwhile', async () => {
  const { as, path, row, post, setDue, events, publishAgain } = await openSchedule(scheduled())
  await setDue(BASE_AT + DAY_MS, { waiting_at: BASE_AT, wake_at: null })
  expect(await post('pause')).toMatchObject({ state: 'paused', schedule: { nextAt: null, waitingAt: null } })
  expect(await row()).toMatchObject({ due_at: null, wake_at: null, waiting_at: null })
  expect(await events()).toMatchObject([{ outcome: 'skipped', code: 'TRIGGER_PAUSED', dueAt: timeOf(BASE_AT) }])
  // A further publication does not resume it, nor does a second request.
  await publishAgain({ every: '2d' })
  expect(await post('pause')).toMatchObject({ state: 'paused', schedule: { nextAt: null } })
  const body = { from: timeOf(BASE_AT), to: timeOf(BASE_AT) }
  expect(await server.json(409, `${path}/backfill`, { as, method: 'POST', body })).toMatchObject({
    code: 'TRIGGER_PAUSED',
  })
  expect(await post('resume')).toMatchObject({
    ...{ state: 'active', schedule: { nextAt: timeOf(BASE_AT + 2 * DAY_MS) } },
  })
  expect(await events()).toHaveLength(1)
})

test('a publication keeps a time that is due, unless the schedule has changed; a deletion ends it', async () => {
  const { as, id, row, setDue, publishAgain } = await openSchedule(scheduled())
  const later = { due_at: BASE_AT + 6 * DAY_MS, wake_at: BASE_AT + 6 * DAY_MS }
  await setDue(later.due_at, later)
  await publishAgain({ overlap: 'allow' })
  expect(await row()).toMatchObject(later)
  await publishAgain({ every: '5d' })
  expect(await row()).toMatchObject({ due_at: BASE_AT + 5 * DAY_MS, wake_at: BASE_AT + 5 * DAY_MS })
  await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
  expect(await row()).toBeNull()
  await server.json(200, `/workflows/${id}/restore`, { as, method: 'POST' })
  expect(await row()).toMatchObject({ due_at: BASE_AT + 5 * DAY_MS })
})

test('a backfill starts the run of each time once, and refuses ranges that are none', async () => {
  const { as, id, path, post, events } = await openSchedule(scheduled({ every: '1h' }))
  const range = { from: timeOf(BASE_AT - 2 * 3_600_000), to: timeOf(BASE_AT) }
  const { items } = await post<BackfillResult>('backfill', range)
  expect(items.map(({ dueAt, outcome }) => [Date.parse(dueAt) - BASE_AT, outcome])).toEqual(
    [-2, -1, 0].map((hours) => [hours * 3_600_000, 'started']),
  )
  const again = await post<BackfillResult>('backfill', { ...range, from: timeOf(BASE_AT - 3 * 3_600_000) })
  expect(again.items.map(({ outcome }) => outcome)).toEqual(['started', 'repeated', 'repeated', 'repeated'])
  expect(again.items.slice(1).map(({ runId }) => runId)).toEqual(items.map(({ runId }) => runId))
  expect(await events()).toHaveLength(4)
  const run = await untilRun(server, as, items[0]?.runId ?? '')
  expect(run.output).toMatchObject({ due_at: items[0]?.dueAt, backfill: true })
  const refuse = (from: number, to: number) =>
    server.json(422, `${path}/backfill`, { as, method: 'POST', body: { from: timeOf(from), to: timeOf(to) } })
  expect(await refuse(BASE_AT, BASE_AT - 1)).toMatchObject({ code: 'BACKFILL_INVALID' })
  expect(await refuse(BASE_AT, BASE_AT + DAY_MS)).toMatchObject({ detail: expect.stringContaining('future') })
  expect(await refuse(BASE_AT - 9 * DAY_MS, BASE_AT)).toMatchObject({
    detail: expect.stringContaining('more than 100'),
  })
  expect(await refuse(BASE_AT - 1_000, BASE_AT - 1)).toMatchObject({ detail: expect.stringContaining('no time') })
  const audit = await database.withTenant(as.tenantId, (tx) =>
    tx.selectFrom('audit_log').select('details').where('action', '=', 'trigger.backfill').execute(),
  )
  expect(audit.map(({ details }) => JSON.parse(details))).toContainEqual({ nodeId: 'clock', ...range, count: 3 })
  await server.json(404, `/workflows/${id}/triggers/end/backfill`, { as, method: 'POST', body: range })
})

test('a limit of the workflow that refuses a run is listed, and the schedule goes on with its next time', async () => {
  const { row, post, setDue, untilEvents } = await openSchedule({
    ...scheduled(),
    settings: { concurrency: { limit: 1, key: '{{input.nothing.here}}' } },
  })
  await setDue(BASE_AT)
  expect(await untilEvents(1)).toMatchObject([{ outcome: 'rejected', code: 'CONCURRENCY_KEY_INVALID', runId: null }])
  expect((await row())?.due_at).toBe(BASE_AT + DAY_MS)
  const range = { from: timeOf(BASE_AT), to: timeOf(BASE_AT) }
  expect((await post<BackfillResult>('backfill', range)).items).toMatchObject([{ outcome: 'rejected', runId: null }])
})

test('the next times are shown for a draft, and a schedule that cannot be read is refused with its param', async () => {
  const as: Identity = testIdentity()
  const preview = (status: number, params: JsonObject, count?: number) =>
    server.json<SchedulePreview>(status, '/schedules/preview', {
      as,
      method: 'POST',
      body: { params, ...(count && { count }) },
    })
  const { zone, times } = await preview(200, { cron: '0 9 * * 1-5', zone: 'Europe/Berlin' })
  expect(zone).toBe('Europe/Berlin')
  expect(times.map(({ local }) => local.slice(10))).toEqual(Array.from({ length: 5 }, () => 'T09:00'))
  expect((await preview(200, {}, 2)).times).toHaveLength(2)
  const issues = [
    { path: ['params', 'cron'], code: 'SCHEDULE_INVALID', message: expect.stringContaining('Minute: 61') },
  ]
  expect(await preview(422, { cron: '61 * * * *' })).toMatchObject({ code: 'SCHEDULE_INVALID', issues })

  const body = { name: 'Faulty', document: scheduled({ repeat: 'cron', cron: '0 0 30 2 *' }) }
  const { id } = await server.json<{ id: string }>(201, '/workflows', { as, method: 'POST', body })
  expect(await server.json(422, `/workflows/${id}/versions`, { as, method: 'POST' })).toMatchObject({
    ...{ code: 'WORKFLOW_INVALID', issues: [{ path: ['nodes', 'clock', 'params', 'cron'], code: 'TRIGGER_INVALID' }] },
  })
  // A schedule has no address.
  await server.json(404, `/workflows/${id}/triggers/clock/address`, { as, method: 'POST' })
  await server.json(404, `/workflows/${id}/triggers/clock/test`, { as, method: 'POST' })
  expect(await server.json(200, `/workflows/${id}/triggers/clock`, { as })).toMatchObject({
    ...{ kind: 'schedule', state: 'unpublished', schedule: null, url: null },
  })
})

test('a person starts a run at a schedule: at its next time, or at a time of their own; also a test run', async () => {
  const { as, id } = await openSchedule(scheduled({ zone: 'Asia/Kolkata' }))
  const inputOf = async (path: string, body: JsonObject) => {
    const { runId } = await server.json<StartedRun>(201, `/workflows/${id}/${path}`, { as, method: 'POST', body })
    return (await untilRun(server, as, runId)).output as JsonObject
  }
  const next = timeOf(BASE_AT + DAY_MS)
  const own = '2026-03-01T00:00:00.000Z'
  expect(await inputOf('runs', {})).toMatchObject({ due_at: next, zone: 'Asia/Kolkata', backfill: false })
  expect(await inputOf('runs', { input: { due_at: own } })).toMatchObject({ due_at: own, time: '05:30' })
  expect(await inputOf('draft/runs', { trigger: 'clock', input: { due_at: own } })).toMatchObject({ time: '05:30' })
  for (const input of [{ due_at: 'soon' }, { other: 1 }, [], 'text']) {
    const refused = { as, method: 'POST', body: { input } }
    expect(await server.json(422, `/workflows/${id}/runs`, refused)).toMatchObject({ code: 'RUN_INPUT_INVALID' })
  }
})
