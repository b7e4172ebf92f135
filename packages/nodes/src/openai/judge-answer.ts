import type { LanguageModelResult, ModelToolCall } from '@tenon/core/node'
import type { Failed, ReadingOptions } from './read-completion.ts'

/** An answer of a model that has ended, as either API gives it. */
export interface EndedAnswer extends Pick<LanguageModelResult, 'text' | 'model' | 'usage'> {
  /** Text with which the model refused; empty if it did not. */
  readonly refusal: string
  /** True if a filter of the provider has blocked it. */
  readonly isFiltered: boolean
  /** True if it was cut at the token limit. */
  readonly isCut: boolean
  readonly toolCalls: readonly ModelToolCall[]
  /** True if the model has called tools, also such that cannot be read. */
  readonly hasCalled: boolean
}

/** Remedy for a response that a refusal or a filter prevents. */
const OTHER_PROMPT = 'Change the prompt, or choose another model.'

/**
 * Returns an answer as a result, or the failure that it is.
 *
 * @throws {@link TenonError} `MODEL_FAILED` for a refusal, a filter, calls without tools, and an empty answer.
 */
export function judgeAnswer(
  { text, refusal, isFiltered, isCut, toolCalls, hasCalled, model, usage }: EndedAnswer,
  failed: Failed,
  { readable, hasTools }: ReadingOptions,
): LanguageModelResult {
  if (refusal !== '') {
    const details = { cause: 'refusal', reason: 'refusal', message: readable(refusal) } as const
    throw failed('The model refused to answer', false, details, OTHER_PROMPT)
  }
  if (isFiltered) {
    const details = { cause: 'filter', reason: 'content_filter', message: readable(text) } as const
    throw failed('A filter blocked the response', false, details, OTHER_PROMPT)
  }
  if (hasCalled && !hasTools) {
    throw failed('The model called a tool instead of answering', false, { cause: 'unreadable', reason: 'tool_calls' })
  }
  if (text.trim() === '' && toolCalls.length === 0 && !isCut) {
    throw failed('The model returned an empty response', true, { cause: 'empty', reason: 'empty' })
  }
  return {
    ...{ text, model, usage },
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    // Some servers report `stop` with tool calls.
    finishReason: isCut ? 'length' : toolCalls.length > 0 ? 'tool-calls' : 'stop',
  }
}
