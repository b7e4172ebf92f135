import { ERROR_TABLE, TenonError, toProblem } from '@tenon/core/errors'
import type { RuntimeLog } from '@tenon/runtime'
import { reasonOf } from '../log/reason-of.ts'
import type { RouteAnswer } from './route-handler.ts'

/** Turns the result of a handler into a response. */
export function toResponse(answer: RouteAnswer): Response {
  if (answer instanceof Response) return answer
  const headers = new Headers(answer.headers)
  if (answer.json === undefined) return new Response(null, { status: answer.status, headers })
  headers.set('content-type', 'application/json; charset=utf-8')
  return new Response(JSON.stringify(answer.json), { status: answer.status, headers })
}

/** Answers to callers that wait for a run: the server has not failed. */
const ENDS_OF_RUNS: ReadonlySet<string> = new Set(['RUN_NOT_COMPLETED', 'RUN_ANSWER_LATE'])

/** Turns a thrown value into `application/problem+json`; an unexpected one is logged. */
export function toProblemResponse(thrown: unknown, requestId: string, log: RuntimeLog): Response {
  const problem = toProblem(thrown, requestId)
  if (problem.status >= 500 && !ENDS_OF_RUNS.has(problem.code)) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    log('error', 'request.failed: internal error', {
      requestId,
      code: problem.code,
      error: error.message,
      reason: reasonOf(error),
      stack: error.stack,
    })
  }
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  const retryAfterMs = thrown instanceof TenonError ? thrown.details?.retryAfterMs : undefined
  if (typeof retryAfterMs === 'number') headers.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
  const size = thrown instanceof TenonError && thrown.code === 'FILE_RANGE_INVALID' ? thrown.details?.size : null
  if (typeof size === 'number') headers.set('content-range', `bytes */${size}`)
  // The rest of a body that timed out is not awaited.
  if (problem.status === 408) headers.set('connection', 'close')
  const challenge = problem.status === 401 ? challengeOf(thrown) : null
  if (challenge !== null) headers.set('www-authenticate', challenge)
  const allow = thrown instanceof TenonError && thrown.code === 'METHOD_NOT_ALLOWED' ? thrown.details?.allow : null
  if (typeof allow === 'string') headers.set('allow', allow)
  return new Response(JSON.stringify(problem), { status: ERROR_TABLE[problem.code].status, headers })
}

/** Returns how to authenticate (RFC 7617, RFC 6750); `null` for a signature, for which HTTP has no name. */
function challengeOf(thrown: unknown): string | null {
  if (!(thrown instanceof TenonError)) return null
  if (thrown.details?.scheme === 'Basic') return 'Basic realm="webhook", charset="UTF-8"'
  return thrown.code === 'UNAUTHENTICATED' || thrown.details?.scheme === 'Bearer' ? 'Bearer' : null
}
