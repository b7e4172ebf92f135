import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { type SuiteGroup, story, storyOf } from './suite-context.ts'

/** Tests of sequences, branches and data flow. */
export const pathTests: SuiteGroup = (context) => {
  describe('paths', () => {
    const chain = workflow(
      [
        node('start', 'start'),
        node('a', 'probe', { output: { location: 'SF', note: '{{input.user_query}}' } }),
        node('pure', 'set', { fields: { upper: '{{upper(input.location)}}' } }),
        node('b', 'probe', { output: { list: [1, '{{input.upper}}'] } }),
        node('end', 'end'),
      ],
      ['start>a', 'a>pure', 'pure>b', 'b>end'],
    )

    test('runs a sequence and collects the output of each node', async () => {
      const run = await context().run(chain, { user_query: 'weather?' })
      expect(await run.output()).toEqual({
        user_query: 'weather?',
        location: 'SF',
        note: 'weather?',
        upper: 'SF',
        list: [1, 'SF'],
      })
    })

    test('gives the same log on every engine', async () => {
      const run = await context().run(chain, { user_query: 'x' })
      expect(story(await run.events())).toEqual([
        'run_started start',
        'node_scheduled start:0',
        'node_completed start/1/outcome',
        'node_scheduled start/1/outcome:0',
        'node_completed a/1/outcome',
        'node_scheduled a/1/outcome:0',
        'node_completed pure/1/outcome',
        'node_scheduled pure/1/outcome:0',
        'node_completed b/1/outcome',
        'node_scheduled b/1/outcome:0',
        'node_completed end/1/outcome',
        'run_completed end/1/outcome:0',
      ])
      expect(storyOf(await run.events(), 'a')).toEqual(['node_scheduled', 'node_started', 'node_completed'])
    })

    test('begins a dispatched node in the commit that schedules it, before its body runs', async () => {
      const run = await context().run(chain, { user_query: 'x' })
      const events = await run.events()
      const started = events.find((event) => event.id === 'a/1/1/started')
      expect(started).toMatchObject({ type: 'node_started', data: { pass: 1, attempt: 1 } })
      expect(context().probes.callsOf(run.runId, 'a')).toMatchObject([
        { attempt: 1, params: { output: { location: 'SF', note: 'x' } } },
      ])
    })

    test('takes one branch and skips the other with all nodes that only it leads to', async () => {
      const branches = workflow(
        [
          node('start', 'start'),
          node('check', 'if-else', { when: '{{input.score > 0.7}}' }),
          node('high', 'probe'),
          node('low', 'probe'),
          node('lower', 'probe'),
          node('end', 'end', { outcome: '{{ input.score > 0.7 ? "high" : "low" }}', output: '{{input.score}}' }),
        ],
        ['start>check', 'check:true>high', 'check:false>low', 'low>lower', 'high>end', 'lower>end'],
      )
      const run = await context().run(branches, { score: 0.9 })
      expect(await run.ended()).toMatchObject({ status: 'completed', outcome: 'high' })
      expect(await run.output()).toBe(0.9)
      expect(context().probes.callsOf(run.runId, 'low')).toEqual([])
      const skipped = (await run.events()).flatMap((event) =>
        event.type === 'nodes_skipped' ? event.data.nodeRunIds : [],
      )
      expect(skipped).toEqual(['low', 'lower'])
    })

    test('reads outputs by node, the trigger, variables and the run', async () => {
      const reading = workflow(
        [
          node('start', 'start'),
          node('a', 'probe', { output: { value: { deep: [10, 20] } } }),
          node('b', 'set', {
            fields: {
              deep: '{{nodes.a.output.value.deep[1]}}',
              whole: '{{trigger}}',
              limit: '{{vars.limit}}',
              id: '{{run.id}}',
            },
          }),
          node('end', 'end', { output: '{{nodes.b.output}}' }),
        ],
        ['start>a', 'a>b', 'b>end'],
        { variables: [{ name: 'limit', value: 7 }] },
      )
      const run = await context().run(reading, { q: 1 })
      expect(await run.output()).toEqual({ deep: 20, whole: { q: 1 }, limit: 7, id: run.runId })
    })

    test('skips a node whose skipIf is true, and one that is disabled', async () => {
      const skipping = workflow(
        [
          node('start', 'start'),
          withPolicy(node('a', 'probe'), { skipIf: '{{input.skip}}' }),
          withPolicy(node('pure', 'set', { fields: { x: 1 } }), { skipIf: '{{input.skip}}' }),
          node('off', 'probe', {}, { disabled: true }),
          node('end', 'end'),
        ],
        ['start>a', 'a>pure', 'pure>off', 'off>end'],
      )
      const skipped = await context().run(skipping, { skip: true })
      expect(await skipped.output()).toEqual({ skip: true })
      expect(context().probes.callsOf(skipped.runId, 'a')).toEqual([])
      const kept = await context().run(skipping, { skip: false })
      expect(await kept.output()).toEqual({ skip: false, x: 1 })
      expect(context().probes.callsOf(kept.runId, 'a')).toHaveLength(1)
      expect(context().probes.callsOf(kept.runId, 'off')).toEqual([])
    })

    test('stores every pure node before the next one where the workflow asks for it', async () => {
      const pure = workflow(
        [node('start', 'start'), node('a', 'set', { fields: { a: 1 } }), node('b', 'set', { fields: { b: 2 } })],
        ['start>a', 'a>b'],
        { settings: { durability: 'strict' } },
      )
      const run = await context().run(pure)
      expect(await run.ended()).toMatchObject({ status: 'completed', outcome: 'completed' })
      const links = await context().database.withTenant(run.tenantId, (tx) =>
        tx.selectFrom('run_log').select('seq').where('run_id', '=', run.runId).where('link', 'is not', null).execute(),
      )
      expect(links).toHaveLength(4)
    })

    test('gives {} if no end was reached', async () => {
      const run = await context().run(workflow([node('start', 'start'), node('a', 'probe')], ['start>a']), { x: 1 })
      expect(await run.ended()).toMatchObject({ status: 'completed', outcome: 'completed', error: null })
      expect(await run.output()).toEqual({})
    })

    test('stores values that are too large for the log by hash', async () => {
      const long = 'long "text" with \u0000 and 😀 '.repeat(2_000)
      const big = workflow(
        [
          node('start', 'start'),
          node('a', 'probe', { output: { copy: '{{input.text}}' }, extra: '{{input.text}}' }),
          node('b', 'set', { fields: { size: '{{length(input.copy)}}' } }),
          node('end', 'end'),
        ],
        ['start>a', 'a>b', 'b>end'],
      )
      const run = await context().run(big, { text: long })
      expect(await run.ended()).toMatchObject({ status: 'completed', error: null })
      const output = (await run.output()) as Record<string, unknown>
      // Compared as booleans: a difference would print hundreds of kilobytes.
      expect([output.text === long, output.copy === long]).toEqual([true, true])
      expect(output.size).toBeGreaterThan(16_384)
      const events = await run.events()
      expect(JSON.stringify(events).length).toBeLessThan(20_000)
      expect(context().probes.callsOf(run.runId, 'a')[0]?.params.extra === long).toBe(true)
    })
  })
}
