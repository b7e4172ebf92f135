import { getEventListeners } from 'node:events'
import { TenonError } from '@tenon/core/errors'
import { createNodeRegistry, defineNode, implementTrigger, type Listen, pollParams } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { ServerContext } from '../context.ts'
import { findPoll } from '../tables/poll-repository.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { nodesWithWebhook } from '../testing/kit/test-nodes.ts'
import { openTestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { createSourceListeners } from './source-listeners.ts'

function sourceNode(poll: (tenantId: string) => void, listen: Listen) {
  const definition = defineNode({
    ...{ type: 'source', version: 1, title: 'Source', description: 'Begin with an item', icon: 'M4 12h16' },
    ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, effect: 'none' },
    params: pollParams,
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.record(z.string(), z.unknown()) },
    summary: 'Polls',
  })
  return implementTrigger(definition, {
    poll: async ({ tenantId }) => {
      poll(tenantId)
      return { items: [], cursor: 1 }
    },
    listen,
  })
}

test('notifications do not use up the failures of a poll', async () => {
  const polls = new Map<string, number>()
  const [failing, healthy] = [testIdentity(), testIdentity()]
  const count = ({ tenantId }: { readonly tenantId: string }) => polls.get(tenantId) ?? 0
  let isDown = false
  let changed: Parameters<Listen>[0]['changed'] = () => undefined
  const source = sourceNode(
    (tenantId) => {
      polls.set(tenantId, (polls.get(tenantId) ?? 0) + 1)
      if (isDown && tenantId === failing.tenantId) throw new TenonError('POLL_FAILED', 'The service is down')
    },
    async (context) => {
      changed = context.changed
      await new Promise<void>((resolve) => context.abortSignal.addEventListener('abort', () => resolve()))
    },
  )
  const pglite = await openServerPGlite()
  const database = createDatabase<ServerTables>({ pglite })
  const clockPace = { idleMs: 20, retryMs: 20 }
  const server = await openTestServer({
    nodes: [...nodesWithWebhook, source],
    database: { pglite },
    clockPace,
    log: () => undefined,
  })
  try {
    const document = workflow([node('source', 'source', { every: '1h' }), node('end', 'end')], ['source>end'])
    const workflowId = await publish(server, failing, document)
    await publish(server, healthy, document)
    const ref = { tenantId: failing.tenantId, workflowId, nodeId: 'source' }
    const poll = () => database.withTenant(ref.tenantId, (tx) => findPoll(tx, ref))
    const ready = { interval: 10, timeout: 15_000 }
    await expect.poll(() => count(failing) + count(healthy), ready).toBe(2)
    await expect.poll(async () => (await poll())?.next_at ?? null, ready).not.toBeNull()
    isDown = true
    changed(failing.tenantId)
    await expect.poll(async () => (await poll())?.failures, ready).toBe(1)
    const asked = count(failing)
    for (let round = 0; round < 3; round += 1) {
      const before = count(healthy)
      changed()
      changed(failing.tenantId)
      changed(healthy.tenantId)
      await expect.poll(() => count(healthy), ready).toBeGreaterThan(before)
    }
    expect(count(failing)).toBe(asked)
    expect(await poll()).toMatchObject({ failures: 1 })
  } finally {
    await server.close()
  }
})

test('a source that is lost many times leaves no listeners behind', async () => {
  const added = vi.spyOn(EventTarget.prototype, 'addEventListener')
  let calls = 0
  const source = sourceNode(
    () => undefined,
    async ({ abortSignal }) => {
      calls += 1
      abortSignal.addEventListener('abort', () => undefined)
    },
  )
  const context = { database: {}, registry: createNodeRegistry([source]), log: () => undefined }
  const listeners = createSourceListeners(context as unknown as ServerContext, 0)
  listeners.start()
  await expect.poll(() => calls, { interval: 10 }).toBeGreaterThan(20)
  const signals = new Set(added.mock.contexts.filter((target) => target instanceof AbortSignal))
  added.mockRestore()
  const most = Math.max(...[...signals].map((signal) => getEventListeners(signal, 'abort').length))
  await listeners.close()
  expect(most).toBeLessThan(3)
})
