import { TenonError } from '@tenon/core/errors'
import type { LanguageModel, LanguageModelRequest, LanguageModelResult } from '@tenon/core/node'
import OpenAI from 'openai'
import { isStrictSchema } from './is-strict-schema.ts'
import { toModelFailure } from './to-model-failure.ts'

/** Which account, server and models {@link openaiLanguageModel} speaks to. */
export interface OpenaiLanguageModelOptions {
  readonly apiKey: string
  /** Any server that speaks the chat completions protocol. @defaultValue the package's own */
  readonly baseURL?: string
  /** Model names to offer; the first is the default. */
  readonly models: readonly string[]
  /** The `fetch` of an egress, so that the same rules hold as for every node. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * A language model behind OpenAI, or any server that speaks its chat completions protocol.
 *
 * Attempts belong to the engine, so the package's own retries are off.
 *
 * @example
 * ```ts
 * import { openaiLanguageModel } from '@tenon/nodes/openai'
 * import { createEgress } from '@tenon/runtime/egress'
 *
 * const { fetch } = createEgress()
 * export const languageModel = openaiLanguageModel({ apiKey: 'sk-…', models: ['gpt-5-mini'], fetch })
 * ```
 */
export function openaiLanguageModel(options: OpenaiLanguageModelOptions): LanguageModel {
  const { apiKey, baseURL, models, fetch } = options
  const client = new OpenAI({
    apiKey,
    maxRetries: 0,
    fetch,
    ...(baseURL === undefined ? {} : { baseURL }),
  })
  return Object.freeze({
    models: Object.freeze([...models]),
    generate: async (request: LanguageModelRequest): Promise<LanguageModelResult> => {
      const { abortSignal } = request
      try {
        const completion = await client.chat.completions.create(
          toBody(request),
          abortSignal === undefined ? {} : { signal: abortSignal },
        )
        return toResult(completion)
      } catch (thrown) {
        // Who aborts knows why, and gets its own reason back.
        abortSignal?.throwIfAborted()
        throw toModelFailure(thrown, Date.now())
      }
    },
  })
}

function toBody(request: LanguageModelRequest): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const { model, messages, responseSchema, temperature, maxOutputTokens } = request
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(responseSchema === undefined ? {} : { response_format: toResponseFormat(responseSchema) }),
  }
}

function toResponseFormat({
  name,
  schema,
}: NonNullable<LanguageModelRequest['responseSchema']>): OpenAI.ResponseFormatJSONSchema {
  return {
    type: 'json_schema',
    json_schema: { name, schema: typeof schema === 'boolean' ? {} : { ...schema }, strict: isStrictSchema(schema) },
  }
}

function toResult({ choices, model, usage }: OpenAI.ChatCompletion): LanguageModelResult {
  const choice = choices[0]
  if (choice?.message.refusal) throw refused('The model refused to answer', 'refusal')
  if (choice?.finish_reason === 'content_filter') throw refused('A filter held the answer back', 'content_filter')
  return {
    text: choice?.message.content ?? '',
    model,
    usage: { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 },
  }
}

function refused(message: string, reason: string): TenonError {
  return new TenonError('MODEL_FAILED', message, { retryable: false, details: { reason } })
}
