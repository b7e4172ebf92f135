import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createMistral } from '@ai-sdk/mistral'
import { createOpenAI } from '@ai-sdk/openai'
import { TenonError } from '@tenon/core/errors'
import type { LanguageModelRequest } from '@tenon/core/node'
import type { ModelTurn } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { failureOf, harnessOf } from '../../test/run-node.ts'
import { serveModel } from '../../test/serve-model.ts'
import { createLlmTransformNode } from '../llm-transform/implementation.ts'
import { aiSdkLanguageModel } from './ai-sdk-language-model.ts'
import type { AiSdkModel } from './ai-sdk-model.ts'

const KEY = 'canary-hunter2'
/** The function of the platform: the harness replaces the global one while a node runs. */
const KEYS = { apiKey: KEY, fetch: globalThis.fetch }

/** The packages of four providers: versions 2, 3 and 4 of the contract, and five protocols. */
const PROVIDERS: readonly (readonly [name: string, version: string, open: (origin: string) => AiSdkModel])[] = [
  ['google', 'v2', (origin) => createGoogleGenerativeAI({ ...KEYS, baseURL: `${origin}/v1beta` })('small')],
  ['anthropic', 'v3', (origin) => createAnthropic({ ...KEYS, baseURL: `${origin}/v1` })('small')],
  ['mistral', 'v4', (origin) => createMistral({ ...KEYS, baseURL: `${origin}/v1` })('small')],
  ['openai chat', 'v4', (origin) => createOpenAI({ ...KEYS, baseURL: `${origin}/v1` }).chat('small')],
  ['openai responses', 'v4', (origin) => createOpenAI({ ...KEYS, baseURL: `${origin}/v1` }).responses('small')],
]

const ask: LanguageModelRequest = { model: 'small', messages: [{ role: 'user', content: 'Weather in Bern?' }] }
const weather = {
  name: 'weather',
  description: 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const usage = { inputTokens: 11, cachedInputTokens: 4, outputTokens: 7 }

describe.each(PROVIDERS)('%s, version %s', (name, version, open) => {
  // Its package keeps responses at the provider unless options of its own forbid it.
  const isResponses = name === 'openai responses'
  const served = (turns: readonly ModelTurn[]) => serveModel(turns, { allowsStored: isResponses })
  const modelAt = (origin: string) => aiSdkLanguageModel({ models: [open(origin)], secrets: [KEY] })

  test('answers with text, model and tokens', async () => {
    await using server = await served([{ kind: 'answer', text: 'Rain.', usage }])
    expect(open(server.origin).specificationVersion).toBe(version)
    expect(await modelAt(server.origin).generate({ ...ask, temperature: 0.5, maxOutputTokens: 99 })).toEqual({
      ...{ text: 'Rain.', finishReason: 'stop', model: 'small', usage },
    })
    expect(server.faults).toEqual([])
  })

  test('passes the text on as it arrives', async () => {
    await using server = await served([{ kind: 'answer', text: ['Ra', 'in.'] }])
    const heard: string[] = []
    const result = await modelAt(server.origin).generate(ask, (text) => void heard.push(text))
    expect(result).toMatchObject({ text: 'Rain.', finishReason: 'stop', usage: { inputTokens: 11, outputTokens: 7 } })
    expect(heard.join('')).toBe('Rain.')
    expect(server.requests[0]?.isStream).toBe(true)
  })

  test.each([false, true])('calls tools, and gets their results (stream: %s)', async (isStream) => {
    await using server = await served([
      { kind: 'answer', toolCalls: [{ id: 'c1abcdefg', name: 'weather', arguments: '{"city":"Bern"}' }] },
      { kind: 'answer', text: 'It rains.' },
    ])
    const model = modelAt(server.origin)
    const onText = isStream ? () => undefined : undefined
    const first = await model.generate({ ...ask, tools: [weather], toolChoice: 'required' }, onText)
    expect(first).toMatchObject({ text: '', finishReason: 'tool-calls' })
    const [call] = first.toolCalls ?? []
    expect([call?.name, JSON.parse(call?.arguments ?? '')]).toEqual(['weather', { city: 'Bern' }])
    const second = await model.generate(
      {
        ...{ ...ask, tools: [weather] },
        messages: [
          { role: 'system', content: 'Be brief' },
          ...ask.messages,
          { role: 'assistant', content: '', toolCalls: first.toolCalls ?? [] },
          { role: 'tool', toolCallId: call?.id ?? '', content: '{"sky":"rain"}' },
        ],
      },
      onText,
    )
    expect(second.text).toBe('It rains.')
    expect(server.faults).toEqual([])
    expect(server.requests.map(({ tools }) => tools)).toEqual([['weather'], ['weather']])
    expect(JSON.stringify(server.requests[1]?.body)).toContain('rain')
  })

  test('is asked for JSON of a schema', async () => {
    await using server = await served([{ kind: 'answer', text: '{"city":"Bern"}' }])
    const schema = { ...weather.parameters, additionalProperties: false }
    const result = await modelAt(server.origin).generate({ ...ask, responseSchema: { name: 'fields', schema } })
    expect(result.text).toContain('Bern')
    expect(JSON.stringify(server.requests[0]?.body)).toContain('city')
  })

  test('gets pictures as their bytes', async () => {
    await using server = await served([{ kind: 'answer', text: 'A cat' }])
    const bytes = Uint8Array.from(Buffer.from('iVBORw0KGgoAAAANSUhEUg', 'base64'))
    const content = [
      { type: 'text', text: 'Look' },
      { type: 'file', mediaType: 'image/png', bytes },
    ] as const
    await modelAt(server.origin).generate({ ...ask, messages: [{ role: 'user', content }] })
    expect(JSON.stringify(server.requests[0]?.body)).toContain('iVBORw0KGgoAAAANSUhEUg')
  })

  test.each<readonly [string, ModelTurn, object]>([
    [
      'too many requests',
      { kind: 'error', status: 429, message: `Slow down, ${KEY}`, headers: { 'retry-after': '7' } },
      { retryable: true, details: { cause: 'rate-limit', status: 429, retryAfterMs: 7_000 } },
    ],
    [
      'an overload',
      { kind: 'error', status: 503 },
      { retryable: true, details: { cause: 'unavailable', status: 503 } },
    ],
    ['a wrong key', { kind: 'error', status: 401 }, { retryable: false, details: { cause: 'access', status: 401 } }],
    ['a request that is too long', { kind: 'error', status: 400 }, { retryable: false, details: { cause: 'request' } }],
    ['a page', { kind: 'raw', body: '<html><h1>Sign in' }, { retryable: true, details: { cause: 'unreadable' } }],
    ['JSON that is cut', { kind: 'raw', body: '{"cho' }, { details: { cause: 'unreadable' } }],
    ['an empty response', { kind: 'answer' }, { retryable: true, details: { cause: 'empty' } }],
    [
      'a call that was not offered',
      { kind: 'answer', toolCalls: [{ name: 'x', arguments: '{}' }] },
      { retryable: false },
    ],
  ])('%s is a failure with its cause, asked once', async (_what, turn, wanted) => {
    await using server = await served([turn])
    const error = await failureOf(modelAt(server.origin).generate(ask))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', ...wanted })
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
    expect(server.requests).toHaveLength(1)
  })

  test('a response that is cut at the token limit is a result', async () => {
    await using server = await served([{ kind: 'answer', text: 'Ra', finish: 'length' }])
    expect(await modelAt(server.origin).generate(ask)).toMatchObject({ text: 'Ra', finishReason: 'length' })
  })

  test('a stream that is cut is a failure that can be repeated', async () => {
    await using server = await served([{ kind: 'answer', text: ['Ra', 'in.'], cutAfter: 2 }])
    const error = await failureOf(modelAt(server.origin).generate(ask, () => undefined))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: true })
  })

  test('a server that stalls ends with the caller, who gets its own reason', async () => {
    await using server = await served([{ kind: 'stall' }])
    const controller = new AbortController()
    const reason = new TenonError('NODE_TIMEOUT', 'No end within 10 ms')
    const call = failureOf(modelAt(server.origin).generate({ ...ask, abortSignal: controller.signal }))
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort(reason)
    expect(await call).toBe(reason)
  })
})

