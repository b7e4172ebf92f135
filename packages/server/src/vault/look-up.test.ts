import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { type ConnectorLookup, createHttpResponse, defineConnector, type HttpClient } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import { createLookups } from './look-up.ts'

const row = {
  ...{ tenant_id: 't', connection_id: 'con_1', connector: 'chat', name: 'Chat', field_values: '{}', markers: '{}' },
  ...{ allowed_hosts: '[]', sharing_kind: 'tenant', workflow_ids: '[]', owner_id: 'ada', owner_name: 'Ada' },
  ...{ status: 'connected', status_reason: null, generation: 0, created_at: 1, updated_at: 1 },
  ...{ expires_at: null, refresh_at: null, lease_id: null, lease_until: null },
} as ConnectionRow
const identity = { tenantId: 't', userId: 'bob', displayName: 'Bob', role: 'admin' } as Identity
const http: HttpClient = {
  request: async (url, init) => {
    const bytes = new TextEncoder().encode(JSON.stringify(init?.httpCredentials?.headers))
    return createHttpResponse({ status: 200, url, headers: {}, bytes })
  },
  fetch: async (_url, init) => Response.json(init?.httpCredentials?.secrets),
}

function open(list: ConnectorLookup['list'], { isOver = false, searches = false } = {}) {
  let now = 0
  const connector = defineConnector({
    ...{ id: 'chat', title: 'Chat', auth: { kind: 'bearer' }, allowedHosts: ['chat.example'] },
    lookups: { channels: { list, searches } },
  })
  const connection = { connectionId: 'con_1', provider: 'chat', values: {} }
  const credentials = { headers: { authorization: 'Bearer canary-1' }, query: {}, allowedHosts: ['chat.example'] }
  const opened = { connection, credentials, secrets: ['canary-1'] }
  const asked: { readonly isFresh: boolean }[] = []
  const vault = {
    connector: (id: string) => (id === 'chat' ? connector : null),
    openFor: async (_identity: Identity, _id: string, options: { readonly isFresh: boolean }) => {
      asked.push(options)
      return isOver ? { row, opened: null, reason: null } : { row, opened }
    },
  }
  return {
    ...createLookups({ vault, http, now: () => now }),
    asked,
    wait: (ms: number) => {
      now += ms
    },
  }
}

describe('lookups', () => {
  test('list with the credentials, cut what is too long, and use an answer for half a minute', async () => {
    const searches: string[] = []
    const { lookUp, wait } = open(
      async ({ http: given, search }) => {
        searches.push(search)
        const { authorization } = (await (await given.request('https://chat.example/')).json()) as Record<
          string,
          string
        >
        const hidden = await (await given.fetch('https://chat.example/')).json()
        return [
          { value: 'C1', title: `${authorization?.length}${String(hidden).length}`, detail: 'd'.repeat(300) },
          { value: 'x'.repeat(2_001), title: 'too long' },
          ...Array.from({ length: 200 }, (_, index) => ({ value: `${index}`, title: 't' })),
        ]
      },
      { searches: true },
    )
    const { items } = await lookUp(identity, row, 'channels', 'a')
    expect(items.slice(0, 2)).toEqual([
      { value: 'C1', title: '158', detail: 'd'.repeat(200) },
      { value: '0', title: 't' },
    ])
    expect(items).toHaveLength(100)
    await Promise.all([lookUp(identity, row, 'channels', 'a'), lookUp(identity, row, 'channels', 'b')])
    // Other credentials are asked anew, and so is the service later.
    await lookUp(identity, { ...row, generation: 1 }, 'channels', 'a')
    wait(30_001)
    await lookUp(identity, row, 'channels', 'a')
    expect(searches).toEqual(['a', 'b', 'a', 'a'])
  })

  test('use the secrets that are in memory: a list that people open again asks no host for them', async () => {
    const { asked, lookUp } = open(async () => [])
    await lookUp(identity, row, 'channels', '')
    expect(asked).toEqual([{ isFresh: false }])
  })

  test('forget the oldest answers', async () => {
    let count = 0
    const list = async () => {
      count += 1
      return []
    }
    const { lookUp } = open(list, { searches: true })
    for (let index = 0; index <= 101; index += 1) await lookUp(identity, row, 'channels', `${index}`)
    await lookUp(identity, row, 'channels', '101')
    await lookUp(identity, row, 'channels', '0')
    expect(count).toBe(103)
  })

  test('read a list once for all texts, of a service that does not search', async () => {
    const searches: string[] = []
    const { lookUp } = open(async ({ search }) => {
      searches.push(search)
      return Array.from({ length: 1_500 }, (_, index) => ({ value: `C${index}`, title: `room ${index}` }))
    })
    const valuesFor = async (text: string) =>
      (await lookUp(identity, row, 'channels', text)).items.map(({ value }) => value)
    expect(await valuesFor('ROOM 99')).toHaveLength(11)
    expect(await valuesFor('room 999')).toEqual(['C999'])
    expect([await valuesFor('room 1000'), (await valuesFor('')).length, searches]).toEqual([[], 100, ['']])
  })

  test('are for the owner of a private connection alone, and for known names', async () => {
    const { lookUp } = open(async () => [])
    const privateRow = { ...row, sharing_kind: 'user' } as const
    await expect(lookUp(identity, privateRow, 'channels', '')).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    const ada = { ...identity, userId: 'ada' } as Identity
    expect(await lookUp(ada, privateRow, 'channels', '')).toEqual({ items: [] })
    for (const [connector, lookup] of [
      ['chat', 'toString'],
      ['chat', 'users'],
      ['gone', 'channels'],
    ] as const) {
      const found = lookUp(identity, { ...row, connector }, lookup, '')
      await expect(found).rejects.toMatchObject({ code: 'LOOKUP_NOT_FOUND' })
    }
    const over = open(async () => [], { isOver: true })
    await expect(over.lookUp(identity, row, 'channels', '')).rejects.toMatchObject({ code: 'LOOKUP_FAILED' })
  })

  test('that fail show no secret and are asked again', async () => {
    const failures: Error[] = [
      new TenonError('HTTP_STATUS', 'refused Bearer canary-1'),
      new TenonError('CONNECTION_RATE_LIMITED', 'later'),
      new Error('canary-1'),
    ]
    const { lookUp } = open(async () => {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      return [{ value: 'C1', title: 'one' }]
    })
    const codes: string[] = []
    for (let index = 0; index < 3; index += 1) {
      const error: unknown = await lookUp(identity, row, 'channels', '').catch((thrown: unknown) => thrown)
      codes.push((error as TenonError).code)
      expect((error as TenonError).message).not.toContain('canary')
    }
    expect(codes).toEqual(['LOOKUP_FAILED', 'CONNECTION_RATE_LIMITED', 'LOOKUP_FAILED'])
    expect(await lookUp(identity, row, 'channels', '')).toEqual({ items: [{ value: 'C1', title: 'one' }] })
  })
})
