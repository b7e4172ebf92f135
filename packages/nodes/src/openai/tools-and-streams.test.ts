import type { LanguageModelRequest } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { sendJson, startLocalServer } from '../../test/local-server.ts'
import { failureOf } from '../../test/run-node.ts'
import { openaiLanguageModel } from './openai-language-model.ts'

const WEATHER = {
  name: 'weather',
  description: 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

const modelAt = (origin: string) =>
  openaiLanguageModel({ apiKey: 'sk-hunter2', baseURL: `${origin}/v1`, models: ['small'], fetch })

const ask: LanguageModelRequest = { model: 'small', messages: [{ role: 'user', content: 'Weather in Bern?' }] }
const withTools: LanguageModelRequest = { ...ask, tools: [WEATHER] }

const toolCall = (id: string, name: string, written: unknown) => ({
  id,
  type: 'function',
  function: { name, arguments: written },
})

const completion = (message: object, finishReason: string, usage: object = {}) => ({
  model: 'small-2025',
  choices: [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', ...message } }],
  usage: { prompt_tokens: 11, completion_tokens: 7, ...usage },
})

describe('tools', () => {
  test('are offered, and the calls of earlier turns are sent with their results', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, completion({ content: 'Rain.' }, 'stop')),
    )
    await modelAt(server.origin).generate({
      ...withTools,
      toolChoice: 'required',
      messages: [
        { role: 'user', content: 'Weather in Bern?' },
        { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Bern"}' }] },
        { role: 'tool', toolCallId: 'c1', content: '{"sky":"rain"}' },
        { role: 'assistant', content: 'It rains.' },
      ],
    })
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      model: 'small',
      tools: [{ type: 'function', function: WEATHER }],
      tool_choice: 'required',
      messages: [
        { role: 'user', content: 'Weather in Bern?' },
        { role: 'assistant', content: null, tool_calls: [toolCall('c1', 'weather', '{"city":"Bern"}')] },
        { role: 'tool', tool_call_id: 'c1', content: '{"sky":"rain"}' },
        { role: 'assistant', content: 'It rains.' },
      ],
    })
  })

  test('a choice of tools without tools is not sent', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, completion({ content: 'Rain.' }, 'stop')),
    )
    await modelAt(server.origin).generate({ ...ask, tools: [], toolChoice: 'none' })
    expect(Object.keys(JSON.parse(server.requests[0]?.body ?? ''))).toEqual(['model', 'messages'])
  })

  test.each([
    [
      'a call with text beside it',
      completion({ content: 'I look.', tool_calls: [toolCall('c1', 'weather', '{"city":"Bern"}')] }, 'tool_calls'),
      {
        text: 'I look.',
        finishReason: 'tool-calls',
        toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Bern"}' }],
      },
    ],
    [
      'a call of a server that says stop',
      completion({ content: null, tool_calls: [toolCall('c1', 'weather', '{}')] }, 'stop'),
      { text: '', finishReason: 'tool-calls' },
    ],
    [
      'arguments as an object, without an id',
      completion({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bern' } } }] }, 'tool_calls'),
      { toolCalls: [{ id: 'call-0', name: 'weather', arguments: '{"city":"Bern"}' }] },
    ],
    [
      'a call without arguments, and what is no call',
      completion({ tool_calls: [5, { id: 'x' }, { id: 'c1', function: { name: 'now' } }] }, 'tool_calls'),
      { toolCalls: [{ id: 'c1', name: 'now', arguments: '{}' }] },
    ],
    [
      'a call that is cut',
      completion({ tool_calls: [toolCall('c1', 'weather', '{"city":"Be')] }, 'length'),
      { finishReason: 'length', toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Be' }] },
    ],
    [
      'tokens from the cache',
      completion({ content: 'Hi' }, 'stop', { prompt_tokens_details: { cached_tokens: 4 } }),
      { usage: { inputTokens: 11, cachedInputTokens: 4, outputTokens: 7 } },
    ],
  ])('reads %s', async (_what, body, wanted) => {
    await using server = await startLocalServer((_request, response) => sendJson(response, body))
    expect(await modelAt(server.origin).generate(withTools)).toMatchObject(wanted)
  })
})

test('pictures and other files are sent as data', async () => {
  await using server = await startLocalServer((_request, response) =>
    sendJson(response, completion({ content: 'A cat' }, 'stop')),
  )
  const bytes = new Uint8Array([0, 255, 128])
  await modelAt(server.origin).generate({
    ...ask,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'file', mediaType: 'image/png', bytes },
          { type: 'file', mediaType: 'application/pdf', name: 'bill.pdf', bytes },
          { type: 'file', mediaType: 'text/csv', bytes },
        ],
      },
    ],
  })
  const { messages } = JSON.parse(server.requests[0]?.body ?? '') as { messages: { content: unknown }[] }
  expect(messages[0]?.content).toEqual([
    { type: 'text', text: 'Look' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AP+A' } },
    { type: 'file', file: { filename: 'bill.pdf', file_data: 'data:application/pdf;base64,AP+A' } },
    { type: 'file', file: { filename: 'file', file_data: 'data:text/csv;base64,AP+A' } },
  ])
})

