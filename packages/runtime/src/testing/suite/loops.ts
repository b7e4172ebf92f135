import type { JsonObject, WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import { concernsNodeRun, foldRunEvents } from '@tenon/core/run'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** start > each [ nodes ] > end; the output of the run is that of the loop. */
function looped(loop: JsonObject, children: readonly WorkflowNode[], edges: readonly string[] = []): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      node('each', 'loop', { items: '{{input.list}}', ...loop }),
      ...children.map((child) => ({ parentId: 'each', ...child })),
      node('end', 'end', { output: '{{nodes.each.output}}' }),
    ],
    ['start>each', 'each>end', ...edges],
  )
}

const PROBED = looped({}, [node('a', 'probe', { output: { seen: '{{item.n}}', at: '{{index}}' } })])
const gated = (loop: JsonObject, params: JsonObject = {}) =>
  looped(loop, [node('a', 'probe', { isGated: true, output: { n: '{{item}}' }, ...params })])

/** Tests of loops: order, concurrency, failures, nesting, waits, cancelation and pauses. */
export const loopTests: SuiteGroup = (context) => {
  describe('a loop', () => {
    test('runs its nodes for each item with its own keys, and keeps the order of the items', async () => {
      const { probes } = context()
      const run = await context().run(PROBED, { list: [{ n: 'x' }, { n: 'y' }, { n: 'z' }] })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({
        results: [
          { seen: 'x', at: 0 },
          { seen: 'y', at: 1 },
          { seen: 'z', at: 2 },
        ],
        failed: [],
      })
      const keys = [0, 1, 2].flatMap((index) =>
        probes.callsOf(run.runId, `a#${index}`).map((call) => call.idempotencyKey),
      )
      expect(new Set(keys).size).toBe(3)
      const events = await run.events()
      expect(ofType(events, 'iteration_ended').map(({ data }) => [data.index, data.how])).toEqual([
        [0, 'completed'],
        [1, 'completed'],
        [2, 'completed'],
      ])
      expect(storyOf(events, 'a#1')).toEqual(['node_scheduled', 'node_started', 'node_completed'])
    })

    test('continues at once without items, and fails for a value that is no list', async () => {
      const empty = await context().run(PROBED, { list: [] })
      expect(await empty.output()).toEqual({ results: [], failed: [] })
      const wrong = await context().run(PROBED, { list: 'x' })
      expect(await wrong.ended()).toMatchObject({
        status: 'failed',
        error: { code: 'NODE_PARAMS_INVALID', nodeId: 'each' },
      })
      const long = await context().run(PROBED, { list: Array.from({ length: 10_001 }, () => 0) })
      expect(await long.ended()).toMatchObject({ status: 'failed', error: { code: 'LOOP_TOO_LONG', nodeId: 'each' } })
    })

    test('runs as many items at the same time as it allows', async () => {
      const { probes } = context()
      const run = await context().start(gated({ concurrency: 2 }), { input: { list: ['x', 'y', 'z'] } })
      await probes.reached(run.runId, 'a#0')
      await probes.reached(run.runId, 'a#1')
      expect(probes.callsOf(run.runId, 'a#2')).toEqual([])
      probes.open(run.runId, 'a#1')
      await probes.reached(run.runId, 'a#2')
      for (const index of [0, 2]) probes.open(run.runId, `a#${index}`)
      await run.ended()
      expect(await run.output()).toEqual({ results: [{ n: 'x' }, { n: 'y' }, { n: 'z' }], failed: [] })
    })

    test('of inline nodes runs hundreds of items, with values that are stored apart', async () => {
      const text = 'x'.repeat(20_000)
      const document = looped(
        {},
        [
          node('a', 'set', { fields: { size: '{{length(item.text)}}' } }),
          node('b', 'set', { fields: { index: '{{index}}', size: '{{input.size}}' } }),
        ],
        ['a>b'],
      )
      const list = Array.from({ length: 300 }, (_, index) => (index === 7 ? { text } : { text: 'y' }))
      const run = await context().run(document, { list })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const { results } = (await run.output()) as { readonly results: readonly JsonObject[] }
      expect(results).toHaveLength(300)
      expect([results[7], results[299]]).toEqual([
        { index: 7, size: 20_000 },
        { index: 299, size: 1 },
      ])
      // Its view is kept in parts, whatever engine has run it.
      const { reader } = context().handle
      while (await reader.advanceView(run.tenantId, run.runId, 1));
      const view = await reader.readView(run.tenantId, run.runId)
      const whole = foldRunEvents(await run.events())
      expect(view?.head).toMatchObject({ seq: whole.seq, status: 'completed' })
      expect(view?.parts.map(([key]) => key).sort()).toEqual(['', '0', '1'])
      // The events of one of its node runs are found without the others.
      const own = await reader.readNodeRunEvents(run, 'a#7', { after: 0, iterations: false })
      expect(own.events).toEqual((await run.events()).filter((event) => concernsNodeRun(event, 'a#7')))
      expect(own.events.map(({ type }) => type)).toContain('node_completed')
      const later = await reader.readViewPart(run.tenantId, run.runId, '9')
      expect(later?.part.nodeRuns.map(([, { nodeRunId, status }]) => [nodeRunId, status])).toEqual(
        [...whole.nodeRuns.values()].flatMap(({ nodeRunId, status }) =>
          /#(28[89]|29.)$/.test(nodeRunId) ? [[nodeRunId, status]] : [],
        ),
      )
    })
  })

  describe('a failed item', () => {
    test('cancels the others and fails the loop, after its own retries', async () => {
      const { probes } = context()
      const retry = { initialInterval: '10ms', maximumAttempts: 2 } as const
      const child = withPolicy(node('a', 'probe', { failures: '{{item}}', isGated: '{{item == 0}}' }), { retry })
      const run = await context().start(looped({ concurrency: 2 }, [child]), { input: { list: [0, 1, 5, 0] } })
      await probes.reached(run.runId, 'a#0')
      const ended = await run.ended()
      expect(ended).toMatchObject({ status: 'failed', error: { code: 'ITERATION_FAILED', nodeId: 'each' } })
      expect(probes.callsOf(run.runId, 'a#1')).toHaveLength(2)
      expect(probes.callsOf(run.runId, 'a#2')).toHaveLength(2)
      expect(probes.callsOf(run.runId, 'a#3')).toEqual([])
      expect(ofType(await run.events(), 'iteration_ended').map(({ data }) => [data.index, data.how])).toEqual([
        [1, 'completed'],
        [2, 'failed'],
        [0, 'canceled'],
      ])
    })

    test('is collected, and the loop continues', async () => {
      const child = withPolicy(node('a', 'probe', { failures: '{{item}}', output: { ok: true } }), {
        retry: { maximumAttempts: 1 },
      })
      const run = await context().run(looped({ onFailure: 'collect' }, [child]), { list: [0, 1, 0] })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ results: [{ ok: true }, null, { ok: true }], failed: [1] })
    })
  })

  describe('a loop in a loop', () => {
    test('reads its own item, and the data of the iteration around it', async () => {
      const document = looped(
        { concurrency: 2 },
        [
          node('order', 'set', { fields: { order: '{{item.id}}' } }),
          node('lines', 'loop', { items: '{{item.lines}}' }),
          node(
            'line',
            'probe',
            { output: { order: '{{input.order}}', line: '{{item}}', at: '{{index}}' } },
            { parentId: 'lines' },
          ),
        ],
        ['order>lines'],
      )
      const run = await context().run(document, {
        list: [
          { id: 'O-1', lines: ['p', 'q'] },
          { id: 'O-2', lines: ['r'] },
        ],
      })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const line = (order: string, text: string, at: number) => ({ order, line: text, at })
      expect(await run.output()).toEqual({
        results: [
          { results: [line('O-1', 'p', 0), line('O-1', 'q', 1)], failed: [] },
          { results: [line('O-2', 'r', 0)], failed: [] },
        ],
        failed: [],
      })
    })
  })

  describe('a loop with a condition', () => {
    test('is repeated while it is true, each round with the result of the one before', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          node('each', 'repeat', { condition: '{{(loop.previous?.n ?? 0) < input.limit}}' }),
          node(
            'a',
            'probe',
            { output: { n: '{{(loop.previous?.n ?? 0) + 2}}', at: '{{loop.index}}' } },
            { parentId: 'each' },
          ),
          node('end', 'end', { output: '{{nodes.each.output}}' }),
        ],
        ['start>each', 'each>end'],
      )
      const run = await context().run(document, { limit: 5 })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ last: { n: 6, at: 2 }, rounds: 3 })
      const never = await context().run(document, { limit: 0 })
      expect(await never.output()).toEqual({ last: null, rounds: 0 })
      const [start, each, ...others] = document.nodes
      const params = { isAfter: true, condition: '{{loop.previous.n < input.limit}}' }
      const after = { ...document, nodes: [start, { ...each, params }, ...others] as typeof document.nodes }
      const once = await context().run(after, { limit: 0 })
      expect(await once.output()).toEqual({ last: { n: 2, at: 0 }, rounds: 1 })
      expect(await (await context().run(after, { limit: 5 })).output()).toEqual({ last: { n: 6, at: 2 }, rounds: 3 })
    })
  })

  describe('a break', () => {
    /** if > stop | a, beside; in a node that catches failures, except for the node beside. */
    const leaving = (type: 'break' | 'continue', loop: JsonObject) =>
      workflow(
        [
          node('start', 'start'),
          node('each', 'loop', { items: '{{input.list}}', ...loop }),
          node('beside', 'probe', { isGated: true }, { parentId: 'each' }),
          node('try', 'try', {}, { parentId: 'each' }),
          node('if', 'if-else', { when: '{{item == input.last}}' }, { parentId: 'try' }),
          node('stop', type, { result: '{{ { at: index } }}' }, { parentId: 'try' }),
          node('a', 'probe', { output: { n: '{{item}}' } }, { parentId: 'try' }),
          node('end', 'end', { output: '{{nodes.each.output}}' }),
        ],
        ['start>each', 'if:true>stop', 'if:false>a', 'each>end'],
      )

    test('cancels its iteration and the others, through a node that catches failures, and keeps the results', async () => {
      const { probes } = context()
      const run = await context().start(leaving('break', { concurrency: 2 }), { input: { list: [1, 2, 3], last: 3 } })
      await run.untilEvent((event) => event.type === 'node_started' && event.nodeRunId === 'beside#0')
      probes.open(run.runId, 'beside#0')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ results: [{ result: { n: 1 } }, { at: 2 }], failed: [], stoppedAt: 2 })
      const events = await run.events()
      const ends = ofType(events, 'iteration_ended').filter(({ nodeRunId }) => nodeRunId === 'each')
      expect(ends.map(({ data }) => [data.index, data.how, data.endedBy ?? null]).sort()).toEqual([
        [0, 'completed', null],
        [1, 'canceled', null],
        [2, 'completed', 'break'],
      ])
      expect(ofType(events, 'node_canceled').map(({ nodeRunId }) => nodeRunId)).toEqual(
        expect.arrayContaining(['beside#1', 'beside#2']),
      )
    })

    test('or a continue gives its own result, and the next item begins', async () => {
      const { probes } = context()
      const run = await context().start(leaving('continue', {}), { input: { list: [1, 2], last: 1 } })
      await run.untilEvent((event) => event.type === 'node_started' && event.nodeRunId === 'beside#1')
      probes.open(run.runId, 'beside#1')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ results: [{ at: 0 }, { result: { n: 2 } }], failed: [] })
    })
  })

  describe('a wait in a loop', () => {
    test('is that of its item, and is decided by itself', async () => {
      const document = looped({ concurrency: 3 }, [node('review', 'approval', { title: 'Refund {{item}}?' })])
      const run = await context().start(document, { input: { list: ['O-1', 'O-2'] } })
      await run.until('waiting')
      const second = await run.approvalOf('review#1')
      const first = await run.approvalOf('review#0')
      expect([first.waitFor.title, second.waitFor.title]).toEqual(['Refund O-1?', 'Refund O-2?'])
      expect(await run.decide(second.approvalId, 'reject')).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'iteration_ended')
      expect(await run.decide(first.approvalId, 'approve')).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(ofType(await run.events(), 'iteration_ended').map(({ data }) => data.index)).toEqual([1, 0])
    })
  })

  describe('a loop with open items', () => {
    test('is canceled with them', async () => {
      const { probes } = context()
      const run = await context().start(gated({ concurrency: 2 }), { input: { list: ['x', 'y', 'z'] } })
      for (const index of [0, 1]) await probes.reached(run.runId, `a#${index}`)
      await context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(probes.aborted).toEqual(expect.arrayContaining([`${run.runId}/a#0`, `${run.runId}/a#1`]))
      expect(probes.callsOf(run.runId, 'a#2')).toEqual([])
      expect(ofType(await run.events(), 'iteration_ended').map(({ data }) => data.how)).toEqual([
        'canceled',
        'canceled',
      ])
    })

    test('is paused also after an item has failed whose failure it collects', async () => {
      const { probes } = context()
      const { engine } = context().handle
      const child = withPolicy(node('a', 'probe', { failures: '{{item}}', isGated: '{{item == 0}}' }), {
        retry: { maximumAttempts: 1 },
      })
      const run = await context().start(looped({ onFailure: 'collect' }, [child]), { input: { list: [1, 0] } })
      await probes.reached(run.runId, 'a#1')
      expect(await engine.pause(run.tenantId, run.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      await run.until('paused')
      expect(await engine.resume(run.tenantId, run.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      probes.open(run.runId, 'a#1')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
    })

    test('fails by its own limit, also if it collects failures', async () => {
      const text = 'x'.repeat(1_500_000)
      const child = node('a', 'set', { fields: { text: '{{input.text}}' } })
      const run = await context().run(looped({ onFailure: 'collect' }, [child]), { list: [1, 2, 3, 4], text })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'LOOP_RESULTS_TOO_LARGE' } })
    })

    test('holds the next item while the run is paused', async () => {
      const { probes } = context()
      const { engine } = context().handle
      const run = await context().start(gated({}), { input: { list: ['x', 'y'] } })
      await probes.reached(run.runId, 'a#0')
      await engine.pause(run.tenantId, run.runId, ACTOR)
      await run.until('paused')
      probes.open(run.runId, 'a#0')
      await run.untilEvent((event) => event.type === 'iteration_ended')
      expect(probes.callsOf(run.runId, 'a#1')).toEqual([])
      probes.open(run.runId, 'a#1')
      await engine.resume(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
    })
  })
}
