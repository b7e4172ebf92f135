import type { Json, WorkflowDocument } from '@tenon/core/document'
import type { RerunFrom } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { compile } from '../../interpreter/compile.ts'
import { prepareRerun } from '../../rerun/prepare-rerun.ts'
import type { DrivenRun } from '../run-driver.ts'
import { ofType, type PinnedOptions, type SuiteGroup } from './suite-context.ts'

const worker = workflow(
  [node('start', 'start'), node('work', 'probe', { output: { worked: true } }), node('end', 'end')],
  ['start>work', 'work>end'],
)

/** Steps of every kind before a node that fails unless it is fixed. */
function sequence(pay: object): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      node('a', 'probe', { output: { large: '{{ input.text }}', id: '{{ uuid() }}' } }),
      withPolicy(node('odd', 'probe', { failures: 9 }), { onError: 'route', retry: { maximumAttempts: 1 } }),
      node('note', 'probe', { output: { seen: '{{ error.code }}' } }),
      { ...node('passed', 'probe'), policy: { skipIf: '{{ true }}' } },
      node('ask', 'approval', { title: 'Pay?' }),
      node('each', 'loop', { items: '{{ [1, 2] }}' }),
      { ...node('item', 'probe', { output: { n: '{{ item }}' } }), parentId: 'each' },
      node('call', 'child', { workflow: 'worker' }),
      withPolicy(node('pay', 'probe', { output: { paid: '{{ uuid() }}', for: '{{ input.id }}' }, ...pay }), {
        retry: { maximumAttempts: 1 },
      }),
      node('end', 'end', {
        output: { ask: '{{ nodes.ask.output }}', pay: '{{ nodes.pay.output }}', all: '{{ input }}' },
      }),
    ],
    [
      'start>a',
      'a>odd',
      'odd:error>note',
      'note>passed',
      'passed>ask',
      'ask:approve>each',
      'each>call',
      'call>pay',
      'pay>end',
    ],
  )
}

/** start > fork > ( a, b ) > first > after > end; the join continues after one of both. */
const RACE = workflow(
  [
    node('start', 'start'),
    node('fork', 'fork', { branches: [{ id: 'x' }, { id: 'y' }] }),
    node('a', 'probe', { output: { won: 'a' } }),
    node('b', 'probe', { output: { won: 'b' }, isGated: true }),
    withPolicy(node('first', 'join'), { join: 'any' }),
    node('after', 'probe', { output: { after: '{{ input.won }}' } }),
    node('end', 'end'),
  ],
  ['start>fork', 'fork:x>a', 'fork:y>b', 'a>first', 'b>first', 'first>after', 'after>end'],
)

