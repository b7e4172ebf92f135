import type { PollPreview, Run, WebhookEvent } from '@tenon/core/api'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestFeeds, openTestPoll } from '../testing/kit/test-polls.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const log = vi.fn()
const handled: WebhookEvent[] = []
const { feedNode, openFeed } = openTestFeeds()
/** Tenants that may start no runs. */
const full = new Set<string>()
let server: TestServer
let database: ServerDatabase
beforeAll(async () => {
  const pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  const nodes = [...nodesWithWebhook, feedNode]
  server = await openTestServer({
    ...{ nodes, database: { pglite }, clockPace: { idleMs: 20, retryMs: 20 }, log },
    onEvent: (event) => void handled.push(event),
    dataLimits: (tenantId) => (full.has(tenantId) ? { openWaits: 0 } : {}),
  })
})
afterAll(() => server.close())

const open = (params: Parameters<typeof openTestPoll>[2]) => openTestPoll(server, database, params)
const outcomes = (events: readonly { readonly outcome: string }[]) => events.map(({ outcome }) => outcome)

test('a poll passes over what is there first, and starts a run for each later item, with its data as input', async () => {
  const [feed, service] = openFeed(['a', 'b'])
  const { as, id, trigger, events, post, untilPolled, poll, publishAgain, memory } = await open({ feed })
  await untilPolled()
  const passed = { outcome: 'skipped', runId: null, code: null, message: expect.stringContaining('skipped 2 items') }
  expect(await events()).toMatchObject([passed])
  expect(await trigger()).toMatchObject({
    ...{ kind: 'poll', state: 'active', url: null, schedule: null },
    poll: { nextAt: expect.any(String), polledAt: expect.any(String), failures: 0, failure: null },
  })
  service.ids = ['b', 'c', 'c', 'd']
  expect(await post<PollPreview>('poll')).toMatchObject({
    ...{ newCount: 2, seenCount: 2, startsNone: false },
    items: [
      { id: 'c', isNew: true, data: expect.stringContaining('"c"') },
      { id: 'd', isNew: true },
      { id: 'b', isNew: false },
      { id: 'c', isNew: false },
    ],
  })
  expect(await events()).toHaveLength(1)
  await poll()
  const found = (await events()).slice(0, 2)
  expect(outcomes(found)).toEqual(['started', 'started'])
  const runs = await Promise.all(found.map(({ runId }) => untilRun(server, as, runId ?? '')))
  expect(runs.map(({ output }: Run) => output)).toEqual(expect.arrayContaining([{ id: 'c' }, { id: 'd' }]))
  // Neither the ids nor the cursor are lost by a publication that asks the same.
  await publishAgain({ every: '1h' })
  await poll()
  expect(await events()).toHaveLength(3)
  expect(service.polls.map(({ cursor }) => cursor)).toEqual([null, 2, 2, 4, 4].slice(0, service.polls.length))
  // Another service begins anew.
  const [other, otherService] = openFeed(['a', 'x'])
  await publishAgain({ feed: other })
  await expect.poll(async () => (await memory())?.cursor, { interval: 10 }).toBe('2')
  expect(otherService.polls[0]?.cursor).toBeNull()
  expect(outcomes(await events())).toEqual(['skipped', 'started', 'started', 'skipped'])
  await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
  expect(await memory()).toBeNull()
})

test('a poll that begins with all starts runs for what is there, and a pause loses nothing', async () => {
  const [feed, service] = openFeed(['a'])
  const { events, post, poll, row, trigger } = await open({ feed, begin: 'all' })
  await expect.poll(async () => outcomes(await events()), { interval: 10 }).toEqual(['started'])
  expect(await post('pause')).toMatchObject({ state: 'paused', pausedBy: { displayName: expect.any(String) } })
  expect((await row())?.wake_at).toBeNull()
  service.ids = ['a', 'b']
  expect((await trigger()).poll?.nextAt).toBeNull()
  await post('resume')
  await expect.poll(async () => outcomes(await events()), { interval: 10 }).toEqual(['started', 'started'])
  await poll()
  expect(await events()).toHaveLength(2)
})

test('another source with the same ids starts a run for each of its items', async () => {
  const [feed] = openFeed(['1', '2'])
  const { events, publishAgain } = await open({ feed, begin: 'all' })
  await expect.poll(async () => (await events()).length, { interval: 10 }).toBe(2)
  const [other] = openFeed(['1', '2', '3'])
  await publishAgain({ feed: other })
  await expect.poll(async () => (await events()).length, { interval: 10 }).toBe(5)
  expect(await events()).toEqual(Array.from({ length: 5 }, () => expect.objectContaining({ repeats: 0 })))
})

