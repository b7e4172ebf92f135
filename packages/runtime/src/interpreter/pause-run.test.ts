import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, simulateRun } from './testing/simulated-run.ts'

const FORKED = planOf(
  ['start', 'a:probe', 'b:probe', 'after-a:probe', 'after-b:probe', 'end'],
  ['start>a', 'start>b', 'a>after-a', 'b>after-b', 'after-a>end'],
)

/** Starts a run of {@link FORKED} in which `a` and `b` run, and pauses it. */
function pausedFork() {
  const run = simulateRun(FORKED)
  run.start()
  run.complete('start')
  run.pause()
  return run
}

describe('a paused run', () => {
  test('applies outcomes, holds what would start, and schedules it once, in that order, when it is resumed', () => {
    const run = pausedFork()
    expect(run.machine.status).toBe('paused')
    expect(brief(run.complete('b'))).toEqual([])
    expect(brief(run.complete('a'))).toEqual([])
    expect(run.machine.openNodeRuns()).toEqual([])
    expect(brief(run.resume())).toEqual([
      'resumed by bob',
      'schedule after-b/1 dispatch',
      'schedule after-a/1 dispatch',
    ])
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('after-b'))).toEqual([])
    run.complete('after-a')
    expect(brief(run.complete('end', 'end'))).toEqual(['completed completed by end'])
  })

  test('schedules the successors of one outcome in document order', () => {
    const plan = planOf(['start', 'a:probe', 'b:probe'], ['start>b', 'start>a'])
    const run = simulateRun(plan)
    run.start()
    run.pause()
    run.complete('start')
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule a/1 dispatch', 'schedule b/1 dispatch'])
  })

  test('still skips, joins and handles failures: only starts are held', () => {
    const plan = planOf(
      [
        'start',
        ['a:probe', { onError: 'continue' }],
        'b:if-else',
        'no:probe',
        'meet:join',
        ['off:set', {}, { disabled: true }],
      ],
      ['start>a', 'start>b', 'b:false>no', 'a>meet', 'b:true>meet', 'no>meet', 'b:true>off'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.pause()
    expect(brief(run.fail('a'))).toEqual(['handled a continue success', 'wait meet 1/3'])
    expect(brief(run.complete('b', 'true'))).toEqual(['skip off (disabled)', 'skip no (dead_path)', 'fire meet 2/2'])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule meet/1 inline'])
  })

  test('lets a node read what it would have read without the pause', () => {
    const plan = planOf(
      ['start', 'quick:probe', 'slow:probe', ['meet:join', { join: 'any' }], 'other:probe', 'end'],
      ['start>quick', 'start>slow', 'quick>meet', 'slow>meet', 'slow>other', 'meet>end', 'other>end'],
    )
    const readBy = (isPaused: boolean) => {
      const run = simulateRun(plan)
      run.start()
      run.complete('start')
      if (isPaused) run.pause()
      run.complete('quick', 'success', { from: 'quick' })
      run.complete('slow', 'success', { from: 'slow' })
      if (isPaused) run.resume()
      return run.machine.outputs.inputView('meet').ownerOf('from')?.nodeId
    }
    expect([readBy(false), readBy(true)]).toEqual(['quick', 'quick'])
  })

  test('ends when nothing is left to start, without being resumed', () => {
    const run = simulateRun(planOf(['start', 'end'], ['start>end']))
    run.start()
    run.complete('start')
    expect(brief(run.pause())).toEqual(['paused by ann'])
    expect(brief(run.complete('end', 'end'))).toEqual(['completed completed by end'])
    expect(run.machine.status).toBe('completed')
  })

  test('fails when a body in progress fails, without what it held', () => {
    const run = pausedFork()
    run.complete('a')
    expect(brief(run.fail('b'))).toEqual(['error NODE_FAILED in b'])
  })

  test('is canceled by its time limit, whose clock a pause does not stop', () => {
    const run = simulateRun(FORKED)
    run.start({ deadlineAt: 9_000 })
    run.complete('start')
    run.pause()
    run.complete('a')
    expect(brief(run.fireTimer('deadline'))).toEqual(['cancel b/1 (run_canceled)'])
    expect(brief(run.cancelNode('b'))).toEqual(['canceled (timeout)'])
  })

  test('holds its trigger if it is paused before its start', () => {
    const run = simulateRun(FORKED)
    expect(brief(run.pause())).toEqual(['paused by ann'])
    expect([run.machine.status, brief(run.start()), run.machine.status]).toEqual(['queued', [], 'paused'])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule start/1 inline'])
  })

  test('can be canceled before its start', () => {
    const run = simulateRun(FORKED)
    run.pause()
    expect(brief(run.cancel())).toEqual(['canceled (user)'])
  })
})

