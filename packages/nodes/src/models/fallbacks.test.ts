import { TenonError } from '@tenon/core/errors'
import type { LanguageModel, LanguageModelRequest, ModelInfo } from '@tenon/core/node'
import { describe, expect, test, vi } from 'vitest'
import { type LocalServer, sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf, harnessOf } from '../../test/run-node.ts'
import { createLlmTransformNode } from '../llm-transform/implementation.ts'
import { openaiLanguageModel } from '../openai/openai-language-model.ts'
import { type CatalogLanguageModelOptions, catalogLanguageModel } from './catalog-language-model.ts'

const completion = (content: string, model: string) => ({
  model,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
  usage: { prompt_tokens: 1_000, completion_tokens: 100 },
})

type Answer = readonly [status: number, body: unknown]

/** A provider that answers each model in its own way. */
async function provider(answers: Readonly<Record<string, Answer>>): Promise<LocalServer> {
  return startLocalServer(({ body }, response) => {
    const { model } = JSON.parse(body) as { model: string }
    const [status, answer] = answers[model] ?? [404, { error: { message: 'No such model', code: 'model_not_found' } }]
    sendJson(response, answer, status)
  })
}

const asked = (server: LocalServer) => server.requests.map(({ body }) => (JSON.parse(body) as { model: string }).model)
const modelOf = (server: LocalServer, models: readonly (string | ModelInfo)[]) =>
  openaiLanguageModel({ apiKey: 'k', baseURL: server.origin, models, fetch })

const busy: Answer = [429, { error: { message: 'Busy', code: 'rate_limit_exceeded' } }]
const good: Answer = [200, completion('{"answer":"Bern"}', 'small-2026')]
const refused: Answer = [200, { choices: [{ message: { refusal: 'I will not' } }] }]
const params = { prompt: 'Capital of Switzerland?' }

describe('a model that fails', () => {
  test('is replaced by the first fallback that names the cause, and the others are passed over', async () => {
    const down: Answer = [503, { error: { message: 'Down' } }]
    await using server = await provider({ large: down, medium: good, small: busy, tiny: good })
    const fallbacks = [
      { model: 'medium', on: ['rate-limit'] as const },
      { model: 'small', on: ['unavailable'] as const },
      { model: 'tiny', on: ['rate-limit'] as const },
    ]
    const models = [{ id: 'large', fallbacks }, 'medium', 'small', 'tiny']
    const harness = harnessOf(createLlmTransformNode(modelOf(server, models)))
    expect(await harness.run(params)).toMatchObject({ output: { answer: 'Bern' } })
    expect(asked(server)).toEqual(['large', 'small', 'tiny'])
  })

  test('is replaced by the fallback of its entry, and the log says which answered and why', async () => {
    await using server = await provider({ large: busy, small: good })
    const prices = { input: 1, output: 10 }
    const harness = harnessOf(
      createLlmTransformNode(
        modelOf(server, [
          { id: 'large', fallbacks: [{ model: 'small' }] },
          { id: 'small', prices },
        ]),
      ),
    )
    expect(await harness.run(params)).toMatchObject({
      output: { answer: 'Bern' },
      usage: { model: 'small-2026', inputTokens: 1_000, outputTokens: 100, calls: 1, costUsd: 0.002 },
    })
    expect(asked(server)).toEqual(['large', 'small'])
    expect(harness.logs).toMatchObject([
      { level: 'warn', message: 'large failed (rate-limit), so small is asked' },
      { message: 'small-2026 answered instead of large, which failed: The model provider answered 429: Busy' },
    ])
    expect(harness.toolCalls).toMatchObject([
      { arguments: { model: 'large', answer: 1 }, error: { code: 'MODEL_FAILED' } },
      { arguments: { model: 'small', answer: 1 }, answer: { text: '{"answer":"Bern"}', costUsd: 0.002 } },
    ])
  })

  test.each([
    ['a refusal, which says something about the request', refused, undefined, ['large']],
    ['a refusal that the entry names', refused, ['refusal'], ['large', 'small']],
    ['a rate limit that the entry does not name', busy, ['refusal'], ['large']],
    ['a model that the provider does not have', undefined, undefined, ['large', 'small']],
    ['an account without credit', [429, { error: { code: 'insufficient_quota' } }], ['quota'], ['large', 'small']],
    ['a key that is not allowed', [401, { error: { message: 'Who?' } }], undefined, ['large', 'small']],
    ['a request that is refused', [400, { error: { message: 'Too long' } }], undefined, ['large']],
    ['a page', [200, '<html>'], undefined, ['large', 'small']],
  ] as const)('is asked instead or not after %s', async (_what, answer, on, wanted) => {
    await using server = await provider({ ...(answer === undefined ? {} : { large: answer }), small: good })
    const entry = { id: 'large', fallbacks: [{ model: 'small', ...(on === undefined ? {} : { on }) }] }
    const harness = harnessOf(createLlmTransformNode(modelOf(server, [entry, 'small'])))
    const outcome = await harness.run(params).catch((error: unknown) => error)
    expect(asked(server)).toEqual(wanted)
    expect(outcome instanceof TenonError).toBe(wanted.length === 1)
  })

  test('has the fallbacks that the node names, in place of those of the catalog', async () => {
    await using server = await provider({ large: busy, other: busy, small: good })
    const entry = { id: 'large', fallbacks: [{ model: 'small' }] }
    const node = createLlmTransformNode(modelOf(server, [entry, 'small', 'other']))
    await harnessOf(node).run({ ...params, fallbackModels: ['other', 'large', 'small'] })
    expect(asked(server)).toEqual(['large', 'other', 'small'])
  })

  test('fails as the first one did, and can be tried again if any of them can', async () => {
    await using server = await provider({ large: [401, { error: { message: 'Who?' } }], small: busy })
    const models = [{ id: 'large', fallbacks: [{ model: 'small' }] }, 'small']
    const error = await failureOf(harnessOf(createLlmTransformNode(modelOf(server, models))).run(params))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: true, details: { cause: 'rate-limit' } })
    const alone = await failureOf(harnessOf(createLlmTransformNode(modelOf(server, ['large']))).run(params))
    expect(alone).toMatchObject({ retryable: false, details: { cause: 'access', status: 401 } })
  })

  test('is not replaced when the node has to end', async () => {
    const controller = new AbortController()
    const reason = new TenonError('NODE_CANCELED', 'Canceled')
    const generate = vi.fn(async (): Promise<never> => {
      controller.abort(reason)
      throw new TenonError('MODEL_FAILED', 'Busy', { retryable: true })
    })
    const model: LanguageModel = { models: [{ id: 'a', fallbacks: [{ model: 'b' }] }, { id: 'b' }], generate }
    const run = harnessOf(createLlmTransformNode(model)).run(params, { abortSignal: controller.signal })
    expect(await failureOf(run)).toBe(reason)
    expect(generate).toHaveBeenCalledTimes(1)
  })
})

