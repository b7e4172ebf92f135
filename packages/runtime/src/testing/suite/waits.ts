import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { ofType, type SuiteGroup, storyOf } from './suite-context.ts'

function approving(params: object) {
  return workflow(
    [
      node('start', 'start'),
      node('review', 'approval', { title: 'Refund {{input.order}}?', ...params }),
      node('yes', 'probe', { output: { paid: true } }),
      node('no', 'set', { fields: { paid: false } }),
      node('late', 'set', { fields: { paid: null } }),
      node('end', 'end'),
    ],
    ['start>review', 'review:approve>yes', 'review:reject>no', 'review:timeout>late', 'yes>end', 'no>end', 'late>end'],
  )
}

/** Tests of approvals, delays and messages. */
export const waitTests: SuiteGroup = (context) => {
  describe('waits', () => {
    test('waits for a person and continues with the decision', async () => {
      const run = await context().start(approving({}), { input: { order: 'O-1' } })
      const wait = await run.approvalOf('review')
      expect(wait).toMatchObject({ waitId: 'review/1/0', status: 'open', waitFor: { title: 'Refund O-1?' }, votes: [] })
      expect(await run.until('waiting')).toMatchObject({ status: 'waiting' })
      expect(await run.decide(wait.approvalId, 'approve')).toEqual({ outcome: 'accepted' })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toEqual({ order: 'O-1', decided: 'approval', paid: true })
      const closed = await context().handle.reader.getWait(run.tenantId, wait.approvalId)
      expect(closed).toMatchObject({ status: 'resolved', votes: [{ choice: 'approve', actor: { userId: 'ann' } }] })
      expect(storyOf(await run.events(), 'review')).toEqual([
        'node_scheduled',
        'node_suspended',
        'approval_needed',
        'wait_closed',
        'node_scheduled',
        'node_completed',
      ])
    })

    test('accepts no decision twice, none of another tenant, and none that is not offered', async () => {
      const run = await context().start(approving({}), { input: { order: 1 } })
      const { approvalId } = await run.approvalOf('review')
      const { engine } = context().handle
      const vote = { actor: { userId: 'eve', displayName: 'Eve', role: 'admin' }, choice: 'approve', at: 1 }
      expect(await engine.decide('another-tenant', approvalId, vote)).toEqual({ outcome: 'not_found' })
      expect(await engine.decide(run.tenantId, 'no-such-approval', vote)).toEqual({ outcome: 'not_found' })
      const wrong = engine.decide(run.tenantId, approvalId, { ...vote, choice: 'timeout' })
      await expect(wrong).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
      expect(await run.decide(approvalId, 'reject')).toEqual({ outcome: 'accepted' })
      await run.ended()
      expect(await run.decide(approvalId, 'approve', 'bob')).toEqual({ outcome: 'closed' })
      expect(await run.output()).toMatchObject({ paid: false })
    })

    test('counts votes until enough agree', async () => {
      const run = await context().start(approving({ required: 2 }), { input: { order: 1 } })
      const { approvalId } = await run.approvalOf('review')
      const votes = [
        ['ann', 'approve'],
        ['ann', 'approve'],
        ['bob', 'reject'],
        ['cy', 'approve'],
      ] as const
      const outcomes: string[] = []
      for (const [user, choice] of votes) {
        outcomes.push((await run.decide(approvalId, choice, user)).outcome)
        const other = user === 'ann' ? run.decide(approvalId, 'reject', 'ann') : null
        if (other !== null) await expect(other).rejects.toMatchObject({ code: 'APPROVAL_VOTED' })
      }
      expect(outcomes).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
      await run.ended()
      expect(await run.output()).toMatchObject({ paid: true })
      expect(ofType(await run.events(), 'approval_decided').map((event) => event.data.vote.actor.userId)).toEqual([
        'ann',
        'bob',
        'cy',
      ])
    })

    test('accepts one of two decisions at the same moment', async () => {
      const run = await context().start(approving({}), { input: { order: 1 } })
      const { approvalId } = await run.approvalOf('review')
      await Promise.all([run.decide(approvalId, 'approve', 'ann'), run.decide(approvalId, 'reject', 'bob')])
      await run.ended()
      expect(ofType(await run.events(), 'wait_closed')).toHaveLength(1)
      expect(ofType(await run.events(), 'node_completed').filter((event) => event.nodeRunId === 'review')).toHaveLength(
        1,
      )
    })

    test('continues by itself without a decision in time', async () => {
      const run = await context().run(approving({ timeout: '150ms' }), { order: 1 })
      expect(await run.output()).toMatchObject({ decided: 'timeout', paid: null })
      const [fired] = ofType(await run.events(), 'timer_fired')
      expect(fired?.data).toMatchObject({ timerId: 'review/1/0' })
      expect(fired?.data.lateMs).toBeGreaterThanOrEqual(0)
      const { items } = await context().handle.reader.listWaits(run.tenantId, { runId: run.runId })
      expect(items).toMatchObject([{ status: 'timeout' }])
    })

    test('fires no timer that a decision has cleared', async () => {
      const run = await context().start(approving({ timeout: '1h' }), { input: { order: 1 } })
      await run.decide((await run.approvalOf('review')).approvalId, 'approve')
      await run.ended()
      const left = await context().database.withTenant(run.tenantId, (tx) =>
        tx.selectFrom('timers').select('timer_id').where('run_id', '=', run.runId).execute(),
      )
      expect(left).toEqual([])
    })

    test('waits for a time', async () => {
      const document = workflow(
        [node('start', 'start'), node('pause', 'delay', { duration: '120ms' }), node('a', 'probe'), node('end', 'end')],
        ['start>pause', 'pause>a', 'a>end'],
      )
      const run = await context().run(document)
      expect(await run.output()).toEqual({ waited: 'time' })
      const events = await run.events()
      const suspendedAt = ofType(events, 'node_suspended')[0]?.at ?? 0
      const firedAt = ofType(events, 'timer_fired')[0]?.at ?? 0
      expect(firedAt - suspendedAt).toBeGreaterThanOrEqual(120)
    })

    test('suspends a dispatched node and calls it again in its next pass', async () => {
      const document = workflow(
        [node('start', 'start'), node('a', 'probe', { waitMs: 50, output: { x: 1 } }), node('end', 'end')],
        ['start>a', 'a>end'],
      )
      const run = await context().run(document)
      expect(await run.output()).toEqual({ x: 1, resumed: 'time' })
      expect(storyOf(await run.events(), 'a')).toEqual([
        'node_scheduled',
        'node_started',
        'node_suspended',
        'wait_opened',
        'timer_set',
        'wait_closed',
        'node_scheduled',
        'node_started',
        'node_completed',
      ])
    })
  })
}
