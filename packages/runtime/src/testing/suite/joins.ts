import type { JoinMode } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup, story } from './suite-context.ts'

const branches = { branches: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }

function forked(join: JoinMode, probes: Record<'a' | 'b' | 'c', object>) {
  return workflow(
    [
      node('start', 'start'),
      node('fork', 'fork', branches),
      node('a', 'probe', { output: { a: 1 }, isGated: true, ...probes.a }),
      node('b', 'probe', { output: { b: 2 }, isGated: true, ...probes.b }),
      node('c', 'probe', { output: { c: 3 }, isGated: true, ...probes.c }),
      withPolicy(node('join', 'join'), { join }),
      node('after', 'probe', { output: { seen: '{{input}}' } }),
      node('end', 'end', { output: '{{input.seen}}' }),
    ],
    ['start>fork', 'fork:a>a', 'fork:b>b', 'fork:c>c', 'a>join', 'b>join', 'c>join', 'join>after', 'after>end'],
  )
}

const NONE = { a: {}, b: {}, c: {} }

/** Tests of forks, the four join modes and losers. */
export const joinTests: SuiteGroup = (context) => {
  describe('fork and join', () => {
    test('all waits for every branch and gives the same log for the same order of outcomes', async () => {
      const { probes } = context()
      const run = await context().start(forked('all', NONE))
      for (const id of ['c', 'a', 'b']) {
        await probes.reached(run.runId, id)
        probes.open(run.runId, id)
        await run.untilEvent((event) => event.id === `${id}/1/outcome`)
      }
      await run.ended()
      expect(await run.output()).toEqual({ a: 1, b: 2, c: 3 })
      expect(story(await run.events()).slice(5)).toEqual([
        'node_scheduled fork/1/outcome:0',
        'node_scheduled fork/1/outcome:1',
        'node_scheduled fork/1/outcome:2',
        'node_completed c/1/outcome',
        'join_waiting c/1/outcome:0',
        'node_completed a/1/outcome',
        'join_waiting a/1/outcome:0',
        'node_completed b/1/outcome',
        'join_fired b/1/outcome:0',
        'node_scheduled b/1/outcome:1',
        'node_completed join/1/outcome',
        'node_scheduled join/1/outcome:0',
        'node_completed after/1/outcome',
        'node_scheduled after/1/outcome:0',
        'node_completed end/1/outcome',
        'run_completed end/1/outcome:0',
      ])
    })

    test('any continues with the first arrival and cancels the others', async () => {
      const { probes } = context()
      const run = await context().start(forked('any', NONE))
      for (const id of ['a', 'b', 'c']) await probes.reached(run.runId, id)
      probes.open(run.runId, 'b')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ b: 2 })
      const events = await run.events()
      expect(ofType(events, 'join_fired')).toMatchObject([{ data: { mode: 'any', arrived: 1, losers: ['a', 'c'] } }])
      expect(ofType(events, 'node_canceled').map((event) => [event.nodeRunId, event.data.how])).toEqual(
        expect.arrayContaining([
          ['a', 'canceled'],
          ['c', 'canceled'],
        ]),
      )
      expect(probes.aborted).toEqual(expect.arrayContaining([`${run.runId}/a`, `${run.runId}/c`]))
    })

    test('count continues with the nth arrival', async () => {
      const { probes } = context()
      const run = await context().start(forked({ count: 2 }, NONE))
      for (const id of ['a', 'b', 'c']) await probes.reached(run.runId, id)
      probes.open(run.runId, 'a')
      await run.untilEvent((event) => event.id === 'a/1/outcome')
      probes.open(run.runId, 'c')
      await run.ended()
      expect(await run.output()).toEqual({ a: 1, c: 3 })
      expect(ofType(await run.events(), 'join_fired')).toMatchObject([{ data: { losers: ['b'] } }])
    })

    test('first-success ignores branches that failed', async () => {
      const { probes } = context()
      const failing = { failures: 9, failure: 'final' }
      const document = forked('first-success', { a: failing, b: {}, c: {} })
      const nodes = document.nodes.map((each) => (each.id === 'a' ? withPolicy(each, { onError: 'continue' }) : each))
      const run = await context().start({ ...document, nodes })
      for (const id of ['a', 'b', 'c']) await probes.reached(run.runId, id)
      probes.open(run.runId, 'a')
      await run.untilEvent((event) => event.id === 'a/1/outcome')
      probes.open(run.runId, 'b')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ b: 2 })
    })

    test('drops the output of a loser that completes in spite of its cancelation', async () => {
      const { probes } = context()
      const run = await context().start(forked('any', { ...NONE, a: { isGated: false, isStuck: false } }))
      await run.ended()
      expect(await run.output()).toEqual({ a: 1 })
      for (const id of ['b', 'c']) probes.open(run.runId, id)
    })
  })
}
