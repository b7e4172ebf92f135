import type { Json } from '@tenon/core/document'
import { createScriptedHttp, type ScriptedRequest } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { github } from '../services/github.ts'

const issue = (number: number, createdAt: string, more: object = {}) => ({
  ...{ number, title: `Issue ${number}`, state: 'open', body: null, created_at: createdAt },
  ...{ html_url: `https://github.com/acme/shop/issues/${number}`, ...more },
})

async function poll(cursor: Json, body: readonly object[], provider = 'github') {
  const requests: ScriptedRequest[] = []
  const http = createScriptedHttp(() => ({ body }), requests)
  const node = github().nodes?.find(({ definition }) => definition.type === 'github/new-issue')
  const connection = { connectionId: 'c', provider, values: {} }
  const params = { repository: 'acme/shop', connection: 'c', every: '5m', begin: 'new' }
  const abortSignal = new AbortController().signal
  const result = await node?.poll?.({ params: params as never, cursor, http, connection, abortSignal })
  return { ...result, url: new URL(requests[0]?.url ?? '') }
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

  const next = await poll(first.cursor ?? null, [issue(1, '2026-11-30T11:00:00Z'), issue(3, '2026-11-30T12:00:00Z')])
  expect(next.url.searchParams.get('since')).toBe('2026-11-30T11:59:00.000Z')
  expect(next).toMatchObject({ items: [{ id: '3' }], cursor: first.cursor })
  expect(await poll(first.cursor ?? null, [])).toMatchObject({ items: [], cursor: first.cursor })
})

test('a poll needs a connection of its service', async () => {
  await expect(poll(null, [], 'slack')).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
})
