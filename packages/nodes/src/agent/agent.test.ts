import type { Json, JsonObject } from '@tenon/core/document'
import { type CallResult, type CallsResume, type CallsSuspension, defineNode, type NodeCall } from '@tenon/core/node'
import { createNodeTestHarness, type NodeTestRun } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf } from '../../test/run-node.ts'
import { openaiLanguageModel } from '../openai/index.ts'
import { createAgentNode } from './implementation.ts'

const common = {
  version: 1,
  description: 'For a test',
  icon: 'M4 12h16',
  category: 'action',
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  summary: 'Works',
  effect: 'read',
} as const
const lookUp = defineNode({
  ...common,
  type: 'acme/look-up',
  title: 'Look up',
  tool: { name: 'look_up', description: 'Finds an order' },
  params: z.object({
    desk: z.string().default('main').meta({ literal: true }),
    order: z.number().int().meta({ title: 'Order' }),
    note: z.string().optional(),
  }),
})
const refund = defineNode({
  ...common,
  type: 'acme/refund',
  title: 'Refund',
  tool: { name: 'refund', description: 'Pays money back' },
  params: z.object({ amount: z.number() }),
  ports: [
    { name: 'paid', title: 'paid' },
    { name: 'refused', title: 'refused' },
  ],
  outputs: { paid: z.object({}), refused: z.object({}) },
  policy: { timeout: '5s' },
})
const workflow = defineNode({
  ...common,
  type: 'acme/child',
  title: 'Run',
  control: 'child',
  inline: true,
  tool: { name: 'run', description: 'Runs a workflow' },
  params: z.object({ workflow: z.string().meta({ literal: true }), input: z.unknown().optional() }),
})

const tool = (name: string, nodeType: string, open: readonly string[], fields: JsonObject = {}): JsonObject => ({
  ...{ name, nodeType, typeVersion: 1, params: {} },
  open: Object.fromEntries(open.map((param) => [param, { description: '' }])),
  ...fields,
})
const TOOLS = [
  tool('look_up', 'acme/look-up', ['order', 'note'], { params: { desk: 'north' } }),
  tool('refund', 'acme/refund', ['amount'], {
    approval: 'when',
    approvalWhen: 'args.amount > 100',
    description: 'Refunds',
  }),
]

interface Message {
  readonly content?: string | null
  readonly tool_calls?: readonly object[]
}
const calls = (...list: readonly (readonly [name: string, written: string])[]): Message => ({
  content: null,
  tool_calls: list.map(([name, written]) => ({ id: 'same', type: 'function', function: { name, arguments: written } })),
})

interface Sent {
  readonly tools?: readonly { readonly function: JsonObject }[]
  readonly response_format?: JsonObject
  readonly messages: readonly { readonly role: string; readonly content: string | null }[]
}

/** An agent whose model, over real HTTP, gives the messages in order. */
async function withAgent(
  messages: readonly (Message & { readonly finish?: string })[],
  check: (agent: ReturnType<typeof harness>, sent: () => readonly Sent[]) => Promise<void>,
): Promise<void> {
  await using server = await startLocalServer((_request, response, index) => {
    const { finish, ...message } = messages[index] ?? { content: 'no more answers' }
    const reason = finish ?? (message.tool_calls === undefined ? 'stop' : 'tool_calls')
    sendJson(response, {
      ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'small-2025' },
      choices: [{ index: 0, finish_reason: reason, message: { role: 'assistant', ...message } }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    })
  })
  await check(harness(server.origin), () => server.requests.map(({ body }) => JSON.parse(body) as Sent))
}

function harness(origin: string) {
  const model = openaiLanguageModel({ apiKey: 'k', baseURL: origin, models: ['small'], fetch })
  return createNodeTestHarness(createAgentNode(model), { tools: [lookUp, refund, workflow] })
}

const suspended = ({ waitFor }: NodeTestRun) => waitFor as CallsSuspension['suspend']
const callsOf = (run: NodeTestRun): readonly NodeCall[] => suspended(run).calls

