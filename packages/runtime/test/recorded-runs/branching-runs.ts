import { nestedPlan } from '../../src/interpreter/testing/nested-plan.ts'
import { planOf } from '../../src/interpreter/testing/plan-of.ts'
import { nextFact } from '../../src/interpreter/testing/random-play.ts'
import { approvalOf } from '../../src/interpreter/testing/simulated-run.ts'
import { tapeOf } from '../../src/interpreter/testing/tape.ts'
import { ticketPlan } from '../../src/interpreter/testing/ticket-plan.ts'

import { type RecordedRun, record } from './record-run.ts'

const TICKET = { ticket_id: 'T-12345', text: "My order hasn't arrived!", customer_id: 'C-789' }

export function ticketTo(end: 'answered' | 'escalated' | 'rejected'): RecordedRun {
  return record(ticketPlan({ retry: { maximumAttempts: 3 } }), (run) => {
    run.start({ input: TICKET, deadlineAt: 90_000 })
    run.complete('start', 'success', TICKET)
    run.complete('analyze', 'success', { sentiment: 0.2, category: 'delivery', urgency: 'high' })
    run.complete('guardrails', end === 'answered' ? 'true' : 'false', { reason: 'VIP' })
    if (end !== 'answered') {
      run.suspend('review', approvalOf({ required: 2, dueAt: 60_000 }))
      run.vote('review/1/0', end === 'rejected' ? 'reject' : 'approve', 'ann')
      run.vote('review/1/0', end === 'rejected' ? 'reject' : 'approve', 'bob')
      run.complete('review', end === 'rejected' ? 'reject' : 'approve', { decided: true })
    }
    if (end === 'rejected') {
      run.complete('rejected', 'end', { decided: true }, 'rejected')
      return
    }
    run.complete('happy', end === 'answered' ? 'true' : 'false')
    if (end === 'answered') run.complete('respond', 'success', { answer: 'On its way' })
    else {
      run.complete('split', '*')
      run.complete('log')
      run.complete('escalate', 'success', { ticket: 7 })
      run.complete('meet')
    }
    run.complete(end, 'end', { ok: true }, end)
  })
}

export function race(join: 'any' | 'first-success' | { readonly count: number }): RecordedRun {
  const plan = planOf(
    [
      'start',
      ['a:probe', { onError: 'route' }],
      ['b:probe', { onError: 'continue' }],
      'c:approval',
      'later:probe',
      ['meet:join', { join }],
      'end',
    ],
    [
      'start>a',
      'start>b',
      'start>c',
      'start>later',
      'a>meet',
      'a:error>meet',
      'b>meet',
      'c:approve>meet',
      'later>meet',
      'meet>end',
    ],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.suspend('c', approvalOf({ dueAt: 9_000 }))
    run.fail('a', 'HTTP_FAILED')
    run.fail('b', 'HTTP_FAILED')
    run.complete('later', 'success', { late: true })
    run.complete('meet')
    run.complete('end', 'end', {}, 'won')
    run.cancelNode('b')
  })
}

export function failures(): RecordedRun {
  const plan = planOf(
    ['start', 'bad:probe', 'slow:probe', 'ask:approval', 'sleep:delay', 'never:probe'],
    ['start>bad', 'start>slow', 'start>ask', 'start>sleep', 'slow>never'],
  )
  return record(plan, (run) => {
    run.start({ deadlineAt: 90_000 })
    run.complete('start')
    run.suspend('ask', approvalOf())
    run.suspend('sleep', { kind: 'time', dueAt: 70_000 })
    run.fail('bad', 'HTTP_STATUS')
    run.complete('slow')
  })
}

export function tooFew(): RecordedRun {
  const plan = planOf(
    ['start', 'check:if-else', 'a:probe', ['meet:join', { join: { count: 2 }, onError: 'route' }], 'sorry:set', 'end'],
    ['start>check', 'check:true>a', 'check:false>meet', 'a>meet', 'meet>end', 'meet:error>sorry'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.complete('check', 'true')
    run.complete('a')
    run.complete('sorry')
  })
}

export function deadline(): RecordedRun {
  const plan = planOf(['start', 'sleep:delay', 'slow:probe'], ['start>sleep', 'start>slow'])
  return record(plan, (run) => {
    run.start({ deadlineAt: 5_000 })
    run.complete('start')
    run.suspend('sleep', { kind: 'time', dueAt: 70_000 })
    run.fireTimer('deadline')
    run.cancelNode('slow', 'abandoned')
  })
}

export function passedOver(): RecordedRun {
  const plan = planOf(
    ['start', 'other:start', ['off:if-else', {}, { disabled: true }], 'skip:probe', 'sleep:delay', 'no:probe', 'end'],
    ['start>off', 'other>no', 'off:true>skip', 'off:false>no', 'skip>sleep', 'sleep>end'],
  )
  return record(plan, (run) => {
    run.start()
    run.complete('start')
    run.skip('skip')
    run.suspend('sleep', { kind: 'time', dueAt: 2_000 })
    run.fireTimer('sleep/1/0')
    run.complete('sleep')
    run.complete('end', 'end', {}, 'slept')
  })
}

/** A random run, from a fixed seed, of races inside races. */
export function nested(seed: number, cancelOneIn: number): RecordedRun {
  const values = Array.from({ length: 40 }, (_, index) => (seed * 7_919 + index * index * 31 + index * seed) % 1_009)
  const plan = nestedPlan(values)
  return record(plan, (run) => {
    const tape = tapeOf(values)
    const next = () => nextFact(plan, run.machine, tape, { cancelOneIn })
    for (let fact = next(); fact !== null; fact = next()) run.apply(fact)
  })
}
