import { TenonError } from '@tenon/core/errors'
import { describe, expect, test, vi } from 'vitest'
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
    expect(result).toEqual({
      text: '{"a":1}',
      model: 'small-2025',
      finishReason: 'stop',
      usage: { inputTokens: 11, outputTokens: 7 },
    })
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

  test('sends only what was asked for, and lives with an answer that lacks usage and a model', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, { choices: [{ message: { content: 'Hi' } }] }),
    )
    expect(await modelOf(server).generate(ask)).toEqual({
      text: 'Hi',
      model: '',
      finishReason: 'stop',
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

  test('redacts a key that was given with a line end, which the header lacks', async () => {
    await using server = await startLocalServer(({ headers }, response) =>
      sendJson(response, { error: { message: `No: ${headers.authorization?.replace('Bearer ', '')}` } }, 401),
    )
    const { apiKey, baseURL } = { apiKey: 'canary-of-acme\n', baseURL: `${server.origin}/v1` }
    const error = await failureOf(openaiLanguageModel({ apiKey, baseURL, models: ['small'], fetch }).generate(ask))
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer canary-of-acme')
    expect(error.details?.reason).toBe('No: ••••••••')
  })

  test('offers its models', async () => {
    await using server = await startLocalServer(() => undefined)
    expect(modelOf(server).models).toEqual([{ id: 'small' }, { id: 'large' }])
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
      expect(error.details?.reason).toBe('No: ••••••••')
      expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
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

  const answers: readonly [what: string, body: unknown, wanted: object][] = [
    [
      'an error object',
      { error: { message: 'No such model: sk-hunter2', type: 'invalid', code: 'model_not_found' } },
      { retryable: false, details: { code: 'model_not_found', reason: 'No such model: ••••••••' } },
    ],
    ['an error text', { error: 'model is loading, unavailable' }, { retryable: true, details: { code: null } }],
    [
      'an error with a status as its code',
      { error: { message: 'Slow down', code: 429 } },
      { retryable: true, details: { code: 429, reason: 'Slow down' } },
    ],
    [
      'an error of a passing kind',
      { error: { message: 'Busy', type: 'overloaded_error' } },
      { retryable: true, details: { code: 'overloaded_error' } },
    ],
    [
      'an empty account',
      { error: { message: 'Quota', code: 'insufficient_quota', type: 'rate_limit' } },
      { retryable: false },
    ],
    [
      'an error of vLLM',
      { object: 'error', message: 'Too long', code: 400 },
      { retryable: false, details: { reason: 'Too long' } },
    ],
    ['an error without words', { error: { status: 3 } }, { details: { code: null, reason: '{"status":3}' } }],
    [
      'an error in the choice',
      { choices: [{ error: { message: 'Upstream', code: 502 } }] },
      { retryable: true, details: { reason: 'Upstream' } },
    ],
    ['no choices', { id: 'c1' }, { retryable: true, message: expect.stringContaining('no choices') }],
    ['an empty list of choices', { choices: [] }, { retryable: true, message: expect.stringContaining('no choices') }],
    ['a list', [], { retryable: true, message: expect.stringContaining('no choices') }],
    [
      'a refusal',
      completion({ refusal: 'I will not' }),
      { retryable: false, details: { reason: 'refusal', message: 'I will not' } },
    ],
    [
      'a refusal as a part',
      completion({ content: [{ type: 'refusal', refusal: 'No' }] }),
      { retryable: false, details: { reason: 'refusal' } },
    ],
    [
      'a filter',
      completion({}, { finish_reason: 'content_filter' }),
      { retryable: false, details: { reason: 'content_filter' } },
    ],
    ['empty content', completion({ content: '' }), { retryable: true, details: { reason: 'empty' } }],
    ['no content', completion({}), { retryable: true, details: { reason: 'empty' } }],
    [
      'a tool call',
      completion({ tool_calls: [{ id: 't' }] }, { finish_reason: 'tool_calls' }),
      { retryable: false, details: { reason: 'tool_calls' } },
    ],
  ]

  test.each(answers)('200 with %s is a failure that says so, asked once', async (_what, body, wanted) => {
    await using server = await startLocalServer((_request, response) => {
      response.setHeader('retry-after', '3')
      sendJson(response, body)
    })
    const error = await failureOf(modelOf(server).generate(ask))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', ...wanted })
    expect(error.details).toMatchObject({ status: 200, retryAfterMs: 3_000 })
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    ['text/html', '<html><style>a{}</style><h1>Sign in</h1>&amp; go</html>', false, 'Sign in &amp; go'],
    ['application/json', '<!doctype html><p>Blocked by the proxy', false, 'Blocked by the proxy'],
    ['application/json', '{"cho', true, '{"cho'],
    ['text/plain', 'upstream connect error', true, 'upstream connect error'],
    ['application/json', '', true, ''],
  ])('200 with %s %j is reported by its words', async (type, body, retryable, reason) => {
    await using server = await startLocalServer((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    const error = await failureOf(modelOf(server).generate(ask))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable, details: { status: 200, reason } })
    if (!retryable) expect(error.remedy).toBe('Check the base URL of the provider.')
  })

  test('a page with a failing status keeps its words, cut', async () => {
    await using server = await startLocalServer((_request, response) => {
      response
        .writeHead(502, { 'content-type': 'text/html' })
        .end(`<html><h1>Bad gateway</h1>${'😀'.repeat(400)}</html>`)
    })
    const error = await failureOf(modelOf(server).generate(ask))
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: true, details: { status: 502 } })
    expect(error.details?.reason).toMatch(/^Bad gateway 😀+…$/u)
  })

  test('an answer that is not valid in its charset is refused, not repaired', async () => {
    await using server = await startLocalServer((_request, response) => {
      const [before, after] = JSON.stringify(completion({ content: 'X' })).split('X')
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(Buffer.concat([Buffer.from(before ?? ''), Buffer.from([0xfc]), Buffer.from(after ?? '')]))
    })
    expect(await failureOf(modelOf(server).generate(ask))).toMatchObject({
      code: 'MODEL_FAILED',
      message: 'The response of the model provider is not valid utf-8',
    })
  })

  test.each([
    ['a text', completion({ content: 'Hello' }), 'Hello', 'stop'],
    [
      'parts',
      completion({ content: [{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo' }, 'x', 1] }),
      'Hellox',
      'stop',
    ],
    ['the older protocol', { choices: [{ text: 'Hello' }] }, 'Hello', 'stop'],
    ['reasoning beside it', completion({ content: 'Hello', reasoning_content: 'Hm' }), 'Hello', 'stop'],
    ['a cut answer', completion({ content: '{"a":' }, { finish_reason: 'length' }), '{"a":', 'length'],
    [
      'a cut answer of another server',
      completion({ content: '{"a":' }, { finish_reason: 'max_tokens' }),
      '{"a":',
      'length',
    ],
    ['an answer that is cut before its first word', completion({}, { finish_reason: 'length' }), '', 'length'],
    ['an error that is null', { ...completion({ content: 'Hello' }), error: null }, 'Hello', 'stop'],
  ])('reads %s', async (_what, body, text, finishReason) => {
    await using server = await startLocalServer((_request, response) => sendJson(response, body))
    expect(await modelOf(server).generate(ask)).toMatchObject({ text, finishReason })
  })

  test('waits as long as its caller does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await using server = await startLocalServer((_request, response) => {
      vi.advanceTimersByTime(24 * 3_600_000)
      sendJson(response, completion({ content: 'Hello' }))
    })
    const throughPort: typeof fetch = async (url, init) => fetch(url, init)
    expect(await modelOf(server, throughPort).generate(ask)).toMatchObject({ text: 'Hello' })
    vi.useRealTimers()
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
