import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import type { LanguageModelResult } from '@tenon/core/node'
import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import { failuresOf, type ReadingOptions, readChoice, throwErrorIn } from './read-completion.ts'

/** Tool calls of a message beyond this one are an error of the server: a message has a few. */
const MAX_CALLS = 200

interface StreamOptions extends ReadingOptions {
  readonly client: OpenAI
  readonly onText: (text: string) => void
}

/** A message of which the pieces have arrived so far. */
interface Draft {
  content: string
  refusal: string
  finishReason: string
  model: string
  usage: Json
  readonly calls: Map<number, { id: string; name: string; arguments: string }>
}

/**
 * Reads a streamed response with a success status, and passes its text on as it arrives.
 *
 * @throws {@link TenonError} `MODEL_FAILED` as `readCompletion`, and retryable for a stream that ends before the model
 * has ended its response.
 */
export async function readStream(response: Response, options: StreamOptions): Promise<LanguageModelResult> {
  const { client, readable, onText } = options
  const failed = failuresOf(response)
  const draft: Draft = { content: '', refusal: '', finishReason: '', model: '', usage: null, calls: new Map() }
  try {
    for await (const chunk of Stream.fromSSEResponse<Json>(response, new AbortController(), client)) {
      if (!isJsonObject(chunk)) continue
      throwErrorIn(chunk, failed, readable)
      const text = addChunk(draft, chunk)
      if (text !== '') onText(text)
    }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failed('The model provider sent a piece of its stream that is not JSON', true, {
        cause: 'unreadable',
        reason: 'stream',
      })
    }
    // The package throws the error object of a piece before it is seen here.
    if (error instanceof OpenAI.APIError && error.status === undefined && error.error !== undefined) {
      throwErrorIn({ error: error.error as Json }, failed, readable)
    }
    throw error
  }
  if (draft.finishReason === '') {
    throw failed('The model provider ended its stream before the end of the response', true, {
      cause: 'unreadable',
      reason: 'stream',
    })
  }
  return readChoice(choiceOf(draft), { model: draft.model, usage: draft.usage }, failed, options)
}

/** Adds a piece to the draft and returns the text in it. */
function addChunk(draft: Draft, chunk: JsonObject): string {
  if (typeof chunk.model === 'string') draft.model = chunk.model
  if (isJsonObject(chunk.usage)) draft.usage = chunk.usage
  const choice: Json | undefined = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined
  if (!isJsonObject(choice)) return ''
  if (typeof choice.finish_reason === 'string') draft.finishReason = choice.finish_reason
  const delta = isJsonObject(choice.delta) ? choice.delta : {}
  if (typeof delta.refusal === 'string') draft.refusal += delta.refusal
  const calls: readonly Json[] = Array.isArray(delta.tool_calls) ? delta.tool_calls : []
  for (const call of calls) addCall(draft.calls, call)
  const text = typeof delta.content === 'string' ? delta.content : ''
  draft.content += text
  return text
}

/** Adds a piece of a tool call; servers that leave its index out send whole calls. */
function addCall(calls: Draft['calls'], piece: Json): void {
  if (!isJsonObject(piece)) return
  const index = typeof piece.index === 'number' ? piece.index : calls.size
  const call = calls.get(index) ?? { id: '', name: '', arguments: '' }
  if (calls.size >= MAX_CALLS && !calls.has(index)) return
  const written = isJsonObject(piece.function) ? piece.function : {}
  if (typeof piece.id === 'string') call.id ||= piece.id
  if (typeof written.name === 'string') call.name ||= written.name
  if (typeof written.arguments === 'string') call.arguments += written.arguments
  calls.set(index, call)
}

function choiceOf({ content, refusal, finishReason, calls }: Draft): JsonObject {
  const inOrder = [...calls].sort(([one], [other]) => one - other)
  return {
    finish_reason: finishReason,
    message: {
      content,
      refusal,
      tool_calls: inOrder.map(([, { id, ...call }]) => ({ id, function: call })),
    },
  }
}
