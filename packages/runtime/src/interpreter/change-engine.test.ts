import type { RunEngine } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { createPlanIndex } from './plan-index.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'

const ANN = { userId: 'ann', displayName: 'Ann' }
const PLAN = planOf(['start', 'a:probe', 'b:probe', 'end'], ['start>a', 'a>b', 'b>end'])

function runOf(plan = PLAN, next = plan): SimulatedRun {
  const index = createPlanIndex(next)
  const run = simulateRun(
    plan,
    createMachine(plan, undefined, undefined, () => index),
  )
  run.start()
  run.complete('start')
  return run
}

function change(run: SimulatedRun, to: RunEngine, from: RunEngine = 'embedded', requestId = `to-${to}`) {
  return brief(run.apply({ type: 'engine_change_requested', data: { requestId, actor: ANN, from, to } }))
}

describe('a run that changes its engine', () => {
  test('waits for the node in progress, starts nothing before, and continues at the other engine', () => {
    const run = runOf()
    expect(change(run, 'temporal')).toEqual([])
    expect(run.machine.engineChange).toMatchObject({ to: 'temporal' })
    expect(run.machine.engine).toBeNull()
    expect(brief(run.complete('a'))).toEqual(['engine embedded to temporal', 'schedule b/1 dispatch'])
    expect(run.machine.engine).toBe('temporal')
    expect(run.machine.engineChange).toBeNull()
    const turn = run.machine.turn
    expect(change(run, 'temporal')).toEqual([])
    expect(run.machine.turn).toBe(turn)
  })

  test('changes at once while it waits, keeps its wait, and goes back', () => {
    const run = runOf()
    run.suspend('a', approvalOf())
    expect(change(run, 'temporal')).toEqual(['engine embedded to temporal'])
    expect(change(run, 'embedded', 'temporal')).toEqual(['engine temporal to embedded'])
    expect(run.machine.status).toBe('waiting')
    expect(run.machine.openNodeRun('a')?.waitId).not.toBeNull()
  })

  test('refuses a second request, and one that was made on another engine', () => {
    const run = runOf()
    change(run, 'temporal')
    expect(change(run, 'temporal', 'embedded', 'again')).toEqual(['engine not temporal (superseded)'])
    run.complete('a')
    expect(change(run, 'temporal', 'embedded', 'late')).toEqual(['engine not temporal (superseded)'])
  })

  test('stays on its engine when the request is withdrawn, and starts what it has held', () => {
    const parallel = planOf(
      ['start', 'a:probe', 'b:probe', 'c:probe', 'end'],
      ['start>a', 'start>c', 'a>b', 'b>end', 'c>end'],
    )
    const run = runOf(parallel)
    const { turn } = run.machine
    expect(change(run, 'embedded', 'embedded', 'none')).toEqual([])
    expect(run.machine.turn).toBe(turn)
    change(run, 'temporal')
    expect(change(run, 'temporal', 'temporal', 'elsewhere')).toEqual([])
    run.complete('a')
    expect(change(run, 'embedded', 'embedded', 'stay')).toEqual([
      'engine not temporal (withdrawn)',
      'schedule b/1 dispatch',
    ])
    expect(run.machine.engineChange).toBeNull()
    expect(change(run, 'embedded', 'embedded', 'stay')).toEqual([])
    run.apply({ type: 'pause_requested', data: { requestId: 'p', actor: ANN } })
    expect(change(run, 'temporal', 'embedded', 'again')).toEqual([])
    expect(change(run, 'embedded', 'embedded', 'stay again')).toEqual(['engine not temporal (withdrawn)'])
  })

  test('stays on its engine if it begins to end first, and ignores requests from then on', () => {
    const run = runOf()
    change(run, 'temporal')
    const decisions = brief(run.apply({ type: 'cancel_requested', data: { reason: 'user', actor: ANN } }))
    expect(decisions).toContain('engine not temporal (ending)')
    expect(change(run, 'temporal', 'embedded', 'late')).toEqual([])
    const fresh = simulateRun(PLAN, createMachine(PLAN))
    expect(change(fresh, 'temporal')).toEqual([])
  })

  test('changes while it is paused, and starts what it holds when it is resumed', () => {
    const run = runOf()
    const pause = { requestId: 'p', actor: ANN }
    run.apply({ type: 'pause_requested', data: pause })
    run.complete('a')
    expect(change(run, 'temporal')).toEqual(['engine embedded to temporal'])
    expect(brief(run.apply({ type: 'resume_requested', data: { ...pause, requestId: 'r' } }))).toEqual([
      'resumed by ann',
      'schedule b/1 dispatch',
    ])
  })

  test('keeps holding for a change of the engine while it moves to another version, and starts nothing twice', () => {
    const next = planOf(['start', 'a:probe', 'c:probe', 'end'], ['start>a', 'a>c', 'c>end'])
    const run = runOf(PLAN, next)
    const { planHash } = next
    const data = { requestId: 'm', actor: ANN, from: '1', version: '2', planHash }
    run.apply({ type: 'migrate_requested', data })
    change(run, 'temporal')
    expect(brief(run.complete('a'))).toEqual(['moved 1 to 2', 'engine embedded to temporal', 'schedule c/1 dispatch'])
    const other = runOf(PLAN, next)
    other.apply({ type: 'migrate_requested', data })
    change(other, 'temporal')
    other.apply({ type: 'migration_withdrawn', data: { requestId: 'm', actor: ANN } })
    expect(brief(other.complete('a'))).toEqual(['engine embedded to temporal', 'schedule b/1 dispatch'])
  })

  test('is the same after a snapshot', () => {
    const run = runOf()
    change(run, 'temporal')
    const restored = simulateRun(PLAN, createMachine(PLAN, JSON.parse(JSON.stringify(run.machine.snapshot()))))
    expect(brief(restored.complete('a'))).toEqual(brief(run.complete('a')))
  })
})
