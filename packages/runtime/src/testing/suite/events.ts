import { randomUUID } from 'node:crypto'
import type { JsonObject, WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { EventRequest } from '../../events/send-event.ts'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

const ANN = { userId: 'ann', displayName: 'Ann' }
const paid = (key: string, payload: JsonObject, eventId?: string): EventRequest => ({
  target: { kind: 'event', name: 'paid', key },
  payload,
  actor: null,
  ...(eventId === undefined ? {} : { eventId }),
})

/** Creates a workflow of nodes in a row that puts out the outputs of those that wait. */
function inRow(...waits: readonly WorkflowNode[]) {
  const ids = ['start', ...waits.map(({ id }) => id), 'end']
  const output = Object.fromEntries(waits.map(({ id }) => [id, `{{ nodes.${id}.output.got }}`]))
  return workflow(
    [node('start', 'start'), ...waits, node('end', 'end', { output })],
    [
      ...ids.slice(1).map((id, index) => `${ids[index]}>${id}`),
      ...waits.filter(({ params }) => params['timeout'] !== undefined).map(({ id }) => `${id}:timeout>end`),
    ],
  )
}

const event = (id: string, params: JsonObject = {}) =>
  node(id, 'wait-for-event', { eventName: 'paid', key: '{{ input.order }}', ...params })

/** Tests of waits for events and callbacks. */
export const eventTests: SuiteGroup = (context) => {
  describe('events and callbacks', () => {
    const engine = () => context().handle.engine
    const openWait = async (tenantId: string, nodeRunId: string) => {
      await expect
        .poll(async () => (await context().handle.reader.listEventWaits(tenantId, { status: 'open' })).items, {
          timeout: 20_000,
        })
        .toEqual(expect.arrayContaining([expect.objectContaining({ nodeRunId })]))
    }

    test('takes events that came early, in their order, one for each wait, and the next one at once', async () => {
      const tenantId = `t-${randomUUID()}`
      const early = await engine().sendEvent(tenantId, paid('o1', { n: 1 }, 'e1'))
      expect(early).toMatchObject({ outcome: 'buffered', eventId: 'e1', delivered: 0, refused: [] })
      // Again: the same answer, and nothing is stored twice.
      expect(await engine().sendEvent(tenantId, paid('o1', { n: 1 }, 'e1'))).toEqual({ ...early, isRepeated: true })
      await expect(engine().sendEvent(tenantId, paid('o1', { n: 9 }, 'e1'))).rejects.toMatchObject({
        code: 'EVENT_ID_USED',
      })
      // A large payload, which is stored beside the log.
      await engine().sendEvent(tenantId, { ...paid('o1', { n: 2, text: 'x'.repeat(20_000) }), actor: ANN })
      const strangers = [`s-${randomUUID()}`, tenantId]
      for (const [index, key] of ['o1', 'o2'].entries()) {
        expect(await engine().sendEvent(strangers[index] ?? '', paid(key, { n: 8 }))).toMatchObject({
          outcome: 'buffered',
        })
      }
      const document = inRow(event('a'), event('b'), event('c'))
      const run = await context().start(document, { tenantId, input: { order: 'o1' } })
      await openWait(tenantId, 'c')
      expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
      expect(await engine().sendEvent(tenantId, paid('o1', { n: 3 }, 'e3'))).toMatchObject({
        outcome: 'delivered',
        delivered: 1,
        expiresAt: null,
      })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toMatchObject({ a: { n: 1 }, b: { n: 2 }, c: { n: 3 } })
      const events = await run.events()
      expect(ofType(events, 'event_received').map(({ data }) => [data.waitId, data.actor])).toEqual([
        ['a/1/0', null],
        ['b/1/0', ANN],
        ['c/1/0', null],
      ])
      expect(storyOf(events, 'c')).toEqual([
        'node_scheduled',
        'node_suspended',
        'wait_opened',
        'wait_closed',
        'node_scheduled',
        'node_completed',
      ])
      // Its answer is the first one, also after its delivery; a new event is late and is kept.
      expect(await engine().sendEvent(tenantId, paid('o1', { n: 3 }, 'e3'))).toMatchObject({ outcome: 'delivered' })
      expect(await engine().sendEvent(tenantId, paid('o1', { n: 1 }, 'e1'))).toMatchObject({ outcome: 'delivered' })
      expect(await engine().sendEvent(tenantId, paid('o1', { n: 4 }))).toMatchObject({ outcome: 'buffered' })
    })

    test('ends every open wait that the payload fits, and no wait of a run that is being canceled', async () => {
      const tenantId = `t-${randomUUID()}`
      const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
      const open = inRow(event('a', { timeout: '1h' }))
      const strict = inRow(event('strict', { schema }))
      const [first, second, picky, canceled] = await Promise.all(
        [open, open, strict, open].map((document) => context().start(document, { tenantId, input: { order: 'all' } })),
      )
      await expect
        .poll(async () => (await context().handle.reader.listEventWaits(tenantId, { status: 'open' })).items.length, {
          timeout: 20_000,
        })
        .toBe(4)
      await engine().cancel(tenantId, canceled?.runId ?? '', null)
      const sent = await engine().sendEvent(tenantId, paid('all', { text: 'no number' }))
      expect(sent).toMatchObject({
        outcome: 'delivered',
        delivered: 2,
        refused: [{ runId: picky?.runId, nodeRunId: 'strict' }],
      })
      await expect(engine().sendEvent(tenantId, paid('all', { n: 'one' }))).rejects.toMatchObject({
        code: 'EVENT_PAYLOAD_INVALID',
      })
      expect(await engine().sendEvent(tenantId, paid('all', { n: 1 }))).toMatchObject({ delivered: 1 })
      const ended = await Promise.all([first, second, picky, canceled].map((run) => run?.ended()))
      expect(ended.map((run) => run?.status)).toEqual(['completed', 'completed', 'completed', 'canceled'])
      const left = await context().database.withTenant(tenantId, (tx) =>
        tx.selectFrom('timers').select('timer_id').execute(),
      )
      expect(left).toEqual([])
    })

    test('loses no event that is sent while its wait is being opened', async () => {
      const tenantId = `t-${randomUUID()}`
      const keys = Array.from({ length: 12 }, (_, index) => `k${index}`)
      const runs = await Promise.all(
        keys.flatMap((order) => [
          context().start(inRow(event('a')), { tenantId, input: { order } }),
          engine().sendEvent(tenantId, paid(order, { order })),
        ]),
      )
      const started = runs.filter((each) => 'ended' in each)
      await Promise.all(started.map((run) => run.ended()))
      expect(await Promise.all(started.map((run) => run.output()))).toEqual(keys.map((order) => ({ a: { order } })))
    })

    test('continues with the callback of its own node run, early or in time, and without one in time', async () => {
      const callback = (id: string, params: JsonObject = {}) => node(id, 'wait-for-callback', params)
      const document = inRow(callback('a'), callback('b'), callback('late', { timeout: '300ms' }))
      const run = await context().start(document)
      const { tenantId, runId } = run
      const call = (nodeRunId: string, payload: JsonObject) =>
        engine().sendEvent(tenantId, {
          target: { kind: 'callback', runId, nodeRunId },
          payload,
          actor: null,
        })
      expect(await call('b', { ok: 'early' })).toMatchObject({ outcome: 'buffered' })
      await openWait(tenantId, 'a')
      expect(await call('a', { ok: true })).toMatchObject({ outcome: 'delivered' })
      expect(await call('a', { ok: true })).toMatchObject({ outcome: 'delivered' })
      await expect(call('a', { ok: false })).rejects.toMatchObject({ code: 'EVENT_ID_USED' })
      await run.ended()
      expect(await run.output()).toEqual({ a: { ok: true }, b: { ok: 'early' }, late: 'timeout' })
      expect(await call('late', {})).toEqual({ outcome: 'gone' })
    })
  })
}
