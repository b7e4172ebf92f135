import type { ResolutionRequest } from '@tenon/core/api'
import type { NodePolicy } from '@tenon/core/document'
import { makeValueRef } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { createInbox } from '../../store/inbox.ts'
import type { RunRef } from '../../store/run-ref.ts'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

const ACTOR = { userId: 'cleo', displayName: 'cleo' }
const PARK: NodePolicy = { onError: 'park', retry: { maximumAttempts: 1 } }

/** Creates a workflow in which `a` is parked if it fails, with a node for its error port. */
function parking(params: object, type = 'probe') {
  return workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', type, { ...params }), PARK),
      node('b', 'probe', { output: { of: '{{ nodes.a.output }}' } }),
      node('sorry', 'probe', { output: { code: '{{ error.code }}' } }),
      node('end', 'end'),
    ],
    ['start>a', 'a>b', 'a:error>sorry', 'b>end', 'sorry>end'],
  )
}

/** Tests of node runs that wait for a person after their last attempt has failed. */
export const parkTests: SuiteGroup = (context) => {
  describe('park and fix', () => {
    const reader = () => context().handle.reader
    const callsOf = ({ runId }: RunRef, nodeRunId: string) => context().probes.callsOf(runId, nodeRunId)

    test('keeps the run of a failed node open, lists it, and runs it again with a new budget of attempts', async () => {
      const document = parking({ failedCalls: 3, durable: ['k'] })
      const retry = { maximumAttempts: 2, initialInterval: '100ms' } as const
      const nodes = document.nodes.map((each) => (each.id === 'a' ? withPolicy(each, { ...PARK, retry }) : each))
      const run = await context().start({ ...document, nodes })
      const parked = await run.parkedOf('a')
      expect(await run.until('waiting')).toMatchObject({ status: 'waiting', finishedAt: null })
      expect(parked).toMatchObject({
        ...{ runId: run.runId, waitId: 'a/1/0', nodeId: 'a', workflowId: 'workflow', version: '1', status: 'open' },
        ...{ error: { code: 'HTTP_FAILED', message: 'Attempt 2 fails' }, resolution: null },
        resolutions: ['retry', 'retry_with_params', 'complete', 'skip', 'route', 'fail'],
      })
      expect(await run.resolve(parked.parkedId, { kind: 'retry' })).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(callsOf(run, 'a').map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2])
      expect(new Set(callsOf(run, 'a').map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
      const events = await run.events()
      expect(ofType(events, 'node_journaled')).toHaveLength(1)
      const [resolved] = ofType(events, 'parked_resolved')
      expect(resolved?.data).toMatchObject({ waitId: 'a/1/0', resolution: { kind: 'retry' }, actor: ACTOR })
      expect(await reader().getParked(run.tenantId, parked.parkedId)).toMatchObject({
        status: 'resolved',
        resolution: { kind: 'retry', actor: ACTOR },
      })
      expect((await reader().listParked(run.tenantId, { status: 'open' })).items).toEqual([])
    })

    test.each<[ResolutionRequest, string, object]>([
      [{ kind: 'complete', output: { made: 1 } }, 'completed', { of: { made: 1 } }],
      [{ kind: 'skip' }, 'completed', { of: {} }],
      [{ kind: 'route' }, 'completed', { code: 'HTTP_FAILED' }],
      [{ kind: 'fail' }, 'failed', {}],
    ])('continues after %j', async (resolution, status, output) => {
      const run = await context().start(parking({ failures: 9 }))
      const { parkedId } = await run.parkedOf('a')
      await run.resolve(parkedId, resolution)
      const ended = await run.ended()
      expect(ended).toMatchObject({ status, error: status === 'failed' ? { code: 'HTTP_FAILED', nodeId: 'a' } : null })
      if (status === 'completed') expect(await run.output()).toMatchObject(output)
      expect(callsOf(run, 'a')).toHaveLength(1)
    })

    test('runs again with the params of a person, also large ones, as another call', async () => {
      const run = await context().start(parking({ failures: 9, durable: ['k'] }))
      const { parkedId } = await run.parkedOf('a')
      const params = { output: { fixed: true }, extra: 'x'.repeat(20_000), waitMs: 10 }
      await run.resolve(parkedId, { kind: 'retry_with_params', params })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toMatchObject({ of: { fixed: true, resumed: 'time' } })
      const [first, second, third] = callsOf(run, 'a')
      expect(second?.params).toMatchObject(params)
      // The pass after its wait is the same call.
      expect(third?.idempotencyKey).toBe(second?.idempotencyKey)
      expect(second?.idempotencyKey).not.toBe(first?.idempotencyKey)
      expect(second?.idempotencyKey.startsWith(`${first?.idempotencyKey}/`)).toBe(true)
    })

    test('parks an inline node with faulty params, which other params fix', async () => {
      const run = await context().start(parking({ fields: { x: '{{ input.missing.deeper }}' } }, 'set'))
      const { parkedId, error } = await run.parkedOf('a')
      expect(error.code).toBe('EXPRESSION_PATH_MISSING')
      await run.resolve(parkedId, { kind: 'retry' })
      const again = await run.parkedOf('a', 2)
      await run.resolve(again.parkedId, { kind: 'retry_with_params', params: { fields: { x: 1 } } })
      await run.ended()
      expect(await run.output()).toMatchObject({ of: { x: 1 } })
    })

    test('refuses what the node does not allow, and stays parked', async () => {
      const document = parking({ failures: 9 })
      const run = await context().start({
        ...document,
        edges: document.edges.filter(({ sourceHandle }) => sourceHandle !== 'error'),
      })
      const { parkedId } = await run.parkedOf('a')
      const refused = (resolution: ResolutionRequest, code: string) =>
        expect(run.resolve(parkedId, resolution)).rejects.toMatchObject({ code })
      await refused({ kind: 'route' }, 'RESOLUTION_REFUSED')
      await refused({ kind: 'complete', output: 'no object' }, 'RESOLUTION_REFUSED')
      await refused({ kind: 'complete', output: {}, port: 'error' }, 'RESOLUTION_REFUSED')
      await refused({ kind: 'retry_with_params', params: { failures: 'many' } }, 'NODE_PARAMS_INVALID')
      await refused({ kind: 'retry_with_params', params: { url: 'https://••••••••@x.test' } }, 'NODE_PARAMS_INVALID')
      expect(await reader().getParked(run.tenantId, parkedId)).toMatchObject({ status: 'open' })
      expect(await run.resolve('unknown', { kind: 'skip' })).toEqual({ outcome: 'not_found' })
    })

    test('has one winner of twenty resolutions, and repeats its answer', async () => {
      const run = await context().start(parking({ failures: 9 }))
      const { parkedId } = await run.parkedOf('a')
      const kinds = ['skip', 'route', 'fail', 'retry'] as const
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          run.resolve(parkedId, { kind: kinds[index % 4] ?? 'skip' }, { requestId: `q${index}` }),
        ),
      )
      const winners = answers.flatMap(({ outcome }, index) => (outcome === 'accepted' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(answers.filter(({ outcome }) => outcome === 'closed')).toHaveLength(19)
      const [winner = 0] = winners
      const requestId = `q${winner}`
      const [own = 'skip', other = 'skip'] = [kinds[winner % 4], kinds[(winner + 1) % 4]]
      expect(await run.resolve(parkedId, { kind: own }, { requestId })).toEqual({ outcome: 'repeated' })
      expect(await run.resolve(parkedId, { kind: other }, { requestId })).toEqual({ outcome: 'closed' })
      const { engine } = context().handle
      const stranger = { resolution: { kind: own }, requestId, actor: { userId: 'eve', displayName: 'Eve' } } as const
      expect(await engine.resolveParked(run.tenantId, parkedId, stranger)).toEqual({ outcome: 'closed' })
      // Before its values are checked.
      expect(await run.resolve(parkedId, { kind: 'complete', output: 'no object' })).toEqual({ outcome: 'closed' })
      await run.untilEvent(({ type }) => type === 'parked_resolved')
      const resolved = ofType(await run.events(), 'parked_resolved')
      expect(resolved.map(({ data }) => data.requestId)).toEqual([requestId])
      expect(resolved[0]?.data.resolution.kind).toBe(kinds[winner % 4])
    })

    test('keeps the exits of the document, by which its edges leave', async () => {
      const run = await context().start(
        workflow(
          [
            node('start', 'start'),
            withPolicy(node('a', 'fork', { branches: [{ id: 'x', by: '{{ input.missing.deeper }}' }] }), PARK),
            node('b', 'probe', { output: { ran: true } }),
            node('end', 'end'),
          ],
          ['start>a', 'a:x>b', 'b>end'],
        ),
      )
      const { parkedId } = await run.parkedOf('a')
      const given = (id: string): ResolutionRequest => ({ kind: 'retry_with_params', params: { branches: [{ id }] } })
      await expect(run.resolve(parkedId, given('y'))).rejects.toMatchObject({
        code: 'NODE_PARAMS_INVALID',
        details: { issues: [{ path: ['branches'] }] },
      })
      await run.resolve(parkedId, given('x'))
      await run.ended()
      expect(callsOf(run, 'b')).toHaveLength(1)
    })

    test('can be resolved again after the run has refused a resolution', async () => {
      const { engine } = context().handle
      const run = await context().start(parking({ failures: 9 }))
      const { parkedId } = await run.parkedOf('a')
      const inbox = createInbox(context().database, Date.now)
      const ghost = { kind: 'complete', port: 'ghost', output: makeValueRef({}) } as const
      const bad = { resolution: ghost, payloads: [], actor: ACTOR, requestId: 'bad' }
      await inbox.resolve(run.tenantId, parkedId, bad, { workerId: null })
      expect(await run.resolve(parkedId, { kind: 'skip' })).toEqual({ outcome: 'closed' })
      await engine.pause(run.tenantId, run.runId, ACTOR)
      await run.until('paused')
      expect(await reader().getParked(run.tenantId, parkedId)).toMatchObject({ status: 'open', resolution: null })
      expect(await run.resolve(parkedId, { kind: 'skip' })).toEqual({ outcome: 'accepted' })
      await engine.resume(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
    })

    test('ends with its run, and cannot be resolved then', async () => {
      const run = await context().start(parking({ failures: 9 }))
      const { parkedId } = await run.parkedOf('a')
      await context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)
      expect(await run.resolve(parkedId, { kind: 'retry' })).toEqual({ outcome: 'closed' })
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(await reader().getParked(run.tenantId, parkedId)).toMatchObject({ status: 'canceled', resolution: null })
    })

    test('is resolved in a paused run, and continues when that is resumed', async () => {
      const { engine } = context().handle
      const run = await context().start(parking({ failedCalls: 1 }))
      const { parkedId } = await run.parkedOf('a')
      await engine.pause(run.tenantId, run.runId, ACTOR)
      await run.until('paused')
      await run.resolve(parkedId, { kind: 'retry' })
      await run.untilEvent(({ type }) => type === 'wait_closed')
      expect(callsOf(run, 'a')).toHaveLength(1)
      expect(await engine.resume(run.tenantId, run.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(callsOf(run, 'a')).toHaveLength(2)
    })

    test('holds its iteration of a loop only, and groups the others by their cause', async () => {
      const inner = withPolicy(
        node('a', 'probe', { failedCalls: 1, output: { of: '{{ item }}' } }, { parentId: 'each' }),
        PARK,
      )
      const run = await context().start(
        workflow(
          [
            node('start', 'start'),
            node('each', 'loop', { items: [1, 2, 3, 4], concurrency: 2 }),
            inner,
            node('end', 'end'),
          ],
          ['start>each', 'each>end'],
        ),
      )
      const first = [await run.parkedOf('a#0'), await run.parkedOf('a#1')]
      const { items } = await reader().listParkedGroups(run.tenantId, {})
      expect(items).toMatchObject([{ count: 2, newest: { nodeId: 'a', fingerprint: first[0]?.fingerprint } }])
      for (const { parkedId } of first) await run.resolve(parkedId, { kind: 'retry' })
      for (const nodeRunId of ['a#2', 'a#3']) {
        await run.resolve((await run.parkedOf(nodeRunId)).parkedId, { kind: 'retry' })
      }
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ results: [1, 2, 3, 4].map((of) => ({ of })), failed: [] })
      expect(storyOf(await run.events(), 'a#0').filter((type) => type === 'node_parked')).toHaveLength(1)
    })
  })
}
