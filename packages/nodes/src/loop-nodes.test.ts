import type { IterationResult } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../test/run-node.ts'
import { breakNode } from './break/implementation.ts'
import { continueNode } from './continue/implementation.ts'
import { forEachNode } from './for-each/implementation.ts'
import { repeatNode } from './repeat/implementation.ts'
import { tryNode } from './try/implementation.ts'

const ended = (index: number, output: IterationResult['output']): IterationResult => ({ index, output, error: null })
const failed = (index: number): IterationResult => ({ index, output: null, error: { code: 'X', message: 'It broke' } })
const ITERATION_FAILED = expect.objectContaining({
  code: 'ITERATION_FAILED',
  message: 'Item 2 failed: It broke',
  details: { index: 1, code: 'X' },
})

describe('for-each', () => {
  test('begins an iteration for each item', () => {
    expect(evaluateNode(forEachNode, { items: ['a', 'b'], concurrency: 2 })).toEqual({
      suspend: { kind: 'iterations', items: ['a', 'b'], count: 2, concurrency: 2, onFailure: 'fail', keep: 'all' },
    })
    for (const params of [{ items: 'a' }, { items: [], concurrency: 0 }, { items: [], concurrency: 501 }, {}]) {
      expect(() => evaluateNode(forEachNode, params)).toThrow(expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }))
    }
  })

  test('puts out the results, and does with failures what is set', () => {
    const iterations = [ended(0, { n: 1 }), failed(1), ended(2, { n: 3 })]
    const items = [1, 2, 3]
    expect(() => evaluateNode(forEachNode, { items }, { iterations })).toThrow(ITERATION_FAILED)
    expect(evaluateNode(forEachNode, { items, onFailure: 'collect' }, { iterations })).toMatchObject({
      port: 'success',
      output: { results: [{ n: 1 }, null, { n: 3 }], failures: [{ index: 1, code: 'X', message: 'It broke' }] },
    })
    expect(evaluateNode(forEachNode, { items, onFailure: 'ignore' }, { iterations })).toMatchObject({
      output: { results: [{ n: 1 }, { n: 3 }], failures: [] },
    })
    expect(evaluateNode(forEachNode, { items: [] }, { iterations: [] })).toMatchObject({
      output: { results: [], failures: [] },
    })
  })
})

describe('break and continue', () => {
  test('put out the result of the iteration, null without one', () => {
    for (const implementation of [breakNode, continueNode]) {
      expect(evaluateNode(implementation, {})).toMatchObject({ port: 'end', output: null })
      expect(evaluateNode(implementation, { result: { n: 1 } })).toMatchObject({ port: 'end', output: { n: 1 } })
    }
  })

  test('leave a loop over a list with the results so far', () => {
    const iterations = [ended(0, { n: 1 }), ended(2, { n: 3 })]
    expect(evaluateNode(forEachNode, { items: [1, 2, 3, 4] }, { iterations, stoppedAt: 2 })).toMatchObject({
      output: { results: [{ n: 1 }, { n: 3 }], failures: [], stoppedAt: 2 },
    })
  })
})

describe('repeat', () => {
  const suspendedFor = (count: number) => ({
    suspend: { kind: 'iterations', items: null, count, concurrency: 1, onFailure: 'fail', keep: 'last' },
  })
  const after = (count: number) => ({ iterations: [ended(count - 1, { n: count })] })
  const done = (rounds: number) => ({ port: 'success', output: { rounds, last: rounds === 0 ? null : { n: rounds } } })

  test('runs a number of times, also none', () => {
    expect(evaluateNode(repeatNode, { times: 3 })).toEqual(suspendedFor(3))
    expect(evaluateNode(repeatNode, { times: 3 }, after(3))).toMatchObject(done(3))
    expect(evaluateNode(repeatNode, { times: 0 })).toMatchObject(done(0))
  })

  test('runs while a condition is true, which it reads before each round', () => {
    const mode = 'while'
    expect(evaluateNode(repeatNode, { mode, condition: false })).toMatchObject(done(0))
    expect(evaluateNode(repeatNode, { mode, condition: true })).toEqual(suspendedFor(1))
    expect(evaluateNode(repeatNode, { mode, condition: true }, after(4))).toEqual(suspendedFor(5))
    expect(evaluateNode(repeatNode, { mode, condition: false }, after(4))).toMatchObject(done(4))
  })

  test('runs until a condition is true, which it reads after each round', () => {
    const mode = 'until'
    expect(evaluateNode(repeatNode, { mode })).toEqual(suspendedFor(1))
    expect(evaluateNode(repeatNode, { mode, condition: false }, after(1))).toEqual(suspendedFor(2))
    expect(evaluateNode(repeatNode, { mode, condition: true }, after(1))).toMatchObject(done(1))
  })

  test('ends after a break, without its condition', () => {
    for (const params of [{ times: 9 }, { mode: 'while' }, { mode: 'until' }]) {
      expect(evaluateNode(repeatNode, params, { ...after(4), stoppedAt: 3 })).toMatchObject({
        output: { rounds: 4, last: { n: 4 }, stoppedAt: 3 },
      })
    }
  })

  test('fails with a round, at its limit, and without a condition', () => {
    expect(() => evaluateNode(repeatNode, { times: 3 }, { iterations: [failed(1)] })).toThrow(
      expect.objectContaining({ code: 'ITERATION_FAILED', message: 'Round 2 failed: It broke' }),
    )
    const limited = { mode: 'while', condition: true, limit: 2 }
    expect(() => evaluateNode(repeatNode, limited, after(2))).toThrow(
      expect.objectContaining({ code: 'LOOP_LIMIT_REACHED', details: { limit: 2 } }),
    )
    expect(() => evaluateNode(repeatNode, { mode: 'until' }, after(1))).toThrow(
      expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
    )
  })
})

describe('try', () => {
  test('runs its nodes once, and has a port for their failure', () => {
    expect(evaluateNode(tryNode, {})).toEqual({
      suspend: { kind: 'iterations', items: null, count: 1, concurrency: 1, onFailure: 'collect', keep: 'last' },
    })
    expect(evaluateNode(tryNode, {}, { iterations: [ended(0, { a: 1 })] })).toEqual({
      port: 'success',
      output: { result: { a: 1 } },
    })
    expect(evaluateNode(tryNode, {}, { iterations: [failed(0)] })).toEqual({
      port: 'failed',
      output: { code: 'X', message: 'It broke' },
    })
  })
})
