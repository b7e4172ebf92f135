import type { WorkflowDocument } from '@tenon/core/document'
import { foldRunEvents } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { RunRef } from '../../store/run-ref.ts'
import { ofType, type SuiteGroup } from './suite-context.ts'

const ACTOR = { userId: 'cleo', displayName: 'cleo' }
const ONCE = { retry: { maximumAttempts: 1 } } as const

/** start > a > b > last > end; `undo_a` and `undo_b` undo the first two. */
function saga(last: object, undoB: object = {}): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      withPolicy(node('a', 'probe', { output: { id: 1 } }), { compensation: 'undo_a' }),
      withPolicy(node('b', 'probe', { output: { id: 2 } }), { compensation: 'undo_b' }),
      withPolicy(node('last', 'probe', { ...last }), ONCE),
      node('end', 'end'),
      node('undo_a', 'probe', { output: { of: '{{ nodes.a.output.id }}', input: '{{ trigger.order ?? "none" }}' } }),
      withPolicy(node('undo_b', 'probe', { output: { of: '{{ nodes.b.output.id }}' }, ...undoB }), ONCE),
    ],
    ['start>a', 'a>b', 'b>last', 'last>end'],
  )
}

/** Tests of runs that undo what they have done. */
export const compensationTests: SuiteGroup = (context) => {
  describe('compensation', () => {
    const callsOf = ({ runId }: RunRef) => context().probes.calls.filter((call) => call.runId === runId)
    const idsOf = (run: RunRef) => callsOf(run).map(({ nodeRunId }) => nodeRunId)
    const viewOf = async (run: Awaited<ReturnType<ReturnType<typeof context>['start']>>) =>
      foldRunEvents(await run.events())

    test('undoes what has completed after a failure, each once and in reverse order, with the data of each', async () => {
      const run = await context().run(saga({ failures: 9 }), { order: 'o-1' })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'HTTP_FAILED', nodeId: 'last' } })
      expect(idsOf(run)).toEqual(['a', 'b', 'last', 'undo_b', 'undo_a'])
      expect(callsOf(run).at(-1)?.params).toMatchObject({ output: { of: 1, input: 'o-1' } })
      const keys = callsOf(run).map(({ idempotencyKey }) => idempotencyKey)
      expect(new Set(keys).size).toBe(keys.length)
      const view = await viewOf(run)
      expect(view.compensation).toMatchObject({ because: 'failed', count: 2, undone: 2, skipped: 0, skippedBy: null })
      expect(
        [...view.nodeRuns.values()].flatMap(({ nodeRunId, undoes }) => (undoes === null ? [] : [[nodeRunId, undoes]])),
      ).toEqual([
        ['undo_b', 'b'],
        ['undo_a', 'a'],
      ])
      expect(view.nodeRuns.get('a')?.status).toBe('compensated')
    })

    test('undoes after a cancelation, and runs none of the nodes that undo when a run completes', async () => {
      const { probes, handle } = context()
      const run = await context().start(saga({ isGated: true }))
      await probes.reached(run.runId, 'last')
      await handle.engine.cancel(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'canceled', error: { message: 'Canceled by cleo' } })
      expect(idsOf(run)).toEqual(['a', 'b', 'last', 'undo_b', 'undo_a'])
      const completed = await context().run(saga({}))
      expect(idsOf(completed)).toEqual(['a', 'b', 'last'])
    })

    test('parks a failing step, which a person retries, also in a paused run', async () => {
      const { engine } = context().handle
      const run = await context().start(saga({ failures: 9 }, { failedCalls: 1 }))
      const { parkedId, resolutions } = await run.parkedOf('undo_b')
      expect(resolutions).toEqual(['retry', 'retry_with_params', 'complete', 'skip'])
      expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
      expect(await engine.pause(run.tenantId, run.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      await run.until('paused')
      await run.resolve(parkedId, { kind: 'retry' })
      expect(await engine.resume(run.tenantId, run.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { nodeId: 'last' } })
      expect(idsOf(run)).toEqual(['a', 'b', 'last', 'undo_b', 'undo_b', 'undo_a'])
    })

    test('ends without undoing the rest when a person asks for it, and refuses other requests then', async () => {
      const { engine } = context().handle
      const skip = (run: RunRef) => engine.skipCompensation(run.tenantId, run.runId, ACTOR)
      const run = await context().start(saga({ failures: 9 }, { failures: 9 }))
      const { parkedId } = await run.parkedOf('undo_b')
      expect(await skip(run)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'failed' })
      expect(idsOf(run)).toEqual(['a', 'b', 'last', 'undo_b'])
      expect((await viewOf(run)).compensation).toMatchObject({ undone: 0, skipped: 1, skippedBy: ACTOR })
      expect(ofType(await run.events(), 'compensation_ended')[0]?.data).toEqual({ undone: 0, skipped: 1, left: 1 })
      expect(await run.resolve(parkedId, { kind: 'retry' })).toMatchObject({ outcome: 'closed' })
      expect(await skip(run)).toEqual({ outcome: 'closed' })
      expect(await skip({ ...run, tenantId: 'another' })).toEqual({ outcome: 'not_found' })

      const early = await context().start(saga({ isGated: true }))
      await context().probes.reached(early.runId, 'last')
      await skip(early)
      expect(await early.ended()).toMatchObject({ status: 'canceled', error: { message: 'Canceled by cleo' } })
      expect(idsOf(early)).toEqual(['a', 'b', 'last'])
    })

    test('undoes the nodes of all iterations, with the item of each', async () => {
      const inside = { parentId: 'each' }
      const document = workflow(
        [
          node('start', 'start'),
          node('each', 'loop', { items: ['x', 'y', 'z'] }),
          withPolicy(node('a', 'probe', { output: { id: '{{ item }}' } }, inside), { compensation: 'undo_a' }),
          node('undo_a', 'probe', { output: { of: '{{ item }}-{{ nodes.a.output.id }}' } }, inside),
          withPolicy(node('last', 'probe', { failures: 9 }), ONCE),
        ],
        ['start>each', 'each>last'],
      )
      const run = await context().run(document)
      expect(idsOf(run).slice(-3)).toEqual(['undo_a#2', 'undo_a#1', 'undo_a#0'])
      expect(
        callsOf(run)
          .slice(-3)
          .map(({ params }) => params.output),
      ).toEqual([{ of: 'z-z' }, { of: 'y-y' }, { of: 'x-x' }])
      expect((await viewOf(run)).nodeRuns.get('a#1')?.status).toBe('compensated')
    })
  })
}
