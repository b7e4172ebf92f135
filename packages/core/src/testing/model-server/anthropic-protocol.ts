import type { Json, JsonObject } from '../../json.ts'
import type { AnswerTurn, ModelProtocol } from './model-server.ts'
import { argumentsOf, callsOf, finishOf, nameFaults, objectsIn, piecesOf, usageOf } from './turn-parts.ts'

const FINISH = { stop: 'end_turn', length: 'max_tokens', 'tool-calls': 'tool_use', filter: 'refusal' } as const

/** The messages of Anthropic. */
export const anthropicProtocol: ModelProtocol = {
  name: 'anthropic',
  path: /\/messages$/,
  modelOf: ({ model }) => String(model),
  isStream: ({ stream }) => stream === true,
  toolsOf: ({ tools }) => objectsIn(tools).map(({ name }) => String(name)),
  faultsOf: (body, { 'x-api-key': key = '', 'anthropic-version': version = '' }) => [
    ...(key === '' ? ['the key is missing'] : []),
    ...(version === '' ? ['the version is missing'] : []),
    ...(Number.isSafeInteger(body.max_tokens) ? [] : ['max_tokens is missing']),
    ...nameFaults(anthropicProtocol.toolsOf(body)),
    ...messageFaults(objectsIn(body.messages)),
  ],
  error: (status, message) => ({ type: 'error', error: { type: errorType(status), message } }),
  whole: (turn, model) => ({
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model },
    content: blocksOf(turn),
    ...{ stop_reason: FINISH[finishOf(turn)], stop_sequence: null, usage: usageIn(turn) },
  }),
  events: (turn, model) => {
    const blocks = piecesOf(turn).length === 0 ? [] : [{ type: 'text', pieces: piecesOf(turn) } as const]
    const usage = usageIn(turn)
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage }
    const events: readonly JsonObject[] = [
      { type: 'message_start', message },
      ...blocks.flatMap(({ pieces }): readonly JsonObject[] => [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
        { type: 'content_block_stop', index: 0 },
      ]),
      ...callsOf(turn).flatMap(({ id, name, arguments: written }, at): readonly JsonObject[] => {
        const index = blocks.length + at
        return [
          { type: 'content_block_start', index, content_block: { type: 'tool_use', id, name, input: {} } },
          { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: written } },
          { type: 'content_block_stop', index },
        ]
      }),
      { type: 'message_delta', delta: { stop_reason: FINISH[finishOf(turn)], stop_sequence: null }, usage },
      { type: 'message_stop' },
    ]
    return events.map((event) => ({ event: String(event.type), data: JSON.stringify(event) }))
  },
}

function errorType(status: number): string {
  if (status === 429) return 'rate_limit_error'
  if (status === 529) return 'overloaded_error'
  return status >= 500 ? 'api_error' : 'invalid_request_error'
}

function blocksOf(turn: AnswerTurn): Json {
  const text = piecesOf(turn).join('')
  return [
    ...(turn.reasoning === undefined ? [] : [{ type: 'thinking', thinking: turn.reasoning, signature: 's' }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...callsOf(turn).map(({ id, name, arguments: written }) => ({
      ...{ type: 'tool_use', id, name, input: argumentsOf(written) },
    })),
  ]
}

function usageIn(turn: AnswerTurn): JsonObject {
  const { inputTokens, cachedInputTokens, outputTokens } = usageOf(turn)
  // Anthropic counts what it had in its cache apart.
  return {
    input_tokens: inputTokens - cachedInputTokens,
    cache_read_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
  }
}

/** Finds results that do not follow the message with their calls. */
function messageFaults(messages: readonly JsonObject[]): readonly string[] {
  if (messages[0]?.role !== 'user') return ['the first message is not of the user']
  const idsOf = (message: JsonObject | undefined, kind: string, field: string) =>
    objectsIn(message?.content)
      .filter(({ type }) => type === kind)
      .map(({ [field]: id }) => String(id))
  return messages.flatMap((message, index) => {
    const calls = idsOf(message, 'tool_use', 'id')
    const results = idsOf(messages[index + 1], 'tool_result', 'tool_use_id')
    return calls.filter((id) => !results.includes(id)).map((id) => `the call ${id} has no result`)
  })
}
