import { createRedactor, maskText } from '@tenon/core/mask'
import type { LanguageModel, LanguageModelResult, ModelInfo } from '@tenon/core/node'
import {
  aFunction,
  checkOptions,
  httpUrl,
  type OptionCheck,
  optional,
  optionFault,
  shownOption,
} from '@tenon/core/options'
import { cutText, mediaTypeOf, repairText } from '@tenon/core/text'
import OpenAI from 'openai'
import { modelsCheck, toModels } from '../models/model-catalog.ts'
import { readCompletion } from './read-completion.ts'
import { readResponse, readResponseStream } from './read-response.ts'
import { readStream } from './read-stream.ts'
import { toModelFailure } from './to-model-failure.ts'
import { toRequestBody } from './to-request-body.ts'
import { toResponsesBody } from './to-responses-body.ts'

/** Longest delay of a timer in milliseconds, since the timeout of the node's policy applies. */
const NO_TIMEOUT_MS = 2_147_483_647
const REASON_LENGTH = 300

// The message contains no value, since a misplaced key is still secret.
const apiKeyCheck: OptionCheck = (value, field) =>
  typeof value === 'string' && value !== ''
    ? []
    : optionFault(field, `${field} must be the secret key of the account, or any text for a server that needs none`)

const apiCheck: OptionCheck = (value, field) =>
  value === 'chat' || value === 'responses'
    ? []
    : optionFault(field, `${field} must be 'chat' or 'responses' (got ${shownOption(value)})`)

/** Account, server and models of {@link openaiLanguageModel}. */
export interface OpenaiLanguageModelOptions {
  /** Secret key of the account, sent as a bearer token and redacted from error messages. */
  readonly apiKey: string
  /** URL of a server with the protocol of `api`. @defaultValue that of OpenAI */
  readonly baseURL?: string
  /**
   * Models to offer; the first is the default. A name is enough; an entry of a catalog adds prices, from which costs
   * follow, and the day on which the model retires.
   */
  readonly models: readonly (string | ModelInfo)[]
  /**
   * Protocol: chat completions, which gateways and local servers have as well, or the Responses API of OpenAI. Nothing is
   * kept at the provider with either.
   *
   * @defaultValue 'chat'
   */
  readonly api?: 'chat' | 'responses'
  /** The `fetch` of an egress, so that the rules of all nodes apply. */
  readonly fetch: typeof globalThis.fetch
}

/**
 * Creates a language model of OpenAI, or of any server with its chat completions or Responses API.
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
    api: optional(apiCheck),
    models: modelsCheck,
    fetch: aFunction('fetch must be the fetch of an egress: createEgress({ ... }).fetch'),
  })
  const { apiKey, baseURL, models, fetch, api = 'chat' } = options
  const client = new OpenAI({
    apiKey,
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    // The package would write pieces of a faulty stream, which may be confidential, to the console.
    logLevel: 'off',
    fetch,
    ...(baseURL === undefined ? {} : { baseURL }),
  })
  const redactor = createRedactor([apiKey])
  const readable = (text: string): string => cutText(repairText(maskText(redactor.text(text))), REASON_LENGTH, '…')
  const model: LanguageModel = {
    models: toModels(models),
    generate: async (request, onText): Promise<LanguageModelResult> => {
      const { abortSignal, tools = [] } = request
      const reading = { readable, hasTools: tools.length > 0 }
      try {
        const options = abortSignal === undefined ? {} : { signal: abortSignal }
        // The raw response, since the package would ignore a body that is not of its protocol.
        const response = await (api === 'chat'
          ? client.chat.completions.create({ ...toRequestBody(request), ...streamingOf(onText) }, options).asResponse()
          : client.responses
              .create({ ...toResponsesBody(request), ...(onText === undefined ? {} : { stream: true }) }, options)
              .asResponse())
        // A server that cannot stream answers as a whole, and so does one that has an error to report.
        const isStream = mediaTypeOf(response.headers.get('content-type') ?? '') === 'text/event-stream'
        if (onText !== undefined && isStream) {
          const readPieces = api === 'chat' ? readStream : readResponseStream
          return await readPieces(response, { ...reading, client, onText })
        }
        const result = await (api === 'chat' ? readCompletion : readResponse)(response, reading)
        if (onText !== undefined && result.text !== '') onText(result.text)
        return result
      } catch (thrown) {
        // A caller that aborts gets its own reason.
        abortSignal?.throwIfAborted()
        throw toModelFailure(thrown, Date.now(), readable)
      }
    },
  }
  return Object.freeze(model)
}

/** Chat completions send the tokens of a stream only to those who ask for them. */
function streamingOf(onText: unknown): object {
  return onText === undefined ? {} : { stream: true, stream_options: { include_usage: true } }
}
