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

/** A time at which {@link scheduled} and {@link waiting} are due, as on each day before and after it. */
export const BASE_AT = Math.floor(Date.now() / 1_000) * 1_000
const DAILY = {
  repeat: 'interval',
  every: '1d',
  from: `${new Date(BASE_AT - 10 * DAY_MS).toISOString().slice(0, 19)}Z`,
}

/** clock → end, every day. */
export function scheduled(params: JsonObject = {}): WorkflowDocument {
  const output = '{{trigger}}'
  return workflow([node('clock', 'schedule', { ...DAILY, ...params }), node('end', 'end', { output })], ['clock>end'])
}

/** clock → approval → end: its runs stay in progress. */
export function waiting(params: JsonObject): WorkflowDocument {
  return workflow(
    [
      node('clock', 'schedule', { ...DAILY, ...params }),
      node('ask', 'approval', { title: 'Continue?' }),
      node('end', 'end'),
    ],
    ['clock>ask', 'ask:approve>end', 'ask:reject>end'],
  )
}

/** Publishes a schedule for a tenant of its own. */
export async function openSchedule(server: TestServer, database: ServerDatabase, document: WorkflowDocument) {
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
        .values({ from_at: BASE_AT - 2 * DAY_MS, until_at: BASE_AT })
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
