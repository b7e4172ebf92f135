import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import type { LanguageModelResult, ModelToolCall } from '@tenon/core/node'
import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import { type EndedAnswer, judgeAnswer } from './judge-answer.ts'
import {
  countOf,
  type Failed,
  failuresOf,
  type ReadingOptions,
  readBody,
  textIn,
  throwErrorIn,
} from './read-completion.ts'

/** Events at the end of a stream, each with the whole response. */
const ENDS: ReadonlySet<Json | undefined> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

/**
 * Reads a response of the Responses API with a success status.
 *
 * @throws {@link TenonError} `MODEL_FAILED` (details: `cause`, `status`, `reason`, and the provider's `code` if there is
 * one).
 */
export async function readResponse(response: Response, options: ReadingOptions): Promise<LanguageModelResult> {
  const failed = failuresOf(response)
  const { body, text } = await readBody(response, failed, options)
  throwErrorIn(body, failed, options.readable)
  if (!Array.isArray(body.output)) {
    throw failed('The response of the model provider has no output', true, {
      ...{ cause: 'unreadable', reason: options.readable(text) },
    })
  }
  return readOutput(body, failed, options)
}

/**
 * Reads a streamed response of the Responses API, and passes its text on as it arrives.
 *
 * @throws {@link TenonError} `MODEL_FAILED` as `readResponse`, and retryable for a stream that ends before the response.
 */
export async function readResponseStream(
  response: Response,
  options: ReadingOptions & { readonly client: OpenAI; readonly onText: (text: string) => void },
): Promise<LanguageModelResult> {
  const { client, onText, readable } = options
  const failed = failuresOf(response)
  try {
    for await (const event of Stream.fromSSEResponse<Json>(response, new AbortController(), client)) {
      if (!isJsonObject(event)) continue
      if (event.type === 'error') throwErrorIn({ error: event }, failed, readable)
      if (event.type === 'response.output_text.delta' && textIn(event.delta) !== '') onText(textIn(event.delta))
      if (!ENDS.has(event.type) || !isJsonObject(event.response)) continue
      throwErrorIn(event.response, failed, readable)
      return readOutput(event.response, failed, options)
    }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failed('The model provider sent a piece of its stream that is not JSON', true, {
        ...{ cause: 'unreadable', reason: 'stream' },
      })
    }
    // The package throws the error object of a piece before it is seen here.
    if (error instanceof OpenAI.APIError && error.status === undefined && error.error !== undefined) {
      throwErrorIn({ error: error.error as Json }, failed, readable)
    }
    throw error
  }
  throw failed('The model provider ended its stream before the end of the response', true, {
    ...{ cause: 'unreadable', reason: 'stream' },
  })
}

function readOutput(body: JsonObject, failed: Failed, options: ReadingOptions): LanguageModelResult {
  const items = objectsIn(body.output)
  const parts = items.flatMap((item) => (item.type === 'message' ? objectsIn(item.content) : []))
  const text = parts.map((part) => (part.type === 'output_text' ? textIn(part.text) : '')).join('')
  const refusal = parts.map((part) => (part.type === 'refusal' ? textIn(part.refusal) : '')).join('')
  const reason = isJsonObject(body.incomplete_details) ? textIn(body.incomplete_details.reason) : ''
  const toolCalls = items.flatMap(callIn)
  const answer: EndedAnswer = {
    ...{ text, refusal, toolCalls },
    hasCalled: toolCalls.length > 0,
    isFiltered: reason === 'content_filter',
    isCut: reason === 'max_output_tokens' || (body.status === 'incomplete' && reason === ''),
    model: textIn(body.model),
    usage: usageOf(body.usage),
  }
  return judgeAnswer(answer, failed, options)
}

function callIn(item: JsonObject, index: number): readonly ModelToolCall[] {
  if (item.type !== 'function_call') return []
  return [{ id: textIn(item.call_id) || `call-${index}`, name: textIn(item.name), arguments: textIn(item.arguments) }]
}

function usageOf(value: Json | undefined): LanguageModelResult['usage'] {
  const usage = isJsonObject(value) ? value : {}
  const cached = isJsonObject(usage.input_tokens_details) ? countOf(usage.input_tokens_details.cached_tokens) : 0
  return {
    inputTokens: countOf(usage.input_tokens),
    ...(cached === 0 ? {} : { cachedInputTokens: cached }),
    outputTokens: countOf(usage.output_tokens),
  }
}

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : []
