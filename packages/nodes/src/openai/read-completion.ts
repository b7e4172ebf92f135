import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { causeOfStatus, type LanguageModelResult, type ModelFailureCause, type ModelToolCall } from '@tenon/core/node'
import { decodeText, mediaTypeOf, parseJson, retryAfterMs } from '@tenon/core/text'
import { wordsOf } from '../models/words-of.ts'
import { type EndedAnswer, judgeAnswer } from './judge-answer.ts'

/** Makes a text of the provider safe for a displayed error: masked and cut. */
export type Readable = (text: string) => string

/** Finish reasons with which servers report a response cut at the token limit. */
const LENGTH_REASONS: ReadonlySet<string> = new Set(['length', 'max_tokens', 'model_length', 'MAX_TOKENS'])
const FILTER_REASONS: ReadonlySet<string> = new Set(['content_filter', 'safety', 'SAFETY', 'refusal'])
const PASSING_REASON = /rate.?limit|overload|timeout|unavailable|server_error|internal/i
/** Causes by what providers write into codes and types of errors, the first that fits. */
const CAUSES: readonly (readonly [RegExp, ModelFailureCause])[] = [
  [/insufficient_quota|billing|credit/i, 'quota'],
  [/rate.?limit/i, 'rate-limit'],
  [/overload|timeout|unavailable|server_error|internal/i, 'unavailable'],
  [/auth|permission|api.?key/i, 'access'],
  [/model.?not.?found/i, 'unknown-model'],
]
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429])

/** Makes a failure of a response with a success status. */
export type Failed = (
  what: string,
  retryable: boolean,
  details: JsonObject & { readonly cause: ModelFailureCause },
  remedy?: string,
) => TenonError

/** Expectations and helpers of a reader of responses. */
export interface ReadingOptions {
  /** Makes texts of the provider safe for errors. */
  readonly readable: Readable
  /** `true` if the request offered tools, so that calls are a result and no failure. */
  readonly hasTools: boolean
}

