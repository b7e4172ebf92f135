import type { LanguageModelRequest } from '@tenon/core/node'
import type { ModelTurn } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { failureOf, harnessOf } from '../../test/run-node.ts'
import { serveModel } from '../../test/serve-model.ts'
import { createLlmTransformNode } from '../llm-transform/implementation.ts'
import { openaiLanguageModel } from '../openai/openai-language-model.ts'

const KEY = 'sk-hunter2hunter2hunter2'
const ask: LanguageModelRequest = { model: 'small', messages: [{ role: 'user', content: 'Weather in Bern?' }] }
const weather = { name: 'weather', description: 'Weather', parameters: { type: 'object' } }

const modelAt = (origin: string, api: 'chat' | 'responses' = 'chat') =>
  openaiLanguageModel({ apiKey: KEY, baseURL: `${origin}/v1`, models: ['small'], api, fetch: globalThis.fetch })

const raw = (body: unknown): ModelTurn => ({ kind: 'raw', body: JSON.stringify(body) })
const usage = { inputTokens: 11, cachedInputTokens: 4, outputTokens: 7 }

/** Failures with the cause that each of them has, in both protocols. */
const FAILURES: readonly (readonly [what: string, turn: ModelTurn, wanted: object])[] = [
  [
    'an error object with 200',
    raw({ error: { message: `No ${KEY}`, code: 'model_not_found' } }),
    { cause: 'unknown-model' },
  ],
  ['an overload with 200', raw({ error: { message: 'Busy', type: 'overloaded_error' } }), { cause: 'unavailable' }],
  ['an error text with 200', raw({ error: 'rate limit' }), { cause: 'rate-limit' }],
  ['a number as the code of an error', raw({ error: { message: 'Down', code: 502 } }), { cause: 'unavailable' }],
  ['a wrong key with 200', raw({ error: { message: 'Who?', type: 'authentication_error' } }), { cause: 'access' }],
  ['HTML', { kind: 'raw', body: '<html><h1>Sign in</h1>', contentType: 'text/html' }, { cause: 'unreadable' }],
  ['text that is no JSON', { kind: 'raw', body: 'upstream error' }, { cause: 'unreadable' }],
  ['JSON that is cut', { kind: 'raw', body: '{"choices":[{"mess' }, { cause: 'unreadable' }],
  ['nothing', { kind: 'raw', body: '' }, { cause: 'unreadable' }],
  ['an object without choices or output', raw({ id: 'x' }), { cause: 'unreadable' }],
  ['empty content', { kind: 'answer' }, { cause: 'empty' }],
  ['white space', { kind: 'answer', text: ' \n' }, { cause: 'empty' }],
  ['a refusal', { kind: 'answer', refusal: 'I will not' }, { cause: 'refusal', message: 'I will not' }],
  ['a filter', { kind: 'answer', text: 'Ra', finish: 'filter' }, { cause: 'filter' }],
  ['a call without tools', { kind: 'answer', toolCalls: [{ name: 'x', arguments: '{}' }] }, { cause: 'unreadable' }],
  [
    'too many requests',
    { kind: 'error', status: 429, headers: { 'retry-after': '7' } },
    { cause: 'rate-limit', status: 429, retryAfterMs: 7_000 },
  ],
  ['an empty account', { kind: 'error', status: 429, code: 'insufficient_quota' }, { cause: 'quota' }],
  ['a key that is not allowed', { kind: 'error', status: 403, message: `No ${KEY}` }, { cause: 'access' }],
  ['a model that does not exist', { kind: 'error', status: 404 }, { cause: 'unknown-model' }],
  ['a request that is too long', { kind: 'error', status: 400 }, { cause: 'request' }],
  ['a server that fails', { kind: 'error', status: 500 }, { cause: 'unavailable' }],
]