describe('catalogLanguageModel', () => {
  const answering = (text: string): LanguageModel => ({
    models: [{ id: 'any' }],
    generate: async ({ model }) => ({ text, model, usage: { inputTokens: 1, outputTokens: 1 } }),
  })
  const catalogOf = (resolveModel: CatalogLanguageModelOptions['resolveModel']) =>
    catalogLanguageModel({
      models: [{ id: 'large', title: 'Large', fallbacks: [{ model: 'small' }] }, 'small'],
      resolveModel,
    })

  test('asks the model that the host returns for the tenant', async () => {
    const questions: unknown[] = []
    const model = catalogOf(async ({ abortSignal, ...question }) => {
      questions.push(question)
      return answering('{"answer":"x"}')
    })
    expect(await harnessOf(createLlmTransformNode(model)).run(params)).toMatchObject({ usage: { model: 'large' } })
    const request: LanguageModelRequest = { model: 'small', messages: [] }
    expect(await model.generate(request)).toMatchObject({ model: 'small' })
    expect(questions).toEqual([
      { tenantId: 'test-tenant', model: 'large' },
      { tenantId: null, model: 'small' },
    ])
    expect(model.models).toEqual([{ id: 'large', title: 'Large', fallbacks: [{ model: 'small' }] }, { id: 'small' }])
  })

  test('a model that the tenant may not use is replaced by its fallback', async () => {
    const model = catalogOf(({ model: id }) => (id === 'large' ? null : answering('{"answer":"x"}')))
    const harness = harnessOf(createLlmTransformNode(model))
    expect(await harness.run(params)).toMatchObject({ usage: { model: 'small' } })
    expect(harness.logs[0]).toMatchObject({ message: 'large failed (access), so small is asked' })
  })

  test('a function that throws is a failure without its message, which may have a key', async () => {
    const model = catalogOf(async (): Promise<never> => Promise.reject(new Error('sk-hunter2')))
    const failure = await failureOf(model.generate({ model: 'large', messages: [] }))
    expect(failure).toMatchObject({ code: 'MODEL_FAILED', retryable: true, details: { cause: 'unavailable' } })
    expect(JSON.stringify([failure.message, failure.details, failure.remedy])).not.toContain('hunter2')
    const own = new TenonError('SECRET_NOT_FOUND', 'No key')
    expect(
      await failureOf(catalogOf((): Promise<never> => Promise.reject(own)).generate({ model: 'large', messages: [] })),
    ).toBe(own)
  })

  const none = (): null => null
  test.each([
    ['no function', { models: ['a'], resolveModel: null }],
    ['no models', { models: [], resolveModel: none }],
    ['a fallback that is missing', { models: [{ id: 'a', fallbacks: [{ model: 'b' }] }], resolveModel: none }],
    ['a fallback to itself', { models: [{ id: 'a', fallbacks: [{ model: 'a' }] }], resolveModel: none }],
    ['an unknown cause', { models: ['b', { id: 'a', fallbacks: [{ model: 'b', on: ['mood'] }] }], resolveModel: none }],
  ])('is refused with %s', (_what, options) => {
    expect(() => catalogLanguageModel(options as unknown as CatalogLanguageModelOptions)).toThrow(TenonError)
  })
})