const delta = (value: object, rest: object = {}) => ({
  model: 'small-2025',
  choices: [{ index: 0, delta: value, ...rest }],
})
const END = delta({}, { finish_reason: 'stop' })
const USAGE = { choices: [], usage: { prompt_tokens: 11, completion_tokens: 7 } }

/** Sends a stream of pieces, each a JSON value or a raw line, and ends or cuts it. */
async function streaming(pieces: readonly (object | string)[], isCut = false) {
  const server = await startLocalServer(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (const piece of pieces) {
      response.write(`data: ${typeof piece === 'string' ? piece : JSON.stringify(piece)}\n\n`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (isCut) response.destroy()
    else response.end('data: [DONE]\n\n')
  })
  const heard: string[] = []
  const generate = (request: LanguageModelRequest = withTools) =>
    modelAt(server.origin).generate(request, (text) => void heard.push(text))
  return { server, heard, generate, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

describe('streams', () => {
  test('pass the text on as it arrives, and end in the same result', async () => {
    await using model = await streaming([
      delta({ role: 'assistant' }),
      delta({ content: 'Ra' }),
      delta({ content: 'in.' }),
      END,
      USAGE,
    ])
    expect(await model.generate()).toEqual({
      text: 'Rain.',
      model: 'small-2025',
      finishReason: 'stop',
      usage: { inputTokens: 11, outputTokens: 7 },
    })
    expect(model.heard).toEqual(['Ra', 'in.'])
    expect(JSON.parse(model.server.requests[0]?.body ?? '')).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('put tool calls together, whatever the order of their pieces', async () => {
    await using model = await streaming([
      5 as unknown as object,
      delta({ tool_calls: [{ index: 1, id: 'c2', function: { name: 'weather', arguments: '{"city":' } }] }),
      delta({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'weather', arguments: '{}' } }] }),
      delta({ tool_calls: [{ index: 1, function: { arguments: '"Bern"}' } }, 7] }),
      delta({ tool_calls: [{ id: 'c3', function: { name: 'now', arguments: '{}' } }] }),
      delta({}, { finish_reason: 'tool_calls' }),
    ])
    expect((await model.generate()).toolCalls).toEqual([
      { id: 'c1', name: 'weather', arguments: '{}' },
      { id: 'c2', name: 'weather', arguments: '{"city":"Bern"}' },
      { id: 'c3', name: 'now', arguments: '{}' },
    ])
  })

  test.each([
    ['is cut', [delta({ content: 'Ra' })], true, { retryable: true }],
    ['ends too early', [delta({ content: 'Ra' })], false, { retryable: true, details: { reason: 'stream' } }],
    ['has a piece that is no JSON', ['{"cho', END], false, { retryable: true, details: { reason: 'stream' } }],
    [
      'ends in an error',
      [delta({ content: 'Ra' }), { error: { message: 'Busy: sk-hunter2', type: 'overloaded_error' } }],
      false,
      { retryable: true, details: { reason: 'Busy: ••••••••' } },
    ],
    [
      'ends in an error text',
      [{ error: 'No such model' }],
      false,
      { retryable: false, details: { reason: 'No such model' } },
    ],
    [
      'is refused',
      [delta({ refusal: 'I will ' }), delta({ refusal: 'not' }), END],
      false,
      { retryable: false, details: { reason: 'refusal' } },
    ],
    ['is empty', [END], false, { retryable: true, details: { reason: 'empty' } }],
  ] as const)('a stream that %s is a failure', async (_what, pieces, isCut, wanted) => {
    await using model = await streaming([...pieces], isCut)
    const error = await failureOf(model.generate())
    expect(error).toMatchObject(wanted)
    expect(['MODEL_FAILED', 'HTTP_FAILED']).toContain(error.code)
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2')
  })

  test('a server that cannot stream answers as a whole', async () => {
    await using server = await startLocalServer((_request, response) =>
      sendJson(response, completion({ content: 'Rain.' }, 'stop')),
    )
    const heard: string[] = []
    await modelAt(server.origin).generate(ask, (text) => void heard.push(text))
    expect(heard).toEqual(['Rain.'])
  })
})
