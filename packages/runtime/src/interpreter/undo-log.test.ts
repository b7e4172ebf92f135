import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { simulateRun } from './testing/simulated-run.ts'
import { createUndoLog } from './undo-log.ts'

describe('createUndoLog', () => {
  test('takes changes of fields, lists and maps back, the last one first', () => {
    const undoLog = createUndoLog()
    const target = { name: 'a' }
    const list = [1, 2, 3]
    const map = new Map([['kept', 1]])
    undoLog.setField(target, 'name', 'b')
    undoLog.setField(target, 'name', 'c')
    undoLog.setItem(list, 1, 20)
    undoLog.setEntry(map, 'kept', 2)
    undoLog.setEntry(map, 'new', 3)
    undoLog.deleteEntry(map, 'kept')
    undoLog.deleteEntry(map, 'new')
    undoLog.deleteEntry(map, 'never')
    expect([target, list, [...map]]).toEqual([{ name: 'c' }, [1, 20, 3], []])
    undoLog.rollback()
    expect([target, list, [...map]]).toEqual([{ name: 'a' }, [1, 2, 3], [['kept', 1]]])
  })

  test('goes back to the last mark only', () => {
    const undoLog = createUndoLog()
    const target = { n: 0 }
    undoLog.setField(target, 'n', 1)
    undoLog.mark()
    undoLog.setField(target, 'n', 2)
    undoLog.rollback()
    undoLog.rollback()
    expect(target.n).toBe(1)
  })

  test('takes back what only the caller can take back', () => {
    const undoLog = createUndoLog()
    const set = new Set([1])
    undoLog.note(() => set.add(1))
    set.delete(1)
    undoLog.rollback()
    expect([...set]).toEqual([1])
  })

  test('refuses an index that a list does not have', () => {
    expect(() => createUndoLog().setItem([1], 1, 2)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  test('counts changes and visits', () => {
    const undoLog = createUndoLog()
    undoLog.visit()
    undoLog.setField({ a: 1 }, 'a', 2)
    undoLog.rollback()
    expect(undoLog.operations).toBe(2)
  })
})

describe('mark and rollback of a machine', () => {
  const plan = planOf(['start', 'a:probe', 'end'], ['start>a', 'a>end'])

  test('a new machine counts as marked', () => {
    const machine = createMachine(plan)
    const before = machine.snapshot()
    const run = simulateRun(plan, machine)
    const decisions = run.start()
    machine.rollback()
    expect(machine.snapshot()).toEqual(before)
    expect(machine.turn).toBe(0)
    expect(brief(simulateRun(plan, machine).start())).toEqual(brief(decisions))
  })

  test('several facts since the mark go back together', () => {
    const run = simulateRun(plan)
    run.start()
    const { machine } = run
    machine.mark()
    const before = machine.snapshot()
    const facts = simulateRun(plan)
    facts.start()
    facts.complete('start')
    facts.complete('a')
    for (const event of facts.log) {
      if (event.type === 'node_completed') machine.apply(event)
    }
    expect(machine.turn).toBe(3)
    machine.rollback()
    expect(machine.snapshot()).toEqual(before)
    expect(machine.outputs.outputOf('start')).toBeNull()
    expect(brief(run.complete('start'))).toEqual(['schedule a/1 dispatch'])
  })

  test('a race that is taken back is run again', () => {
    const race = planOf(
      ['start', 'a:probe', 'b:probe', ['meet:join', { join: 'any' }]],
      ['start>a', 'start>b', 'a>meet', 'b>meet'],
    )
    const run = simulateRun(race)
    run.start()
    run.complete('start')
    const decided = brief(run.complete('a'))
    run.machine.rollback()
    expect(brief(run.complete('a'))).toEqual(decided)
    expect(decided).toContain('cancel b/1 (loser)')
  })

  test('a machine from a snapshot cannot go back behind it', () => {
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    const snapshot = run.machine.snapshot()
    const restored = createMachine(plan, snapshot)
    restored.rollback()
    expect(restored.snapshot()).toEqual(snapshot)
    expect(restored.outputs.outputOf('start')).toMatchObject({ nodeId: 'start', port: 'success' })
  })
})
