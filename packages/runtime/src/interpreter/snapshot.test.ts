import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { STATE_VERSION } from './snapshot.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, simulateRun } from './testing/simulated-run.ts'

const PLAN = planOf(
  ['start', 'a:probe', 'ask:approval', ['meet:join', { join: 'any' }], 'end'],
  ['start>a', 'start>ask', 'a>meet', 'ask:approve>meet', 'meet>end'],
)

describe('a snapshot', () => {
  test('is plain JSON that nothing changes later', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start', 'success', { name: 'x' })
    const snapshot = run.machine.snapshot()
    const text = JSON.stringify(snapshot)
    expect(JSON.parse(text)).toEqual(snapshot)
    run.complete('a')
    expect(JSON.stringify(snapshot)).toBe(text)
  })

  test('taken while a race is on lets the other machine finish it', () => {
    const run = simulateRun(PLAN)
    run.start({ deadlineAt: 9_000 })
    run.complete('start')
    run.suspend('ask', approvalOf({ dueAt: 8_000 }))
    const other = simulateRun(PLAN, createMachine(PLAN, run.machine.snapshot()))
    const ended = [...other.complete('a'), ...other.complete('meet'), ...other.complete('end', 'end')]
    expect(brief(ended)).toEqual([
      'fire meet 1/1 over ask',
      'close ask/1/0 (canceled)',
      'clear ask/1/0',
      'schedule meet/1 inline',
      'schedule end/1 inline',
      'clear deadline',
      'completed completed by end',
    ])
    expect([other.machine.status, run.machine.status]).toEqual(['completed', 'running'])
  })

  test('remembers which arrivals were successes', () => {
    const plan = planOf(
      ['start', ['a:probe', { onError: 'continue' }], 'b:if-else', 'c:probe', ['meet:join', { join: 'first-success' }]],
      ['start>a', 'start>b', 'start>c', 'a>meet', 'b:true>meet', 'c>meet'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.fail('a')
    const other = simulateRun(plan, createMachine(plan, run.machine.snapshot()))
    expect(brief(other.complete('b', 'false'))).toEqual([])
    expect(brief(other.complete('c'))).toEqual(['fire meet 1/1', 'schedule meet/1 inline'])
  })

  test('remembers the votes that are in', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf({ required: 2 }))
    run.vote('ask/1/0', 'approve', 'ann')
    const other = simulateRun(PLAN, createMachine(PLAN, run.machine.snapshot()))
    expect(other.machine.status).toBe('running')
    expect(other.vote('ask/1/0', 'approve', 'ann')).toEqual([])
    expect(brief(other.vote('ask/1/0', 'approve', 'bob'))).toEqual([
      'close ask/1/0 (resolved)',
      'schedule ask/2 inline',
    ])
  })

  test('remembers the end that was reached', () => {
    const plan = planOf(['start', 'one:end', 'two:end'], ['start>one', 'start>two'])
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('two', 'end', {}, 'second')
    const late = simulateRun(plan, createMachine(plan, run.machine.snapshot()))
    expect(brief(late.complete('one', 'end', {}, 'first'))).toEqual(['completed first by one'])
    const failing = simulateRun(plan, createMachine(plan, run.machine.snapshot()))
    expect(brief(failing.fail('one'))).toEqual(['error NODE_FAILED in one'])
  })

  test('of a run that is over stays over', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.cancel()
    run.cancelNode('start')
    const other = simulateRun(PLAN, createMachine(PLAN, run.machine.snapshot()))
    expect(other.machine.status).toBe('canceled')
    expect([other.start(), other.cancel(), other.machine.openNodeRuns()]).toEqual([[], [], []])
  })

  test('remembers who has been asked to stop', () => {
    const run = simulateRun(PLAN)
    run.start()
    run.complete('start')
    run.cancel()
    const other = simulateRun(PLAN, createMachine(PLAN, run.machine.snapshot()))
    expect(other.cancel()).toEqual([])
    other.cancelNode('ask')
    expect(brief(other.cancelNode('a'))).toEqual(['canceled (user)'])
  })

  test('remembers who has lost, so that an outer race names no node twice', () => {
    const plan = planOf(
      ['start', 'a:probe', 'b:probe', ['inner:join', { join: 'any' }], 'c:probe', ['outer:join', { join: 'any' }]],
      ['start>a', 'start>b', 'a>inner', 'b>inner', 'inner>outer', 'start>c', 'c>outer'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('a')
    const other = simulateRun(plan, createMachine(plan, run.machine.snapshot()))
    expect(brief(other.complete('c'))).toEqual([
      'fire outer 1/1 over inner',
      'cancel inner/1 (loser)',
      'schedule outer/1 inline',
    ])
  })

  test('has its entries in document order, however the run went', () => {
    const plan = planOf(['start', 'a:probe', 'b:probe'], ['start>a', 'start>b'])
    const one = simulateRun(plan)
    one.start()
    one.complete('start')
    one.complete('b')
    const { frames } = one.machine.snapshot().state as {
      frames: { outputs: [number, unknown][]; open: [number, unknown][] }[]
    }
    expect(frames).toHaveLength(1)
    expect(frames[0]?.outputs.map(([index]) => index)).toEqual([0, 2])
    expect(frames[0]?.open.map(([index]) => index)).toEqual([1])
  })

  test('of another version is unreadable', () => {
    const snapshot = { ...createMachine(PLAN).snapshot(), stateVersion: STATE_VERSION + 1 }
    expect(() => createMachine(PLAN, snapshot)).toThrow(
      expect.objectContaining({
        code: 'SNAPSHOT_UNREADABLE',
        details: { stateVersion: STATE_VERSION + 1, expected: STATE_VERSION },
      }),
    )
  })

  test('of another plan is unreadable', () => {
    const other = planOf(['start'], [])
    expect(() => createMachine(other, createMachine(PLAN).snapshot())).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNREADABLE' }),
    )
  })

  test.each([[null], ['text'], [7], [{}]])('with the state %j is unreadable', (state) => {
    expect(() => createMachine(PLAN, { stateVersion: STATE_VERSION, state })).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNREADABLE' }),
    )
  })
})
