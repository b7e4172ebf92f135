import type { Json } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup } from './suite-context.ts'

/** Text whose output is refused by a constraint that these tests add to the run log. */
const REFUSED = 'refuse-this-output'
/** Text whose params of a dispatched node are refused by the same constraint. */
const REFUSED_INPUT = 'refuse-this-input'

function ending(outcome: string) {
  return workflow(
    [
      node('start', 'start'),
      node('a', 'probe', { output: { text: '{{input.text}}' } }),
      node('end', 'end', { outcome }),
    ],
    ['start>a', 'a>end'],
  )
}

/**
 * Tests that values which the database rejects end a node or a run with a code, and that all other values are read back
 * unchanged.
 */
export const refusalTests: SuiteGroup = (context) => {
  describe('refusals of the database', () => {
    const alter = (change: string) => {
      const { database } = context()
      return sql`alter table ${sql.id(database.schema, 'run_log')} ${sql.raw(change)}`.execute(database.owner)
    }
    beforeAll(() =>
      alter(`add constraint refused check (
        inlines not like '%[{"text":"${REFUSED}"}]%' and inlines not like '%${REFUSED_INPUT}%'
      )`),
    )
    afterAll(() => alter('drop constraint refused'))

    test.each([
      ['a\0b', 'The outcome has a NUL character'],
      ['\0', 'The outcome has a NUL character'],
    ])('the outcome %j fails its end node, for every source of it', async (text, message) => {
      for (const outcome of ['{{input.text}}', '{{trigger.text}}', '{{nodes.a.output.text}}']) {
        const run = await context().run(ending(outcome), { text })
        expect(await run.ended()).toMatchObject({
          status: 'failed',
          outcome: null,
          error: { code: 'OUTCOME_REFUSED', message, nodeId: 'end' },
        })
      }
    })

    test('an outcome in any script is stored as it is', async () => {
      const run = await context().run(ending('{{input.text}}'), { text: '完了 ✅ "quoted" \n' })
      expect(await run.ended()).toMatchObject({ status: 'completed', outcome: '完了 ✅ "quoted" \n' })
    })

    test('a start whose own end is refused gives a failed run, not an error of the start', async () => {
      const document = workflow(
        [node('start', 'start'), node('end', 'end', { outcome: '{{input.text}}' })],
        ['start>end'],
      )
      const run = await context().run(document, { text: 'a\0b' })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_REFUSED', nodeId: 'end' } })
    })

    test('values with NUL and keys of prototypes are read back unchanged', async () => {
      const text = 'a\0b\u0001\u2028'
      const value: Json = {
        text,
        list: [text, { 'odd key': text }],
        constructor: text,
        prototype: { constructor: [1] },
      }
      const run = await context().run(ending('done'), { text: value })
      expect(await run.output()).toEqual({ text: value })
    })

    test('a message of an error and a line of a log are repaired', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          node('a', 'probe', { logs: ['a\0b', '{{input.half}}'], output: { b: '{{input.c}}' } }),
        ],
        ['start>a'],
      )
      const run = await context().run(document, { half: 'x', c: 1 })
      const lines = ofType(await run.events(), 'node_log').map((event) => event.data.message)
      expect(lines).toEqual(['a\u2400b', 'x'])
    })

    test('a body whose outcome is refused fails at once, whatever its retries', async () => {
      const retry = { initialInterval: '1ms', maximumAttempts: 5 } as const
      const asking = withPolicy(node('a', 'probe', { output: { text: REFUSED }, logs: ['before'] }), { retry })
      const run = await context().run(workflow([node('start', 'start'), asking], ['start>a']))
      expect(await run.ended()).toMatchObject({
        status: 'failed',
        error: { code: 'OUTCOME_REFUSED', message: 'The database cannot store the output of the node', nodeId: 'a' },
      })
      expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(1)
    })

    test('a node whose input is refused fails before its body is called', async () => {
      const document = workflow([node('start', 'start'), node('a', 'probe', { extra: REFUSED_INPUT })], ['start>a'])
      const run = await context().run(document)
      expect(await run.ended()).toMatchObject({
        status: 'failed',
        error: { code: 'OUTCOME_REFUSED', message: 'The database cannot store the input of the node', nodeId: 'a' },
      })
      expect(context().probes.callsOf(run.runId, 'a')).toEqual([])
    })

    test('a refused outcome goes by the error port of its node, and the run continues', async () => {
      const asking = withPolicy(node('a', 'probe', { output: { text: REFUSED } }), { onError: 'route' })
      const rescue = node('rescue', 'set', { fields: { code: '{{error.code}}' } })
      const run = await context().run(
        workflow(
          [node('start', 'start'), asking, rescue, node('end', 'end')],
          ['start>a', 'a:error>rescue', 'rescue>end'],
        ),
      )
      expect(await run.output()).toEqual({ code: 'OUTCOME_REFUSED' })
    })

    test.each(['before a body', 'after a body'])('an inline node whose outcome is refused fails: %s', async (where) => {
      const asking = node('ask', 'set', { fields: { text: REFUSED } })
      const [nodes, edges] =
        where === 'before a body'
          ? [
              [node('start', 'start'), asking, node('b', 'probe')],
              ['start>ask', 'ask>b'],
            ]
          : [
              [node('start', 'start'), node('a', 'probe'), asking],
              ['start>a', 'a>ask'],
            ]
      const run = await context().run(workflow(nodes, edges))
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'OUTCOME_REFUSED', nodeId: 'ask' } })
    })

    test('a refused branch does not undo the stored results of the others', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          withPolicy(node('ask', 'set', { fields: { text: REFUSED } }), { onError: 'continue' }),
          node('x', 'set', { fields: { x: 1 } }),
          node('join', 'join'),
          node('y', 'probe', { output: { y: 2 } }),
          node('end', 'end'),
        ],
        ['start>ask', 'start>x', 'ask>join', 'x>join', 'join>y', 'y>end'],
      )
      const run = await context().run(document, { q: 0 })
      expect(await run.output()).toEqual({ q: 0, x: 1, y: 2 })
    })
  })
}
