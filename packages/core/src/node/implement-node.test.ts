import { expect, test } from 'vitest'
import { greet, route } from '../../test/node-definitions.ts'
import { TenonError } from '../errors/index.ts'
import { implementInlineNode, implementNode } from './implement-node.ts'

test('implementNode binds run to its definition', async () => {
  const run = async () => ({ port: 'success', output: { greeting: 'Hello' } }) as const
  const node = implementNode(greet, run)
  expect(node).toEqual({ definition: greet, run })
  expect(Object.isFrozen(node)).toBe(true)
})

test('implementInlineNode binds evaluate to its definition', () => {
  const node = implementInlineNode(route, () => ({ port: 'default', output: {} }))
  const context = { now: 0, resume: null, iterations: null, stoppedAt: null, child: null }
  expect(node.evaluate?.({ cases: [], schema: {} }, context)).toEqual({
    port: 'default',
    output: {},
  })
})

test('each half refuses the other kind of definition', () => {
  const dispatch = () => implementNode(route, async () => ({ port: 'default', output: {} }))
  const inline = () => implementInlineNode(greet, () => ({ port: 'success', output: { greeting: '' } }))
  for (const bind of [dispatch, inline]) {
    expect(bind).toThrow(TenonError)
    expect(bind).toThrow(expect.objectContaining({ code: 'NODE_DEFINITION_INVALID' }))
  }
})

test.each<[string, () => unknown, string, string]>([
  ['no function', () => implementNode(greet, undefined as never), 'run', 'must be the function run of "acme/greet"'],
  ['an object', () => implementInlineNode(route, {} as never), 'evaluate', 'must be the function evaluate of'],
  ['no definition', () => implementNode(undefined as never, async () => null as never), 'definition', 'defineNode('],
  ['another object', () => implementNode({} as never, async () => null as never), 'definition', 'defineNode('],
])('refuses %s, with the remedy', (_what, bind, field, remedy) => {
  expect(bind).toThrow(
    expect.objectContaining({
      code: 'NODE_DEFINITION_INVALID',
      remedy: expect.stringContaining(remedy),
      details: expect.objectContaining({ field }),
    }),
  )
})
