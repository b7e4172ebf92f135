import { TenonError } from '@tenon/core/errors'
import { causeOfStatus, type ModelFailureCause } from '@tenon/core/node'
import { retryAfterMs } from '@tenon/core/text'
import { wordsOf } from '../models/words-of.ts'
import { fieldsOf, textIn } from './ai-sdk-model.ts'

const MAX_CAUSES = 16

/** Errors of the AI SDK without a status, by their names; others are of responses that cannot be read. */
const CAUSES: Readonly<Record<string, readonly [cause: ModelFailureCause, retryable: boolean]>> = {
  AI_LoadAPIKeyError: ['access', false],
  AI_NoSuchModelError: ['unknown-model', false],
  AI_UnsupportedFunctionalityError: ['request', false],
  AI_InvalidArgumentError: ['request', false],
  AI_InvalidPromptError: ['request', false],
  AI_EmptyResponseBodyError: ['empty', true],
}

/**
 * Converts what a model object of the AI SDK threw to a {@link TenonError}; one among its causes is returned unchanged. Its
 * errors are recognized by their fields, since packages of several versions have classes of their own.
 *
 * @param readable Makes a text of the provider safe for a displayed error: masked and cut.
 */
export function toAiSdkFailure(thrown: unknown, nowMs: number, readable: (text: string) => string): TenonError {
  const ours = findOurs(thrown)
  if (ours !== undefined) return ours
  const { name, statusCode, responseHeaders, isRetryable, message, responseBody } = fieldsOf(thrown)
  if (typeof statusCode === 'number' && statusCode >= 400) {
    const headers = fieldsOf(responseHeaders)
    const waitMs = waitOf(headers, nowMs)
    const reason = readable(textIn(message) || wordsOf(textIn(responseBody)))
    const hasQuota = !/insufficient_quota/.test(textIn(responseBody))
    return new TenonError('MODEL_FAILED', `The model provider answered ${statusCode}: ${reason}`, {
      cause: thrown,
      retryable: isRetryable === true && hasQuota,
      details: {
        cause: hasQuota ? causeOfStatus(statusCode) : 'quota',
        ...{ status: statusCode, reason },
        ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      },
    })
  }
  // A response that they do not expect lets some packages fail at a field that is missing. Without a status, a connection
  // has failed.
  const isMisread = thrown instanceof TypeError && thrown.cause === undefined
  const isOfSdk = textIn(name).startsWith('AI_')
  if ((!isOfSdk && !isMisread) || (isRetryable === true && typeof statusCode !== 'number')) {
    return new TenonError('MODEL_FAILED', 'The model provider did not respond', {
      ...{ cause: thrown, retryable: true },
      details: { cause: 'unavailable' },
    })
  }
  const [cause, retryable] = CAUSES[textIn(name)] ?? ['unreadable', true]
  // Messages of these errors may contain the response, which may be a page.
  const reason = readable(wordsOf(textIn(responseBody) || textIn(message)))
  const what =
    cause === 'unreadable' ? 'The response of the model provider cannot be read' : `The model failed: ${reason}`
  return new TenonError('MODEL_FAILED', what, { cause: thrown, retryable, details: { cause, reason } })
}

function waitOf(headers: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const exactMs = headers['retry-after-ms'] === undefined ? Number.NaN : Number(headers['retry-after-ms'])
  return exactMs >= 0 ? exactMs : retryAfterMs(textIn(headers['retry-after']), nowMs)
}

function findOurs(thrown: unknown): TenonError | undefined {
  let cause = thrown
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    if (cause instanceof TenonError) return cause
    cause = cause.cause
  }
  return undefined
}
