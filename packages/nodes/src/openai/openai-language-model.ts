import { createRedactor, maskText } from '@tenon/core/mask'
import type { LanguageModel, LanguageModelRequest, LanguageModelResult } from '@tenon/core/node'
import {
  aFunction,
  checkOptions,
  httpUrl,
  listOf,
  type OptionCheck,
  optional,
  optionFault,
  text,
} from '@tenon/core/options'
import { cutText, repairText } from '@tenon/core/text'
import OpenAI from 'openai'
import { isStrictSchema } from './is-strict-schema.ts'
import { readCompletion } from './read-completion.ts'
import { toModelFailure } from './to-model-failure.ts'

/** Longest delay of a timer in milliseconds, since the timeout of the node's policy applies. */
const NO_TIMEOUT_MS = 2_147_483_647
const REASON_LENGTH = 300

const modelNames: OptionCheck = (value, field) =>
  Array.isArray(value) && value.length === 0
    ? optionFault(field, `${field} must name at least one model: the first is the default`)
    : listOf(text, 'model names')(value, field)

// The message contains no value, since a misplaced key is still secret.
const apiKeyCheck: OptionCheck = (value, field) =>
  typeof value === 'string' && value !== ''
    ? []
    : optionFault(field, `${field} must be the secret key of the account, or any text for a server that needs none`)

/** Account, server and models of {@link openaiLanguageModel}. */
export interface OpenaiLanguageModelOptions {
  /** Secret key of the account, sent as a bearer token and redacted from error messages. */
  readonly apiKey: string
  /** URL of a server with the chat completions protocol. @defaultValue that of OpenAI */
  readonly baseURL?: string
  /** Model names to offer; the first is the default. */
  readonly models: readonly string[]
  /** The `fetch` of an egress, so that the rules of all nodes apply. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * Creates a language model of OpenAI, or of any server with its chat completions protocol.
 *
 * The policy of the node defines retries and timeouts, so those of the `openai` package are off.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option.
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
  checkOptions('openaiLanguageModel', options, {
    apiKey: apiKeyCheck,
    baseURL: optional(httpUrl),
    models: modelNames,
    fetch: aFunction('fetch must be the fetch of an egress: createEgress({ ... }).fetch'),
  })
  const { apiKey, baseURL, models, fetch } = options
  const client = new OpenAI({
    apiKey,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    fetch,
    ...(baseURL === undefined ? {} : { baseURL }),
  })
  const redactor = createRedactor([apiKey])
  const readable = (text: string): string => cutText(repairText(maskText(redactor.text(text))), REASON_LENGTH, '…')
  return Object.freeze({
    models: Object.freeze([...models]),
    generate: async (request: LanguageModelRequest): Promise<LanguageModelResult> => {
      const { abortSignal } = request
      try {
        const options = abortSignal === undefined ? {} : { signal: abortSignal }
        // The raw response, since the package would ignore a body that is not a completion.
        const response = await client.chat.completions.create(toBody(request), options).asResponse()
        return await readCompletion(response, readable)
      } catch (thrown) {
        // A caller that aborts gets its own reason.
        abortSignal?.throwIfAborted()
        throw toModelFailure(thrown, Date.now(), readable)
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
