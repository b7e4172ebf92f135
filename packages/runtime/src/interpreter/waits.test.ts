import { type Decision, makeValueRef, type NodeResume } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, type SimulatedRun, simulateRun, voteOf } from './testing/simulated-run.ts'

const PLAN = planOf(
  ['start', 'review:approval', 'yes:set', 'no:set', 'late:set'],
  ['start>review', 'review:approve>yes', 'review:reject>no', 'review:timeout>late'],
)

function reviewing(options: Parameters<typeof approvalOf>[0] = {}): SimulatedRun {
  const run = simulateRun(PLAN)
  run.start()
  run.complete('start')
  run.suspend('review', approvalOf(options))
  return run
}

function resumeOf(decisions: readonly Decision[]): NodeResume | null {
  for (const decision of decisions) if (decision.type === 'node_scheduled') return decision.data.resume
  return null
}

describe('an approval', () => {
  test('opens a wait that people find, with a timer when it has a due time', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    const waitFor = approvalOf({ dueAt: 9_000 })
    expect(run.suspend('review', waitFor)).toEqual([
      { type: 'approval_needed', nodeRunId: 'review', data: { waitId: 'review/1/0', waitFor } },
      {
        type: 'timer_set',
        nodeRunId: 'review',
        data: { timerId: 'review/1/0', purpose: 'approval', dueAt: 9_000 },
      },
    ])
    expect(run.machine.status).toBe('waiting')
  })

  test('without a due time sets no timer', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    expect(brief(run.suspend('review', approvalOf()))).toEqual(['approval review/1/0'])
  })

  test('is finished by one vote, and the node goes on in its next pass with it', () => {
    const run = reviewing({ dueAt: 9_000 })
    const decisions = run.vote('review/1/0', 'approve', 'ann')
    expect(brief(decisions)).toEqual(['close review/1/0 (resolved)', 'clear review/1/0', 'schedule review/2 inline'])
    expect(resumeOf(decisions)).toEqual({ kind: 'approval', choice: 'approve', votes: [voteOf('approve', 'ann')] })
    expect(brief(run.complete('review', 'approve'))).toEqual(['skip no,late (dead_path)', 'schedule yes/1 inline'])
  })

  test('that needs two votes for one choice waits for them, whatever others choose', () => {
    const run = reviewing({ required: 2 })
    expect(run.vote('review/1/0', 'approve', 'ann')).toEqual([])
    expect(run.vote('review/1/0', 'reject', 'bob')).toEqual([])
    expect(run.machine.status).toBe('waiting')
    const decisions = run.vote('review/1/0', 'approve', 'cleo')
    expect(brief(decisions)).toEqual(['close review/1/0 (resolved)', 'schedule review/2 inline'])
    expect(resumeOf(decisions)).toMatchObject({
      choice: 'approve',
      votes: [{ choice: 'approve' }, { choice: 'reject' }, { choice: 'approve' }],
    })
    expect(run.machine.turn).toBe(6)
  })

  test('counts one vote a person', () => {
    const run = reviewing({ required: 2 })
    run.vote('review/1/0', 'approve', 'ann')
    expect(run.vote('review/1/0', 'approve', 'ann')).toEqual([])
    expect(run.vote('review/1/0', 'reject', 'ann')).toEqual([])
    expect(run.machine.turn).toBe(4)
  })

  test('that runs out of time goes on with the votes it has', () => {
    const run = reviewing({ required: 2, dueAt: 9_000 })
    run.vote('review/1/0', 'approve', 'ann')
    const decisions = run.fireTimer('review/1/0')
    expect(brief(decisions)).toEqual(['close review/1/0 (timeout)', 'schedule review/2 inline'])
    expect(resumeOf(decisions)).toEqual({ kind: 'timeout', firedAt: 1_050, votes: [voteOf('approve', 'ann')] })
    expect(brief(run.complete('review', 'timeout'))).toEqual(['skip yes,no (dead_path)', 'schedule late/1 inline'])
  })

  test('takes neither a vote nor its timer once it is closed', () => {
    const run = reviewing({ dueAt: 9_000 })
    run.vote('review/1/0', 'reject')
    expect(run.vote('review/1/0', 'approve', 'bob')).toEqual([])
    expect(run.fireTimer('review/1/0')).toEqual([])
    run.complete('review', 'reject')
    expect(run.vote('review/1/0', 'approve', 'cleo')).toEqual([])
    expect(run.machine.turn).toBe(5)
  })

  test('may ask again: each pass has a wait of its own', () => {
    const run = reviewing()
    run.vote('review/1/0', 'approve')
    expect(brief(run.suspend('review', approvalOf()))).toEqual(['approval review/2/0'])
    expect(run.vote('review/1/0', 'approve')).toEqual([])
    expect(brief(run.vote('review/2/0', 'reject'))).toEqual(['close review/2/0 (resolved)', 'schedule review/3 inline'])
  })

  test('ends with the run that is canceled', () => {
    const run = reviewing({ dueAt: 9_000 })
    expect(brief(run.cancel())).toEqual(['close review/1/0 (canceled)', 'clear review/1/0', 'canceled (user)'])
  })

  test('is not open to an outcome of the pass that opened it', () => {
    const run = reviewing()
    expect(run.complete('review', 'approve')).toEqual([])
    expect(run.suspend('review', approvalOf())).toEqual([])
    expect(run.machine.turn).toBe(3)
  })
})

