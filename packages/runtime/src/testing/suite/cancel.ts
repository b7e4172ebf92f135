import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { RunRef } from '../../store/run-ref.ts'
import { ofType, type SuiteGroup } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

function single(params: object, settings = {}) {
  return workflow([node('start', 'start'), node('a', 'probe', { ...params }), node('b', 'probe')], ['start>a', 'a>b'], {
    settings,
  })
}

/** Tests of the cancelation of runs. */
export const cancelTests: SuiteGroup = (context) => {
  describe('cancel', () => {
    const cancel = (run: RunRef) => context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)

    test('stops the body that runs, and ends the run when it has stopped', async () => {
      const { probes } = context()
      const run = await context().start(single({ isGated: true }))
      await probes.reached(run.runId, 'a')
      expect(await cancel(run)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({
        status: 'canceled',
        error: { code: 'RUN_CANCELED', message: 'Canceled by Ann', details: { reason: 'user', userId: 'ann' } },
      })
      expect(probes.aborted).toContain(`${run.runId}/a`)
      const events = await run.events()
      expect(ofType(events, 'cancel_requested')).toMatchObject([
        { id: 'cancel', data: { reason: 'user', actor: ACTOR } },
      ])
      expect(ofType(events, 'node_canceled')).toMatchObject([{ nodeRunId: 'a', data: { how: 'canceled' } }])
      expect(events.at(-1)).toMatchObject({ type: 'run_canceled', data: { reason: 'user' } })
      expect(probes.callsOf(run.runId, 'b')).toEqual([])
    })

    test('does not wait for the end of a long chain of inline nodes', async () => {
      const ids = Array.from({ length: 3_000 }, (_, index) => `n${index}`)
      const document = workflow(
        [node('start', 'start'), ...ids.map((id) => node(id, 'set', { fields: { last: id } }))],
        ['start>n0', ...ids.slice(1).map((id, index) => `${ids[index]}>${id}`)],
      )
      const run = await context().start(document)
      expect(await cancel(run)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      const completed = ofType(await run.events(), 'node_completed')
      expect(completed.length).toBeLessThan(ids.length)
    })

    test('abandons a body that does not stop', async () => {
      const run = await context().start(single({ isStuck: true }))
      await run.untilEvent((event) => event.id === 'a/1/1/started')
      await cancel(run)
      await run.ended()
      expect(ofType(await run.events(), 'node_canceled')).toMatchObject([{ data: { how: 'abandoned' } }])
    })

    test('closes an approval without a decision', async () => {
      const document = workflow([node('start', 'start'), node('review', 'approval', { title: 'x' })], ['start>review'])
      const run = await context().start(document)
      const { approvalId } = await run.approvalOf('review')
      await cancel(run)
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(await context().handle.reader.getWait(run.tenantId, approvalId)).toMatchObject({ status: 'canceled' })
      expect(await run.decide(approvalId, 'approve')).toEqual({ outcome: 'closed' })
    })

    test('cancels a node run that waits for its next attempt', async () => {
      const document = single({ failures: 9 })
      const retry = { initialInterval: '1h', maximumAttempts: 3 } as const
      const nodes = document.nodes.map((each) => (each.id === 'a' ? withPolicy(each, { retry }) : each))
      const run = await context().start({ ...document, nodes })
      await run.untilEvent((event) => event.type === 'node_error')
      await cancel(run)
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
    })

    test('answers for runs that have ended, and that are unknown or of another tenant', async () => {
      const run = await context().run(single({}))
      expect(await cancel(run)).toEqual({ outcome: 'closed' })
      expect(await cancel({ ...run, tenantId: 'another-tenant' })).toEqual({ outcome: 'not_found' })
      expect(await cancel({ ...run, runId: 'unknown' })).toEqual({ outcome: 'not_found' })
    })

    test('cancels once, however often it is asked', async () => {
      const { probes } = context()
      const run = await context().start(single({ isGated: true }))
      await probes.reached(run.runId, 'a')
      await Promise.all([cancel(run), cancel(run), cancel(run)])
      await run.ended()
      expect(ofType(await run.events(), 'cancel_requested')).toHaveLength(1)
    })

    test('ends a run whose time is over', async () => {
      const run = await context().run(single({ isGated: true }, { timeout: '200ms' }))
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect((await run.events()).at(-1)).toMatchObject({ type: 'run_canceled', data: { reason: 'timeout' } })
    })
  })
}
