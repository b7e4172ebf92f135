import type { Page, Trigger, TriggerEvent } from '@tenon/core/api'
import type { Json, JsonObject } from '@tenon/core/document'
import { defineNode, implementTrigger, type PollContext, pollParams } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import { findPoll } from '../../tables/poll-repository.ts'
import { findSchedule } from '../../tables/schedule-repository.ts'
import type { ServerDatabase } from '../../tables/server-tables.ts'
import { testIdentity } from '../test-identity.ts'
import { publish } from './sample-workflows.ts'
import type { TestServer } from './test-server.ts'

/** A service of a test, by the name in the param `feed`. */
export interface TestFeed {
  /** Ids of its items; the data of each is `{ id }`. */
  ids: readonly string[]
  /** Failure of the next polls. */
  failure: Error | null
  /** The next polls answer after it. */
  answer: Promise<unknown>
  /** Contexts of the polls so far. */
  readonly polls: PollContext[]
}

/** A trigger that polls services of a test, whose cursor is their number of items. */
export function openTestFeeds() {
  const feeds = new Map<string, TestFeed>()
  const definition = defineNode({
    ...{ type: 'feed', version: 1, title: 'Feed', description: 'Begin with an item', icon: 'M4 12h16' },
    ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, effect: 'none' },
    params: pollParams.extend({
      feed: z.string().meta({ title: 'Feed', control: 'text', literal: true }),
      connection: z
        .string()
        .optional()
        .meta({ title: 'Connection', control: 'connection', connectsTo: 'http', literal: true }),
    }),
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.record(z.string(), z.unknown()) },
    summary: 'Polls {feed}',
  })
  const feedNode = implementTrigger(definition, {
    poll: async (context) => {
      const feed = feeds.get(context.params.feed)
      if (feed === undefined) throw new Error('The service has no such feed')
      feed.polls.push(context)
      await feed.answer
      if (feed.failure !== null) throw feed.failure
      return { items: feed.ids.map((id) => ({ id, data: { id } })), cursor: feed.ids.length }
    },
  })
  const openFeed = (ids: readonly string[]): [string, TestFeed] => {
    const feed: TestFeed = { ids, failure: null, answer: Promise.resolve(), polls: [] }
    const name = `feed-${feeds.size}`
    feeds.set(name, feed)
    return [name, feed]
  }
  return { feedNode, openFeed }
}

/** Publishes feed → end for a tenant of its own. */
export async function openTestPoll(
  server: TestServer,
  database: ServerDatabase,
  params: JsonObject,
  as = testIdentity(),
) {
  const id = await publish(
    server,
    as,
    workflow([node('feed', 'feed', params), node('end', 'end', { output: '{{trigger}}' })], ['feed>end']),
  )
  const ref = { tenantId: as.tenantId, workflowId: id, nodeId: 'feed' }
  const path = `/workflows/${id}/triggers/feed`
  const row = () => database.withTenant(as.tenantId, (tx) => findSchedule(tx, ref))
  const memory = () => database.withTenant(as.tenantId, (tx) => findPoll(tx, ref))
  const trigger = () => server.json<Trigger>(200, path, { as })
  const events = async () => (await server.json<Page<TriggerEvent>>(200, `${path}/events`, { as })).items
  const post = <Answer = Trigger>(part: string, body: Json = {}) =>
    server.json<Answer>(200, `${path}/${part}`, { as, method: 'POST', body })
  /** Waits for the poll that comes by itself after a publication. */
  const untilPolled = () => expect.poll(async () => (await memory())?.next_at ?? null, { interval: 10 }).not.toBeNull()
  /** Has the clock poll, and waits for the end of the poll. */
  const poll = async () => {
    const before = (await row())?.claim ?? 0
    await database.withTenant(as.tenantId, (tx) =>
      tx.updateTable('schedules').set({ wake_at: 0 }).where('workflow_id', '=', id).execute(),
    )
    await expect
      .poll(
        async () => {
          const now = await row()
          const nextAt = (await memory())?.next_at ?? null
          return (now?.claim ?? 0) > before && (now?.wake_at ?? null) === nextAt
        },
        { interval: 10 },
      )
      .toBe(true)
  }
  const publishAgain = async (changed: JsonObject) => {
    const operations = Object.entries(changed).map(([param, value]) => ({
      ...{ op: 'set_param', nodeId: 'feed', path: [param], value },
    }))
    await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
  }
  return { as, id, ref, path, row, memory, trigger, events, post, untilPolled, poll, publishAgain }
}