describe('a wait in a paused run', () => {
  const plan = planOf(
    ['start', 'ask:approval', 'sleep:delay', 'after:probe'],
    ['start>ask', 'start>sleep', 'ask:approve>after'],
  )

  function pausedWaits() {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('sleep', { kind: 'time', dueAt: 2_000 })
    run.pause()
    run.suspend('ask', approvalOf({ dueAt: 3_000, required: 2 }))
    return run
  }

  test('opens, collects votes and is decided; its next pass starts when the run is resumed', () => {
    const run = pausedWaits()
    expect(brief(run.vote('ask/1/0', 'approve', 'ann'))).toEqual([])
    expect(brief(run.vote('ask/1/0', 'approve', 'bob'))).toEqual(['close ask/1/0 (resolved)', 'clear ask/1/0'])
    expect([run.vote('ask/1/0', 'approve', 'cleo'), run.fireTimer('ask/1/0')]).toEqual([[], []])
    expect(run.machine.openNodeRuns()).toMatchObject([{ nodeRunId: 'ask', waitId: 'ask/1/0' }, { nodeRunId: 'sleep' }])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule ask/2 inline'])
    expect(run.machine.openNodeRuns()[0]?.resume).toMatchObject({ kind: 'approval', choice: 'approve' })
    expect(brief(run.complete('ask', 'approve'))).toEqual(['schedule after/1 dispatch'])
    expect(run.machine.status).toBe('running')
  })

  test('ends by its timers, which are acted on when the run is resumed, in the order in which they fired', () => {
    const run = pausedWaits()
    expect(brief(run.fireTimer('sleep/1/0'))).toEqual(['close sleep/1/0 (resolved)'])
    expect(brief(run.fireTimer('ask/1/0'))).toEqual(['close ask/1/0 (timeout)'])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule sleep/2 inline', 'schedule ask/2 inline'])
    expect(run.machine.openNodeRuns().map(({ resume }) => resume?.kind)).toEqual(['timeout', 'time'])
  })

  test('is still open after a resumption that came first', () => {
    const run = pausedWaits()
    expect(brief(run.resume())).toEqual(['resumed by bob'])
    expect(run.machine.status).toBe('waiting')
    expect(brief(run.fireTimer('sleep/1/0'))).toEqual(['close sleep/1/0 (resolved)', 'schedule sleep/2 inline'])
  })

  test('that was decided is dropped with its node when the run is canceled', () => {
    const run = pausedWaits()
    run.fireTimer('ask/1/0')
    expect(brief(run.cancel())).toEqual([
      'drop ask/1 (run_canceled)',
      'close sleep/1/0 (canceled)',
      'clear sleep/1/0',
      'canceled (user)',
    ])
  })
})

describe('a race in a paused run', () => {
  const plan = planOf(
    ['start', 'a:probe', 'b:probe', 'late:probe', 'ask:approval', ['meet:join', { join: 'any' }], 'end'],
    ['start>a', 'start>b', 'start>ask', 'b>late', 'a>meet', 'late>meet', 'ask:approve>meet', 'meet>end'],
  )

  test('drops the losers that the pause held', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    run.pause()
    run.complete('b')
    run.vote('ask/1/0', 'approve')
    expect(brief(run.complete('a'))).toEqual(['fire meet 1/1 over ask', 'drop ask/1 (loser)', 'skip late (loser)'])
    expect(brief(run.resume())).toEqual(['resumed by bob', 'schedule meet/1 inline'])
    run.complete('meet')
    expect(brief(run.complete('end', 'end'))).toEqual(['completed completed by end'])
  })

  test('knows the losers that the pause holds after a snapshot', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf())
    run.pause('p1')
    run.complete('b')
    run.vote('ask/1/0', 'approve')
    const other = simulateRun(plan, createMachine(plan, JSON.parse(JSON.stringify(run.machine.snapshot()))))
    expect(other.machine.status).toBe('paused')
    expect(brief(other.complete('a'))).toEqual(['fire meet 1/1 over ask', 'drop ask/1 (loser)', 'skip late (loser)'])
    expect(brief(other.resume())).toEqual(['resumed by bob', 'schedule meet/1 inline'])
    expect(other.pause('p1')).toEqual([])
  })
})

describe('a request to pause or to resume', () => {
  test('changes nothing if the run is as requested', () => {
    const run = pausedFork()
    expect(run.pause()).toEqual([])
    run.resume()
    expect(run.resume()).toEqual([])
    expect(run.log.filter(({ type }) => type.endsWith('_requested'))).toHaveLength(2)
  })

  test('can be made again, but one that was applied has no effect when it is repeated', () => {
    const run = simulateRun(FORKED)
    run.start()
    run.pause('p1')
    run.resume('r1')
    expect(run.pause('p1')).toEqual([])
    expect(brief(run.pause('p2'))).toEqual(['paused by ann'])
    expect(run.resume('r1')).toEqual([])
    expect(brief(run.resume('r2'))).toEqual(['resumed by bob'])
  })

  test('has no effect while the run is being canceled, which wins, nor after its end', () => {
    const run = pausedFork()
    run.complete('a')
    expect(brief(run.cancel())).toEqual(['cancel b/1 (run_canceled)'])
    expect([run.resume(), run.pause(), run.machine.status]).toEqual([[], [], 'paused'])
    expect(brief(run.cancelNode('b'))).toEqual(['canceled (user)'])
    expect([run.resume(), run.pause(), run.machine.status]).toEqual([[], [], 'canceled'])
  })

  test('that is rolled back leaves everything held, in its order', () => {
    const run = pausedFork()
    run.complete('b')
    run.complete('a')
    const before = run.machine.snapshot()
    run.machine.mark()
    const request = { requestId: 'r', actor: null }
    run.machine.apply({ type: 'resume_requested', data: request, at: 5_000 })
    run.machine.rollback()
    expect(run.machine.snapshot()).toEqual(before)
    expect(brief(run.resume())).toEqual([
      'resumed by bob',
      'schedule after-b/1 dispatch',
      'schedule after-a/1 dispatch',
    ])
  })
})
