import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listPollStates } from '../tables/poll-repository.ts'
import { hurryPolls, listPollingTenants } from '../tables/schedule-repository.ts'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestFeeds, openTestPoll, type TestFeed } from '../testing/kit/test-polls.ts'
import { openTestSchedules } from '../testing/kit/test-schedules.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const log = vi.fn()
const AT_ONCE = 2
const { feedNode, openFeed } = openTestFeeds()
let postgres: TestPostgres
/** It outlives the server. */
let reading: pg.Pool
let server: TestServer
let database: ServerDatabase
beforeAll(async () => {
  postgres = await startTestPostgres()
  const connectionString = await postgres.createDatabase()
  const pool = new pg.Pool({ connectionString, max: 20 })
  reading = new pg.Pool({ connectionString, max: 4 })
  database = createDatabase<ServerTables>({ pool: reading })
  const clockPace = { atOnce: AT_ONCE, idleMs: 20, retryMs: 20 }
  server = await openTestServer({ nodes: [...nodesWithWebhook, feedNode], database: { pool }, clockPace, log })
}, 60_000)
afterAll(async () => {
  await server.close()
  await reading.end()
  await postgres.stop()
})

const open = (params: Parameters<typeof openTestPoll>[2]) => openTestPoll(server, database, params)
const soon = { interval: 20, timeout: 20_000 }
const outcomes = (events: readonly { readonly outcome: string }[]) => events.map(({ outcome }) => outcome)

/** Has a service answer its next polls when the function is called that is returned. */
function holdBack(service: TestFeed): () => void {
  let answer = (): void => undefined
  service.answer = new Promise<void>((resolve) => {
    answer = resolve
  })
  return answer
}

function openClosedFeed(ids: readonly string[]) {
  const [feed, service] = openFeed(ids)
  return { feed, service, answer: holdBack(service) }
}

test('two polls of a workflow that fail for the last time wait for each other in one order', async () => {
  const [feed, service] = openFeed([])
  service.failure = new Error('down')
  const workflows = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const as = testIdentity()
      const polls = [node('a', 'feed', { feed }), node('b', 'feed', { feed })]
      return { as, id: await publish(server, as, workflow([...polls, node('end', 'end')], ['a>end', 'b>end'])) }
    }),
  )
  const failures = async () => {
    const all = await Promise.all(
      workflows.map(({ as, id }) => database.withTenant(as.tenantId, (tx) => listPollStates(tx, as.tenantId, id))),
    )
    return all.flat().map(({ failures }) => failures)
  }
  await expect.poll(failures, soon).toEqual(Array.from({ length: 8 }, () => 1))
  for (const { as, id } of workflows) {
    await database.withTenant(as.tenantId, async (tx) => {
      await tx.updateTable('polls').set({ failures: 9 }).where('workflow_id', '=', id).execute()
      await tx.updateTable('schedules').set({ wake_at: 0 }).where('workflow_id', '=', id).execute()
    })
  }
  await expect.poll(failures, soon).toEqual(Array.from({ length: 8 }, () => 10))
  expect(postgres.deadlocks()).toBe(0)
}, 60_000)

test('polls that wait, and that answer at once with many items, leave room for schedules', async () => {
  log.mockClear()
  const ids = Array.from({ length: 20 }, (_, index) => `${index}`)
  const services = Array.from({ length: AT_ONCE * 5 }, () => openClosedFeed(ids))
  const polls = await Promise.all(services.map(({ feed }) => open({ feed, begin: 'all' })))
  await expect.poll(() => services.every(({ service }) => service.polls.length === 1), soon).toBe(true)
  const { baseAt, scheduled, openSchedule } = openTestSchedules()
  const schedule = await openSchedule(server, database, scheduled())
  await schedule.setDue(baseAt)
  await schedule.untilEvents(1)
  for (const { answer } of services) answer()
  for (const { events } of polls) {
    await expect.poll(async () => outcomes(await events()), soon).toEqual(ids.map(() => 'started'))
  }
  expect(log.mock.calls.filter(([, event]) => `${event}`.startsWith('schedule'))).toEqual([])
}, 60_000)

test('a pause or a publication while the service is asked ends the poll, and the next one starts each run once', async () => {
  const { feed, service, answer } = openClosedFeed(['a', 'b'])
  const { events, post, publishAgain, memory, row } = await open({ feed, begin: 'all' })
  await expect.poll(() => service.polls.length, soon).toBe(1)
  await post('pause')
  answer()
  const answerAgain = holdBack(service)
  await post('resume')
  await expect.poll(() => service.polls.length, soon).toBe(2)
  expect([await events(), await memory()]).toEqual([[], null])
  await publishAgain({ every: '1h' })
  answerAgain()
  await expect.poll(async () => outcomes(await events()), soon).toEqual(['started', 'started'])
  await expect.poll(async () => (await memory())?.cursor, soon).toBe('2')
  expect((await row())?.wake_at).toBe((await memory())?.next_at)
  expect((await events()).map(({ repeats }) => repeats)).toEqual([0, 0])
})

test('a connection whose rate is used up is no failure of its poll', async () => {
  const [feed, service] = openFeed([])
  const { untilPolled, poll, trigger, events } = await open({ feed })
  await untilPolled()
  service.failure = new TenonError('CONNECTION_RATE_LIMITED', 'Its rate is used up')
  await poll()
  expect((await trigger()).poll).toMatchObject({ failures: 0, failure: { code: 'CONNECTION_RATE_LIMITED' } })
  expect(await events()).toEqual([])
})

test('a notification during the first poll of a trigger is followed by another poll, for its node type alone', async () => {
  const { feed, service, answer } = openClosedFeed(['a'])
  const { as, untilPolled } = await open({ feed, every: '1h' })
  await expect.poll(() => service.polls.length, soon).toBe(1)
  const { tenantId } = as
  const hurry = () => database.withTenant(tenantId, (tx) => hurryPolls(tx, tenantId, 'feed'))
  const polling = (type: string) => database.withSystem((tx) => listPollingTenants(tx, type))
  expect(await hurry()).toBe(true)
  expect([await polling('feed'), await polling('other')]).toEqual([expect.arrayContaining([tenantId]), []])
  answer()
  await untilPolled()
  expect(await hurry()).toBe(false)
  await expect.poll(() => service.polls.length, soon).toBe(2)
})

test('a process that closes while a service is asked leaves the poll to another one at once', async () => {
  const { feed, service } = openClosedFeed(['a'])
  const { row, memory } = await open({ feed, begin: 'all' })
  await expect.poll(() => service.polls.length, soon).toBe(1)
  await server.close()
  expect(service.polls[0]?.abortSignal.aborted).toBe(true)
  expect(await memory()).toBeNull()
  // The lease would end a minute later.
  expect((await row())?.wake_at).toBeLessThan(Date.now() + 5_000)
})
