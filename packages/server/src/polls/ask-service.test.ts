import type { Json } from '@tenon/core/document'
import { createNodeRegistry, defineNode, implementTrigger, type PollResult, pollParams } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testIdentity } from '../testing/test-identity.ts'
import { askService, type PollDeps } from './ask-service.ts'

const SECRET = 'canary-of-acme'

function ask(
  poll: () => Promise<PollResult>,
  {
    openForTrigger = async () => ({ connection: null, secrets: [SECRET] }) as object,
    closing = new AbortController(),
  } = {},
) {
  const definition = defineNode({
    ...{ type: 'asked', version: 1, title: 'Asked', description: 'Begin with an item', icon: 'M4 12h16' },
    ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, effect: 'none' },
    params: pollParams.extend({
      account: z.string().meta({ title: 'Account', control: 'connection', connectsTo: 'http', literal: true }),
    }),
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.record(z.string(), z.unknown()) },
    summary: 'Polls',
  })
  const registry = createNodeRegistry([implementTrigger(definition, { poll })])
  const deps = { registry, vault: { openForTrigger }, egress: {}, closing: closing.signal } as unknown as PollDeps
  const ref = { tenantId: testIdentity().tenantId, workflowId: 'wf_1', nodeId: 'asked' } as Parameters<
    typeof askService
  >[1]
  return askService(deps, ref, { type: 'asked', typeVersion: 1, params: { account: 'conn_1' } }, null)
}

const answer =
  (ids: readonly string[], cursor: Json = null) =>
  async () => ({
    ...{ items: ids.map((id) => ({ id, data: { id } })), cursor },
  })

test('ids that differ in a secret stay different without it; a cursor that has one is refused', async () => {
  const { items } = await ask(answer(['a', `${SECRET}`, `key=${encodeURIComponent(SECRET)}`]))
  expect(new Set(items.map(({ id }) => id)).size).toBe(3)
  expect(JSON.stringify(items)).not.toContain(SECRET)
  await expect(ask(answer([], { next: `after ${SECRET}` }))).rejects.toMatchObject({
    ...{ code: 'POLL_RESULT_INVALID', message: expect.stringContaining('secret') },
  })
})

test('a server that closes waits neither for keys nor for a poll that ignores it', async () => {
  const never = () => new Promise<never>(() => undefined)
  for (const when of ['before', 'keys', 'poll']) {
    const closing = new AbortController()
    if (when === 'before') closing.abort()
    const asked = ask(never, when === 'keys' ? { closing, openForTrigger: never } : { closing })
    const refused = expect(asked).rejects.toThrow()
    await new Promise((resolve) => setImmediate(resolve))
    closing.abort()
    await refused
  }
})
