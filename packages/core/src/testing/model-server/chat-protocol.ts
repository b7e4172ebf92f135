import type { Json, JsonObject } from '../../json.ts'
import { isJsonObject } from '../../json.ts'
import type { AnswerTurn, ModelProtocol } from './model-server.ts'
import { callsOf, finishOf, nameFaults, objectsIn, piecesOf, usageOf } from './turn-parts.ts'

const ROLES: ReadonlySet<Json | undefined> = new Set(['system', 'developer', 'user', 'assistant', 'tool'])
const FINISH = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls', filter: 'content_filter' } as const

/** The chat completions of OpenAI, which Mistral, gateways and local servers have as well. */
export const chatProtocol: ModelProtocol = {
  name: 'chat',
  path: /\/chat\/completions$/,
  modelOf: ({ model }) => String(model),
  isStream: ({ stream }) => stream === true,
  toolsOf: ({ tools }) =>
    objectsIn(tools).map((tool) => (isJsonObject(tool.function) ? String(tool.function.name) : '')),
  faultsOf: (body, { authorization = '' }) => [
    ...(authorization.startsWith('Bearer ') ? [] : ['the key is missing']),
    ...(typeof body.model === 'string' ? [] : ['the model is missing']),
    ...nameFaults(chatProtocol.toolsOf(body)),
    ...messageFaults(objectsIn(body.messages)),
  ],
  error: (status, message, code) => ({ error: { message, type: status >= 500 ? 'server_error' : 'error', code } }),
  whole: (turn, model) => ({
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model },
    choices: [
      {
        ...{ index: 0, finish_reason: FINISH[finishOf(turn)], logprobs: null },
        message: { role: 'assistant', content: piecesOf(turn).join('') || null, ...extrasOf(turn), ...toolsIn(turn) },
      },
    ],
    usage: usageIn(turn),
  }),
  events: (turn, model, { stream_options: options }) => {
    // OpenAI sends the tokens in a piece of their own to those who ask; Mistral sends them with the end.
    const isApart = isJsonObject(options) && options.include_usage === true
    const usage = usageIn(turn)
    const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
      ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model },
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
    const calls = callsOf(turn).flatMap(({ id, name, arguments: written }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: written } }] }),
    ])
    const chunks: readonly Json[] = [
      chunk({ role: 'assistant', content: '' }),
      ...(turn.refusal === undefined ? [] : [chunk({ refusal: turn.refusal })]),
      ...piecesOf(turn).map((content) => chunk({ content })),
      ...calls,
      { ...chunk({}, FINISH[finishOf(turn)]), ...(isApart ? {} : { usage }) },
      ...(isApart ? [{ ...chunk({}), choices: [], usage }] : []),
    ]
    return [...chunks.map((each) => ({ data: JSON.stringify(each) })), { data: '[DONE]' }]
  },
}

function extrasOf({ refusal, reasoning }: AnswerTurn): JsonObject {
  return {
    ...(refusal === undefined ? {} : { refusal }),
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
  }
}

function toolsIn(turn: AnswerTurn): JsonObject {
  const calls = callsOf(turn).map(({ id, ...call }) => ({ id, type: 'function', function: call }))
  return calls.length === 0 ? {} : { tool_calls: calls }
}

function usageIn(turn: AnswerTurn): JsonObject {
  const { inputTokens, cachedInputTokens, outputTokens, totalTokens } = usageOf(turn)
  const details = cachedInputTokens === 0 ? {} : { prompt_tokens_details: { cached_tokens: cachedInputTokens } }
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: totalTokens, ...details }
}

/** Finds roles that do not exist, calls without results, and results without calls. */
function messageFaults(messages: readonly JsonObject[]): readonly string[] {
  if (messages.length === 0) return ['there are no messages']
  const faults: string[] = []
  let open = new Set<string>()
  for (const message of messages) {
    const { role } = message
    if (!ROLES.has(role)) faults.push(`the role ${JSON.stringify(role ?? null)} does not exist`)
    if (role === 'tool' && !open.delete(String(message.tool_call_id))) {
      faults.push(`the result of ${JSON.stringify(message.tool_call_id ?? null)} follows no call`)
    }
    if (role !== 'tool' && open.size > 0) faults.push(`the calls ${[...open].join(', ')} have no results`)
    if (role !== 'tool') open = new Set(objectsIn(message.tool_calls).map(({ id }) => String(id)))
  }
  if (open.size > 0) faults.push(`the calls ${[...open].join(', ')} have no results`)
  return faults
}