/** Tests of runs that reuse the outcomes of an earlier run. */
export const rerunTests: SuiteGroup = (context) => {
  describe('a rerun', () => {
    /** Runs an ended run again, and checks its log at the end of the test. */
    async function rerun(
      run: DrivenRun,
      from: RerunFrom,
      options: { readonly document?: WorkflowDocument; readonly input?: Json; readonly pin?: PinnedOptions } = {},
    ): Promise<DrivenRun> {
      const { engine, reader, registry } = context().handle
      const { tenantId } = run
      const source = await reader.getRun(tenantId, run.runId)
      if (source === null) throw new Error('The run is missing')
      const { document, pin } = options
      const plan = document === undefined ? undefined : compile(document, registry.manifest, undefined, pin?.workflows)
      const { trigger, input, rerun: taken } = await prepareRerun(reader, source, from, plan)
      const { workflowId, version, mode, planHash } = source
      const own = plan ?? (await reader.getPlan(tenantId, planHash))
      if (own === null) throw new Error('The plan is missing')
      const given = options.input ?? (await reader.loadValue(tenantId, input))
      const { runId } = await engine.start({
        ...{ tenantId, workflowId, version, mode, plan: own, trigger, actor: null },
        ...{ input: given, rerun: taken },
      })
      return context().follow(run, runId)
    }
    const callsOf = ({ runId }: DrivenRun) => context().probes.calls.filter((call) => call.runId === runId)
    const called = (run: DrivenRun) => callsOf(run).map(({ nodeRunId }) => nodeRunId)

    test('from the failed node reuses all that has ended, also of another version, and runs nothing of it', async () => {
      const { reader } = context().handle
      const pin = await context().pin('worker', worker)
      const run = await context().start(sequence({ failures: 9 }), { input: { text: 'x'.repeat(20_000) }, ...pin })
      await run.decide((await run.approvalOf('ask')).approvalId, 'approve')
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { nodeId: 'pay' }, rerunOf: null })

      const again = await rerun(run, 'failed', { document: sequence({}), pin })
      expect(await again.ended()).toMatchObject({ status: 'completed', rerunOf: { runId: run.runId, from: 'failed' } })
      expect(called(again)).toEqual(['pay'])
      const [first] = callsOf(run).filter(({ nodeRunId }) => nodeRunId === 'pay')
      const [second] = callsOf(again)
      // The seed is the same, the call is another one.
      expect(second?.params.output).toEqual(first?.params.output)
      expect(second?.idempotencyKey).not.toBe(first?.idempotencyKey)
      expect(await again.output()).toMatchObject({
        ask: { decided: 'approval' },
        pay: { for: expect.any(String) },
        all: {
          large: 'x'.repeat(20_000),
          seen: 'HTTP_FAILED',
          results: [{ n: 1 }, { n: 2 }],
          output: { worked: true },
        },
      })
      const events = await again.events()
      expect(events.slice(0, 3).map(({ type }) => type)).toEqual(['run_started', 'node_scheduled', 'outcomes_reused'])
      expect(ofType(events, 'node_reused').map(({ nodeRunId, data: { how } }) => `${nodeRunId} ${how}`)).toEqual([
        ...['a completed', 'odd route', 'note completed', 'passed skipped', 'ask completed', 'each completed'],
        'call completed',
      ])
      expect((await reader.listRuns(run.tenantId, { rerunOf: run.runId })).items).toMatchObject([
        { runId: again.runId },
      ])
      expect((await reader.listRuns(run.tenantId, { parentRunId: again.runId })).items).toEqual([])

      // A rerun can be repeated as well. What follows from the node runs again: its child, the payment.
      const third = await rerun(again, { nodeId: 'each' })
      expect(await third.ended()).toMatchObject({ status: 'completed', rerunOf: { from: { nodeId: 'each' } } })
      expect(called(third)).toEqual(['item#0', 'item#1', 'pay'])
      expect((await reader.listRuns(run.tenantId, { parentRunId: third.runId })).items).toHaveLength(1)
      expect(ofType(await third.events(), 'node_reused')).toHaveLength(5)

      const asked = await rerun(again, { nodeId: 'ask' })
      await asked.decide((await asked.approvalOf('ask')).approvalId, 'reject')
      expect(await asked.ended()).toMatchObject({ status: 'completed', outcome: 'completed' })
      expect(called(asked)).toEqual([])

      // With all nodes that follow from it, and an input that is edited.
      const whole = await rerun(run, 'start', { input: { text: 'new' } })
      await whole.untilEvent(({ type }) => type === 'approval_needed')
      expect(called(whole)).toEqual(['a', 'odd', 'note'])
      expect(callsOf(whole)[0]?.params.output).toMatchObject({ large: 'new' })
      expect(callsOf(whole)[0]?.params.output).not.toMatchObject({ id: callsOf(run)[0]?.params.output })
      await context().handle.engine.cancel(whole.tenantId, whole.runId, null)
      await whole.ended()
    })

    test('waits to start like any run, also paused, and reuses the outcomes then', async () => {
      const { engine, reader } = context().handle
      const actor = { userId: 'ann', displayName: 'Ann' }
      const limited = workflow(
        [
          node('start', 'start'),
          node('a', 'probe', { output: { large: '{{ input.text }}' } }),
          node('b', 'probe', { isGated: true }),
          node('end', 'end', { output: '{{ nodes.a.output }}' }),
        ],
        ['start>a', 'a>b', 'b>end'],
        { settings: { concurrency: { limit: 1 } } },
      )
      const run = await context().start(limited, { input: { text: 'x'.repeat(20_000) } })
      await context().probes.reached(run.runId, 'b')
      await engine.cancel(run.tenantId, run.runId, actor)
      await run.ended()
      const first = await rerun(run, { nodeId: 'b' })
      const second = await rerun(run, 'failed')
      expect(await reader.getRun(run.tenantId, second.runId)).toMatchObject({
        ...{ status: 'queued', rerunOf: { runId: run.runId, from: 'failed' } },
      })
      await engine.pause(run.tenantId, second.runId, actor)
      context().probes.open(first.runId, 'b')
      expect(await first.ended()).toMatchObject({ status: 'completed' })
      await second.until('paused')
      await engine.resume(run.tenantId, second.runId, actor)
      context().probes.open(second.runId, 'b')
      expect(await second.ended()).toMatchObject({ status: 'completed' })
      expect([called(first), called(second)]).toEqual([['b'], ['b']])
      expect(await second.output()).toEqual({ large: 'x'.repeat(20_000) })
    })

    test('keeps the winner of a race, and runs it again from a node before the join', async () => {
      const run = await context().run(RACE)
      expect(await run.output()).toMatchObject({ won: 'a', after: 'a' })
      const after = await rerun(run, { nodeId: 'after' })
      await after.ended()
      expect(called(after)).toEqual(['after'])
      expect(await after.output()).toEqual(await run.output())
      const before = await rerun(run, { nodeId: 'a' })
      await before.ended()
      expect(called(before).filter((nodeRunId) => nodeRunId !== 'b')).toEqual(['a', 'after'])
      await expect(rerun(run, { nodeId: 'b' })).rejects.toMatchObject({ code: 'RERUN_REFUSED' })
      await expect(rerun(run, 'failed')).rejects.toMatchObject({ code: 'RERUN_REFUSED' })
    })
  })
}
