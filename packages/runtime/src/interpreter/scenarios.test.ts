import type { Json } from '@tenon/core/document'
import { foldRunEvents, nodeRunDurationMs } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { restep } from './restep.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, type SimulatedRun, simulateRun } from './testing/simulated-run.ts'
import { ticketPlan } from './testing/ticket-plan.ts'

const TICKET = ticketPlan()

function ticketUntilGuardrails(passes: boolean): SimulatedRun {
  const run = simulateRun(TICKET)
  run.start()
  run.complete('start', 'success', { ticket_id: 'T-12345' })
  run.complete('analyze', 'success', { sentiment: 0.9 })
  run.complete('guardrails', passes ? 'true' : 'false')
  return run
}

describe('the support ticket router', () => {
  test('answers a happy customer and leaves everything else out', () => {
    const run = ticketUntilGuardrails(true)
    expect(brief(run.complete('happy', 'true'))).toEqual([
      'skip split,escalate,log,meet,escalated (dead_path)',
      'schedule respond/1 dispatch',
    ])
    run.complete('respond')
    expect(brief(run.complete('answered', 'end', {}, 'answered'))).toEqual(['completed answered by answered'])
    const skipped = [...foldRunEvents(run.log).nodeRuns.values()].filter(({ status }) => status === 'skipped')
    expect(skipped.map(({ nodeId }) => nodeId).sort()).toEqual([
      'escalate',
      'escalated',
      'log',
      'meet',
      'rejected',
      'review',
      'split',
    ])
  })

  test('does not wait for a review that is not needed', () => {
    const run = simulateRun(TICKET)
    run.start()
    run.complete('start')
    run.complete('analyze')
    expect(brief(run.complete('guardrails', 'true'))).toEqual([
      'skip review,rejected (dead_path)',
      'fire happy 1/1',
      'schedule happy/1 inline',
    ])
  })

  test('takes two branches at once after a review and ends when both are in', () => {
    const run = ticketUntilGuardrails(false)
    expect(run.machine.status).toBe('running')
    run.suspend('review', approvalOf({ dueAt: 9_000 }))
    expect(run.machine.status).toBe('waiting')
    run.vote('review/1/0', 'approve')
    expect(brief(run.complete('review', 'approve'))).toEqual([
      'skip rejected (dead_path)',
      'fire happy 1/1',
      'schedule happy/1 inline',
    ])
    run.complete('happy', 'false')
    expect(brief(run.complete('split', '*'))).toEqual(['schedule escalate/1 dispatch', 'schedule log/1 dispatch'])
    expect(brief(run.complete('log'))).toEqual(['wait meet 1/2'])
    expect(brief(run.complete('escalate'))).toEqual(['fire meet 2/2', 'schedule meet/1 inline'])
    run.complete('meet')
    expect(brief(run.complete('escalated', 'end', {}, 'escalated'))).toEqual(['completed escalated by escalated'])
    expect(restep(run.log, TICKET)).toEqual({ same: true, turns: run.machine.turn })
  })

  test('ends as rejected when the reviewer says no', () => {
    const run = ticketUntilGuardrails(false)
    run.suspend('review', approvalOf())
    run.vote('review/1/0', 'reject')
    run.complete('review', 'reject')
    expect(brief(run.complete('rejected', 'end', {}, 'rejected'))).toEqual(['completed rejected by rejected'])
    expect(foldRunEvents(run.log)).toMatchObject({ status: 'completed', outcome: 'rejected', endNodeRunId: 'rejected' })
  })

  test('asks a person when the analysis fails, and says why', () => {
    const run = simulateRun(TICKET)
    run.start()
    run.complete('start')
    expect(brief(run.fail('analyze', 'MODEL_OUTPUT_INVALID'))).toEqual([
      'handled analyze route error',
      'skip guardrails (dead_path)',
      'fire review 1/1',
      'schedule review/1 inline',
    ])
    expect(run.machine.outputs.inputView('review').error()?.output.inline).toMatchObject({
      code: 'MODEL_OUTPUT_INVALID',
    })
  })

  test('shows the waiting time of the review in its node run', () => {
    const run = ticketUntilGuardrails(false)
    run.suspend('review', approvalOf())
    run.vote('review/1/0', 'approve')
    run.complete('review', 'approve')
    const review = foldRunEvents(run.log).nodeRuns.get('review')
    expect(review).toMatchObject({ status: 'success', port: 'approve', attempts: [{ pass: 1 }, { pass: 2 }] })
    expect(review === undefined ? null : nodeRunDurationMs(review)).toBe(30)
  })
})

describe('accumulated context', () => {
  const plan = planOf(
    ['start', 'extract:probe', 'weather:probe', 'check:if-else', 'reply:probe', 'other:probe', 'end'],
    [
      'start>extract',
      'extract>weather',
      'weather>check',
      'check:true>reply',
      'check:false>other',
      'reply>end',
      'other>end',
    ],
  )
  const outputs: readonly [id: string, port: string, output: Json][] = [
    ['start', 'success', { user_query: "What's the weather in SF?" }],
    ['extract', 'success', { location: 'SF', intent: 'weather' }],
    ['weather', 'success', { message: 'Sunny', weather: { temperature: 75 }, tool_calls: [] }],
    ['check', 'true', { condition: true, lhs_value: 75, rhs_value: 70, operator: '>' }],
    ['reply', 'success', { final_response: 'Sunny in SF', suggestions: ['Hat'], message: 'Done' }],
  ]

  test('gives each node every field so far, and the end all of them, each with the node that wrote it', () => {
    const run = simulateRun(plan)
    run.start()
    const written = new Map<string, string>()
    for (const [id, port, output] of outputs) {
      const view = run.machine.outputs.inputView(id)
      for (const [key, writer] of written) expect(view.ownerOf(key)?.nodeId).toBe(writer)
      run.complete(id, port, output)
      for (const key of Object.keys(output as object)) written.set(key, id)
    }
    const end = run.machine.outputs.inputView('end')
    expect(Object.fromEntries([...written.keys()].map((key) => [key, end.ownerOf(key)?.nodeId]))).toEqual({
      user_query: 'start',
      location: 'extract',
      intent: 'extract',
      message: 'reply',
      weather: 'weather',
      tool_calls: 'weather',
      condition: 'check',
      lhs_value: 'check',
      rhs_value: 'check',
      operator: 'check',
      final_response: 'reply',
      suggestions: 'reply',
    })
    const whole = Object.assign({}, ...end.owners().map(({ output }) => output.inline))
    expect(whole).toMatchObject({ user_query: "What's the weather in SF?", message: 'Done', suggestions: ['Hat'] })
    expect(Object.keys(whole)).toHaveLength(written.size)
  })

  test('does not let the branch that was not taken leave a trace', () => {
    const run = simulateRun(plan)
    run.start()
    for (const [id, port, output] of outputs) run.complete(id, port, output)
    const view = run.machine.outputs.inputView('end')
    expect(view.outputOf('other')).toBeNull()
    expect(view.owners().map(({ nodeId }) => nodeId)).toEqual(['start', 'extract', 'weather', 'check', 'reply'])
  })
})
