import type { JsonObject } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

/** Creates a workflow in which `agent` makes these calls, round by round. */
function calling(...rounds: readonly JsonObject[]) {
  return workflow(
    [node('start', 'start'), node('agent', 'caller', { rounds }), node('end', 'end')],
    ['start>agent', 'agent>end'],
  )
}

const RETRY = { retry: { initialInterval: '100ms', maximumAttempts: 3 } }
const PARK = { onError: 'park', retry: { maximumAttempts: 1 } }

/** Tests of node runs that other node runs have called. */
export const callTests: SuiteGroup = (context) => {
  describe('called node runs', () => {
    const callsOf = (runId: string, nodeRunId: string) => context().probes.callsOf(runId, nodeRunId)
    const actor = { userId: 'ann', displayName: 'Ann', role: 'admin' }

    test('run at the same time, with attempts, approvals and calls of their own, pass after pass', async () => {
      const run = await context().start(
        calling(
          {
            calls: [
              { callId: 'search', params: { output: { found: 2 }, extra: 'x'.repeat(20_000) } },
              { callId: 'weather', params: { failures: 2, output: { sky: 'clear' } }, policy: RETRY },
              { callId: 'broken', params: { failure: 'final', failures: 9 } },
            ],
          },
          { calls: [{ callId: 'send', params: { output: { to: 'ann' } }, isApproved: true }] },
          {
            calls: [
              {
                callId: 'inner',
                nodeType: 'caller',
                params: { rounds: [{ calls: [{ callId: 'deep', params: { output: { big: 'y'.repeat(20_000) } } }] }] },
              },
            ],
          },
        ),
      )
      const approval = await run.approvalOf('agent.2-send')
      expect(approval).toMatchObject({
        ...{ nodeId: 'agent', waitId: 'agent.2-send/1/0' },
        waitFor: { title: 'Call send', choices: ['approve', 'reject'], call: { nodeType: 'probe', isEditable: true } },
      })
      expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
      const { engine } = context().handle
      const vote = (params: JsonObject, choice = 'approve') =>
        engine.decide(run.tenantId, approval.approvalId, { actor, choice, params, at: Date.now() })
      await expect(vote({ failures: 'many' })).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
      await expect(vote({}, 'reject')).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
      // A text that looks like a template is a value, as in the params of the caller.
      const edited = { output: { to: '{{ run.id }}' }, extra: 'z'.repeat(20_000) }
      expect(await vote(edited)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed', error: null })
      expect(await run.output()).toMatchObject({
        results: [
          [
            { callId: 'search', status: 'completed', output: { found: 2 } },
            { callId: 'weather', status: 'completed', output: { sky: 'clear' } },
            { callId: 'broken', status: 'failed', code: 'NODE_PARAMS_INVALID' },
          ],
          [{ callId: 'send', output: { to: '{{ run.id }}' }, editedParams: edited }],
          [{ callId: 'inner', output: { results: [[{ callId: 'deep', output: { big: 'y'.repeat(20_000) } }]] } }],
        ],
      })
      expect(callsOf(run.runId, 'agent')).toHaveLength(4)
      expect(callsOf(run.runId, 'agent.1-weather').map(({ attempt }) => attempt)).toEqual([1, 2, 3])
      expect(callsOf(run.runId, 'agent.2-send')).toMatchObject([{ params: edited }])
      expect(callsOf(run.runId, 'agent.3-inner.1-deep')).toHaveLength(1)
      const keys = context().probes.calls.filter(({ runId }) => runId === run.runId)
      const keysOf = new Map(keys.map(({ nodeRunId, idempotencyKey }) => [nodeRunId, idempotencyKey]))
      expect(new Set(keysOf.values()).size).toBe(keysOf.size)
      const events = await run.events()
      expect(storyOf(events, 'agent.2-send')).toEqual([
        'approval_needed',
        'wait_closed',
        'node_scheduled',
        'node_started',
        'node_completed',
        'call_ended',
      ])
    })

    test('end with the first that completes, or with the run', async () => {
      const run = await context().start(
        calling(
          {
            mode: 'any',
            calls: [
              { callId: 'slow', params: { isGated: true } },
              { callId: 'quick', params: { isGated: true } },
            ],
          },
          {
            calls: [
              { callId: 'last', params: { isGated: true } },
              { callId: 'ask', isApproved: true },
            ],
          },
        ),
      )
      const { probes, handle } = context()
      await Promise.all(['slow', 'quick'].map((id) => probes.reached(run.runId, `agent.1-${id}`)))
      probes.open(run.runId, 'agent.1-quick')
      await probes.reached(run.runId, 'agent.2-last')
      expect(probes.aborted).toContain(`${run.runId}/agent.1-slow`)
      await run.approvalOf('agent.2-ask')
      await handle.engine.cancel(run.tenantId, run.runId, null)
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(probes.aborted).toContain(`${run.runId}/agent.2-last`)
      expect(callsOf(run.runId, 'agent')).toHaveLength(2)
      const ends = ofType(await run.events(), 'call_ended')
      expect(ends.map(({ nodeRunId, data }) => `${nodeRunId} ${data.how}`).sort()).toEqual([
        'agent.1-quick completed',
        'agent.1-slow canceled',
        'agent.2-ask canceled',
        'agent.2-last canceled',
      ])
      // Nothing is in progress here: each call ends in the turn in which it is canceled.
      const deep = { rounds: [{ calls: [{ callId: 'deep', isApproved: true }] }] }
      const waiting = await context().start(calling({ calls: [{ callId: 'inner', nodeType: 'caller', params: deep }] }))
      await waiting.approvalOf('agent.1-inner.1-deep')
      await handle.engine.cancel(waiting.tenantId, waiting.runId, null)
      expect(await waiting.ended()).toMatchObject({ status: 'canceled' })
    })

    test('run the workflows that the version contains, and end them with the run', async () => {
      const greeting = workflow(
        [node('start', 'start'), node('greet', 'probe', { output: { hi: '{{input.name}}' } }), node('end', 'end', {})],
        ['start>greet', 'greet>end'],
      )
      const asking = workflow(
        [node('start', 'start'), node('ask', 'probe', { isGated: true }), node('end', 'end', {})],
        ['start>ask', 'ask>end'],
      )
      const run = (callId: string, workflowId: string) => {
        return { callId, nodeType: 'child', params: { workflow: workflowId, input: { name: callId } } }
      }
      const pin = await context().pin('asking', asking, await context().pin('greeting', greeting))
      const parent = await context().start(
        calling(
          { calls: [run('ann', 'greeting'), { ...run('bob', 'greeting'), isApproved: true }, run('eve', 'unknown')] },
          { calls: [run('last', 'asking')] },
        ),
        pin,
      )
      const { approvalId } = await parent.approvalOf('agent.1-bob')
      expect(await parent.decide(approvalId, 'approve')).toEqual({ outcome: 'accepted' })
      const requestedBy = (events: Awaited<ReturnType<typeof parent.events>>, nodeRunId: string) =>
        ofType(events, 'child_requested').find((each) => each.nodeRunId === nodeRunId)?.data.waitFor.childRunId
      const isLast = ({ type, nodeRunId }: { readonly type: string; readonly nodeRunId?: string }) =>
        type === 'child_requested' && nodeRunId === 'agent.2-last'
      const events = await parent.untilEvent(isLast)
      const ends = ofType(events, 'call_ended').map(({ nodeRunId, data }) => [nodeRunId, data.how, data.error?.code])
      expect(ends.sort()).toEqual([
        ['agent.1-ann', 'completed', undefined],
        ['agent.1-bob', 'completed', undefined],
        ['agent.1-eve', 'failed', 'SUBWORKFLOW_NOT_PUBLISHED'],
      ])
      const ann = context().follow(parent, `${requestedBy(events, 'agent.1-ann')}`)
      expect(await ann.ended()).toMatchObject({
        ...{ status: 'completed', workflowId: 'greeting', depth: 1 },
        parent: { runId: parent.runId, nodeRunId: 'agent.1-ann', waitId: 'agent.1-ann/1/0' },
      })
      const last = context().follow(parent, `${requestedBy(events, 'agent.2-last')}`)
      const { probes, handle } = context()
      await probes.reached(last.runId, 'ask')
      await handle.engine.cancel(parent.tenantId, parent.runId, null)
      expect(await parent.ended()).toMatchObject({ status: 'canceled' })
      expect(await last.ended()).toMatchObject({ status: 'canceled' })
      expect(probes.aborted).toContain(`${last.runId}/ask`)
    })

    test('are parked and resolved by a person, and rejected with a reason', async () => {
      const run = await context().start(
        calling({
          calls: [
            { callId: 'fix', params: { failures: 9 }, policy: PARK },
            { callId: 'no', isApproved: true },
          ],
        }),
      )
      const parked = await run.parkedOf('agent.1-fix')
      expect(parked.resolutions).toEqual(['retry', 'retry_with_params', 'complete', 'fail'])
      const { approvalId } = await run.approvalOf('agent.1-no')
      await run.decide(approvalId, 'reject')
      await expect(run.resolve(parked.parkedId, { kind: 'complete', output: 'no object' })).rejects.toMatchObject({
        code: 'RESOLUTION_REFUSED',
      })
      await run.resolve(parked.parkedId, { kind: 'retry_with_params', params: { output: { fixed: true } } })
      await run.ended()
      expect(await run.output()).toMatchObject({
        results: [
          [
            { callId: 'fix', output: { fixed: true }, editedParams: { output: { fixed: true } } },
            { callId: 'no', status: 'failed', code: 'CALL_REJECTED' },
          ],
        ],
      })
    })

    test('are refused if the node may not make them', async () => {
      const document = calling({ calls: [{ callId: 'x', nodeType: 'set' }] })
      const nodes = document.nodes.map((each) => (each.id === 'agent' ? withPolicy(each, RETRY as object) : each))
      const run = await context().run({ ...document, nodes })
      const stored = await context().handle.reader.getRun(run.tenantId, run.runId)
      expect(stored).toMatchObject({ status: 'failed', error: { code: 'CALLS_INVALID', nodeId: 'agent' } })
      expect(callsOf(run.runId, 'agent')).toHaveLength(1)
    })
  })
}
