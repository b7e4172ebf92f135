import type { NodePolicy } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

const QUICK = { initialInterval: '20ms', maximumInterval: '40ms', maximumAttempts: 3 } as const

function alone(params: object, policy: NodePolicy) {
  return workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', 'probe', { ...params }), policy),
      node('after', 'probe', { output: { after: true } }),
      node('rescue', 'set', { fields: { code: '{{error.code}}', details: '{{error.details}}' } }),
      node('end', 'end'),
    ],
    ['start>a', 'a>after', 'after>end', 'a:error>rescue', 'rescue>end'],
  )
}

/** Tests of attempts, timeouts and failures. */
export const failureTests: SuiteGroup = (context) => {
  describe('failures', () => {
    test('tries again as the policy says, under one key, and records each attempt', async () => {
      const run = await context().run(alone({ failures: 2, output: { x: 1 } }, { retry: QUICK, onError: 'fail' }))
      expect(await run.output()).toEqual({ x: 1, after: true })
      const calls = context().probes.callsOf(run.runId, 'a')
      expect(calls.map((call) => call.attempt)).toEqual([1, 2, 3])
      expect(new Set(calls.map((call) => call.idempotencyKey)).size).toBe(1)
      const events = await run.events()
      expect(storyOf(events, 'a')).toEqual([
        'node_scheduled',
        'node_started',
        'node_error',
        'node_started',
        'node_error',
        'node_started',
        'node_completed',
      ])
      const [error] = ofType(events, 'node_error')
      expect(error).toMatchObject({ data: { attempt: 1, error: { code: 'HTTP_FAILED', nodeId: 'a' } } })
      expect(error?.data.nextAt).toBeGreaterThan(error?.at ?? 0)
      expect(ofType(events, 'node_completed').find((event) => event.nodeRunId === 'a')?.data.attempt).toBe(3)
    })

    test('fails the run with the last error when the attempts are used up', async () => {
      const run = await context().run(alone({ failures: 9 }, { retry: QUICK, onError: 'fail' }))
      expect(await run.ended()).toMatchObject({
        status: 'failed',
        error: { code: 'HTTP_FAILED', message: 'Attempt 3 fails', nodeId: 'a' },
        output: null,
      })
      expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(3)
      expect(context().probes.callsOf(run.runId, 'after')).toEqual([])
    })

    test('does not try again what the code or the policy calls final', async () => {
      const final = await context().run(alone({ failures: 9, failure: 'final' }, { retry: QUICK, onError: 'fail' }))
      expect(context().probes.callsOf(final.runId, 'a')).toHaveLength(1)
      const retry = { ...QUICK, nonRetryableErrorTypes: ['HTTP_FAILED'] }
      const listed = await context().run(alone({ failures: 9 }, { retry, onError: 'fail' }))
      expect(context().probes.callsOf(listed.runId, 'a')).toHaveLength(1)
    })

    test('tries again only while the condition of the node is true', async () => {
      const retryIf = '{{ error.attempt < input.most && error.code == "HTTP_FAILED" && error.details == null }}'
      const run = await context().run(alone({ failures: 9 }, { retry: QUICK, retryIf }), { most: 2 })
      expect((await run.ended()).error).toMatchObject({ code: 'HTTP_FAILED', message: 'Attempt 2 fails' })
      expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(2)
      expect(ofType(await run.events(), 'node_failed')).toMatchObject([{ data: { attempt: 2, noRetry: 'retry_if' } }])

      const policy = { retry: QUICK, retryIf: '{{ input.nowhere }}', onError: 'route' } as const
      const faulty = await context().run(alone({ failures: 9 }, policy))
      expect(await faulty.output()).toMatchObject({
        code: 'RETRY_CONDITION_FAILED',
        details: {
          policy: 'retryIf',
          cause: { code: 'EXPRESSION_PATH_MISSING' },
          error: { code: 'HTTP_FAILED', message: 'Attempt 1 fails' },
        },
      })
      expect(context().probes.callsOf(faulty.runId, 'a')).toHaveLength(1)
    })

    test('ends a node when its total time is over, and begins no attempt that it leaves no time for', async () => {
      // Long enough for its attempt to begin on a busy machine.
      const stuck = await context().run(alone({ isStuck: true }, { totalTimeout: '5s', timeout: '20s', retry: QUICK }))
      const retry = { ...QUICK, initialInterval: '1h', maximumInterval: '1h' } as const
      const long = await context().run(alone({ failures: 9 }, { totalTimeout: '30m', retry }))
      expect((await long.ended()).error).toMatchObject({ code: 'HTTP_FAILED', message: 'Attempt 1 fails' })
      expect(ofType(await long.events(), 'node_failed')).toMatchObject([{ data: { noRetry: 'total_timeout' } }])

      expect((await stuck.ended()).error).toMatchObject({ code: 'NODE_TOTAL_TIMEOUT', nodeId: 'a' })
      expect(context().probes.callsOf(stuck.runId, 'a')).toHaveLength(1)
      expect(context().probes.aborted).toContain(`${stuck.runId}/a`)
      const [scheduled] = ofType(await stuck.events(), 'node_scheduled').filter(({ nodeRunId }) => nodeRunId === 'a')
      expect(scheduled?.data.deadlineAt).toBe((scheduled?.at ?? 0) + 5_000)
    })

    test('never repeats a write that may have been executed', async () => {
      const write = { isIdempotent: false }
      for (const failure of ['coded', 'plain', 'value']) {
        const run = await context().run(alone({ ...write, failures: 9, failure }, { retry: QUICK, onError: 'fail' }))
        const { error } = await run.ended()
        expect(error).toMatchObject({ code: failure === 'coded' ? 'HTTP_FAILED' : 'NODE_FAILED', nodeId: 'a' })
        expect(error?.remedy).toContain('Check whether the service executed it')
        expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(1)
      }
      const late = await context().run(
        alone({ ...write, isStuck: true }, { retry: QUICK, timeout: '50ms', onError: 'fail' }),
      )
      expect((await late.ended()).error).toMatchObject({ code: 'NODE_TIMEOUT', nodeId: 'a' })
      expect(context().probes.callsOf(late.runId, 'a')).toHaveLength(1)
    })

    test('encodes values for the part of the text that holds them, and refuses what it cannot carry', async () => {
      const url = 'https://shop.test/orders/{{input.n}}?q={{input.n}}'
      const params = { url, output: { text: 'a {{input.n}}' } }
      const policy = { retry: QUICK, onError: 'fail' } as const
      const run = await context().run(alone(params, policy), { n: '../x?y' })
      expect(await run.output()).toMatchObject({ text: 'a ../x?y' })
      expect(context().probes.callsOf(run.runId, 'a')).toMatchObject([
        { params: { url: 'https://shop.test/orders/..%2Fx%3Fy?q=..%2Fx%3Fy' } },
      ])
      const refused = await context().run(alone(params, policy), { n: '..' })
      expect((await refused.ended()).error).toMatchObject({
        code: 'TEMPLATE_VALUE_INVALID',
        nodeId: 'a',
        details: { param: ['url'] },
      })
      expect(context().probes.callsOf(refused.runId, 'a')).toEqual([])
    })

    test('continues on the first port with {}', async () => {
      const policy = { retry: { ...QUICK, maximumAttempts: 1 }, onError: 'continue' } as const
      const run = await context().run(alone({ failures: 9 }, policy), { q: 1 })
      expect(await run.output()).toEqual({ q: 1, after: true })
    })

    test('routes to the error port with the failure', async () => {
      const policy = { retry: QUICK, onError: 'route' } as const
      const run = await context().run(alone({ failures: 9, failure: 'final' }, policy), { q: 1 })
      expect(await run.output()).toEqual({ q: 1, code: 'NODE_PARAMS_INVALID', details: { attempt: 1 } })
      expect(context().probes.callsOf(run.runId, 'after')).toEqual([])
    })

    test('shows nothing of what it does not know', async () => {
      const policy = { retry: { ...QUICK, maximumAttempts: 1 }, onError: 'fail' } as const
      for (const failure of ['plain', 'value']) {
        const run = await context().run(alone({ failures: 9, failure }, policy))
        expect((await run.ended()).error).toMatchObject({ code: 'NODE_FAILED' })
        expect(JSON.stringify(await run.events())).not.toMatch(/hunter2|a text/)
      }
    })

    test('fails a node whose output is no JSON or leaves its schema', async () => {
      const policy = { retry: QUICK, onError: 'fail' } as const
      const run = await context().run(alone({ failure: 'output' }, policy))
      expect((await run.ended()).error).toMatchObject({ code: 'VALUE_NOT_JSON', nodeId: 'a' })
      expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(1)
    })

    test('fails a node whose params cannot be resolved or do not fit, without a body', async () => {
      const policy = { retry: QUICK, onError: 'fail' } as const
      const missing = await context().run(alone({ output: { x: '{{input.nowhere}}' } }, policy))
      expect((await missing.ended()).error).toMatchObject({ code: 'EXPRESSION_PATH_MISSING', nodeId: 'a' })
      const wrong = await context().run(alone({ failures: '{{input.text}}' }, policy), { text: 'three' })
      expect((await wrong.ended()).error).toMatchObject({ code: 'NODE_PARAMS_INVALID', nodeId: 'a' })
      for (const run of [missing, wrong]) expect(context().probes.callsOf(run.runId, 'a')).toEqual([])
    })

    test('ends an attempt that takes too long, and aborts its body', async () => {
      const retry = { ...QUICK, maximumAttempts: 2 }
      const run = await context().run(alone({ isStuck: true }, { timeout: '100ms', retry, onError: 'route' }))
      expect(await run.output()).toMatchObject({ code: 'NODE_TIMEOUT' })
      expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(2)
      expect(context().probes.aborted.filter((aborted) => aborted === `${run.runId}/a`)).toHaveLength(2)
    })

    test('ends an attempt that sends no heartbeat', async () => {
      const policy = { heartbeat: '100ms', retry: { ...QUICK, maximumAttempts: 1 }, onError: 'route' } as const
      const run = await context().run(alone({ isStuck: true }, policy))
      expect(await run.output()).toMatchObject({ code: 'NODE_TIMEOUT' })
    })

    test('does not end an attempt that sends heartbeats', async () => {
      const policy = { heartbeat: '200ms', retry: { ...QUICK, maximumAttempts: 1 }, onError: 'route' } as const
      const run = await context().run(alone({ beats: 8, output: { x: 1 } }, policy))
      expect(await run.output()).toEqual({ x: 1, after: true })
    })

    test('does not repeat a durable call that an earlier attempt has made', async () => {
      const params = { failures: 2, durable: ['first', 'second'] }
      const run = await context().run(alone(params, { retry: QUICK, onError: 'fail' }))
      expect(await run.output()).toMatchObject({ first: { madeBy: 1 }, second: { madeBy: 1 } })
      expect(ofType(await run.events(), 'node_journaled').map((event) => event.data.key)).toEqual(['first', 'second'])
    })

    test('cancels the open branches before it ends with the failure of one', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          node('fork', 'fork', { branches: [{ id: 'a' }, { id: 'b' }] }),
          withPolicy(node('bad', 'probe', { failures: 9, failure: 'final', isGated: true }), { onError: 'fail' }),
          node('long', 'probe', { isGated: true }),
        ],
        ['start>fork', 'fork:a>bad', 'fork:b>long'],
      )
      const { probes } = context()
      const run = await context().start(document)
      for (const id of ['bad', 'long']) await probes.reached(run.runId, id)
      probes.open(run.runId, 'bad')
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { nodeId: 'bad' } })
      const events = await run.events()
      expect(ofType(events, 'node_canceled').map((event) => event.nodeRunId)).toEqual(['long'])
      expect(events.at(-1)?.type).toBe('run_error')
    })
  })
}
