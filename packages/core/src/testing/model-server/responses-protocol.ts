import type { Json, JsonObject } from '../../json.ts'
import type { AnswerTurn, ModelProtocol } from './model-server.ts'
import { callsOf, finishOf, nameFaults, objectsIn, piecesOf, usageOf } from './turn-parts.ts'

/** The Responses API of OpenAI. */
export const responsesProtocol: ModelProtocol = {
  name: 'responses',
  path: /\/responses$/,
  modelOf: ({ model }) => String(model),
  isStream: ({ stream }) => stream === true,
  toolsOf: ({ tools }) => objectsIn(tools).map(({ name }) => String(name)),
  faultsOf: (body, { authorization = '' }, { allowsStored = false }) => [
    ...(authorization.startsWith('Bearer ') ? [] : ['the key is missing']),
    ...(typeof body.model === 'string' ? [] : ['the model is missing']),
    ...(allowsStored || body.store === false ? [] : ['the response would be stored']),
    ...nameFaults(responsesProtocol.toolsOf(body)),
    ...inputFaults(objectsIn(body.input)),
  ],
  error: (status, message, code) => ({ error: { message, type: status >= 500 ? 'server_error' : 'error', code } }),
  whole: responseOf,
  events: (turn, model) => {
    const pieces = piecesOf(turn)
    const events: readonly JsonObject[] = [
      { type: 'response.created', response: { ...responseOf({ kind: 'answer' }, model), status: 'in_progress' } },
      ...pieces.map((delta) => ({
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta,
      })),
      ...callsOf(turn).flatMap(({ id, name, arguments: written }, index): readonly JsonObject[] => {
        const item = { type: 'function_call', id: `fc_${index}`, call_id: id, name }
        const at = { output_index: index, item_id: item.id }
        return [
          {
            ...{ type: 'response.output_item.added', output_index: index },
            item: { ...item, arguments: '', status: 'in_progress' },
          },
          { type: 'response.function_call_arguments.delta', ...at, delta: written },
          { type: 'response.function_call_arguments.done', ...at, arguments: written },
          {
            ...{ type: 'response.output_item.done', output_index: index },
            item: { ...item, arguments: written, status: 'completed' },
          },
        ]
      }),
      {
        type: finishOf(turn) === 'length' || finishOf(turn) === 'filter' ? 'response.incomplete' : 'response.completed',
        response: responseOf(turn, model),
      },
    ]
    return events.map((event, index) => ({
      event: String(event.type),
      data: JSON.stringify({ ...event, sequence_number: index }),
    }))
  },
}

function responseOf(turn: AnswerTurn, model: string): JsonObject {
  const finish = finishOf(turn)
  const { inputTokens, cachedInputTokens, outputTokens, totalTokens } = usageOf(turn)
  const text = piecesOf(turn).join('')
  const content: readonly Json[] = [
    ...(turn.refusal === undefined ? [] : [{ type: 'refusal', refusal: turn.refusal }]),
    ...(text === '' ? [] : [{ type: 'output_text', text, annotations: [] }]),
  ]
  const isCut = finish === 'length' || finish === 'filter'
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1, model, error: null },
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: finish === 'length' ? 'max_output_tokens' : 'content_filter' } : null,
    output: [
      ...(turn.reasoning === undefined
        ? []
        : [{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: turn.reasoning }] }]),
      ...(content.length === 0
        ? []
        : [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [...content] }]),
      ...callsOf(turn).map(({ id, ...call }, index) => ({
        ...{ type: 'function_call', id: `fc_${index}`, call_id: id, status: 'completed', ...call },
      })),
    ],
    usage: {
      ...{ input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: totalTokens },
      ...{ input_tokens_details: { cached_tokens: cachedInputTokens }, output_tokens_details: { reasoning_tokens: 0 } },
    },
  }
}

function inputFaults(items: readonly JsonObject[]): readonly string[] {
  if (items.length === 0) return ['there is no input']
  const calls = items.filter(({ type }) => type === 'function_call').map(({ call_id: id }) => String(id))
  const outputs = items.filter(({ type }) => type === 'function_call_output').map(({ call_id: id }) => String(id))
  return [
    ...calls.filter((id) => !outputs.includes(id)).map((id) => `the call ${id} has no result`),
    ...outputs.filter((id) => !calls.includes(id)).map((id) => `the result of ${id} follows no call`),
  ]
}
