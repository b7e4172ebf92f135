import { TenonError } from '@tenon/core/errors'
import { causeOfStatus } from '@tenon/core/node'
import { retryAfterMs } from '@tenon/core/text'
import { APIError } from 'openai'
import { wordsOf } from '../models/words-of.ts'
import type { Readable } from './read-completion.ts'

const MAX_CAUSES = 16
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 409, 429])
const STATUS_PREFIX = /^\d{3} /

/** Converts an error of the package to a {@link TenonError}; one among its causes is returned unchanged. */
export function toModelFailure(thrown: unknown, nowMs: number, readable: Readable): TenonError {
  const ours = findOurs(thrown)
  if (ours !== undefined) return ours
  if (!(thrown instanceof APIError) || typeof thrown.status !== 'number') {
    return new TenonError('MODEL_FAILED', 'The model provider did not respond', {
      ...{ cause: thrown, retryable: true },
      details: { cause: 'unavailable' },
    })
  }
  const { status, code, headers, message } = thrown
  const waitMs = readWait(headers, nowMs)
  const reason = readable(wordsOf(message.replace(STATUS_PREFIX, '')))
  return new TenonError('MODEL_FAILED', `The model provider answered ${status}: ${reason}`, {
    cause: thrown,
    // An account without credit also answers 429, for which a retry is useless.
    retryable: (RETRYABLE_STATUSES.has(status) || status >= 500) && code !== 'insufficient_quota',
    details: {
      cause: code === 'insufficient_quota' ? 'quota' : causeOfStatus(status),
      ...{ status, code: code ?? null, reason },
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    },
  })
}

function readWait(headers: Headers | undefined, nowMs: number): number | undefined {
  const exactMs = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  return exactMs >= 0 ? exactMs : retryAfterMs(headers?.get('retry-after'), nowMs)
}

function findOurs(thrown: unknown): TenonError | undefined {
  let cause = thrown
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    if (cause instanceof TenonError) return cause
    cause = cause.cause
  }
  return undefined
}
