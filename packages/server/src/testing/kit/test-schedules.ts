import type { Page, Trigger, TriggerEvent } from '@tenon/core/api'
import type { Json, JsonObject, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { expect } from 'vitest'
import { findSchedule } from '../../tables/schedule-repository.ts'
import type { ServerDatabase } from '../../tables/server-tables.ts'
import type { ScheduleRow } from '../../tables/trigger-tables.ts'
import { testIdentity } from '../test-identity.ts'
import { publish } from './sample-workflows.ts'
import type { TestServer } from './test-server.ts'

export const DAY_MS = 86_400_000

/** Workflows that are due now, as on each day before and after. Each file of tests calls it: they share their modules. */
export function openTestSchedules() {
  const baseAt = Math.floor(Date.now() / 1_000) * 1_000
  const from = `${new Date(baseAt - 10 * DAY_MS).toISOString().slice(0, 19)}Z`
  const clock = (params: JsonObject) => node('clock', 'schedule', { repeat: 'interval', every: '1d', from, ...params })
  /** clock → end, every day. */
  const scheduled = (params: JsonObject = {}): WorkflowDocument =>
    workflow([clock(params), node('end', 'end', { output: '{{trigger}}' })], ['clock>end'])
  /** clock → approval → end: its runs stay in progress. */
  const waiting = (params: JsonObject): WorkflowDocument =>
    workflow(
      [clock(params), node('ask', 'approval', { title: 'Continue?' }), node('end', 'end')],
      ['clock>ask', 'ask:approve>end', 'ask:reject>end'],
    )
  /** Publishes a schedule for a tenant of its own. */
  const openSchedule = (server: TestServer, database: ServerDatabase, document: WorkflowDocument) =>
    publishSchedule(server, database, document, baseAt)
  return { baseAt, scheduled, waiting, openSchedule }
}

/**
 * Notes that a server has looked for schedules until now. Call it before the first server opens, whose first look would end
 * an outage since the beginning.
 */
export async function noteLooked(database: ServerDatabase): Promise<void> {
  const look = { clock: 'schedules', looked_at: Date.now() } as const
  await database.withSystem((tx) => tx.insertInto('schedule_looks').values(look).execute())
}

async function publishSchedule(
  server: TestServer,
  database: ServerDatabase,
  document: WorkflowDocument,
  baseAt: number,
) {
  const as = testIdentity()
  const id = await publish(server, as, document)
  const ref = { tenantId: as.tenantId, workflowId: id, nodeId: 'clock' }
  const path = `/workflows/${id}/triggers/clock`
  const row = () => database.withTenant(as.tenantId, (tx) => findSchedule(tx, ref))
  const post = <Answer = Trigger>(part: string, body?: Json) =>
    server.json<Answer>(200, `${path}/${part}`, { as, method: 'POST', body })
  /** Has a time pass. */
  const setDue = (dueAt: number, more: Partial<ScheduleRow> = {}) =>
    database.withTenant(as.tenantId, (tx) =>
      tx
        .updateTable('schedules')
        .set({ due_at: dueAt, wake_at: 0, ...more })
        .where('workflow_id', '=', id)
        .execute(),
    )
  /** Notes that no server was there for two days until now. */
  const setOutage = () =>
    database.withSystem((tx) =>
      tx
        .insertInto('schedule_outages')
        .values({ from_at: baseAt - 2 * DAY_MS, until_at: baseAt })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  const events = async () => (await server.json<Page<TriggerEvent>>(200, `${path}/events`, { as })).items
  const untilEvents = async (count: number) => {
    await expect.poll(async () => (await events()).length, { interval: 10 }).toBe(count)
    // The next time is stored after the last event.
    await expect
      .poll(async () => ((await row())?.wake_at ?? Infinity) > Date.now() - DAY_MS, { interval: 10 })
      .toBe(true)
    return events()
  }
  const publishAgain = async (changed: JsonObject) => {
    const operations = Object.entries(changed).map(([param, value]) => ({
      ...{ op: 'set_param', nodeId: 'clock', path: [param], value },
    }))
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
  }
  return { as, id, ref, path, row, post, setDue, setOutage, events, untilEvents, publishAgain }
}

export const timeOf = (at: number) => new Date(at).toISOString()
