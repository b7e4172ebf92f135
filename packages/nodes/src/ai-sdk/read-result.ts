import { TenonError } from '@tenon/core/errors'
import type { LanguageModelResult, ModelFailureCause, ModelToolCall } from '@tenon/core/node'
import { fieldsOf, itemsOf, textIn } from './ai-sdk-model.ts'

/** Result of a call, whole or put together from a stream. */
export interface AiSdkResult {
  readonly content: unknown
  readonly finishReason: unknown
  readonly usage: unknown
  readonly model: string
  /** JSON that the provider returns apart from the content. @defaultValue none */
  readonly structuredText?: string
}

const OTHER_PROMPT = 'Change the prompt, or choose another model.'

/**
 * Reads the result of a model: its text, its calls of tools, the reason for the end and the tokens.
 *
 * @throws {@link TenonError} `MODEL_FAILED` (details: `cause`, `reason`) for a filter, an error, an empty response, and
 * calls of tools that were not offered.
 */
export function readResult(result: AiSdkResult, hasTools: boolean): LanguageModelResult {
  const parts = itemsOf(result.content)
  const text =
    result.structuredText ?? parts.map((part) => (part['type'] === 'text' ? textIn(part['text']) : '')).join('')
  const toolCalls = parts.flatMap(callIn)
  const finish = finishOf(result.finishReason)
  if (finish === 'content-filter') {
    throw failed('A filter blocked the response', 'filter', false, OTHER_PROMPT)
  }
  if (finish === 'error') throw failed('The model provider ended the response with an error', 'unreadable', true)
  if (toolCalls.length > 0 && !hasTools) {
    throw failed('The model called a tool instead of answering', 'unreadable', false)
  }
  const isCut = finish === 'length'
  if (text.trim() === '' && toolCalls.length === 0 && !isCut) {
    throw failed('The model returned an empty response', 'empty', true)
  }
  return {
    text,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    finishReason: isCut ? 'length' : toolCalls.length > 0 ? 'tool-calls' : 'stop',
    model: result.model,
    usage: usageOf(result.usage),
  }
}

function failed(what: string, cause: ModelFailureCause, retryable: boolean, remedy?: string): TenonError {
  return new TenonError('MODEL_FAILED', what, {
    retryable,
    details: { cause, reason: cause },
    ...(remedy === undefined ? {} : { remedy }),
  })
}

/** Calls that the provider has executed itself, such as a search, are part of its answer. */
function callIn(part: Readonly<Record<string, unknown>>, index: number): readonly ModelToolCall[] {
  if (part['type'] !== 'tool-call' || part['providerExecuted'] === true) return []
  const { toolCallId, toolName, input } = part
  return [
    {
      id: textIn(toolCallId) || `call-${index}`,
      name: textIn(toolName),
      arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
    },
  ]
}

/** Version 2 has a text, the later ones an object with the text of the provider beside it. */
function finishOf(reason: unknown): string {
  return typeof reason === 'string' ? reason : textIn(fieldsOf(reason)['unified'])
}

/** Version 2 has numbers, the later ones objects with totals. */
function usageOf(value: unknown): LanguageModelResult['usage'] {
  const { inputTokens, outputTokens, cachedInputTokens } = fieldsOf(value)
  const cached = typeof inputTokens === 'object' ? fieldsOf(inputTokens)['cacheRead'] : cachedInputTokens
  const cachedCount = countOf(cached)
  return {
    inputTokens: countOf(typeof inputTokens === 'object' ? fieldsOf(inputTokens)['total'] : inputTokens),
    ...(cachedCount === 0 ? {} : { cachedInputTokens: cachedCount }),
    outputTokens: countOf(typeof outputTokens === 'object' ? fieldsOf(outputTokens)['total'] : outputTokens),
  }
}

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
