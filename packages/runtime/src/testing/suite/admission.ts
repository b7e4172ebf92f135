import { randomUUID } from 'node:crypto'
import type { DurationString, Json, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { LIMITED_TENANT } from '../embedded.ts'
import type { DrivenRun } from '../run-driver.ts'
import { type SuiteGroup, story } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** start > a > end; `a` waits until the test opens it. */
const gated = (settings: WorkflowDocument['settings'] = {}) =>
  workflow([node('start', 'start'), node('a', 'probe', { isGated: true }), node('end', 'end')], ['start>a', 'a>end'], {
    settings,
  })

/** Tests of runs that wait to start. */
export const admissionTests: SuiteGroup = (context) => {
  const tenant = (prefix = 't-') => `${prefix}${randomUUID()}`
  const begun = (run: DrivenRun) => context().probes.reached(run.runId, 'a')
  const end = async (run: DrivenRun): Promise<void> => {
    context().probes.open(run.runId, 'a')
    await run.ended()
  }
  const statusOf = async (run: DrivenRun) => (await context().handle.reader.getRun(run.tenantId, run.runId))?.status
  const queueOf = async (run: DrivenRun) => {
    const queue = await context().handle.reader.readQueue(run.tenantId, [run.runId], { inProgress: 2 })
    return queue.get(run.runId)
  }

  describe('admission', () => {
    test('keeps to the limit of each key, and starts the next in order whatever the end of the one before', async () => {
      const document = gated({ concurrency: { limit: 1, key: '{{ input.k }}' }, timeout: '1h' })
      const tenantId = tenant()
      const start = (k: string) => context().start(document, { tenantId, input: { k } })
      const first = await start('x')
      const second = await start('x')
      const third = await start('x')
      const other = await start('y')
      await begun(first)
      await begun(other)
      expect([await statusOf(second), await statusOf(third)]).toEqual(['queued', 'queued'])
      expect(await third.events()).toEqual([])
      const common = {
        reason: 'workflow_limit',
        inProgress: 1,
        limit: 1,
        key: 'x',
        priority: 'normal',
        intervalMs: null,
        startsAt: null,
        collected: null,
      }
      expect([await queueOf(second), await queueOf(third), await queueOf(first)]).toEqual([
        { ...common, position: 1 },
        { ...common, position: 2 },
        undefined,
      ])
      await context().handle.engine.cancel(tenantId, first.runId, ACTOR)
      expect(await first.ended()).toMatchObject({ status: 'canceled' })
      await begun(second)
      expect(await queueOf(third)).toMatchObject({ position: 1 })
      const [started] = await second.events()
      if (started?.type !== 'run_started') throw new Error('The log begins with the start of the run')
      // The time limit counts from the start of the run, not from its request.
      expect(started.data.deadlineAt).toBe(started.at + 3_600_000)
      await end(second)
      await begun(third)
      await Promise.all([end(third), end(other)])
      const runs = await context().handle.reader.getRun(tenantId, second.runId)
      expect(runs?.startedAt).toBeGreaterThanOrEqual(runs?.queuedAt ?? 0)
    })

    test('ends a queued run that is canceled without starting it, and starts one paused that was paused', async () => {
      const { engine } = context().handle
      const document = gated({ concurrency: { limit: 1 } })
      const tenantId = tenant()
      const [first, canceled, paused] = [
        await context().start(document, { tenantId }),
        await context().start(document, { tenantId }),
        await context().start(document, { tenantId }),
      ]
      await begun(first)
      expect(await engine.cancel(tenantId, canceled.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      expect(await canceled.ended()).toMatchObject({ status: 'canceled', startedAt: null })
      expect(story(await canceled.events())).toEqual(['cancel_requested cancel', 'run_canceled cancel:0'])
      expect(context().probes.callsOf(canceled.runId, 'a')).toEqual([])
      expect(await engine.cancel(tenantId, canceled.runId, ACTOR)).toEqual({ outcome: 'closed' })
      expect(await engine.pause(tenantId, paused.runId, ACTOR)).toEqual({ outcome: 'accepted' })
      expect(await statusOf(paused)).toBe('queued')
      await end(first)
      expect(await paused.until('paused')).toMatchObject({ status: 'paused' })
      expect(context().probes.callsOf(paused.runId, 'a')).toEqual([])
      await engine.resume(tenantId, paused.runId, ACTOR)
      await begun(paused)
      await end(paused)
    })

    test('holds new runs of a paused workflow or tenant, and starts them in order of priority', async () => {
      const { engine, reader } = context().handle
      const tenantId = tenant()
      const before = await context().start(gated(), { tenantId })
      await begun(before)
      expect(await engine.pauseStarts(tenantId, 'workflow', ACTOR)).toEqual({ outcome: 'accepted' })
      expect(await engine.pauseStarts(tenantId, 'workflow', ACTOR)).toEqual({ outcome: 'unchanged' })
      const runId = randomUUID()
      const limit = { concurrency: { limit: 1 } }
      const held = await context().start(gated(limit), { tenantId, runId })
      expect(await context().start(gated(limit), { tenantId, runId })).toMatchObject({ runId })
      expect(await queueOf(held)).toMatchObject({ reason: 'workflow_paused', position: 1, inProgress: null })
      const urgent = await context().start(gated({ ...limit, priority: 'high' }), { tenantId })
      expect(await queueOf(urgent)).toMatchObject({ position: 1, priority: 'high' })
      expect(await queueOf(held)).toMatchObject({ position: 2 })
      expect(await engine.pauseStarts(tenantId, null, ACTOR)).toEqual({ outcome: 'accepted' })
      expect([...(await reader.readPauses(tenantId, ['', 'workflow', 'other'])).keys()].sort()).toEqual([
        '',
        'workflow',
      ])
      expect(await engine.resumeStarts(tenantId, 'workflow')).toEqual({ outcome: 'accepted' })
      expect(await queueOf(held)).toMatchObject({ reason: 'tenant_paused' })
      expect(await reader.countRuns(tenantId)).toEqual({ queued: 2, inProgress: 0 })
      await end(before)
      expect(await engine.resumeStarts(tenantId, null)).toEqual({ outcome: 'accepted' })
      expect(await engine.resumeStarts(tenantId, null)).toEqual({ outcome: 'unchanged' })
      await begun(urgent)
      expect(await queueOf(held)).toMatchObject({ reason: 'workflow_limit', position: 1 })
      await end(urgent)
      await begun(held)
      await end(held)
      expect(await reader.countRuns(tenantId)).toEqual({ queued: 0, inProgress: 0 })
    })

    test('keeps to the limits of the tenant: more runs wait, and more than may wait are refused', async () => {
      const tenantId = tenant(LIMITED_TENANT)
      const document = gated({ concurrency: { limit: 4 } })
      const runs: DrivenRun[] = []
      for (let index = 0; index < 5; index += 1) runs.push(await context().start(document, { tenantId }))
      const [first, second, third, fourth, fifth] = runs as [DrivenRun, DrivenRun, DrivenRun, DrivenRun, DrivenRun]
      await Promise.all([begun(first), begun(second)])
      expect(await queueOf(third)).toMatchObject({ reason: 'tenant_limit', position: 1, inProgress: 2, limit: 2 })
      await expect(context().start(document, { tenantId })).rejects.toMatchObject({ code: 'RUN_QUEUE_FULL' })
      await end(second)
      await begun(third)
      await Promise.all([end(first), end(third)])
      await Promise.all([begun(fourth), begun(fifth)])
      await Promise.all([end(fourth), end(fifth)])
      const keyed = gated({ concurrency: { limit: 1, key: '{{ input.k }}' } })
      await expect(context().start(keyed, { tenantId })).rejects.toMatchObject({ code: 'CONCURRENCY_KEY_INVALID' })
    })

    test('starts as many runs of each key as its rate allows, in order, and the next ones when the interval has passed', async () => {
      const short = (interval: DurationString) =>
        workflow([node('start', 'start'), node('end', 'end')], ['start>end'], {
          settings: { rate: { limit: 2, interval, key: '{{ input.k }}' } },
        })
      const tenantId = tenant()
      const start = (interval: DurationString, k: string) =>
        context().start(short(interval), { tenantId, input: { k } })
      const long = [await start('1h', 'x'), await start('1h', 'x'), await start('1h', 'x'), await start('1h', 'x')]
      const [, , third, fourth] = long as [DrivenRun, DrivenRun, DrivenRun, DrivenRun]
      const common = { reason: 'workflow_rate', inProgress: null, limit: 2, intervalMs: 3_600_000, key: 'x' }
      expect(await queueOf(fourth)).toMatchObject({ ...common, position: 2, startsAt: expect.any(String) })
      await context().handle.engine.cancel(tenantId, third.runId, ACTOR)
      expect(await third.ended()).toMatchObject({ status: 'canceled', startedAt: null })
      expect(await queueOf(fourth)).toMatchObject({ ...common, position: 1 })
      const runs = [await start('1s', 'y'), await start('1s', 'y'), await start('1s', 'y'), await start('1s', 'z')]
      const ended = await Promise.all(runs.map((run) => run.ended()))
      expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'completed'))
      const [first, , last] = ended
      expect((last?.startedAt ?? 0) - (first?.queuedAt ?? 0)).toBeGreaterThanOrEqual(900)
      await expect(context().start(short('1h'), { tenantId })).rejects.toMatchObject({ code: 'START_KEY_INVALID' })
    })

    test('returns the first run of a key within the time, whether it waits, runs or has ended, and starts a rerun', async () => {
      const dedupe = { key: '{{ input.id }}', window: '1d' } as const
      const tenantId = tenant()
      const start = (id: string, runId = randomUUID()) =>
        context().start(gated({ dedupe }), { tenantId, input: { id }, runId })
      const asked = Array.from({ length: 5 }, () => randomUUID())
      const all = await Promise.all(asked.map((runId) => start('a', runId)))
      const [first] = all as [DrivenRun]
      expect(new Set(all.map(({ runId }) => runId)).size).toBe(1)
      const other = await start('b')
      expect(other.runId).not.toBe(first.runId)
      await Promise.all([end(first), end(other)])
      expect((await start('a')).runId).toBe(first.runId)
      // A repeated request has the answer that was lost, whatever its input.
      const repeated = asked.find((runId) => runId !== first.runId)
      expect((await start('c', repeated)).runId).toBe(first.runId)
      const { items } = await context().handle.reader.listRuns(tenantId, {})
      expect(items.map(({ runId }) => runId).sort()).toEqual([first.runId, other.runId].sort())
      await expect(context().start(gated({ dedupe }), { tenantId })).rejects.toMatchObject({
        code: 'START_KEY_INVALID',
      })
    })

    test('merges requests into one run with the last input, which starts after them', async () => {
      const echo = (delay: DurationString) =>
        workflow([node('start', 'start'), node('end', 'end', { output: '{{ trigger }}' })], ['start>end'], {
          settings: { debounce: { delay, maxWait: delay, key: '{{ input.k }}' } },
        })
      const tenantId = tenant()
      const start = (delay: DurationString, input: Json) => context().start(echo(delay), { tenantId, input })
      const first = await start('1h', { k: 'x', n: 1 })
      const merged = await Promise.all([start('1h', { k: 'x', n: 2 }), start('1h', { k: 'x', n: 3 })])
      expect(merged.map(({ runId }) => runId)).toEqual([first.runId, first.runId])
      const queue = { reason: 'debounce', position: 1, collected: 3, startsAt: expect.any(String) }
      expect(await queueOf(first)).toMatchObject(queue)
      expect((await start('1h', { k: 'y' })).runId).not.toBe(first.runId)
      await context().handle.engine.cancel(tenantId, first.runId, ACTOR)
      expect(await first.ended()).toMatchObject({ status: 'canceled', startedAt: null })
      expect((await start('1h', { k: 'x', n: 4 })).runId).not.toBe(first.runId)
      const soon = await start('2s', { k: 'z', n: 1 })
      // The last input is too large for the log.
      expect((await start('2s', { k: 'z', n: 2, text: 'a'.repeat(40_000) })).runId).toBe(soon.runId)
      const run = await soon.ended()
      expect((run.startedAt ?? 0) - run.queuedAt).toBeGreaterThanOrEqual(1_900)
      expect(await soon.output()).toMatchObject({ n: 2 })
      expect((await soon.events())[0]).toMatchObject({ data: { requestedAt: run.queuedAt } })
    })

    test('collects items of requests in one run, which starts when it is full, or at the longest wait', async () => {
      const collecting = (maxWait: DurationString) =>
        workflow([node('start', 'start'), node('end', 'end', { output: '{{ trigger }}' })], ['start>end'], {
          settings: {
            batching: { maxSize: 4, maxWait, key: '{{ input.k }}' },
            concurrency: { limit: 5, key: '{{ input.k }}' },
          },
        })
      const tenantId = tenant()
      const start = (...items: Json[]) => context().start(collecting('1h'), { tenantId, input: { k: 'x', items } })
      const late = await context().start(collecting('1s'), { tenantId, input: { k: 'late', items: [1] } })
      const large = 'a'.repeat(20_000)
      const first = await start(1)
      expect((await start(large)).runId).toBe(first.runId)
      expect(await queueOf(first)).toMatchObject({ reason: 'batching', collected: 2, startsAt: expect.any(String) })
      // Its items have no room, so the run starts without them, and another one collects them.
      const second = await start(3, 4, 5)
      expect(second.runId).not.toBe(first.runId)
      await first.ended()
      expect(await first.output()).toEqual({ k: 'x', items: [1, large] })
      expect((await start(6)).runId).toBe(second.runId)
      await second.ended()
      expect(await second.output()).toEqual({ k: 'x', items: [3, 4, 5, 6] })
      await (await start(1, 2, 3, 4)).ended()
      const waited = await late.ended()
      expect((waited.startedAt ?? 0) - waited.queuedAt).toBeGreaterThanOrEqual(900)
      await expect(start(1, 2, 3, 4, 5)).rejects.toMatchObject({ code: 'RUN_INPUT_INVALID' })
      await expect(context().start(collecting('1h'), { tenantId, input: { k: 'x' } })).rejects.toMatchObject({
        code: 'RUN_INPUT_INVALID',
      })
    })

    test('holds children by the limit of their workflow, not by that of the tenant, and cancels those that wait', async () => {
      const pin = await context().pin('worker', gated({ concurrency: { limit: 1 } }), {
        tenantId: tenant(LIMITED_TENANT),
        workflows: {},
      })
      const parent = workflow(
        [node('start', 'start'), node('call', 'child', { workflow: 'worker', input: {} }), node('end', 'end')],
        ['start>call', 'call>end'],
      )
      const parents = [await context().start(parent, pin), await context().start(parent, pin)]
      const children: DrivenRun[] = []
      for (const run of parents) {
        await run.untilEvent(({ type }) => type === 'child_requested')
        const { items } = await context().handle.reader.listRuns(run.tenantId, { parentRunId: run.runId })
        children.push(...items.map(({ runId }) => context().follow(run, runId)))
      }
      // Both parents are in progress, as many as the tenant may have.
      const running = await Promise.race(children.map((child) => begun(child).then(() => child)))
      const waiting = children.find((child) => child !== running)
      if (waiting === undefined) throw new Error('There are two children')
      expect(await queueOf(waiting)).toMatchObject({ reason: 'workflow_limit', position: 1, limit: 1 })
      const parentOfWaiting = parents[children.indexOf(waiting)]
      await context().handle.engine.cancel(pin.tenantId, `${parentOfWaiting?.runId}`, ACTOR)
      expect(await parentOfWaiting?.ended()).toMatchObject({ status: 'canceled' })
      expect(await waiting.ended()).toMatchObject({ status: 'canceled', startedAt: null })
      await end(running)
      for (const run of parents) await run.ended()
    })
  })
}
