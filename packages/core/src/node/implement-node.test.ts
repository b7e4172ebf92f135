import { expect, test } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import { TenonError } from '../errors/index.ts'
import { defineNode } from './define-node.ts'
import { implementInlineNode, implementNode, implementTrigger } from './implement-node.ts'
import { pollParams } from './poll-params.ts'

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

const trigger = { category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, effect: 'none' } as const
const feed = {
  ...{ type: 'acme/feed', version: 1, title: 'Feed', description: 'Begin with an item', icon: 'M4 12h16' },
  ...trigger,
  params: pollParams.extend({
    connection: z.string().meta({ title: 'Connection', control: 'connection', connectsTo: 'http', literal: true }),
    token: z.string().optional().meta({ title: 'Token', control: 'password', secret: true }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.unknown() },
  summary: 'Polls',
} as const

test('implementTrigger binds a poll to a trigger of its kind, which may have a connection and secrets', () => {
  const poll = async () => ({ items: [], cursor: null })
  const node = implementTrigger(defineNode(feed), { poll })
  expect(node.poll).toBe(poll)
  const context = { now: 0, resume: null, iterations: null, stoppedAt: null, child: null }
  expect(node.evaluate?.({ every: '5m', begin: 'new', connection: 'c' }, context)).toMatchObject({ port: 'success' })
  for (const other of [route, greet]) expect(() => implementTrigger(other, { poll })).toThrow('acme/')
  const webhooks = { ...node.definition, trigger: 'webhook' } as const
  expect(() => implementTrigger(webhooks, { poll })).toThrow('no trigger of the kind "poll"')
  expect(node).not.toHaveProperty('listen')
  const listen = async () => undefined
  expect(implementTrigger(defineNode(feed), { poll, listen })).toMatchObject({ poll, listen })
  const faulty = { poll, listen: 'orders' } as unknown as Parameters<typeof implementTrigger>[1]
  expect(() => implementTrigger(defineNode(feed), faulty)).toThrow('must be the function listen of')
})

test('the params of a poll are literal, since nothing has run before it', () => {
  const params = feed.params.extend({ shop: z.string().meta({ title: 'Shop', control: 'text' }) })
  expect(() => defineNode({ ...feed, params })).toThrow(/params\.shop: a param of a poll must be literal/)
})