describe('a delay', () => {
  test('waits for its instant and goes on with the instant at which the timer fired', () => {
    const run = simulateRun(planOf(['start', 'sleep:delay', 'end'], ['start>sleep', 'sleep>end']))
    run.start()
    run.complete('start')
    const waitFor = { kind: 'time', dueAt: 60_000 } as const
    expect(run.suspend('sleep', waitFor)).toEqual([
      { type: 'wait_opened', nodeRunId: 'sleep', data: { waitId: 'sleep/1/0', waitFor } },
      { type: 'timer_set', nodeRunId: 'sleep', data: { timerId: 'sleep/1/0', purpose: 'wait', dueAt: 60_000 } },
    ])
    expect(run.machine.status).toBe('waiting')
    const decisions = run.fireTimer('sleep/1/0')
    expect(brief(decisions)).toEqual(['close sleep/1/0 (resolved)', 'schedule sleep/2 inline'])
    expect(resumeOf(decisions)).toEqual({ kind: 'time', firedAt: 1_040 })
    expect(brief(run.complete('sleep'))).toEqual(['schedule end/1 inline'])
  })

  test('for an event or a callback ends with the first one, and clears its timer', () => {
    const run = simulateRun(planOf(['start', 'sleep:delay', 'end'], ['start>sleep', 'sleep>end']))
    run.start()
    run.complete('start')
    run.suspend('sleep', { kind: 'event', name: 'paid', key: 'o1', schema: null, dueAt: 60_000 })
    expect(run.machine.status).toBe('waiting')
    const payload = makeValueRef({ amount: 1 })
    const event = { waitId: 'sleep/1/0', eventId: 'e1', payload, receivedAt: 900, actor: null }
    const receive = (data: typeof event) => run.apply({ type: 'event_received', data })
    expect(() => receive({ ...event, waitId: 'sleep/2/0' })).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
    const decisions = receive(event)
    expect(brief(decisions)).toEqual(['close sleep/1/0 (resolved)', 'clear sleep/1/0', 'schedule sleep/2 inline'])
    expect(resumeOf(decisions)).toEqual({ kind: 'event', eventId: 'e1', payload, receivedAt: 900 })
    expect(receive({ ...event, eventId: 'e2' })).toEqual([])
    run.suspend('sleep', { kind: 'callback', schema: null, dueAt: 70_000 })
    expect(brief(run.fireTimer('sleep/2/0'))).toEqual(['close sleep/2/0 (timeout)', 'schedule sleep/3 inline'])
  })

  test('for a connection ends with its event, has no timer, and gives the next pass what this one had', () => {
    const run = simulateRun(planOf(['start', 'sleep:delay', 'end'], ['start>sleep', 'sleep>end']))
    run.start()
    run.complete('start')
    run.suspend('sleep', { kind: 'event', name: 'paid', key: 'o1', schema: null, dueAt: null })
    const payload = makeValueRef({ amount: 1 })
    const receive = (waitId: string, eventId: string) => {
      const data = { waitId, eventId, payload, receivedAt: 900, actor: null }
      return run.apply({ type: 'event_received', data })
    }
    const before = resumeOf(receive('sleep/1/0', 'e1'))
    run.suspend('sleep', { kind: 'connection', connectionId: 'c1', name: 'CRM', generation: 0, dueAt: null })
    expect(() => run.fireTimer('sleep/2/0')).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
    const decisions = receive('sleep/2/0', 'e2')
    expect(brief(decisions)).toEqual(['close sleep/2/0 (resolved)', 'schedule sleep/3 inline'])
    expect(resumeOf(decisions)).toEqual(before)
  })

  test('for a time gets no event', () => {
    const run = simulateRun(planOf(['start', 'sleep:delay', 'end'], ['start>sleep', 'sleep>end']))
    run.start()
    run.complete('start')
    run.suspend('sleep', { kind: 'time', dueAt: 60_000 })
    const data = { waitId: 'sleep/1/0', eventId: 'e1', payload: makeValueRef({}), receivedAt: 900, actor: null }
    expect(() => run.apply({ type: 'event_received', data })).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
  })

  test('of a dispatched node holds no slot and is taken up on its queue', () => {
    const run = simulateRun(planOf(['start', ['poll:probe', { taskQueue: 'slow' }]], ['start>poll']))
    run.start()
    run.complete('start')
    run.suspend('poll', { kind: 'time', dueAt: 60_000 })
    expect(run.fireTimer('poll/1/0').at(-1)).toMatchObject({
      type: 'node_scheduled',
      data: { pass: 2, mode: 'dispatch', queue: 'slow' },
    })
  })
})