test('models of several providers are one catalog, with ids, prices and fallbacks', async () => {
  await using server = await serveModel(({ protocol }) =>
    protocol === 'anthropic'
      ? { kind: 'error', status: 529 }
      : { kind: 'answer', text: '{"answer":"Bern"}', usage: { inputTokens: 1_000, outputTokens: 100 } },
  )
  const claude = createAnthropic({ ...KEYS, baseURL: `${server.origin}/v1` })('claude-x')
  const mistral = createMistral({ ...KEYS, baseURL: `${server.origin}/v1` })('small')
  const model = aiSdkLanguageModel({
    models: [
      { languageModel: claude, id: 'claude', title: 'Claude', fallbacks: [{ model: 'small' }] },
      { languageModel: mistral, prices: { input: 1, output: 10 } },
    ],
  })
  expect(model.models.map(({ id }) => id)).toEqual(['claude', 'small'])
  const result = await harnessOf(createLlmTransformNode(model)).run({ prompt: 'Capital?' })
  expect(result).toMatchObject({ output: { answer: 'Bern' }, usage: { model: 'small', costUsd: 0.002 } })
  expect(await failureOf(model.generate({ ...ask, model: 'other' }))).toMatchObject({
    details: { cause: 'unknown-model' },
  })
})

const none = (): null => null
test.each([
  ['nothing', undefined],
  ['a name', ['gpt-5']],
  ['an object of version 1', [{ specificationVersion: 'v1', modelId: 'a', doGenerate: none, doStream: none }]],
  ['an object without a stream', [{ specificationVersion: 'v2', modelId: 'a', doGenerate: none }]],
])('%s is refused', (_what, models) => {
  expect(() => aiSdkLanguageModel({ models } as never)).toThrow(TenonError)
})