function resumeOf(run: NodeTestRun, results: readonly object[]): { readonly resume: CallsResume } {
  const { state = null } = suspended(run)
  const whole = results.map(
    (result, index) =>
      ({ callId: `c${index}`, nodeRunId: `agent.1-c${index}`, editedParams: null, ...result }) as CallResult,
  )
  return { resume: { kind: 'calls', results: whole, state: JSON.parse(JSON.stringify(state)) } }
}
const done = (output: Json, port = 'success') => ({ status: 'completed', port, output })
const params = { prompt: 'Refund order 7', system: 'Be brief', tools: TOOLS }

describe('agent', () => {
  test('answers at once without tools', async () => {
    await withAgent([{ content: 'Hello.' }], async (agent, sent) => {
      const run = await agent.run({ prompt: { name: 'Ada' }, temperature: 0, maxOutputTokens: 50 })
      expect(run).toMatchObject({
        port: 'success',
        output: { text: 'Hello.', data: null, rounds: 1, toolCalls: 0, finish: 'stop' },
        usage: { inputTokens: 10, outputTokens: 5, model: 'small-2025' },
      })
      expect(sent()[0]).toMatchObject({
        messages: [{ role: 'user', content: '{\n  "name": "Ada"\n}' }],
        temperature: 0,
      })
      expect(sent()[0]).not.toHaveProperty('tools')
    })
  })

  test('turns parallel tool calls into calls of nodes, and continues with their results', async () => {
    const messages = [
      calls(['look_up', '{"order":7,"note":null}'], ['refund', '{"amount":20}'], ['refund', '{"amount":200}']),
      { content: 'Done.' },
    ]
    await withAgent(messages, async (agent, sent) => {
      const first = await agent.run(params)
      expect(sent()[0]?.tools?.map((each) => each.function)).toEqual([
        {
          name: 'look_up',
          description: 'Finds an order',
          parameters: expect.objectContaining({
            properties: { order: expect.objectContaining({ type: 'integer' }), note: { type: 'string' } },
            required: ['order'],
          }),
        },
        { name: 'refund', description: 'Refunds', parameters: expect.anything() },
      ])
      expect(suspended(first).mode).toBe('all')
      expect(callsOf(first)).toEqual([
        {
          ...{ callId: 'c0', nodeType: 'acme/look-up', typeVersion: 1, title: 'look_up' },
          ...{ params: { desk: 'north', order: 7 }, policy: { onError: 'fail', timeout: '30s' } },
        },
        {
          ...{ callId: 'c1', nodeType: 'acme/refund', typeVersion: 1, title: 'refund' },
          ...{ params: { amount: 20 }, policy: { onError: 'fail', timeout: '5s' } },
        },
        expect.objectContaining({
          ...{ callId: 'c2', params: { amount: 200 } },
          approval: { title: 'Allow refund?', message: 'Refunds', isEditable: true },
        }),
      ])
      const results = [
        done({ state: 'lost' }),
        done({ id: 1 }, 'paid'),
        { ...done({ id: 2 }, 'paid'), editedParams: { amount: 150 } },
      ]
      const second = await agent.run(params, resumeOf(first, results))
      expect(second.output).toMatchObject({ text: 'Done.', rounds: 2, toolCalls: 3, usage: { inputTokens: 20 } })
      expect(
        sent()[1]
          ?.messages.slice(3)
          .map(({ role, content }) => [role, content]),
      ).toEqual([
        ['tool', '{"state":"lost"}'],
        ['tool', '{"port":"paid","output":{"id":1}}'],
        [
          'tool',
          'A person changed the arguments before the call: {"amount":150}. Result:\n{"port":"paid","output":{"id":2}}',
        ],
      ])
      expect(agent.toolCalls.map((call) => [call.tool, call.arguments])).toEqual([
        ['model', expect.objectContaining({ model: 'small', answer: 1, messages: expect.arrayContaining([]) })],
        ['model', expect.objectContaining({ model: 'small', answer: 2 })],
      ])
      expect(agent.toolCalls[0]?.answer).toMatchObject({ toolCalls: [{ name: 'look_up' }, {}, {}] })
    })
  })

  test('gives failures, rejections and edits to the model', async () => {
    const messages = [calls(['look_up', '{"order":7}'], ['refund', '{"amount":500}']), { content: 'Sorry.' }]
    await withAgent(messages, async (agent, sent) => {
      const first = await agent.run(params)
      const rejected = { code: 'CALL_REJECTED', message: 'Ada rejected the call: too much' }
      const results = [
        { status: 'failed', error: { code: 'HTTP_STATUS', message: 'Answered 503' } },
        { status: 'failed', error: rejected, editedParams: { amount: 500, extra: true } },
      ]
      const second = await agent.run(params, resumeOf(first, results))
      expect(second.port).toBe('success')
      expect(
        sent()[1]
          ?.messages.slice(-2)
          .map(({ content }) => content),
      ).toEqual([
        'The call failed. HTTP_STATUS: Answered 503',
        'A person changed the arguments before the call: {"extra":true}. Result:\nA person rejected this call. CALL_REJECTED: Ada rejected the call: too much',
      ])
    })
  })

  test('gives broken calls back to the model without a call', async () => {
    const messages = [
      calls(['look_up', '{"order":'], ['none', '{}'], ['look_up', '[]'], ['look_up', '{"order":"x"}'], ['refund', '']),
      calls(['look_up', '{"order":7}'], ['refund', '{"amount":"much"}']),
      { content: 'Found.' },
    ]
    await withAgent(messages, async (agent, sent) => {
      const first = await agent.run(params)
      const given =
        sent()[1]
          ?.messages.slice(-5)
          .map(({ content }) => content) ?? []
      expect(given[0]).toContain('not JSON')
      expect(given[1]).toBe('Error: There is no tool "none". The tools are: look_up, refund')
      expect(given[2]).toContain('must be a JSON object')
      expect(given[3]).toContain('order')
      expect(given[4]).toContain('the arguments: The field "amount" is missing')
      expect(callsOf(first)).toHaveLength(1)
      const second = await agent.run(params, resumeOf(first, [done({})]))
      expect(second.output).toMatchObject({ rounds: 3, toolCalls: 7 })
      expect(sent()[2]?.messages.at(-1)?.content).toContain('amount')
      expect(agent.logs.filter(({ level }) => level === 'warn')).toHaveLength(6)
    })
  })

  test('asks people if the condition of an approval cannot be judged, and always if so chosen', async () => {
    const tools = [
      tool('a', 'acme/refund', ['amount'], { approval: 'when', approvalWhen: 'args.' }),
      tool('b', 'acme/refund', ['amount'], { approval: 'always', attempts: 1, timeout: '2s' }),
      tool('c', 'acme/child', ['input'], { params: { workflow: 'w1' } }),
    ]
    await withAgent([calls(['a', '{"amount":1}'], ['b', '{"amount":1}'], ['c', '{"input":{}}'])], async (agent) => {
      const made = callsOf(await agent.run({ ...params, tools }))
      expect(made.map(({ approval }) => approval !== undefined)).toEqual([true, true, false])
      expect(made[1]?.policy).toEqual({ onError: 'fail', timeout: '2s', retry: { maximumAttempts: 1 } })
      expect(made[2]).toMatchObject({ params: { workflow: 'w1', input: {} }, policy: { onError: 'fail' } })
    })
  })

  test('fails when the model makes no valid call three times in a row, and counts anew after one', async () => {
    const wrong = calls(['look_up', 'no JSON'])
    await withAgent([wrong, wrong, wrong, { content: 'late' }], async (agent, sent) => {
      expect(await failureOf(agent.run({ ...params, maxRounds: 30 }))).toMatchObject({
        code: 'MODEL_OUTPUT_INVALID',
        details: { answers: 3, issues: [{ path: ['look_up'], code: 'tool_call' }] },
      })
      expect(sent()).toHaveLength(3)
    })
    const right = calls(['look_up', '{"order":7}'])
    await withAgent([wrong, wrong, right, wrong, wrong, { content: 'Done.' }], async (agent) => {
      const first = await agent.run(params)
      const run = await agent.run(params, resumeOf(first, [done({ state: 'lost' })]))
      expect(run).toMatchObject({ output: { text: 'Done.', rounds: 6, toolCalls: 5 } })
    })
  })

  test('refuses more calls at once than a node can make', async () => {
    const many = Array.from({ length: 101 }, () => ['refund', '{"amount":1}'] as const)
    await withAgent([calls(...many)], async (agent) => {
      expect(callsOf(await agent.run(params))).toHaveLength(100)
    })
  })

  test('fails by its own code at the limit of rounds, with the work so far', async () => {
    const messages = [{ ...calls(['look_up', '{"order":1}']), content: 'I look.' }, calls(['look_up', '{"order":2}'])]
    await withAgent(messages, async (agent) => {
      const limited = { ...params, maxRounds: 2 }
      const first = await agent.run(limited)
      expect(await failureOf(agent.run(limited, resumeOf(first, [done({})])))).toMatchObject({
        code: 'AGENT_ROUNDS_EXCEEDED',
        details: {
          ...{ rounds: 2, toolCalls: 1, lastAnswer: 'I look.' },
          lastCalls: [
            { name: 'look_up', arguments: '{"order":1}' },
            { name: 'look_up', arguments: '{"order":2}' },
          ],
        },
      })
    })
  })

  test('fails for a response that was cut, whatever it calls', async () => {
    await withAgent([{ ...calls(['look_up', '{"order":']), finish: 'length' }], async (agent) => {
      expect(await failureOf(agent.run(params))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED' })
      expect(agent.toolCalls[0]).toMatchObject({ error: { code: 'MODEL_OUTPUT_TRUNCATED' } })
    })
  })

  test('records a model that fails', async () => {
    await withAgent([{ content: '' }], async (agent) => {
      expect(await failureOf(agent.run(params))).toMatchObject({ code: 'MODEL_FAILED' })
      expect(agent.toolCalls[0]).toMatchObject({ error: { code: 'MODEL_FAILED' } })
    })
  })

  test('fails if the process lacks the type of a tool', async () => {
    await withAgent([], async (agent) => {
      const tools = [tool('x', 'acme/none', [])]
      expect(await failureOf(agent.run({ ...params, tools }))).toMatchObject({ code: 'NODE_TYPE_UNKNOWN' })
    })
  })

  const schema = { type: 'object', properties: { paid: { type: 'boolean' } }, required: ['paid'] }

  test('reads the fields of the answer, and sends one back that misses them', async () => {
    const messages = [{ content: 'Yes' }, { content: 'It is:\n```json\n{"paid":true}\n```' }]
    await withAgent(messages, async (agent, sent) => {
      const { output } = await agent.run({ ...params, schema })
      expect(output).toMatchObject({ data: { paid: true }, rounds: 2 })
      expect(sent()[0]?.response_format).toMatchObject({ json_schema: { name: 'answer', schema } })
      expect(sent()[0]?.messages[1]?.content).toContain('When you are done, answer with one JSON value')
      expect(sent()[1]?.messages.at(-1)?.content).toContain('does not fit the schema')
    })
  })

  test('fails after three answers that miss the schema, or at the limit of rounds', async () => {
    const messages = [{ content: 'a' }, { content: 'b' }, { content: 'c' }]
    await withAgent(messages, async (agent) => {
      expect(await failureOf(agent.run({ ...params, schema }))).toMatchObject({
        code: 'MODEL_OUTPUT_INVALID',
        details: { answers: 3, lastAnswer: 'c' },
      })
    })
    await withAgent(messages, async (agent) => {
      const failure = await failureOf(agent.run({ ...params, schema, maxRounds: 2 }))
      expect(failure).toMatchObject({ code: 'AGENT_ROUNDS_EXCEEDED', details: { lastAnswer: 'b' } })
    })
  })

  test('fails on a server without a model', async () => {
    const none = createNodeTestHarness(createAgentNode({ models: [], generate: () => Promise.reject(new Error()) }))
    expect(await failureOf(none.run({ prompt: 'x' }))).toMatchObject({ code: 'MODEL_FAILED' })
  })
})
