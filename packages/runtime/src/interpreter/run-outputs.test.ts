import { makeValueRef } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { brief } from './testing/decisions.ts'
import { planOf } from './testing/plan-of.ts'
import { simulateRun } from './testing/simulated-run.ts'

const owner = (nodeId: string, output: Parameters<typeof makeValueRef>[0], port = 'success') => ({
  nodeId,
  port,
  output: makeValueRef(output),
})

describe('outputOf', () => {
  test('is what left a node, by which port', () => {
    const run = simulateRun(planOf(['start', 'check:if-else'], ['start>check']))
    run.start()
    run.complete('start', 'success', { n: 1 })
    const { outputs } = run.machine
    expect(outputs.outputOf('start')).toEqual(owner('start', { n: 1 }))
    expect(outputs.outputOf('check')).toBeNull()
    expect(outputs.outputOf('ghost')).toBeNull()
    run.complete('check', 'true', { yes: true })
    expect(outputs.outputOf('check')).toEqual(owner('check', { yes: true }, 'true'))
  })
})

describe('inputView', () => {
  test('lays the outputs of the ancestors over each other in document order', () => {
    const run = simulateRun(planOf(['start', 'a:set', 'b:set', 'end'], ['start>a', 'a>b', 'b>end']))
    run.start()
    run.complete('start', 'success', { name: 'x', n: 1 })
    run.complete('a', 'success', { n: 2, more: true })
    run.complete('b', 'success', { n: 3 })
    const view = run.machine.outputs.inputView('end')
    expect(view.ownerOf('name')?.nodeId).toBe('start')
    expect(view.ownerOf('more')?.nodeId).toBe('a')
    expect(view.ownerOf('n')).toEqual(owner('b', { n: 3 }))
    expect(view.ownerOf('nothing')).toBeNull()
    expect(view.owners().map(({ nodeId }) => nodeId)).toEqual(['start', 'a', 'b'])
  })

  test('is empty before the node is scheduled, and refuses a node that the plan has not', () => {
    const run = simulateRun(planOf(['start', 'end'], ['start>end']))
    run.start()
    expect(run.machine.outputs.inputView('end').owners()).toEqual([])
    expect(run.machine.outputs.inputView('start').owners()).toEqual([])
    expect(() => run.machine.outputs.inputView('ghost')).toThrow(expect.objectContaining({ code: 'FACT_INVALID' }))
  })

  test('does not see parallel branches, but sees both behind their join', () => {
    const plan = planOf(
      ['start', 'a:set', 'b:set', 'after:set', 'meet:join', 'end'],
      ['start>a', 'start>b', 'b>after', 'a>meet', 'after>meet', 'meet>end'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start', 'success', { from: 'start' })
    run.complete('a', 'success', { from: 'a', a: 1 })
    run.complete('b', 'success', { from: 'b', b: 1 })
    const { outputs } = run.machine
    expect(outputs.inputView('after').ownerOf('a')).toBeNull()
    expect(outputs.inputView('after').ownerOf('from')?.nodeId).toBe('b')
    run.complete('after', 'success', {})
    expect(outputs.inputView('meet').ownerOf('from')?.nodeId).toBe('b')
    expect(
      outputs
        .inputView('meet')
        .owners()
        .map(({ nodeId }) => nodeId),
    ).toEqual(['start', 'a', 'b'])
  })

  test('is the same later: what finishes afterwards does not count', () => {
    const plan = planOf(
      ['start', 'slow:probe', 'quick:probe', ['meet:join', { join: 'any' }], 'aside:probe', 'end'],
      ['start>slow', 'start>quick', 'slow>meet', 'slow>aside', 'quick>meet', 'meet>end'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start', 'success', { from: 'start' })
    run.complete('quick', 'success', { from: 'quick' })
    run.complete('slow', 'success', { from: 'slow', slow: true })
    const { outputs } = run.machine
    expect(outputs.inputView('meet').ownerOf('from')?.nodeId).toBe('quick')
    expect(outputs.inputView('meet').ownerOf('slow')).toBeNull()
    expect(outputs.inputView('meet').outputOf('slow')).toBeNull()
    expect(outputs.inputView('meet').outputOf('quick')?.nodeId).toBe('quick')
    run.complete('meet')
    expect(plan.nodes.map(({ id }) => id).slice(1, 3)).toEqual(['slow', 'quick'])
    expect(outputs.inputView('end').ownerOf('slow')?.nodeId).toBe('slow')
    expect(outputs.inputView('end').ownerOf('from')?.nodeId).toBe('quick')
  })

  test('is the same in every pass of a node', () => {
    const plan = planOf(
      ['start', 'slow:probe', 'quick:probe', ['wait:delay', { join: 'any' }], 'aside:probe'],
      ['start>slow', 'start>quick', 'slow>wait', 'slow>aside', 'quick>wait'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.complete('quick', 'success', { q: 1 })
    run.suspend('wait', { kind: 'time', dueAt: 5_000 })
    run.complete('slow', 'success', { s: 1 })
    expect(brief(run.fireTimer('wait/1/0')).at(-1)).toBe('schedule wait/2 inline')
    const view = run.machine.outputs.inputView('wait')
    expect([view.ownerOf('q')?.nodeId, view.ownerOf('s')]).toEqual(['quick', null])
  })

  test('leaves losers, dead paths and the failures of routed nodes out', () => {
    const plan = planOf(
      [
        'start',
        ['call:probe', { onError: 'route' }],
        'fix:probe',
        ['skip:probe', { onError: 'continue' }],
        ['off:set', {}, { disabled: true }],
        'end',
      ],
      ['start>call', 'call>end', 'call:error>fix', 'fix>skip', 'skip>off', 'off>end'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start', 'success', { message: 'hello' })
    run.fail('call')
    run.complete('fix', 'success', ['no', 'object'])
    run.fail('skip')
    const view = run.machine.outputs.inputView('end')
    expect(view.ownerOf('message')?.nodeId).toBe('start')
    expect(view.owners().map(({ nodeId }) => nodeId)).toEqual(['start'])
    expect(view.outputOf('fix')).toEqual(owner('fix', ['no', 'object']))
    expect(view.outputOf('off')).toEqual(owner('off', {}))
    expect(view.outputOf('ghost')).toBeNull()
  })

  test('finds a key that is far back, past many ancestors without it', () => {
    const ids = Array.from({ length: 40 }, (_, index) => `n${index}`)
    const all = ['start', ...ids]
    const run = simulateRun(
      planOf(
        ['start', ...ids.map((id) => `${id}:set`)],
        ids.map((id, index) => `${all[index]}>${id}`),
      ),
    )
    run.start()
    run.complete('start', 'success', { far: 1 })
    for (const id of ids.slice(0, -1)) run.complete(id, 'success', { [id]: 1 })
    const view = run.machine.outputs.inputView('n39')
    expect(view.ownerOf('far')?.nodeId).toBe('start')
    expect(view.ownerOf('n38')?.nodeId).toBe('n38')
  })

  test('finds its own ancestor among the many owners of a key in parallel branches', () => {
    const branches = Array.from({ length: 30 }, (_, index) => index)
    const run = simulateRun(
      planOf(
        ['start', ...branches.map((n) => `a${n}:set`), ...branches.map((n) => `b${n}:set`)],
        branches.flatMap((n) => [`start>a${n}`, `a${n}>b${n}`]),
      ),
    )
    run.start()
    run.complete('start')
    for (const n of branches) run.complete(`a${n}`, 'success', { n })
    const { outputs } = run.machine
    for (const n of branches) expect(outputs.inputView(`b${n}`).ownerOf('n')?.nodeId).toBe(`a${n}`)
  })

  test('gives up when there are no further ancestors, however many others have the key', () => {
    const run = simulateRun(
      planOf(['start', 'a:set', 'b:set', 'c:set', 'd:set'], ['start>a', 'start>b', 'start>c', 'start>d']),
    )
    run.start()
    run.complete('start', 'success', { other: 1 })
    for (const id of ['a', 'b', 'c']) run.complete(id, 'success', { x: id })
    expect(run.machine.outputs.inputView('d').ownerOf('x')).toBeNull()
  })

  test('passes over ancestors whose output is no object', () => {
    const run = simulateRun(planOf(['start', 'x:set', 'a:set', 'b:set'], ['start>x', 'start>a', 'a>b']))
    run.start()
    run.complete('start', 'success', { far: 1 })
    run.complete('x', 'success', { far: 2 })
    run.complete('a', 'success', ['far'])
    expect(run.machine.outputs.inputView('b').ownerOf('far')?.nodeId).toBe('start')
  })

  test('has no owner where only others have the key', () => {
    const run = simulateRun(planOf(['start', 'a:set', 'b:set', 'c:set'], ['start>a', 'start>b', 'b>c']))
    run.start()
    run.complete('start')
    run.complete('a', 'success', { x: 1 })
    run.complete('b', 'success', {})
    expect(run.machine.outputs.inputView('c').ownerOf('x')).toBeNull()
  })
})

describe('error', () => {
  test('is the failure that led into an error branch', () => {
    const plan = planOf(
      ['start', ['call:probe', { onError: 'route' }], 'report:set', 'end'],
      ['start>call', 'call:error>report', 'report>end', 'call>end'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    expect(run.machine.outputs.inputView('call').error()).toBeNull()
    run.fail('call', 'HTTP_FAILED')
    const failure = owner('call', { code: 'HTTP_FAILED', message: 'It failed: HTTP_FAILED', details: null }, 'error')
    expect(run.machine.outputs.inputView('report').error()).toEqual(failure)
    run.complete('report')
    expect(run.machine.outputs.inputView('end').error()).toEqual(failure)
  })

  test('is the last of several', () => {
    const plan = planOf(
      ['start', ['a:probe', { onError: 'route' }], ['b:probe', { onError: 'route' }], 'end'],
      ['start>a', 'a:error>b', 'b:error>end'],
    )
    const run = simulateRun(plan)
    run.start()
    run.complete('start')
    run.fail('a', 'FIRST')
    run.fail('b', 'SECOND')
    expect(run.machine.outputs.inputView('end').error()?.nodeId).toBe('b')
  })
})