describe.each(['chat', 'responses'] as const)('the protocol %s', (api) => {
  test.each(FAILURES)('%s is a failure by its cause, asked once', async (_what, turn, details) => {
    await using server = await serveModel([turn])
    const error = await failureOf(modelAt(server.origin, api).generate(ask))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', details })
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
    expect([server.requests.length, server.faults]).toEqual([1, []])
  })

  test.each(FAILURES)('%s is the same failure where a stream was wanted', async (_what, turn, details) => {
    await using server = await serveModel([turn])
    const error = await failureOf(modelAt(server.origin, api).generate(ask, () => undefined))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', details })
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
  })

  test.each([false, true])('reads text and tokens (stream: %s)', async (isStream) => {
    await using server = await serveModel([{ kind: 'answer', text: ['Ra', 'in.'], reasoning: 'Hm', usage }])
    const heard: string[] = []
    const onText = isStream ? (text: string) => void heard.push(text) : undefined
    const request = { ...ask, temperature: 0.5, maxOutputTokens: 99 }
    expect(await modelAt(server.origin, api).generate(request, onText)).toEqual({
      ...{ text: 'Rain.', model: 'small', finishReason: 'stop', usage },
    })
    expect(heard).toEqual(isStream ? ['Ra', 'in.'] : [])
    expect(server.requests[0]).toMatchObject({ protocol: api, isStream })
  })

  test.each([
    ['whole', '{"city":"Bern"}', undefined, 'tool-calls'],
    ['broken', '{"city":', undefined, 'tool-calls'],
    ['cut at the token limit', '{"city":"Be', 'length', 'length'],
    ['no JSON at all', 'Bern', undefined, 'tool-calls'],
  ] as const)('gives arguments that are %s as they were written', async (_what, written, finish, wanted) => {
    const toolCalls = [{ id: 'c1', name: 'weather', arguments: written }]
    await using server = await serveModel([{ kind: 'answer', toolCalls, ...(finish === undefined ? {} : { finish }) }])
    for (const onText of [undefined, () => undefined]) {
      const result = await modelAt(server.origin, api).generate({ ...ask, tools: [weather] }, onText)
      expect(result).toMatchObject({ finishReason: wanted, toolCalls })
    }
  })

  test('sends the calls of earlier turns with their results, files and a schema', async () => {
    await using server = await serveModel([{ kind: 'answer', text: '{"sky":"rain"}' }])
    const bytes = new Uint8Array([0, 255, 128])
    await modelAt(server.origin, api).generate({
      ...{ ...ask, tools: [weather], toolChoice: 'required' },
      responseSchema: { name: 'fields', schema: true },
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'file', mediaType: 'image/png', bytes },
            { type: 'file', mediaType: 'application/pdf', name: 'bill.pdf', bytes },
            { type: 'file', mediaType: 'text/csv', bytes },
          ],
        },
        { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'c1', name: 'weather', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'c1', content: 'rain' },
        { role: 'assistant', content: 'It rains.' },
      ],
    })
    expect(server.faults).toEqual([])
    const sent = JSON.stringify(server.requests[0]?.body)
    for (const part of ['data:image/png;base64,AP+A', 'data:application/pdf;base64,AP+A', 'bill.pdf', 'I look.']) {
      expect(sent).toContain(part)
    }
    expect(server.requests[0]?.body).toMatchObject({ tool_choice: 'required' })
  })

  test.each([1, 2, 3])('a stream that is cut after %i pieces can be repeated', async (cutAfter) => {
    await using server = await serveModel([{ kind: 'answer', text: ['Ra', 'in', '.'], cutAfter }])
    const error = await failureOf(modelAt(server.origin, api).generate(ask, () => undefined))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: true })
  })

  test.each([
    ['ends early', 'data: {"type":"response.created"}\n\n', 'unreadable'],
    ['has a piece that is no JSON', 'data: {"cho\n\n', 'unreadable'],
    [
      'ends in an error',
      'event: error\ndata: {"type":"error","message":"Busy","code":"rate_limit_exceeded"}\n\n',
      null,
    ],
    ['has an error object', 'data: {"error":{"message":"Busy","code":"rate_limit_exceeded"}}\n\n', 'rate-limit'],
  ])('a stream that %s is a failure', async (_what, body, cause) => {
    await using server = await serveModel([{ kind: 'raw', body, contentType: 'text/event-stream' }])
    const error = await failureOf(modelAt(server.origin, api).generate(ask, () => undefined))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', ...(cause === null ? {} : { details: { cause } }) })
  })

  test('a response that failed within a stream is a failure by its error', async () => {
    const failed = { type: 'response.failed', response: { error: { code: 'server_error', message: 'Oh' }, output: [] } }
    const body = `data: ${JSON.stringify(failed)}\n\n`
    await using server = await serveModel([{ kind: 'raw', body, contentType: 'text/event-stream' }])
    const error = await failureOf(modelAt(server.origin, api).generate(ask, () => undefined))
    expect(error).toMatchObject({ retryable: true })
  })
})

describe('the answers of a node', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const good = '{"city":"Bern"}'

  test.each([
    ['JSON', good],
    ['JSON in a fence', `\`\`\`json\n${good}\n\`\`\``],
    ['JSON in prose', `It is ${good}, I think.`],
    ['JSON after reasoning', `<think>{"city":1}</think>${good}`],
  ])('%s is read at once', async (_what, text) => {
    await using server = await serveModel([{ kind: 'answer', text }])
    const result = await harnessOf(createLlmTransformNode(modelAt(server.origin))).run({ prompt: 'Where?', schema })
    expect(result).toMatchObject({ output: { city: 'Bern' }, usage: { calls: 1 } })
  })

  test('the log has the prompt once, each answer, and where it broke the schema', async () => {
    await using server = await serveModel([
      { kind: 'answer', text: '{"city":7}' },
      { kind: 'answer', text: good },
    ])
    const harness = harnessOf(createLlmTransformNode(modelAt(server.origin)))
    await harness.run({ prompt: 'Where?', schema })
    expect(harness.toolCalls).toMatchObject([
      {
        arguments: { answer: 1, messages: [{ role: 'user', content: 'Where?' }, { role: 'system' }] },
        answer: { text: '{"city":7}' },
        error: { code: 'MODEL_OUTPUT_INVALID', message: expect.stringContaining('city') },
      },
      {
        arguments: { answer: 2, messages: [{ role: 'user', content: expect.stringContaining('- city: ') }] },
        answer: { text: good },
      },
    ])
    expect(JSON.stringify(harness.toolCalls[1])).not.toContain('Where?')
  })
})
