import { makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, iterationsOf, simulateRun } from './testing/simulated-run.ts'

const inLoop = (parentId: string) => [undefined as never, { parentId }] as const

/** start > each [ a > b ] > after > end */
const PLAN = planOf(
  [
    'start',
    'each:loop',
    ['a:probe', {}, { parentId: 'each' }],
    ['b:set', {}, { parentId: 'each' }],
    'after:probe',
    'end',
  ],
  ['start>each', 'a>b', 'each>after', 'after>end'],
)

function begin(items: readonly string[], options: Parameters<typeof iterationsOf>[1] = {}) {
  const run = simulateRun(PLAN)
  run.start()
  run.complete('start')
  return { run, first: run.suspend('each', iterationsOf(items, options)) }
}

describe('a loop', () => {
  test('runs its nodes once for each item, one after the other, then continues', () => {
    const { run, first } = begin(['x', 'y'])
    expect(brief(first)).toEqual(['open each/1/0', 'begin each[0]', 'schedule a#0/1 dispatch'])
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('a#0'))).toEqual(['schedule b#0/1 inline'])
    expect(brief(run.complete('b#0'))).toEqual(['end each[0] (completed)', 'begin each[1]', 'schedule a#1/1 dispatch'])
    run.complete('a#1')
    expect(brief(run.complete('b#1'))).toEqual([
      'end each[1] (completed)',
      'close each/1/0 (resolved)',
      'schedule each/2 inline',
    ])
    expect(brief(run.complete('each'))).toEqual(['schedule after/1 dispatch'])
    run.complete('after')
    run.complete('end', 'success', {}, 'completed')
    expect(run.machine.status).toBe('completed')
    expect(restep(run.log, PLAN)).toEqual({ same: true, turns: 10 })
  })

  test('continues at once without items', () => {
    const { first } = begin([])
    expect(brief(first)).toEqual(['open each/1/0', 'close each/1/0 (resolved)', 'schedule each/2 inline'])
  })
})