describe('cancelation', () => {
  test('asks what runs to stop, ends what waits, and comes when all outcomes are in', () => {
    const plan = planOf(
      ['start', 'a:probe', 'b:probe', 'ask:approval', 'after:probe'],
      ['start>a', 'start>b', 'start>ask', 'a>after'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    expect(brief(run.cancel())).toEqual([
      'cancel a/1 (run_canceled)',
      'cancel b/1 (run_canceled)',
      'close ask/1/0 (canceled)',
    ])
    expect(run.cancel()).toEqual([])
    expect(brief(run.complete('a'))).toEqual([])
    expect(brief(run.cancelNode('b', 'abandoned'))).toEqual(['canceled (user)'])
    expect(run.machine.status).toBe('canceled')
  })

  test('asks a loser, which has been asked already, not again', () => {
    const plan = planOf(
      ['start', 'a:probe', 'b:probe', ['meet:join', { join: 'any' }], 'c:probe'],
      ['start>a', 'start>b', 'a>meet', 'b>meet', 'meet>c'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('a')
    expect(brief(run.cancel())).toEqual(['cancel meet/1 (run_canceled)'])
    run.cancelNode('meet')
    expect(brief(run.cancelNode('b'))).toEqual(['canceled (user)'])
  })

  test('of a run that has not begun is its end', () => {
    const run = simulateRun(planOf(['start', 'end'], ['start>end']))
    expect(brief(run.cancel())).toEqual(['canceled (user)'])
    expect(run.machine.status).toBe('canceled')
    expect(run.start()).toEqual([])
  })

  test('comes too late for a run that is failing', () => {
    const run = simulateRun(planOf(['start', 'a:probe', 'b:probe'], ['start>a', 'start>b']))
    run.start()
    run.complete('start')
    run.fail('a')
    expect(run.cancel()).toEqual([])
    expect(brief(run.cancelNode('b'))).toEqual(['error NODE_FAILED in a'])
  })

  test('names its reason at the end', () => {
    const run = simulateRun(planOf(['start'], []))
    run.start()
    expect(brief(run.apply({ type: 'cancel_requested', data: { reason: 'operator', actor: null } }))).toEqual([
      'cancel start/1 (run_canceled)',
    ])
    expect(brief(run.cancelNode('start'))).toEqual(['canceled (operator)'])
  })
})

describe('the deadline of a run', () => {
  test('is set at the start and cancels the run when it comes', () => {
    const run = simulateRun(planOf(['start', 'a:probe'], ['start>a']))
    expect(brief(run.start({ deadlineAt: 70_000 }))).toEqual([
      'timer deadline deadline at 70000',
      'schedule start/1 inline',
    ])
    run.complete('start')
    expect(brief(run.fireTimer('deadline'))).toEqual(['cancel a/1 (run_canceled)'])
    expect(brief(run.cancelNode('a'))).toEqual(['canceled (timeout)'])
  })

  test('is cleared by the end of the run', () => {
    const run = simulateRun(planOf(['start', 'a:probe'], ['start>a']))
    run.start({ deadlineAt: 70_000 })
    run.complete('start')
    run.cancel()
    expect(brief(run.cancelNode('a'))).toEqual(['clear deadline', 'canceled (user)'])
  })

  test('that comes while the run is ending is noted, without a second reason', () => {
    const run = simulateRun(planOf(['start', 'a:probe', 'b:probe'], ['start>a', 'start>b']))
    run.start({ deadlineAt: 70_000 })
    run.complete('start')
    run.fail('a')
    expect(run.fireTimer('deadline')).toEqual([])
    expect(run.machine.turn).toBe(4)
    expect(brief(run.cancelNode('b'))).toEqual(['error NODE_FAILED in a'])
  })

  test('that a run has not got cannot fire', () => {
    const run = simulateRun(planOf(['start'], []))
    run.start()
    expect(run.fireTimer('deadline')).toEqual([])
    expect(run.machine.turn).toBe(1)
  })
})
