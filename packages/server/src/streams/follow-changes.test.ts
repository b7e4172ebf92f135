import type { Change } from '@tenon/core/api'
import { BUS_RESTORED_TOPIC, changesTopic, publishChange } from '@tenon/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { followChanges } from './follow-changes.ts'

const READY: Change = { kind: 'ready' }

function follow(options: { heartbeatMs?: number; gatherMs?: number } = {}) {
  const bus = createInProcessBus()
  const closing = new AbortController()
  const left = new AbortController()
  onTestFinished(() => left.abort())
  const changes = followChanges(
    { bus, closing: closing.signal },
    { tenantId: 'acme', abortSignal: left.signal, gatherMs: 0, ...options },
  )
  return { bus, closing, left, changes, next: async () => (await changes.next()).value }
}

describe('followChanges', () => {
  test('begins with ready, then gives one hint for each thing that has changed', async () => {
    const { bus, next } = follow()
    expect(await next()).toEqual([READY])
    publishChange(bus, 'acme', { kind: 'run', id: 'r', workflowId: 'w' })
    publishChange(bus, 'acme', { kind: 'run', id: 'r', workflowId: 'w' })
    publishChange(bus, 'acme', { kind: 'version', id: '1', workflowId: 'w' })
    publishChange(bus, 'acme', { kind: 'version', id: '1', workflowId: 'other' })
    publishChange(bus, 'acme', { kind: 'approval', id: 'a' })
    publishChange(bus, 'globex', { kind: 'run', id: 'foreign' })
    expect(await next()).toEqual([
      { kind: 'run', id: 'r', workflowId: 'w' },
      { kind: 'version', id: '1', workflowId: 'w' },
      { kind: 'version', id: '1', workflowId: 'other' },
      { kind: 'approval', id: 'a' },
    ])
  })

  test('misses nothing that changes right after ready', async () => {
    const { bus, next } = follow()
    await next()
    const later = next()
    publishChange(bus, 'acme', { kind: 'workflow', id: 'w' })
    expect(await later).toEqual([{ kind: 'workflow', id: 'w' }])
  })

  test('replaces more hints than a page can use by one ready', async () => {
    const { bus, next } = follow()
    await next()
    for (let index = 0; index < 5_000; index += 1) publishChange(bus, 'acme', { kind: 'run', id: String(index) })
    expect(await next()).toEqual([READY])
    publishChange(bus, 'acme', { kind: 'run', id: 'after' })
    expect(await next()).toEqual([{ kind: 'run', id: 'after' }])
  })

  test('gives ready when messages of other processes may have been lost', async () => {
    const { bus, next } = follow()
    await next()
    bus.publish(BUS_RESTORED_TOPIC, {})
    expect(await next()).toEqual([READY])
    bus.publish(changesTopic('acme'), { kind: 'of a newer server', id: 'x' })
    expect(await next()).toEqual([READY])
  })

  test('gives heartbeats while nothing changes', async () => {
    const { next } = follow({ heartbeatMs: 1 })
    await next()
    expect([await next(), await next()]).toEqual([null, null])
  })

  test.each(['its reader leaves', 'the server closes'])('ends when %s, and hears nothing more', async (why) => {
    const { changes, closing, left, next, bus } = follow({ gatherMs: 60_000 })
    await next()
    const pending = changes.next()
    publishChange(bus, 'acme', { kind: 'run', id: 'r' })
    if (why === 'its reader leaves') left.abort()
    else closing.abort()
    for (let result = await pending; result.done !== true; result = await changes.next());
    expect(await changes.next()).toEqual({ done: true, value: undefined })
  })
})
