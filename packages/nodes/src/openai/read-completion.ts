import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { LanguageModelResult } from '@tenon/core/node'
import { decodeText, mediaTypeOf, parseJson, retryAfterMs } from '@tenon/core/text'

/** Makes a text of the provider safe for a displayed error: masked and cut. */
export type Readable = (text: string) => string

/** Finish reasons with which servers report a response cut at the token limit. */
const LENGTH_REASONS: ReadonlySet<string> = new Set(['length', 'max_tokens', 'model_length', 'MAX_TOKENS'])
const FILTER_REASONS: ReadonlySet<string> = new Set(['content_filter', 'safety', 'SAFETY', 'refusal'])
const PASSING_REASON = /rate.?limit|overload|timeout|unavailable|server_error|internal/i
const OTHER_PROMPT = 'Change the prompt, or choose another model.'
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429])

/**
 * Reads a response with a success status. An error object, a page, no choice, a refusal, a filter, an empty and a cut
 * response are distinguished, so that no repair is attempted that cannot help.
 *
 * @throws {@link TenonError} `MODEL_FAILED` (details: `status`, `reason`, and the provider's `code` if there is one).
 */
export async function readCompletion(response: Response, readable: Readable): Promise<LanguageModelResult> {
  const { status } = response
  const contentType = response.headers.get('content-type') ?? ''
  const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
  const failed: Failed = (what, retryable, details, remedy) =>
    new TenonError('MODEL_FAILED', what, {
      retryable,
      details: { status, ...details, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
      ...(remedy === undefined ? {} : { remedy }),
    })
  const decoded = decodeText(new Uint8Array(await response.arrayBuffer()), contentType)
  if (!decoded.ok) throw failed(`The response of the model provider is not valid ${decoded.charset}`, false, {})
  const text = decoded.text.trim()
  const reading = parseJson(text, { onLoss: 'keep' })
  if (!reading.ok) {
    const isPage = mediaTypeOf(contentType) === 'text/html' || text.startsWith('<')
    throw isPage
      ? failed(
          `The model provider answered ${status} with a page instead of JSON`,
          false,
          { reason: readable(wordsOf(text)) },
          'Check the base URL of the provider.',
        )
      : failed(`The model provider answered ${status} with text that is not JSON`, true, { reason: readable(text) })
  }
  const body = isJsonObject(reading.value) ? reading.value : {}
  const choice = firstOf(body.choices)
  const error = errorIn(body) ?? errorIn(choice)
  if (error !== undefined) {
    const { code, reason, retryable } = error
    throw failed(`The model provider answered ${status} with an error: ${readable(reason)}`, retryable, {
      code,
      reason: readable(reason),
    })
  }
  if (choice === undefined) {
    throw failed('The response of the model provider has no choices', true, { reason: readable(text) })
  }
  return readChoice(choice, body, failed, readable)
}

type Failed = (what: string, retryable: boolean, details: JsonObject, remedy?: string) => TenonError

function readChoice(choice: JsonObject, body: JsonObject, failed: Failed, readable: Readable): LanguageModelResult {
  const message = isJsonObject(choice.message) ? choice.message : {}
  const finishReason = typeof choice.finish_reason === 'string' ? choice.finish_reason : ''
  const { text, refusal } = contentOf(message, choice)
  if (refusal !== '') {
    throw failed('The model refused to answer', false, { reason: 'refusal', message: readable(refusal) }, OTHER_PROMPT)
  }
  if (FILTER_REASONS.has(finishReason)) {
    const details = { reason: 'content_filter', message: readable(text) }
    throw failed('A filter blocked the response', false, details, OTHER_PROMPT)
  }
  const isCut = LENGTH_REASONS.has(finishReason)
  if (text.trim() === '' && !isCut) {
    const hasCalls = Array.isArray(message.tool_calls) && message.tool_calls.length > 0
    throw hasCalls
      ? failed('The model called a tool instead of answering', false, { reason: 'tool_calls' })
      : failed('The model returned an empty response', true, { reason: 'empty' })
  }
  const usage = isJsonObject(body.usage) ? body.usage : {}
  return {
    text,
    model: typeof body.model === 'string' ? body.model : '',
    finishReason: isCut ? 'length' : 'stop',
    usage: { inputTokens: countOf(usage.prompt_tokens), outputTokens: countOf(usage.completion_tokens) },
  }
}

const countOf = (value: Json | undefined): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

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
  readonly code: string | number | null
  readonly reason: string
  readonly retryable: boolean
}

/** Returns an error in the formats of OpenAI, OpenRouter, vLLM and Ollama; `undefined` if there is none. */
function errorIn(body: JsonObject | undefined): ProviderError | undefined {
  if (body === undefined) return undefined
  const error = body.object === 'error' ? body : body.error
  if (typeof error === 'string' && error !== '')
    return { code: null, reason: error, retryable: PASSING_REASON.test(error) }
  if (!isJsonObject(error)) return undefined
  const { code, type, message } = error
  const named = typeof code === 'string' || typeof code === 'number' ? code : textIn(type) || null
  const status = Number(named)
  const isPassing = PASSING_REASON.test(`${textIn(code)} ${textIn(type)}`)
  return {
    code: named,
    reason: textIn(message) || JSON.stringify(error),
    retryable: (isPassing || RETRYABLE_STATUSES.has(status) || status >= 500) && code !== 'insufficient_quota',
  }
}

/** Removes the markup of a text that may be an HTML page. */
export function wordsOf(text: string): string {
  if (!text.trimStart().startsWith('<')) return text
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
