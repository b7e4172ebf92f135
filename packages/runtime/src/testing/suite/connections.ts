import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { type SuiteGroup, storyOf } from './suite-context.ts'

const calling = (connection: string) =>
  workflow(
    [
      node('start', 'start'),
      node('call', 'probe', { connection }, { policy: { retry: { maximumAttempts: 1 } } }),
      node('end', 'end', { output: { ok: true } }),
    ],
    ['start>call', 'call>end'],
  )

const AGAIN = {
  target: { kind: 'connection', connectionId: 'revoked', generation: 0 },
  payload: {},
  ttl: '30d',
  actor: null,
} as const

/** Tests of node runs that wait for a connection. */
export const connectionTests: SuiteGroup = (context) => {
  describe('connections', () => {
    test('that are over make node runs wait until one event ends the waits of all, also of those that come later', async () => {
      const tenantId = `t-${randomUUID()}`
      const { engine } = context().handle
      const start = (connection: string) => context().start(calling(connection), { tenantId })
      // Ends last: an attempt whose secrets cannot be read is made again, though the node has no other attempt.
      const held = await start('down')
      const [first, second, canceled] = [await start('revoked'), await start('revoked'), await start('revoked')]
      for (const run of [first, second, canceled])
        expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
      await engine.cancel(tenantId, canceled.runId, null)
      expect(await canceled.ended()).toMatchObject({ status: 'canceled' })
      expect(await engine.sendEvent(`s-${tenantId}`, AGAIN)).toMatchObject({ delivered: 0 })
      expect(await engine.sendEvent(tenantId, AGAIN)).toMatchObject({ outcome: 'delivered', delivered: 2 })
      // Again, as after a crash of the process that has connected it: nothing is sent twice.
      expect(await engine.sendEvent(tenantId, AGAIN)).toMatchObject({ delivered: 2 })
      // Its first attempt has read the connection before, and opens its wait only now.
      const stale = await start('stale')
      for (const run of [first, second, stale]) {
        expect(await run.ended()).toMatchObject({ status: 'completed' })
        expect(storyOf(await run.events(), 'call')).toEqual(
          expect.arrayContaining(['node_suspended', 'wait_opened', 'wait_closed', 'node_scheduled', 'node_completed']),
        )
        expect(context().probes.callsOf(run.runId, 'call')).toHaveLength(1)
      }
      expect(await (await start('revoked')).ended()).toMatchObject({ status: 'completed' })
      expect(await held.ended()).toMatchObject({ status: 'completed' })
      expect(await held.events()).toContainEqual(
        expect.objectContaining({ type: 'node_error', data: expect.objectContaining({ attempt: 1, isHeld: true }) }),
      )
      expect(context().probes.callsOf(held.runId, 'call')).toHaveLength(1)
    })

    test('of tools are those that the author has chosen, whatever the params of a call or its approvers say', async () => {
      const tool = (name: string, params: JsonObject) => ({ name, nodeType: 'probe', typeVersion: 1, params })
      const { tenantId } = await context().start(calling('mail'))
      const start = (tools: readonly JsonObject[], more: JsonObject = {}) =>
        context().start(
          workflow(
            [
              node('start', 'start'),
              node('agent', 'tool-caller', { tools, ...more }),
              node('end', 'end', { output: '{{nodes.agent.output}}' }),
            ],
            ['start>agent', 'agent>end'],
          ),
          { tenantId, input: { city: 'a/b' } },
        )
      const run = await start(
        [
          tool('mail', { connection: 'mail', account: 'mail' }),
          tool('stolen', { account: 'sql' }),
          tool('other', { connection: 'database', account: 'sql' }),
          tool('fixed', { output: { at: '{{input.city}}' }, url: 'https://api.example/{{input.city}}' }),
          tool('given', {}),
        ],
        // As a model that was led astray, or changed by a person who may not use the account.
        {
          args: {
            stolen: { connection: 'revoked' },
            other: { connection: 'mail' },
            given: { output: { text: '{{input.city}}' } },
          },
        },
      )
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const { results, schemas } = (await run.output()) as { readonly results: readonly Json[]; readonly schemas: Json }
      expect(results).toMatchObject([
        { status: 'completed', output: { messageId: expect.stringContaining('of ada') } },
        { code: 'CONNECTION_REFUSED' },
        // The author has chosen it for a tool of the same type, but its kind is another.
        { code: 'CONNECTION_REFUSED' },
        { output: { at: 'a/b' } },
        { output: { text: '{{input.city}}' } },
      ])
      expect(schemas).toEqual(Array.from({ length: 5 }, () => 'Probe'))
      expect(context().probes.callsOf(run.runId, 'agent.1-fixed')).toMatchObject([
        { params: { url: 'https://api.example/a%2Fb' } },
      ])
      const asked = await start([tool('mail', { connection: 'mail', account: 'mail' })], { isApproved: true })
      const approval = await asked.approvalOf('agent.1-mail')
      const actor = { userId: 'ann', displayName: 'Ann', role: 'admin' }
      const vote = (params: JsonObject, by = actor) =>
        context().handle.engine.decide(tenantId, approval.approvalId, {
          actor: by,
          choice: 'approve',
          params,
          at: Date.now(),
        })
      await expect(vote({ connection: 'database', account: 'sql' })).rejects.toMatchObject({
        code: 'NODE_PARAMS_INVALID',
      })
      const changed = { connection: 'mail', account: 'mail', extra: 1 }
      const byOther = vote(changed, { ...actor, userId: 'ben' })
      await expect(byOther).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect(await vote(changed)).toEqual({ outcome: 'accepted' })
      expect(await asked.ended()).toMatchObject({ status: 'completed' })
      expect(await asked.output()).toMatchObject({ results: [{ status: 'completed', editedParams: { extra: 1 } }] })
    })

    test('to a database and a mail server give every attempt a client with the same key, and their kind alone', async () => {
      const asking = (connection: string, account: string, maximumAttempts: number) =>
        workflow(
          [
            node('start', 'start'),
            node(
              'call',
              'probe',
              { connection, account, failures: 1 },
              {
                policy: { timeout: '9s', retry: { initialInterval: '100ms', maximumAttempts } },
              },
            ),
            node('end', 'end', { output: '{{nodes.call.output}}' }),
          ],
          ['start>call', 'call>end'],
        )
      const [stored, sent, refused] = await Promise.all([
        context().run(asking('database', 'sql', 2)),
        context().run(asking('mail', 'mail', 2)),
        context().run(asking('mail', 'sql', 1)),
      ])
      const keysOf = ({ runId }: { readonly runId: string }) =>
        context()
          .probes.callsOf(runId, 'call')
          .map(({ idempotencyKey }) => idempotencyKey)
      const [key, again] = keysOf(stored)
      expect(again).toBe(key)
      expect(await stored.output()).toEqual({ rows: [{ user: 'ada', completionKey: key, timeoutMs: 9_000 }] })
      expect(await sent.output()).toEqual({ messageId: `${keysOf(sent)[0]} of ada` })
      expect((await refused.ended()).error).toMatchObject({ code: 'CONNECTION_REFUSED' })
    })
  })
}