/** Returns a function that makes failures of a response, with its status and the wait that it asks for. */
export function failuresOf({ status, headers }: Response): Failed {
  const waitMs = retryAfterMs(headers.get('retry-after'), Date.now())
  return (what, retryable, details, remedy) =>
    new TenonError('MODEL_FAILED', what, {
      retryable,
      details: { status, ...details, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
      ...(remedy === undefined ? {} : { remedy }),
    })
}

/**
 * Reads a response with a success status. An error object, a page, no choice, a refusal, a filter, an empty and a cut
 * response are distinguished, so that no repair is attempted that cannot help.
 *
 * @throws {@link TenonError} `MODEL_FAILED` (details: `status`, `reason`, and the provider's `code` if there is one).
 */
export async function readCompletion(response: Response, options: ReadingOptions): Promise<LanguageModelResult> {
  const { readable } = options
  const failed = failuresOf(response)
  const { body, text } = await readBody(response, failed, options)
  const choice = firstOf(body.choices)
  throwErrorIn(body, failed, readable)
  throwErrorIn(choice, failed, readable)
  if (choice === undefined) {
    throw failed('The response of the model provider has no choices', true, {
      cause: 'unreadable',
      reason: readable(text),
    })
  }
  return readChoice(choice, body, failed, options)
}

/**
 * Reads the body of a response with a success status as JSON; a value that is no object is an empty one.
 *
 * @throws {@link TenonError} `MODEL_FAILED` (details: `cause`, `status`, `reason`) for a page and other text.
 */
export async function readBody(
  response: Response,
  failed: Failed,
  { readable }: Pick<ReadingOptions, 'readable'>,
): Promise<{ readonly body: JsonObject; readonly text: string }> {
  const { status } = response
  const contentType = response.headers.get('content-type') ?? ''
  const decoded = decodeText(new Uint8Array(await response.arrayBuffer()), contentType)
  if (!decoded.ok)
    throw failed(`The response of the model provider is not valid ${decoded.charset}`, false, {
      cause: 'unreadable',
    })
  const text = decoded.text.trim()
  const reading = parseJson(text, { onLoss: 'keep' })
  if (!reading.ok) {
    const isPage = mediaTypeOf(contentType) === 'text/html' || text.startsWith('<')
    throw isPage
      ? failed(
          `The model provider answered ${status} with a page instead of JSON`,
          false,
          { cause: 'unreadable', reason: readable(wordsOf(text)) },
          'Check the base URL of the provider.',
        )
      : failed(`The model provider answered ${status} with text that is not JSON`, true, {
          cause: 'unreadable',
          reason: readable(text),
        })
  }
  return { body: isJsonObject(reading.value) ? reading.value : {}, text }
}

/** Throws the error in a body or a choice, if there is one. */
export function throwErrorIn(body: JsonObject | undefined, failed: Failed, readable: Readable): void {
  const error = errorIn(body)
  if (error === undefined) return
  const { cause, code, reason, retryable } = error
  throw failed(`The model provider answered with an error: ${readable(reason)}`, retryable, {
    cause,
    code,
    reason: readable(reason),
  })
}

/** Reads a choice of a completion that has ended. */
export function readChoice(
  choice: JsonObject,
  body: JsonObject,
  failed: Failed,
  options: ReadingOptions,
): LanguageModelResult {
  const message = isJsonObject(choice.message) ? choice.message : {}
  const finishReason = typeof choice.finish_reason === 'string' ? choice.finish_reason : ''
  const { text, refusal } = contentOf(message, choice)
  const toolCalls = toolCallsOf(message)
  const answer: EndedAnswer = {
    ...{ text, refusal, toolCalls },
    hasCalled: Array.isArray(message.tool_calls) && message.tool_calls.length > 0,
    isFiltered: FILTER_REASONS.has(finishReason),
    isCut: LENGTH_REASONS.has(finishReason),
    model: textIn(body.model),
    usage: usageOf(body.usage),
  }
  return judgeAnswer(answer, failed, options)
}

function usageOf(value: Json | undefined): LanguageModelResult['usage'] {
  const usage = isJsonObject(value) ? value : {}
  const details = isJsonObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  const cached = details.cached_tokens === undefined ? {} : { cachedInputTokens: countOf(details.cached_tokens) }
  return { inputTokens: countOf(usage.prompt_tokens), ...cached, outputTokens: countOf(usage.completion_tokens) }
}

/** Returns the calls of functions; a server that leaves ids out gets them by position. */
function toolCallsOf(message: JsonObject): readonly ModelToolCall[] {
  const calls: readonly Json[] = Array.isArray(message.tool_calls) ? message.tool_calls : []
  return calls.flatMap((call, index) => {
    if (!isJsonObject(call) || !isJsonObject(call.function)) return []
    const { name, arguments: written } = call.function
    return [
      {
        id: textIn(call.id) || `call-${index}`,
        name: textIn(name),
        // Ollama and others send the arguments as an object.
        arguments: typeof written === 'string' ? written : JSON.stringify(written ?? {}),
      },
    ]
  })
}

/** Returns a number of tokens; 0 for anything else. */
export const countOf = (value: Json | undefined): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0

/** Returns a text; `''` for anything else. */
export const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

function firstOf(value: Json | undefined): JsonObject | undefined {
  const first: Json | undefined = Array.isArray(value) ? value[0] : undefined
  return isJsonObject(first) ? first : undefined
}

/** Returns the content: a text or a list of parts; servers with the older protocol put `text` into the choice. */
function contentOf(message: JsonObject, choice: JsonObject): { readonly text: string; readonly refusal: string } {
  const { content } = message
  const parts: readonly Json[] = Array.isArray(content) ? content : []
  const joined = (key: string) => parts.map((part) => (isJsonObject(part) ? textIn(part[key]) : textIn(part))).join('')
  return {
    text: Array.isArray(content) ? joined('text') : textIn(content) || textIn(choice.text),
    refusal: textIn(message.refusal) || parts.map((part) => (isJsonObject(part) ? textIn(part.refusal) : '')).join(''),
  }
}

interface ProviderError {
  readonly cause: ModelFailureCause
  readonly code: string | number | null
  readonly reason: string
  readonly retryable: boolean
}

/** Returns an error in the formats of OpenAI, OpenRouter, vLLM and Ollama; `undefined` if there is none. */
function errorIn(body: JsonObject | undefined): ProviderError | undefined {
  if (body === undefined) return undefined
  const error = body.object === 'error' ? body : body.error
  if (typeof error === 'string' && error !== '')
    return { cause: causeIn(error), code: null, reason: error, retryable: PASSING_REASON.test(error) }
  if (!isJsonObject(error)) return undefined
  const { code, type, message } = error
  const named = typeof code === 'string' || typeof code === 'number' ? code : textIn(type) || null
  const status = Number(named)
  const isPassing = PASSING_REASON.test(`${textIn(code)} ${textIn(type)}`)
  return {
    cause: status >= 400 ? causeOfStatus(status) : causeIn(`${textIn(code)} ${textIn(type)}`),
    code: named,
    reason: textIn(message) || JSON.stringify(error),
    retryable: (isPassing || RETRYABLE_STATUSES.has(status) || status >= 500) && code !== 'insufficient_quota',
  }
}

function causeIn(words: string): ModelFailureCause {
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1] ?? 'request'
}
