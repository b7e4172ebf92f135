import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { RunRef } from '../../store/run-ref.ts'
import { ofType, type SuiteGroup, story } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

function chain(params: object, settings = {}) {
  return workflow(
    [node('start', 'start'), node('a', 'probe', { ...params }), node('b', 'probe'), node('end', 'end')],
    ['start>a', 'a>b', 'b>end'],
    { settings },
  )
}

/** Tests of pausing and resuming runs. */
export const pauseTests: SuiteGroup = (context) => {
  describe('pause and resume', () => {
    const pause = (run: RunRef) => context().handle.engine.pause(run.tenantId, run.runId, ACTOR)
    const resume = (run: RunRef) => context().handle.engine.resume(run.tenantId, run.runId, ACTOR)

    test('lets a body end, starts nothing after it, and continues when resumed', async () => {
      const { probes } = context()
      const run = await context().start(chain({ isGated: true }))
      await probes.reached(run.runId, 'a')
      expect(await pause(run)).toEqual({ outcome: 'accepted' })
      expect(await run.until('paused')).toMatchObject({ status: 'paused', finishedAt: null })
      probes.open(run.runId, 'a')
      await run.untilEvent((event) => event.id === 'a/1/outcome')
      expect(await run.until('paused')).toMatchObject({ status: 'paused' })
      expect(probes.aborted).not.toContain(`${run.runId}/a`)
      expect(await resume(run)).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(probes.callsOf(run.runId, 'b')).toHaveLength(1)
      const events = await run.events()
      const [paused] = ofType(events, 'pause_requested')
      const [resumed] = ofType(events, 'resume_requested')
      expect([paused?.data.actor, resumed?.data.actor]).toEqual([ACTOR, ACTOR])
      const lines = story(events)
      const first = lines.indexOf(`pause_requested pause/${paused?.data.requestId}`)
      expect(lines.slice(first, first + 6)).toEqual([
        `pause_requested pause/${paused?.data.requestId}`,
        `run_paused pause/${paused?.data.requestId}:0`,
        'node_completed a/1/outcome',
        `resume_requested resume/${resumed?.data.requestId}`,
        `run_resumed resume/${resumed?.data.requestId}:0`,
        `node_scheduled resume/${resumed?.data.requestId}:1`,
      ])
    })

    test('decides approvals and fires timers, and acts on them when the run is resumed', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          node('review', 'approval', { title: 'x' }),
          node('nap', 'delay', { duration: '200ms' }),
          node('meet', 'join'),
          node('end', 'end'),
        ],
        ['start>review', 'start>nap', 'review:approve>meet', 'nap>meet', 'meet>end'],
      )
      const run = await context().start(document)
      const { approvalId } = await run.approvalOf('review')
      await pause(run)
      expect(await run.decide(approvalId, 'approve')).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'timer_fired')
      await run.untilEvent((event) => event.type === 'approval_decided')
      expect(await context().handle.reader.getWait(run.tenantId, approvalId)).toMatchObject({ status: 'resolved' })
      expect(ofType(await run.events(), 'node_scheduled').map(({ data }) => data.pass)).not.toContain(2)
      await resume(run)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
    })

    test('holds the next attempt of a node', async () => {
      const { probes } = context()
      const document = chain({ failures: 1, isGated: true })
      const retry = { initialInterval: '10ms', maximumAttempts: 3 } as const
      const nodes = document.nodes.map((each) => (each.id === 'a' ? withPolicy(each, { retry }) : each))
      const run = await context().start({ ...document, nodes })
      await probes.reached(run.runId, 'a')
      await pause(run)
      await run.until('paused')
      probes.open(run.runId, 'a')
      const failed = ofType(await run.untilEvent((event) => event.type === 'node_error'), 'node_error')
      const nextAt = failed[0]?.data.nextAt ?? 0
      // Other runs end after the time of the attempt.
      for (let at = 0; at <= nextAt; ) at = (await (await context().run(chain({}))).ended()).finishedAt ?? 0
      expect(probes.callsOf(run.runId, 'a')).toHaveLength(1)
      await resume(run)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(probes.callsOf(run.runId, 'a')).toHaveLength(2)
    })

    test('ends when the run is canceled, which starts nothing that was held', async () => {
      const { probes } = context()
      const run = await context().start(chain({ isGated: true }))
      await probes.reached(run.runId, 'a')
      await pause(run)
      await run.until('paused')
      probes.open(run.runId, 'a')
      await run.untilEvent((event) => event.id === 'a/1/outcome')
      await context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(probes.callsOf(run.runId, 'b')).toEqual([])
      expect([await pause(run), await resume(run)]).toEqual([{ outcome: 'closed' }, { outcome: 'closed' }])
    })

    test('cannot be requested while a body stops after a cancelation', async () => {
      const { probes } = context()
      const run = await context().start(chain({ isGated: true, ignoresAbort: true }))
      await probes.reached(run.runId, 'a')
      await pause(run)
      await run.until('paused')
      await context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)
      await run.untilEvent((event) => event.type === 'cancel_requested')
      expect([await resume(run), await pause(run)]).toEqual([{ outcome: 'closed' }, { outcome: 'closed' }])
      probes.open(run.runId, 'a')
      expect(await run.ended()).toMatchObject({ status: 'canceled' })
      expect(ofType(await run.events(), 'resume_requested')).toEqual([])
    })

    test('cannot be requested after a failure while only the loser of a race stops', async () => {
      const { probes } = context()
      const document = workflow(
        [
          node('start', 'start'),
          node('slow', 'probe', { isGated: true, ignoresAbort: true }),
          node('quick', 'probe', { isGated: true }),
          withPolicy(node('meet', 'join'), { join: 'any' }),
          node('bad', 'probe', { failures: 1, failure: 'final' }),
        ],
        ['start>slow', 'start>quick', 'slow>meet', 'quick>meet', 'meet>bad'],
      )
      const run = await context().start(document)
      for (const id of ['slow', 'quick']) await probes.reached(run.runId, id)
      probes.open(run.runId, 'quick')
      await run.untilEvent((event) => event.id === 'bad/1/outcome')
      expect(await pause(run)).toEqual({ outcome: 'closed' })
      probes.open(run.runId, 'slow')
      expect(await run.ended()).toMatchObject({ status: 'failed' })
    })

    test('does not stop the clock of the time limit of the run, which ends the pause', async () => {
      const { probes } = context()
      const run = await context().start(chain({ isGated: true, ignoresAbort: true }, { timeout: '1s' }))
      expect(await pause(run)).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'timer_fired')
      expect(await resume(run)).toEqual({ outcome: 'closed' })
      probes.open(run.runId, 'a')
      expect(await run.ended()).toMatchObject({ status: 'canceled', error: { code: 'RUN_TIMEOUT' } })
      const types = (await run.events()).map(({ type }) => type)
      expect(types).toContain('run_paused')
      expect(types.indexOf('run_paused')).toBeLessThan(types.indexOf('timer_fired'))
      expect(types).not.toContain('run_resumed')
    })

    test('answers repeated requests, and those for runs that are unknown or of another tenant', async () => {
      const run = await context().start(chain({ isGated: true }))
      expect(await resume(run)).toEqual({ outcome: 'unchanged' })
      const outcomes = await Promise.all([pause(run), pause(run), pause(run)])
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'unchanged', 'unchanged'])
      // Each is judged by the request before it, even if the run has not applied that one yet.
      const rest = [await resume(run), await resume(run), await pause(run), await resume(run)]
      expect(rest.map(({ outcome }) => outcome)).toEqual(['accepted', 'unchanged', 'accepted', 'accepted'])
      expect(await pause({ ...run, tenantId: 'another-tenant' })).toEqual({ outcome: 'not_found' })
      expect(await resume({ ...run, runId: 'unknown' })).toEqual({ outcome: 'not_found' })
      // A run that ends first ignores what it has yet to apply.
      const requests = new Set<string>()
      await run.untilEvent(({ type, id }) => type.endsWith('_requested') && requests.add(id).size === 4)
      context().probes.open(run.runId, 'a')
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      const types = (await run.events()).map(({ type }) => type).filter((type) => /^run_(paused|resumed)$/.test(type))
      expect(types).toEqual(['run_paused', 'run_resumed', 'run_paused', 'run_resumed'])
    })
  })
}