test('a faulty source that is corrected loses none of the items of the time between', async () => {
  const [feed, service] = openFeed(['a'])
  const { events, untilPolled, poll, publishAgain, trigger, memory } = await open({ feed })
  await untilPolled()
  const before = await memory()
  await publishAgain({ feed: 'typo' })
  await expect.poll(async () => (await trigger()).poll?.failures, { interval: 10 }).toBe(1)
  expect(await memory()).toMatchObject({ source_hash: before?.source_hash, cursor: '1', seen: before?.seen })
  service.ids = ['a', 'b']
  await publishAgain({ feed })
  await expect.poll(async () => outcomes(await events())[0], { interval: 10 }).toBe('started')
  expect(await trigger()).toMatchObject({ poll: { failures: 0, failure: null } })
  await poll()
  expect(outcomes(await events())).toEqual(['started', 'failed', 'skipped'])
})

test('a failure is listed and tried again; after ten, the trigger is paused with the reason until it is resumed', async () => {
  const [feed, service] = openFeed([])
  const { as, events, post, poll, trigger, untilPolled, memory, path } = await open({ feed })
  await untilPolled()
  service.failure = new Error('Bearer abcdef0123456789 was refused')
  await poll()
  const [failed] = await events()
  expect(failed).toMatchObject({ outcome: 'failed', code: 'POLL_FAILED', runId: null })
  expect(failed?.message).toContain('was refused')
  expect(failed?.message).not.toContain('abcdef0123456789')
  expect((await trigger()).poll).toMatchObject({ failures: 1, failure: { code: 'POLL_FAILED' } })
  const preview = await server.json<{ code: string }>(502, `${path}/poll`, { as, method: 'POST', body: {} })
  expect(preview.code).toBe('POLL_FAILED')
  for (let failures = 2; failures <= 10; failures += 1) await poll()
  expect(await trigger()).toMatchObject({
    ...{ state: 'paused', pausedBy: null },
    poll: { nextAt: null, failures: 10, failure: { code: 'POLL_FAILED' } },
  })
  expect(log).toHaveBeenCalledWith('warn', expect.stringContaining('poll.paused'), expect.anything())
  const audited = await database.withTenant(as.tenantId, (tx) =>
    tx.selectFrom('audit_log').select(['actor_role', 'details']).where('action', '=', 'trigger.pause').execute(),
  )
  expect(audited.map(({ details, ...entry }) => ({ ...entry, details: JSON.parse(details) }))).toEqual([
    { actor_role: 'system', details: { nodeId: 'feed', failures: 10, code: 'POLL_FAILED' } },
  ])
  const { tenantId } = as
  await expect
    .poll(() => handled.find((event) => event.tenantId === tenantId && event.type === 'trigger.paused'))
    .toMatchObject({ data: { nodeId: 'feed' } })
  service.failure = null
  service.ids = ['late']
  await post('resume')
  await expect.poll(async () => (await events())[0]?.outcome, { interval: 10 }).toBe('started')
  expect(await trigger()).toMatchObject({ state: 'active', poll: { failures: 0, failure: null } })
  expect((await memory())?.cursor).toBe('1')
})

test('items that find no room wait, and the cursor does not pass them', async () => {
  const [feed, service] = openFeed([])
  const { as, untilPolled, poll, memory, events, trigger } = await open({ feed })
  await untilPolled()
  full.add(as.tenantId)
  service.ids = ['a', 'b']
  const pauseMs = async () => {
    const before = Date.now()
    await poll()
    return Number((await memory())?.next_at) - before
  }
  expect(await pauseMs()).toBeLessThan(45_000)
  expect(await events()).toMatchObject([{ outcome: 'rejected', code: 'WAIT_LIMIT_REACHED' }])
  expect((await memory())?.cursor).toBe('0')
  // The service is not asked for them more and more often than the interval says.
  for (const least of [60_000, 120_000, 240_000, 300_000, 300_000])
    expect(await pauseMs()).toBeGreaterThanOrEqual(least)
  expect((await trigger()).poll).toMatchObject({ failures: 0, failure: { code: 'WAIT_LIMIT_REACHED' } })
  full.delete(as.tenantId)
  await poll()
  expect(outcomes(await events())).toEqual(['started', 'started'])
  expect(await memory()).toMatchObject({ cursor: '2', waits: 0 })
})

test('no route shows a poll that is none, and no draft polls with an unknown connection', async () => {
  const [feed] = openFeed([])
  const { as, id, path } = await open({ feed })
  await server.json(404, `/workflows/${id}/triggers/end/poll`, { as, method: 'POST', body: {} })
  await server.json(404, `${path}/test`, { as, method: 'POST', body: {} })
  const operations = [{ op: 'set_param', nodeId: 'feed', path: ['connection'], value: 'conn_unknown' }]
  await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
  await server.json(422, `${path}/poll`, { as, method: 'POST', body: {} })
  const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
  await server.json(403, `${path}/poll`, { as: viewer, method: 'POST', body: {} })
})
