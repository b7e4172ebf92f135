import { MAX_INLINE_BYTES, makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { failureOutput } from './failure.ts'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { approvalOf, simulateRun } from './testing/simulated-run.ts'

describe('a node that fails', () => {
  test('ends the run when nothing else is open', () => {
    const run = simulateRun(planOf(['start', 'a:probe', 'end'], ['start>a', 'a>end']))
    run.start()
    run.complete('start')
    const decisions = run.fail('a', 'HTTP_FAILED')
    expect(decisions).toEqual([
      {
        type: 'run_error',
        data: { error: { code: 'HTTP_FAILED', message: 'It failed: HTTP_FAILED', nodeId: 'a' }, nodeRunId: 'a' },
      },
    ])
    expect(run.machine.status).toBe('failed')
  })

  test('cancels what is open first, and the run ends when all outcomes are in', () => {
    const plan = planOf(
      ['start', 'bad:probe', 'slow:probe', 'ask:approval', 'never:probe'],
      ['start>bad', 'start>slow', 'start>ask', 'slow>never'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.suspend('ask', approvalOf({ dueAt: 9_000 }))
    expect(brief(run.fail('bad'))).toEqual(['cancel slow/1 (run_failed)', 'close ask/1/0 (canceled)', 'clear ask/1/0'])
    expect(run.machine.status).toBe('running')
    expect(brief(run.complete('slow'))).toEqual(['error NODE_FAILED in bad'])
  })

  test('is what the run reports, even if others fail after it', () => {
    const run = simulateRun(planOf(['start', 'a:probe', 'b:probe'], ['start>a', 'start>b']))
    run.start()
    run.complete('start')
    run.fail('b', 'HTTP_FAILED')
    expect(brief(run.fail('a', 'NODE_TIMEOUT'))).toEqual(['error HTTP_FAILED in b'])
  })

  test('keeps the id that the failure names', () => {
    const run = simulateRun(planOf(['start'], []))
    run.start()
    const error = { code: 'NODE_FAILED', message: 'no', nodeId: 'inner' }
    const data = { pass: 1, attempt: 1, error, durationMs: 1 }
    expect(run.apply({ type: 'node_failed', nodeRunId: 'start', data })).toMatchObject([
      { type: 'run_error', data: { error: { nodeId: 'inner' }, nodeRunId: 'start' } },
    ])
  })

  test('with "continue" goes on by its first port with {}', () => {
    const plan = planOf(
      ['start', ['check:if-else', { onError: 'continue' }], 'yes:probe', 'no:probe'],
      ['start>check', 'check:true>yes', 'check:false>no'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    const decisions = run.fail('check')
    expect(brief(decisions)).toEqual(['handled check continue true', 'skip no (dead_path)', 'schedule yes/1 dispatch'])
    expect(decisions[0]).toMatchObject({ data: { output: makeValueRef({}) } })
  })

  test('with "continue" and no ports leads nowhere', () => {
    const run = simulateRun(planOf(['start', ['end', { onError: 'continue' }]], ['start>end']))
    run.start()
    run.complete('start')
    expect(brief(run.fail('end'))).toEqual(['handled end continue success', 'completed completed by null'])
  })

  test('with "route" goes on by its error port with the failure as output', () => {
    const plan = planOf(
      ['start', ['call:probe', { onError: 'route' }], 'good:set', 'bad:set'],
      ['start>call', 'call>good', 'call:error>bad'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    const decisions = run.fail('call', 'HTTP_FAILED')
    expect(brief(decisions)).toEqual(['handled call route error', 'skip good (dead_path)', 'schedule bad/1 inline'])
    const output = makeValueRef({ code: 'HTTP_FAILED', message: 'It failed: HTTP_FAILED', details: null })
    expect(decisions[0]).toMatchObject({ data: { output } })
    expect(run.machine.outputs.outputOf('call')).toEqual({ nodeId: 'call', port: 'error', output })
  })

  test('with "route" and no edge on the error port ends the run', () => {
    const run = simulateRun(planOf(['start', ['a:probe', { onError: 'route' }]], ['start>a']))
    run.start()
    run.complete('start')
    expect(brief(run.fail('a'))).toEqual(['error NODE_FAILED in a'])
  })
})

describe('failureOutput', () => {
  test('has code, message and details', () => {
    expect(failureOutput({ code: 'HTTP_STATUS', message: 'Answered 404', details: { status: 404 } })).toEqual(
      makeValueRef({ code: 'HTTP_STATUS', message: 'Answered 404', details: { status: 404 } }),
    )
  })

  test('leaves details out that would not fit into the log', () => {
    const details = { body: 'x'.repeat(MAX_INLINE_BYTES) }
    expect(failureOutput({ code: 'HTTP_STATUS', message: 'Answered 500', details }).inline).toEqual({
      code: 'HTTP_STATUS',
      message: 'Answered 500',
      details: null,
    })
  })

  test('leaves details out that are not strict JSON', () => {
    const { inline } = failureOutput({ code: 'NODE_FAILED', message: 'no', details: { n: Number.NaN } })
    expect(inline).toEqual({ code: 'NODE_FAILED', message: 'no', details: null })
  })

  test('is always stored in the log itself, whatever the message', () => {
    const { inline } = failureOutput({ code: 'C'.repeat(999), message: '\u0001'.repeat(99_999) })
    expect(inline).toMatchObject({ code: 'C'.repeat(200), message: '\u0001'.repeat(2_000) })
  })

  test('replaces half surrogate pairs, also those that cutting makes', () => {
    expect(failureOutput({ code: 'A\uD800', message: '\uDC00b' }).inline).toMatchObject({
      code: 'A\uFFFD',
      message: '\uFFFDb',
    })
    expect(failureOutput({ code: 'A', message: `${'x'.repeat(1_999)}😀` }).inline).toMatchObject({
      message: `${'x'.repeat(1_999)}\uFFFD`,
    })
  })
})
