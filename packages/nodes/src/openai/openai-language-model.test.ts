import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { type LocalServer, type ReceivedRequest, sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf } from '../../test/run-node.ts'
import { isStrictSchema } from './is-strict-schema.ts'
import { openaiLanguageModel } from './openai-language-model.ts'

const completion = (message: object, rest: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small-2025',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: null, ...message }, ...rest }],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
})

const modelOf = (server: LocalServer, through: typeof fetch = fetch) =>
  openaiLanguageModel({
    ...{ apiKey: 'sk-hunter2', baseURL: `${server.origin}/v1` },
    ...{ models: ['small', 'large'], fetch: through },
  })

const ask = { model: 'small', messages: [{ role: 'user', content: 'Hello' }] } as const

const bodyOf = (request: ReceivedRequest | undefined) => JSON.parse(request?.body ?? '') as Record<string, unknown>

describe('openaiLanguageModel', () => {
  test('sends the chat completions protocol and reads text, model and usage', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, completion({ content: '{"a":1}' })),
    )
    const schema = {
      type: 'object',
      properties: { a: { type: 'number' } },
      required: ['a'],
      additionalProperties: false,
    }
    const result = await modelOf(server).generate({
      model: 'large',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hello' },
      ],
      responseSchema: { name: 'fields', schema },
      temperature: 0.5,
      maxOutputTokens: 99,
    })
    expect(result).toEqual({ text: '{"a":1}', model: 'small-2025', usage: { inputTokens: 11, outputTokens: 7 } })
    const [request] = server.requests
    expect([request?.method, request?.url, request?.headers.authorization]).toEqual([
      'POST',
      '/v1/chat/completions',
      'Bearer sk-hunter2',
    ])
    expect(bodyOf(request)).toEqual({
      model: 'large',
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hello' },
      ],
      temperature: 0.5,
      max_completion_tokens: 99,
      response_format: { type: 'json_schema', json_schema: { name: 'fields', schema, strict: true } },
    })
  })

  test('sends only what was asked for, and lives with an answer that lacks usage and content', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, { ...completion({}), usage: undefined }),
    )
    expect(await modelOf(server).generate(ask)).toEqual({
      text: '',
      model: 'small-2025',
      usage: { inputTokens: 0, outputTokens: 0 },
    })
    expect(Object.keys(bodyOf(server.requests[0])).sort()).toEqual(['messages', 'model'])
  })

  test('a schema that allows everything is sent as an empty one', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, completion({ content: '1' })),
    )
    await modelOf(server).generate({ ...ask, responseSchema: { name: 'any', schema: true } })
    expect(bodyOf(server.requests[0]).response_format).toMatchObject({ json_schema: { schema: {}, strict: false } })
  })

  test('offers its models', async () => {
    await using server = await startLocalServer(() => undefined)
    expect(modelOf(server).models).toEqual(['small', 'large'])
    expect(openaiLanguageModel({ apiKey: 'k', models: ['m'], fetch }).models).toEqual(['m'])
  })

  test.each([
    [429, { 'retry-after': '7' }, true, 7_000],
    [429, { 'retry-after-ms': '250' }, true, 250],
    [500, {}, true, undefined],
    [503, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, true, 0],
    [408, {}, true, undefined],
    [400, {}, false, undefined],
    [401, {}, false, undefined],
    [404, { 'retry-after': 'soon' }, false, undefined],
  ] as const)(
    'status %i with %j is a failure of the model, asked once',
    async (status, headers, retryable, retryAfterMs) => {
      await using server = await startLocalServer((_request, response) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        sendJson(response, { error: { message: 'No: sk-hunter2', code: 'some_code', type: 'x' } }, status)
      })
      const error = await failureOf(modelOf(server).generate(ask))
      expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable, details: { status, code: 'some_code' } })
      expect(error.details?.retryAfterMs).toBe(retryAfterMs)
      expect(server.requests).toHaveLength(1)
      if (status === 401) expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
      if (status === 400) expect(error.details?.reason).toContain('No:')
    },
  )

  test('an empty account is not asked again', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, { error: { message: 'Quota', code: 'insufficient_quota' } }, 429),
    )
    expect((await failureOf(modelOf(server).generate(ask))).retryable).toBe(false)
  })

  test('a broken connection and a body that is no JSON may be tried again', async () => {
    await using broken = await startLocalServer((_request, response) => void response.destroy())
    expect(await failureOf(modelOf(broken).generate(ask))).toMatchObject({ code: 'MODEL_FAILED', retryable: true })
    await using garbled = await startLocalServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"cho')
    })
    expect(await failureOf(modelOf(garbled).generate(ask))).toMatchObject({ code: 'MODEL_FAILED', retryable: true })
  })

  test('a refusal and a filter are failures that no attempt will heal', async () => {
    const answers = [completion({ refusal: 'I will not' }), completion({}, { finish_reason: 'content_filter' })]
    await using server = await startLocalServer((_request, response, index) => sendJson(response, answers[index]))
    const model = modelOf(server)
    for (const reason of ['refusal', 'content_filter']) {
      const error = await failureOf(model.generate(ask))
      expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: false, details: { reason } })
    }
  })

  test('goes out by the fetch that it is given, whose refusals come through', async () => {
    await using server = await startLocalServer(() => undefined)
    const refusal = new TenonError('EGRESS_REFUSED', 'Not there')
    const model = modelOf(server, async () => Promise.reject(refusal))
    expect(await failureOf(model.generate(ask))).toBe(refusal)
    expect(server.requests).toHaveLength(0)
  })

  test('who aborts gets its own reason back', async () => {
    await using server = await startLocalServer(() => controller.abort(reason))
    const controller = new AbortController()
    const reason = new Error('the run was canceled')
    const call = modelOf(server).generate({ ...ask, abortSignal: controller.signal })
    await expect(call).rejects.toBe(reason)
  })
})

describe('isStrictSchema', () => {
  const closed = (properties: object, required = Object.keys(properties)) =>
    ({ type: 'object', properties, required, additionalProperties: false }) as never

  test('holds for closed objects all the way down', () => {
    expect(isStrictSchema(closed({ a: { type: 'string', enum: ['x'], description: 'A' } }))).toBe(true)
    expect(isStrictSchema(closed({ a: { type: 'array', items: closed({ b: { type: 'number' } }) } }))).toBe(true)
    expect(isStrictSchema(closed({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }))).toBe(true)
  })

  test.each([
    ['an open object', { type: 'object', properties: {}, required: [] }],
    ['an optional field', closed({ a: { type: 'string' } }, [])],
    ['an open object inside', closed({ a: { type: 'object', properties: { b: { type: 'string' } } } })],
    ['a keyword beyond strict mode', closed({ a: { type: 'string', pattern: '^a' } })],
    ['a subschema that is none', closed({ a: true })],
    ['properties that are none', { type: 'object', properties: 5 }],
    ['a list at the root', { type: 'array', items: { type: 'string' } }],
    ['true', true],
  ])('does not hold for %s', (_what, schema) => expect(isStrictSchema(schema as never)).toBe(false))
})
