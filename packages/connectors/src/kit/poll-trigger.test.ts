import type { Json } from '@tenon/core/document'
import { createScriptedHttp, type ScriptedRequest } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { github } from '../services/github.ts'

const issue = (number: number, createdAt: string, more: object = {}) => ({
  ...{ number, title: `Issue ${number}`, state: 'open', body: null, created_at: createdAt },
  ...{ html_url: `https://github.com/acme/shop/issues/${number}`, ...more },
})

async function poll(cursor: Json, listed: readonly object[], provider = 'github') {
  const requests: ScriptedRequest[] = []
  const http = createScriptedHttp(({ url }) => {
    const page = Number(new URL(url).searchParams.get('page'))
    return { body: listed.slice((page - 1) * 100, page * 100) }
  }, requests)
  const node = github().nodes?.find(({ definition }) => definition.type === 'github/new-issue')
  const connection = { connectionId: 'c', provider, values: {} }
  const params = { repository: 'acme/shop', connection: 'c', every: '5m', begin: 'new' }
  const abortSignal = new AbortController().signal
  const result = await node?.poll?.({
    params: params as never,
    tenantId: 'acme',
    cursor,
    http,
    connection,
    abortSignal,
  })
  return { ...result, url: new URL(requests[0]?.url ?? ''), requests: requests.length }
}

test('new issues are found oldest first, without pull requests and those that were only changed', async () => {
  const first = await poll(null, [
    issue(3, '2026-11-30T12:00:00Z'),
    issue(2, '2026-11-30T11:30:00Z', { pull_request: {} }),
    issue(1, '2026-11-30T11:00:00Z'),
  ])
  expect(first.items?.map(({ id }) => id)).toEqual(['1', '3'])
  expect(first.items?.[0]?.data).toEqual(issue(1, '2026-11-30T11:00:00Z'))
  expect(first.cursor).toBe('2026-11-30T12:00:00Z')
  expect([first.url.pathname, first.url.searchParams.get('direction')]).toEqual(['/repos/acme/shop/issues', 'desc'])

  const next = await poll(first.cursor ?? null, [
    issue(5, '2026-11-30T12:05:00Z', { pull_request: {} }),
    ...[issue(4, '2026-11-30T12:01:00Z'), issue(3, '2026-11-30T12:00:00Z'), issue(1, '2026-11-30T11:00:00Z')],
  ])
  expect(next).toMatchObject({ items: [{ id: '3' }, { id: '4' }], cursor: '2026-11-30T12:05:00Z' })
  expect(await poll(first.cursor ?? null, [])).toMatchObject({ items: [], cursor: first.cursor })
})

const at = (seconds: number) => `${new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString().slice(0, 19)}Z`
/** Issues of these seconds, as GitHub lists them. */
const issuesOf = (seconds: readonly number[], more: object = {}) =>
  seconds.map((second) => issue(second + 1, at(second), more)).toReversed()
const range = (count: number) => Array.from({ length: count }, (_, index) => index)

test('a new issue is found by one request among many older ones, whichever of them were changed', async () => {
  const older = issuesOf(range(5_001))
  const found = await poll(at(80_000), [issue(6_000, at(90_000)), ...older])
  expect(found).toMatchObject({ items: [{ id: '6000' }], cursor: at(90_000), requests: 1 })
})

test('pull requests move the cursor on, and cost a first poll five pages at most', async () => {
  const first = await poll(null, issuesOf(range(2_000), { pull_request: {} }))
  expect(first).toMatchObject({ items: [], cursor: at(1_999), requests: 5 })
})

test('of many new issues the oldest ones are first, and later polls find the others', async () => {
  const listed = issuesOf(range(1_000))
  const ids = new Set<string>()
  let cursor: Json = at(100)
  // The last one asks again for the minute before its cursor.
  for (const expected of [400, 400, 160]) {
    const found = await poll(cursor, listed)
    expect(found.items).toHaveLength(expected)
    for (const { id } of found.items ?? []) ids.add(id)
    cursor = found.cursor ?? null
  }
  expect([cursor, ids.size, ids.has('102'), ids.has('1000')]).toEqual([at(999), 899, true, true])
})

test('more new issues than a poll can read are a failure, and not missed', async () => {
  await expect(poll(at(0), issuesOf(range(5_100)))).rejects.toMatchObject({ code: 'HTTP_RESPONSE_INVALID' })
})

test('a poll needs a connection of its service', async () => {
  await expect(poll(null, [], 'slack')).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
})
