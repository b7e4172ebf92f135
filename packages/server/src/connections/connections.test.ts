import type { Identity } from '@tenon/core/api'
import type { RuntimeLog } from '@tenon/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { type ConnectionsDeps, createConnections } from './connections.ts'
import { watchStream } from './watch-stream.ts'

interface Clock {
  at: number
}

function open(fields: Partial<ConnectionsDeps> = {}, clock: Clock = { at: 1_000 }) {
  const lines: Parameters<RuntimeLog>[] = []
  const connections = createConnections({
    bus: createInProcessBus(),
    log: (...line) => void lines.push(line),
    now: () => clock.at,
    caps: { perTenant: 4, perUser: 3 },
    lifetimeMs: 60_000,
    lookUpIdentity: undefined,
    identityCheckMs: 1,
    ...fields,
  })
  onTestFinished(() => connections.close())
  const enter = (identity: Identity, openedAt = clock.at) => {
    let closed: (code: number) => void = () => undefined
    const code = new Promise<number>((resolve) => {
      closed = resolve
    })
    const codes: number[] = []
    const leave = connections.enter({
      identity,
      permissions: ['workflow:read', 'workflow:write'],
      openedAt,
      close: (given) => {
        codes.push(given)
        closed(given)
      },
    })
    return { leave, code, codes }
  }
  return { connections, enter, lines }
}

describe('createConnections', () => {
  test('revoke closes what one user has open, and nothing else', () => {
    const { connections, enter } = open()
    const ana = testIdentity()
    const ben = testIdentity({ tenantId: ana.tenantId })
    const namesake = testIdentity({ userId: ana.userId })
    const [first, second] = [enter(ana), enter(ana)]
    const others = [enter(ben), enter(namesake)]
    connections.revoke(ana)
    expect([first.codes, second.codes]).toEqual([[4403], [4403]])
    expect(others.map(({ codes }) => codes)).toEqual([[], []])
  })

  test('revoke reaches every process on the bus', async () => {
    const bus = createInProcessBus()
    const [here, there] = [open({ bus }), open({ bus })]
    const as = testIdentity()
    const remote = there.enter(as)
    here.connections.revoke(as)
    expect(await remote.code).toBe(4403)
  })

  test('a connection that was being opened while its user was revoked is refused; a later one is not', () => {
    const clock = { at: 1_000 }
    const { connections, enter } = open({}, clock)
    const as = testIdentity()
    const openedAt = clock.at
    clock.at = 1_005
    connections.revoke(as)
    clock.at = 1_010
    expect(() => enter(as, openedAt)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect(enter(as).codes).toEqual([])
    clock.at = 200_000
    connections.revoke(testIdentity())
    expect(enter(as, openedAt).codes).toEqual([])
  })

  test('refuses more than a user and a tenant may have, and counts what has left', () => {
    const { enter } = open()
    const ana = testIdentity()
    const ben = testIdentity({ tenantId: ana.tenantId })
    const limited = expect.objectContaining({ code: 'RATE_LIMITED', details: { retryAfterMs: 5_000 } })
    const first = enter(ana)
    enter(ana)
    enter(ana)
    expect(() => enter(ana)).toThrow(limited)
    enter(ben)
    expect(() => enter(ben)).toThrow(limited)
    first.leave()
    first.leave()
    enter(ben)
    expect(() => enter(ben)).toThrow(limited)
    expect(enter(testIdentity()).codes).toEqual([])
  })

  test('closes with 4401 at the end of the longest life', async () => {
    const { enter } = open({ lifetimeMs: 1 })
    expect(await enter(testIdentity()).code).toBe(4401)
  })

  test('looks users up once each, and closes where the role has changed', async () => {
    const roles = new Map<string, Identity | null>()
    const asked: string[] = []
    const { enter } = open({
      lookUpIdentity: (identity) => {
        asked.push(identity.userId)
        return roles.get(identity.userId) ?? null
      },
    })
    const [gone, demoted, kept] = [testIdentity(), testIdentity(), testIdentity({ role: 'admin' })]
    roles.set(demoted.userId, { ...demoted, role: 'viewer' })
    roles.set(kept.userId, { ...kept, role: 'editor' })
    const [a, b, c, d] = [enter(gone), enter(demoted), enter(kept), enter(kept)]
    expect(await Promise.all([a.code, b.code])).toEqual([4403, 4403])
    for (const { leave } of [a, b]) leave()
    expect([c.codes, d.codes]).toEqual([[], []])
    expect(asked.slice(0, 3).sort()).toEqual([gone, demoted, kept].map(({ userId }) => userId).sort())
  })

  test('a look-up that fails closes nothing and is logged; the next one counts', async () => {
    let calls = 0
    const { enter, lines } = open({
      lookUpIdentity: () => {
        calls += 1
        if (calls === 1) throw new Error('database away: secret')
        if (calls === 2) return { ...testIdentity(), role: 'owner' as 'admin' }
        return null
      },
    })
    expect(await enter(testIdentity()).code).toBe(4403)
    expect(lines.map(([level, , fields]) => [level, fields])).toEqual([
      ['warn', { reason: 'Error' }],
      ['warn', { reason: 'TenonError' }],
    ])
  })

  test('makes no look-up while nothing is open', async () => {
    let asked = 0
    const { enter } = open({
      lookUpIdentity: (identity) => {
        asked += 1
        return identity
      },
    })
    const first = enter(testIdentity())
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    first.leave()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const before = asked
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked).toBe(before)
  })
})

describe('watchStream', () => {
  const request = (abortSignal = new AbortController().signal) => ({
    identity: testIdentity(),
    receivedAt: 1_000,
    abortSignal,
  })

  test('ends when its user is revoked', () => {
    const { connections } = open()
    const call = request()
    const stream = watchStream(connections, 'run:read', call)
    expect(stream.abortSignal.aborted).toBe(false)
    connections.revoke(call.identity)
    expect(stream.abortSignal.aborted).toBe(true)
  })

  test('is not counted any more once its reader has gone', () => {
    const { connections } = open()
    const reader = new AbortController()
    const call = request(reader.signal)
    for (let round = 0; round < 3; round += 1) watchStream(connections, 'run:read', call)
    expect(() => watchStream(connections, 'run:read', call)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
    reader.abort()
    expect(watchStream(connections, 'run:read', { ...call, abortSignal: request().abortSignal })).toBeDefined()
  })
})
